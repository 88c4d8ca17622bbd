"""Posts given and lent; how they end stands in services/revoking.py.

Rights come from posts only, so giving one asks for more than holding it: the role `admin` in that unit or
above, and never for oneself.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from sqlalchemy import Connection

from domain.circumstances import LentFor
from domain.values import Text, Value
from records import organisation, post_notes, units, visible
from records.below import units_below
from records.cursors import every
from records.organisation import Delegation, Post
from records.scope import ADMIN, AUDITOR
from services.asking import NOT_THERE, Asking, check_takes_in, existing, once
from services.near import check_not_erased
from services.parts import Caller, Parts
from services.people import delegation_views, post_view, with_endings
from services.refusals import Contradiction, InUse, InvalidInput, NotPermitted
from services.views import DelegationView, Page, PostView
from services.vocabulary import library_roles


class NewPost(Value):
    """A post to give, from today where `from_` is left out, until `to` (the last day) or without an end."""

    person: str
    role: str
    unit: str
    from_: date | None = None
    to: date | None = None


class NewDelegation(Value):
    """A post to lend, the same way: for everything, or for some processes, stages or units."""

    post: str
    substitute: str
    from_: date | None = None
    to: date | None = None
    processes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


async def list_posts(
    parts: Parts,
    caller: Caller,
    *,
    unit: str | None = None,
    person: str | None = None,
    role: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PostView]:
    """Return posts within the caller's scope, ended ones included. Raises InvalidInput for a bad cursor."""

    def work(connection: Connection) -> Page[PostView]:
        page = visible.list_posts(
            connection,
            viewer=caller.person,
            today=parts.today(),
            unit_id=unit,
            person_id=person,
            role=role,
            cursor=cursor,
            limit=limit,
        )
        names = organisation.names_of(connection, (post.person for post in page.items))
        items = with_endings(connection, (post_view(post, names[post.person]) for post in page.items))
        return Page(items=items, next=page.next)

    return await parts.read(work)


async def give_post(parts: Parts, caller: Caller, new: NewPost, *, key: str | None = None) -> PostView:
    """Give somebody else a post in a unit the caller administers; who gave it, and when, is kept.

    Raises NotPermitted, InvalidInput, InUse where the person holds it in that time, Contradiction.
    """

    def work(asking: Asking) -> PostView:
        place = existing(lambda: units.unit(asking.connection, new.unit), "unit")
        asking.check_administers(new.unit)
        post_notes.keep_others_out(asking.connection)
        check_takes_in(asking.connection, new.unit, "unit")
        if new.person == caller.person:
            raise NotPermitted(_NOT_ONESELF)
        holder = existing(lambda: organisation.person(asking.connection, new.person), "person")
        known = library_roles(parts.library)
        if new.role not in {ADMIN, AUDITOR} and f"{place.kind}.{new.role}" not in known:
            raise InvalidInput(
                "role", Text(zh="此类组织没有这一职务", en="units of this kind have no such role")
            )
        from_on = new.from_ or asking.today
        check_not_erased(asking.connection, new.person)
        _check_not_held(asking.connection, new, from_on)
        made = organisation.add_post(
            asking.connection,
            person_id=new.person,
            role=new.role,
            unit_id=new.unit,
            from_on=from_on,
            to_on=new.to,
            granted_by=caller.person,
            granted_at=parts.clock(),
        )
        return post_view(made, holder.name)

    return await once(parts, caller, key, ("post", new), PostView, work)


async def list_delegations(
    parts: Parts, caller: Caller, *, cursor: str | None = None, limit: int = 50
) -> Page[DelegationView]:
    """Return what the caller lent, was lent, or administers. Raises InvalidInput for a bad cursor."""

    def work(connection: Connection) -> Page[DelegationView]:
        page = visible.list_delegations(
            connection, viewer=caller.person, today=parts.today(), cursor=cursor, limit=limit
        )
        return Page(items=delegation_views(connection, page.items), next=page.next)

    return await parts.read(work)


async def lend_post(
    parts: Parts, caller: Caller, new: NewDelegation, *, key: str | None = None
) -> DelegationView:
    """Lend a post: the holder his own, an admin of its unit or above anybody's but not to himself.

    Nobody lends on what was lent to him, not even an administrator's post that makes him one.

    Raises NotFound, NotPermitted, InvalidInput, Contradiction beyond the post or in the past.
    """

    def work(asking: Asking) -> DelegationView:
        return delegation_views(asking.connection, (lent(asking, parts, new),))[0]

    return await once(parts, caller, key, ("delegation", new), DelegationView, work)


def lent(asking: Asking, parts: Parts, new: NewDelegation, *, absence: str | None = None) -> Delegation:
    """Return a post as it is lent now, for an absence or without one. Raises the same as `lend_post`."""
    connection = asking.connection
    post_notes.keep_others_out(connection)
    post = visible.find_post(connection, new.post, viewer=asking.who, today=asking.today)
    if post.person != asking.who:
        asking.check_administers(post.unit)
        if new.substitute == asking.who:
            raise NotPermitted(_NOT_ONESELF)
        if _is_lent_to(asking, post.id):
            raise NotPermitted(_NOT_ON)
    existing(lambda: organisation.person(connection, new.substitute), "substitute")
    check_not_erased(connection, new.substitute)
    from_on = new.from_ or asking.today
    to_on = new.to if new.to is not None else post.to_on
    begins_early = from_on < asking.today or from_on < post.from_on
    if post.revoked_at is not None or begins_early or _ends_later(to_on, post.to_on):
        raise Contradiction
    return organisation.add_delegation(
        connection,
        post_id=post.id,
        substitute=new.substitute,
        from_on=from_on,
        to_on=to_on,
        granted_by=asking.who,
        granted_at=parts.clock(),
        lent_for=_lent_for(connection, parts, new, post),
        absence=absence,
    )


def _lent_for(connection: Connection, parts: Parts, new: NewDelegation, post: Post) -> LentFor | None:
    """Return what a post is lent for. Raises InvalidInput for what is not there, or not below the post."""
    if post.role == ADMIN and (new.processes or new.stages):
        raise InvalidInput("processes" if new.processes else "stages", _SHOWS_NO_CASE)
    known = [process for process in parts.library if not new.processes or process.process in new.processes]
    stages = {stage.id for process in known for stage in process.stages}
    below = set(connection.execute(units_below((post.unit,))).scalars()) if new.units else set()
    for path, named, there in (
        ("processes", new.processes, {process.process for process in known}),
        ("stages", new.stages, stages),
        ("units", new.units, below),
    ):
        if not there.issuperset(named):
            raise InvalidInput(path, NOT_THERE)
    if not (new.processes or new.stages or new.units):
        return None
    parts_of = (tuple(sorted(set(named))) for named in (new.processes, new.stages, new.units))
    return LentFor(**dict(zip(("processes", "stages", "units"), parts_of, strict=True)))


def _check_not_held(connection: Connection, new: NewPost, from_on: date) -> None:
    held = every(partial(organisation.list_posts, connection, person_id=new.person, unit_id=new.unit))
    if any(_overlaps(post, from_on, new.to) for post in held if post.role == new.role):
        raise InUse


def _overlaps(post: Post, from_on: date, to_on: date | None) -> bool:
    if post.to_on is not None and (post.to_on < post.from_on or (post.revoked_at and post.to_on == from_on)):
        # It never began, or holds no more on the day on which it was taken.
        return False
    return (post.to_on is None or post.to_on >= from_on) and (to_on is None or post.from_on <= to_on)


def _is_lent_to(asking: Asking, post_id: str) -> bool:
    at_present = partial(
        organisation.list_delegations, asking.connection, person_id=asking.who, on=asking.today, today=True
    )
    return any(one.post == post_id and one.substitute == asking.who for one in every(at_present))


def _ends_later(to_on: date | None, than: date | None) -> bool:
    return than is not None and (to_on is None or to_on > than)


_NOT_ONESELF = Text(
    zh="不能给自己授予职务或代理，请由另一位管理员办理。",
    en="Nobody gives a post or a delegation to himself; another administrator has to.",
)
_SHOWS_NO_CASE = Text(
    zh="管理员职务与个案无关，只能按组织限定代理范围。",
    en="An administrator's post is about no case; it is lent for units only.",
)
_NOT_ON = Text(
    zh="代理来的职务不能再转给他人代理。",
    en="A post that was lent to you cannot be lent on.",
)
