"""Somebody who looks at pages: who it is, by which posts, and what waits, read in one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.values import Language, Text
from records import accounts as kept
from records import inbox, notifications, organisation, units
from services import accounts, deliberation
from services.parts import Caller, Parts
from services.refusals import NotSignedIn
from services.titles import role_title
from services.token_scopes import scope_in
from services.views import CountView, DelegationView, Me, PostView

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

    @property
    def roles(self) -> frozenset[str]:
        """The roles of the posts held today, own and lent."""
        return frozenset(one.post.role for one in self.held)

    @property
    def units(self) -> dict[str, str]:
        """Names of the units of the posts held today, by id."""
        return {one.post.unit.id: one.post.unit.name for one in self.held}

    @property
    def choosable_units(self) -> dict[str, str]:
        """Names of the units lists may be narrowed to, by id: one's own, and those directly below."""
        own = self.units
        return own | {unit: name for unit, name in self.below.items() if unit not in own}


async def visitor(parts: Parts, secret: str) -> Visitor:
    """Return who a session or token stands for, who reads in his own language. Raises NotSignedIn."""
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
        under = dict.fromkeys(one.post.unit.id for one in held)
        return Visitor(
            caller=Caller(session.person, language, scope=caller.scope),
            me=me,
            held=held,
            tasks=CountView(count=counted.all, overdue=counted.overdue),
            unread=notifications.count_unread(connection, session.person, closed=closed),
            below={
                one.id: one.name
                for unit in under
                for one in units.units_under(connection, unit, _CHOSEN_FROM)
            },
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


def _is_on(parts: Parts, lent: DelegationView) -> bool:
    today = parts.today()
    return lent.from_ <= today and (lent.to is None or today <= lent.to)
