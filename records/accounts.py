"""Logins, sessions and tokens. Secrets are kept as digests only; passwords come already hashed.

Hashing a password takes a tenth of a second on purpose, so it is done by those who call, outside a
transaction.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from records.door_tables import accounts, familiar_places, sessions, unfinished
from records.prepared import Prepared, Sent
from records.problems import AlreadyThere, NotFound

Kind = Literal["session", "token"]


@dataclass(frozen=True, slots=True)
class Account:
    """A login and the person behind it."""

    login: str
    person: str
    password_hash: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a browser, or a token of a program."""

    kind: Kind
    login: str
    person: str
    created_at: datetime
    expires_at: datetime | None
    scope: str | None = None
    """What a token is narrowed to, as JSON; None where it has all the rights of its login."""


def add_account(
    connection: Connection, *, login: str, person: str, password_hash: str, now: datetime
) -> Account:
    """Give a person a login. Raises AlreadyThere where the login is taken."""
    if connection.execute(sa.select(accounts.c.login).where(accounts.c.login == login)).first():
        raise AlreadyThere("the login is taken")
    connection.execute(
        sa.insert(accounts).values(
            login=login, person_id=person, password_hash=password_hash, disabled=False, created_at=now
        )
    )
    return Account(login, person, password_hash, disabled=False)


def account(connection: Connection, login: str) -> Account | None:
    """Return the account of a login, or None."""
    row = connection.execute(sa.select(accounts).where(accounts.c.login == login)).one_or_none()
    return None if row is None else Account(row.login, row.person_id, row.password_hash, row.disabled)


def check_login(connection: Connection, login: str) -> None:
    """Raise NotFound for a login nobody has."""
    person_of(connection, login)


def person_of(connection: Connection, login: str) -> str:
    """Return whose login it is. Raises NotFound for a login nobody has."""
    found = account(connection, login)
    if found is None:
        raise NotFound("no such login")
    return found.person


def change_password(connection: Connection, login: str, password_hash: str) -> None:
    """Take a new password and end every session and token of the login. Raises NotFound."""
    query = sa.update(accounts).where(accounts.c.login == login).values(password_hash=password_hash)
    if connection.execute(query).rowcount == 0:
        raise NotFound("no such login")
    end_all(connection, login)


def disable(connection: Connection, login: str) -> None:
    """Let nobody in with this login any more, at once. Raises NotFound."""
    query = sa.update(accounts).where(accounts.c.login == login).values(disabled=True)
    if connection.execute(query).rowcount == 0:
        raise NotFound("no such login")
    end_all(connection, login)


def begin(
    connection: Connection,
    *,
    login: str,
    now: datetime,
    kind: Kind = "session",
    lasts: timedelta | None = timedelta(hours=12),
    name: str | None = None,
    scope: str | None = None,
    proof: str = "password",
) -> str:
    """Begin a session or make a token; return its secret, which is not kept. Raises NotFound.

    `scope` is what a token is narrowed to, as JSON; `proof` is by what a log-in was proven.
    """
    found = account(connection, login)
    if found is None or found.disabled:
        raise NotFound("no such login")
    secret = secrets.token_urlsafe(32)
    connection.execute(
        sa.insert(sessions).values(
            id_hash=digest_of(secret),
            id=uuid4().hex,
            kind=kind,
            login=login,
            person_id=found.person,
            name=name,
            created_at=now,
            expires_at=None if lasts is None else now + lasts,
            scope=scope,
            proof=proof,
        )
    )
    return secret


def session(connection: Connection, secret: str, now: datetime, kind: Kind | None = None) -> Session | None:
    """Return whom a secret stands for, or None when it is unknown, ended or of another kind."""
    return session_in(ask_for_session(connection, secret), now, kind)


def ask_for_session(connection: Connection, secret: str) -> Sent:
    """Ask whom a secret stands for; `session_in` reads it."""
    return _SESSION.send(connection, {"digest": digest_of(secret)})


def session_in(asked: Sent, now: datetime, kind: Kind | None = None) -> Session | None:
    """Return the session that was asked for, or None as `session` does."""
    for found, login, person, created_at, expires_at, scope in asked.rows():
        ends = None if expires_at is None else datetime.fromisoformat(expires_at)
        if (ends is None or ends > now) and kind in {None, found}:
            return Session(found, login, person, datetime.fromisoformat(created_at), ends, scope)
    return None


def end(connection: Connection, secret: str) -> None:
    """End a session or token; an unknown one is ended already."""
    connection.execute(sa.delete(sessions).where(sessions.c.id_hash == digest_of(secret)))


def end_all(connection: Connection, login: str) -> None:
    """End every session and token of a login, and what is half way to one; no place is familiar any more."""
    for table in (sessions, unfinished, familiar_places):
        connection.execute(sa.delete(table).where(table.c.login == login))


_SESSION = Prepared(
    sa.select(
        sessions.c.kind,
        sessions.c.login,
        sessions.c.person_id,
        sessions.c.created_at,
        sessions.c.expires_at,
        sessions.c.scope,
    ).where(sessions.c.id_hash == sa.bindparam("digest"))
)


def digest_of(secret: str) -> str:
    """Return the digest a secret is kept by; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
