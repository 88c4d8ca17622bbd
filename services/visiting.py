"""Somebody who looks at pages: who it is, by which posts, and what waits, read in one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.values import Language, Text
from records import accounts as kept
from records import inbox, notifications, organisation, units
from records.problems import NotFound
from services import accounts, deliberation
from services.parts import Caller, Parts
from services.refusals import NotSignedIn
from services.titles import role_title
from services.token_scopes import scope_in
from services.views import CountView, DelegationView, Me, Named, PostView

_CHOSEN_FROM: Final = 30
"""Units below one that are offered in the menu of every page."""


@dataclass(frozen=True)
class Held:
    """A post somebody may act by today, with what it is called."""

    post: PostView
    title: Text
    unit_kind: str
    owner: str | None = None
    """Whose post it is, by name, where it is lent."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in, and what the frame of every page shows."""

    caller: Caller
    me: Me
    held: tuple[Held, ...]
    tasks: CountView
    unread: int
    below: Mapping[str, str]
    """Names of the units directly below those, by id, of very many the first."""
    has_more: bool = False
    """Whether there are more units below."""
    narrowed: Named | None = None
    """The unit lists are narrowed to: of the visitor's posts, or below one."""

    @property
    def roles(self) -> frozenset[str]:
        """The roles of the posts held today, own and lent."""
        return frozenset(one.post.role for one in self.held)

    @property
    def units(self) -> dict[str, str]:
        """Names of the units of the posts held today, by id."""
        return {one.post.unit.id: one.post.unit.name for one in self.held}

    @property
    def offered_units(self) -> dict[str, str]:
        """Names of units to narrow lists to, by id: one's own, those directly below, and the chosen one."""
        own = self.units
        offered = own | {unit: name for unit, name in self.below.items() if unit not in own}
        return offered if self.narrowed is None else offered | {self.narrowed.id: self.narrowed.name}


async def visitor(parts: Parts, secret: str, *, unit: str | None = None) -> Visitor:
    """Return who a session or token stands for, who reads in his own language. Raises NotSignedIn.

    `unit` is what lists are to be narrowed to, which is ignored where it is not below the visitor's posts.
    """
    now = parts.clock()

    def work(connection: Connection) -> Visitor:
        session = kept.session(connection, secret, now)
        if session is None:
            raise NotSignedIn
        caller = Caller(session.person, scope=scope_in(session.scope))
        me = accounts.me_view(connection, parts, caller)
        closed = deliberation.steps_closed(connection, parts, session.person)
        counted = inbox.count_tasks(connection, session.person, parts.today(), closed=closed)
        language: Language = "en" if me.person.language == "en" else "zh"
        held = _held(connection, parts, me)
        under = tuple(dict.fromkeys(one.post.unit.id for one in held))
        below, has_more = _below(connection, under)
        return Visitor(
            caller=Caller(session.person, language, scope=caller.scope),
            me=me,
            held=held,
            tasks=CountView(count=counted.all, overdue=counted.overdue),
            unread=notifications.count_unread(connection, session.person, closed=closed),
            below=below,
            has_more=has_more,
            narrowed=None if unit is None else _narrowed(connection, unit, under),
        )

    return await parts.read(work)


async def choose_language(parts: Parts, caller: Caller, language: Language) -> None:
    """Keep the language somebody reads, in pages and in messages."""
    await parts.write(
        lambda connection: organisation.change_person(connection, caller.person, {"language": language})
    )


def _held(connection: Connection, parts: Parts, me: Me) -> tuple[Held, ...]:
    lent = tuple(one for one in me.delegations if one.substitute.id == me.person.id and _is_on(parts, one))
    posts = [(post, None) for post in me.posts] + [(one.post, one) for one in lent]
    kinds = {post.unit.id: units.unit(connection, post.unit.id).kind for post, _ in posts}
    return tuple(
        Held(
            post=post,
            title=role_title(parts.library, kinds[post.unit.id], post.role),
            unit_kind=kinds[post.unit.id],
            owner=None if by is None or by.post.person is None else by.post.person.name,
        )
        for post, by in posts
    )


def _below(connection: Connection, under: Sequence[str]) -> tuple[dict[str, str], bool]:
    """Return names of units directly below some, by id, and whether there are more below."""
    found = {unit: units.units_under(connection, unit, _CHOSEN_FROM + 1) for unit in under}
    offered = {one.id: one.name for some in found.values() for one in some[:_CHOSEN_FROM]}
    is_cut_off = any(len(some) > _CHOSEN_FROM for some in found.values())
    return offered, is_cut_off or bool(units.with_some_below(connection, tuple(offered)) - set(under))


def _narrowed(connection: Connection, unit: str, under: Sequence[str]) -> Named | None:
    """Return a unit that is one of some or below one, and not closed; None where it is not."""
    try:
        way = units.path_of(connection, unit)
    except NotFound:
        return None
    is_below = any(one.id in under for one in way) and way[0].closed_on is None
    return Named(id=unit, name=way[0].name) if is_below or unit in under else None


def _is_on(parts: Parts, lent: DelegationView) -> bool:
    today = parts.today()
    return lent.from_ <= today and (lent.to is None or today <= lent.to)
