"""Accounts, and whom sessions and tokens stand for. Coming in is in services/logging_in.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from domain.values import Language, Text
from records import accounts as kept
from records import organisation, problems, session_lists, units
from services.administration import note
from services.leave import present_and_coming
from services.parts import Caller, Parts
from services.password_rules import check_password
from services.people import delegation_views, person_view, post_view
from services.refusals import InvalidInput, NotSignedIn
from services.token_scopes import TokenScope, scope_in
from services.views import Me

LONGEST_DAYS: Final = 3_660
"""Ten years: what is to last longer is better made anew."""
_LENT: Final = 200
"""Delegations of one person in force at once, at most."""


async def log_out(parts: Parts, secret: str) -> None:
    """End a session at once. An unknown one is ended already."""
    await parts.write(lambda connection: kept.end(connection, secret))


async def caller_of(parts: Parts, secret: str, language: Language = "zh") -> Caller:
    """Return who a session or token stands for. Raises NotSignedIn."""
    now = parts.clock()
    session = await parts.read(lambda connection: kept.session(connection, secret, now))
    if session is None:
        raise NotSignedIn
    return Caller(session.person, language, scope=scope_in(session.scope))


async def me(parts: Parts, caller: Caller) -> Me:
    """Return the caller, his posts, and what is lent to or by him."""
    return await parts.read(lambda connection: me_view(connection, parts, caller))


async def issue_token(
    parts: Parts,
    login: str,
    name: str | None = None,
    *,
    days: int | None = None,
    scope: TokenScope | None = None,
    proof: str = "operator",
    by: str | None = None,
) -> str:
    """Return a new token for programs, which is shown once.

    It works for `days`, or until it is ended. `by` is who asks for it, None for a command.

    Raises NotFound for no login, InvalidInput for days that are none or a scope that names what is not there.
    """
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput("days", Text(zh=f"应为1至{LONGEST_DAYS}", en=f"is from 1 to {LONGEST_DAYS}"))
    now, narrowed = parts.clock(), None if scope == TokenScope() else scope

    def work(connection: Connection) -> str:
        if narrowed is not None:
            _check_scope(connection, parts, narrowed)
        secret = kept.begin(
            connection,
            login=login,
            now=now,
            kind="token",
            lasts=None if days is None else timedelta(days=days),
            name=name,
            scope=None if narrowed is None else narrowed.model_dump_json(),
            proof=proof,
        )
        person, named = kept.person_of(connection, login), session_lists.id_of(connection, secret)
        told = {"id": named, "days": days, "narrowed": narrowed is not None}
        note(connection, parts, "token-made", by=by, person=person, **told)
        return secret

    return await parts.write(work)


async def add_account(
    parts: Parts, login: str, person: str, password: str, *, even_if_known: bool = False
) -> None:
    """Give a person a login. `even_if_known` is for passwords that are published on purpose.

    Raises InvalidInput for a bad password, NotFound for no such person, InUse for a login that is taken.
    """
    if even_if_known:
        password_hash = await parts.passwords.hashed(password)
    else:
        password_hash = await hashed(parts, password, about=(login,))
    now = parts.clock()

    def work(connection: Connection) -> None:
        organisation.person(connection, person)
        kept.add_account(connection, login=login, person=person, password_hash=password_hash, now=now)
        note(connection, parts, "account-made", person=person)

    await parts.write(work)


async def change_password(parts: Parts, login: str, password: str) -> None:
    """Take a new password; every session and token of the login ends. Raises InvalidInput, NotFound."""
    password_hash = await hashed(parts, password, about=(login,))

    def work(connection: Connection) -> None:
        kept.change_password(connection, login, password_hash)
        note(connection, parts, "password-set", person=kept.person_of(connection, login))

    await parts.write(work)


async def disable(parts: Parts, login: str) -> None:
    """Let nobody in with this login any more, at once. Raises NotFound."""

    def work(connection: Connection) -> None:
        kept.disable(connection, login)
        note(connection, parts, "account-shut", person=kept.person_of(connection, login))

    await parts.write(work)


async def hashed(parts: Parts, password: str, *, about: tuple[str, ...] = ()) -> str:
    """Return what is kept of a password. Raises InvalidInput for one that is short or easily guessed."""
    check_password(password, about=about)
    return await parts.passwords.hashed(password)


def _check_scope(connection: Connection, parts: Parts, scope: TokenScope) -> None:
    """Raise InvalidInput where a scope names a process or unit that is not there."""
    if not set(scope.processes).issubset(parts.library.processes):
        raise InvalidInput("processes", Text(zh="没有这样的流程", en="there is no such process"))
    for unit in scope.units:
        try:
            units.unit(connection, unit)
        except problems.NotFound:
            raise InvalidInput("units", Text(zh="没有这样的组织", en="there is no such unit")) from None


def me_view(connection: Connection, parts: Parts, caller: Caller) -> Me:
    """Return the caller, his posts, and what is lent to or by him."""
    today = parts.today()
    person = organisation.person(connection, caller.person)
    posts = organisation.posts_held(connection, caller.person, today)
    lent = organisation.delegations_in_force(connection, caller.person, today, _LENT)
    return Me(
        person=person_view(person),
        posts=tuple(post_view(post) for post in posts),
        delegations=delegation_views(connection, lent),
        absences=present_and_coming(connection, caller.person, today),
    )
