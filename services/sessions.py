"""Sessions and tokens as their owner sees them, and ends them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from records import accounts as kept
from records import session_lists
from records.session_lists import ListedSession
from services.administration import note
from services.asking import Asking
from services.near import check_administers
from services.parts import Caller, Parts
from services.token_scopes import TokenScope, scope_in
from services.views import Page, View


class SessionView(View):
    """A session of a browser, or a token of a program. `id` opens nothing."""

    id: str
    kind: str
    name: str | None
    created_at: datetime
    expires_at: datetime | None
    """None: until it is ended."""
    proof: str
    """By what the log-in was proven."""
    read_only: bool = False
    processes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    current: bool = False
    """Whether this request came with it."""


async def listed(parts: Parts, caller: Caller, secret: str) -> Page[SessionView]:
    """Return what still works of the caller's sessions and tokens, latest first."""

    def work(connection: Connection) -> Page[SessionView]:
        current = session_lists.id_of(connection, secret)
        found = session_lists.list_sessions(connection, parts.clock(), person=caller.person)
        return Page(items=tuple(session_view(one, current) for one in found))

    return await parts.read(work)


async def end(parts: Parts, caller: Caller, session_id: str) -> None:
    """End one of the caller's sessions or tokens at once. Raises NotFound."""

    def work(connection: Connection) -> None:
        ended = session_lists.end_one(connection, session_id, person=caller.person)
        if ended.kind == "token":
            note(connection, parts, "token-ended", by=caller.person, person=caller.person, id=ended.id)

    await parts.write(work)


async def end_others(parts: Parts, caller: Caller, secret: str) -> None:
    """End every session and token of the caller but the one he asks with."""

    def work(connection: Connection) -> None:
        session_lists.end_others(connection, caller.person, secret)
        note(connection, parts, "sessions-ended", by=caller.person, person=caller.person, all=True)

    await parts.write(work)


async def of_person(parts: Parts, caller: Caller, person: str) -> Page[SessionView]:
    """Return what still works of somebody else's sessions and tokens, latest first.

    Asked of an administrator of the unit of his standing or above. Raises NotFound, NotPermitted.
    """

    def work(connection: Connection) -> Page[SessionView]:
        check_administers(Asking(connection, caller.person, parts.today()), person)
        found = session_lists.list_sessions(connection, parts.clock(), person=person)
        return Page(items=tuple(session_view(one) for one in found))

    return await parts.read(work)


async def end_of_person(parts: Parts, caller: Caller, person: str, session_id: str | None = None) -> None:
    """End one session or token of somebody else at once, or all of them: it is written down who did.

    Raises what `of_person` does.
    """

    def work(connection: Connection) -> None:
        check_administers(Asking(connection, caller.person, parts.today()), person)
        if session_id is None:
            session_lists.end_every(connection, person)
        else:
            session_lists.end_one(connection, session_id, person=person)
        ended = {"all": session_id is None, "id": session_id}
        note(connection, parts, "sessions-ended", by=caller.person, person=person, **ended)

    await parts.write(work)


async def of_login(parts: Parts, login: str) -> tuple[ListedSession, ...]:
    """Return what still works of a login, latest first. Raises NotFound for no such login."""

    def work(connection: Connection) -> tuple[ListedSession, ...]:
        kept.check_login(connection, login)
        return session_lists.list_sessions(connection, parts.clock(), login=login)

    return await parts.read(work)


async def end_of_login(parts: Parts, login: str, session_id: str | None) -> None:
    """End one session or token of a login, or all of them. Raises NotFound."""

    def work(connection: Connection) -> None:
        person = kept.person_of(connection, login)
        if session_id is None:
            kept.end_all(connection, login)
        else:
            session_lists.end_one(connection, session_id, login=login)
        note(connection, parts, "sessions-ended", person=person, all=session_id is None, id=session_id)

    await parts.write(work)


def session_view(found: ListedSession, current: str | None = None) -> SessionView:
    """Return a session as its owner sees it."""
    scope = scope_in(found.scope) or TokenScope()
    return SessionView(
        id=found.id,
        kind=found.kind,
        name=found.name,
        created_at=found.created_at,
        expires_at=found.expires_at,
        proof=found.proof,
        current=found.id == current,
        **scope.model_dump(),
    )
