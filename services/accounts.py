"""Logging in and out: passwords become sessions, sessions and tokens become callers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.values import Language, Text
from records import accounts as kept
from records import organisation
from records.accounts import Account
from services.parts import Caller, Parts
from services.people import delegation_views, person_view, post_view
from services.refusals import InvalidInput, NotSignedIn, TooManyTries, WrongLogin
from services.views import Me

_WINDOW = timedelta(minutes=15)
_TRIES_PER_LOGIN = 10
_TRIES_PER_ADDRESS = 50

SHORTEST_PASSWORD = 10
"""Letters. NIST SP 800-63B asks for eight; a guess here opens a personnel file."""


@dataclass(frozen=True)
class Begun:
    """A session that began. The secret is shown once, and kept as a digest only."""

    secret: str
    me: Me


async def log_in(parts: Parts, login: str, password: str, address: str, language: Language = "zh") -> Begun:
    """Begin a session. Raises WrongLogin, or TooManyTries after ten failures in a quarter of an hour.

    Takes as long for a login nobody has as for a wrong password.
    """
    now = parts.clock()
    keys = _keys(login, address)
    account = await parts.read(lambda connection: _admitted(connection, login, keys, now))
    fits = await parts.passwords.fits(password, account.password_hash if account else None)

    def begin(connection: Connection) -> Begun | None:
        # Asked again: of many tries sent at once all were admitted, and the account may have changed.
        present = _admitted(connection, login, keys, now)
        if present is None or present.disabled or present != account or not fits:
            _note_failure(connection, keys, now)
            return None
        kept.forget_failed_logins(connection, keys[0])
        secret = kept.begin(connection, login=login, now=now, lasts=parts.session_lasts)
        return Begun(secret, _me(connection, parts, Caller(present.person, language)))

    begun = await parts.write(begin)
    if begun is None:
        raise WrongLogin
    return begun


async def log_out(parts: Parts, secret: str) -> None:
    """End a session at once. An unknown one is ended already."""
    await parts.write(lambda connection: kept.end(connection, secret))


async def caller_of(parts: Parts, secret: str, language: Language = "zh") -> Caller:
    """Return who a session or token stands for. Raises NotSignedIn."""
    now = parts.clock()
    session = await parts.read(lambda connection: kept.session(connection, secret, now))
    if session is None:
        raise NotSignedIn
    return Caller(session.person, language)


async def me(parts: Parts, caller: Caller) -> Me:
    """Return the caller, his posts, and what is lent to or by him."""
    return await parts.read(lambda connection: _me(connection, parts, caller))


async def issue_token(parts: Parts, login: str, name: str | None = None) -> str:
    """Return a new token for programs, which works until it is revoked. Raises NotFound for no login."""
    now = parts.clock()
    return await parts.write(
        lambda connection: kept.begin(connection, login=login, now=now, kind="token", lasts=None, name=name)
    )


async def add_account(parts: Parts, login: str, person: str, password: str) -> None:
    """Give a person a login.

    Raises InvalidInput for a short password, NotFound for no such person, InUse for a login that is taken.
    """
    password_hash = await hashed(parts, password)
    now = parts.clock()

    def work(connection: Connection) -> None:
        organisation.person(connection, person)
        kept.add_account(connection, login=login, person=person, password_hash=password_hash, now=now)

    await parts.write(work)


async def change_password(parts: Parts, login: str, password: str) -> None:
    """Take a new password; every session and token of the login ends. Raises InvalidInput, NotFound."""
    password_hash = await hashed(parts, password)
    await parts.write(lambda connection: kept.change_password(connection, login, password_hash))


async def disable(parts: Parts, login: str) -> None:
    """Let nobody in with this login any more, at once. Raises NotFound."""
    await parts.write(lambda connection: kept.disable(connection, login))


async def hashed(parts: Parts, password: str) -> str:
    """Return what is kept of a password. Raises InvalidInput for a short one."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(
            "password",
            Text(
                zh=f"至少需要{SHORTEST_PASSWORD}个字符", en=f"needs at least {SHORTEST_PASSWORD} characters"
            ),
        )
    return await parts.passwords.hashed(password)


def _keys(login: str, address: str) -> tuple[str, str]:
    return f"login/{login}"[:200], f"address/{address}"[:200]


def _admitted(connection: Connection, login: str, keys: tuple[str, str], now: datetime) -> Account | None:
    """Return the account of a log-in that may be tried.

    Failures are counted in the database, because there may be several doors.
    """
    since = now - _WINDOW
    for key, most in zip(keys, (_TRIES_PER_LOGIN, _TRIES_PER_ADDRESS), strict=True):
        if kept.failed_logins(connection, key, since) >= most:
            raise TooManyTries(int(_WINDOW.total_seconds()))
    return kept.account(connection, login)


def _note_failure(connection: Connection, keys: tuple[str, str], now: datetime) -> None:
    for key in keys:
        kept.note_failed_login(connection, key, now)


def _me(connection: Connection, parts: Parts, caller: Caller) -> Me:
    today = parts.today()
    person = organisation.person(connection, caller.person)
    posts = organisation.posts_held(connection, caller.person, today)
    lent = organisation.list_delegations(connection, person_id=caller.person, on=today, limit=200)
    return Me(
        person=person_view(person),
        posts=tuple(post_view(post) for post in posts),
        delegations=delegation_views(connection, lent.items),
    )
