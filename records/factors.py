"""Second proofs of a login: an app that makes codes, codes to recover with, passkeys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.accounts import digest_of
from records.door_tables import accounts, code_apps, passkeys, recovery_codes
from records.problems import AlreadyThere, NotFound


@dataclass(frozen=True, slots=True)
class CodeApp:
    """An app that makes codes. `sealed` holds what it shares with us; unconfirmed it proves nothing yet."""

    login: str
    sealed: str
    confirmed_at: datetime | None
    last_step: int


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key pair in somebody's device: its public half, and its name `credential`, base64url."""

    id: str
    login: str
    credential: str
    public_key: str
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None


def code_app(connection: Connection, login: str) -> CodeApp | None:
    """Return the app of a login, confirmed or not, or None."""
    row = connection.execute(sa.select(code_apps).where(code_apps.c.login == login)).one_or_none()
    return None if row is None else CodeApp(row.login, row.sealed, row.confirmed_at, row.last_step)


def put_code_app(connection: Connection, login: str, sealed: str, now: datetime) -> None:
    """Begin to set an app up. Raises AlreadyThere where one was confirmed."""
    # Two who begin at once do it one after the other, and the later app is the one.
    connection.execute(sa.select(accounts.c.login).where(accounts.c.login == login).with_for_update())
    present = code_app(connection, login)
    if present is not None and present.confirmed_at is not None:
        raise AlreadyThere("the login has an app that makes codes")
    connection.execute(sa.delete(code_apps).where(code_apps.c.login == login))
    connection.execute(sa.insert(code_apps).values(login=login, sealed=sealed, created_at=now))


def confirm_code_app(connection: Connection, login: str, now: datetime) -> None:
    """Let the app of a login prove who comes in from now on."""
    connection.execute(sa.update(code_apps).where(code_apps.c.login == login).values(confirmed_at=now))


def take_step(connection: Connection, login: str, step: int) -> bool:
    """Use up a span of time and all before it; False where that was done: of two who try, one succeeds."""
    taken = sa.update(code_apps).where(code_apps.c.login == login, code_apps.c.last_step < step)
    return connection.execute(taken.values(last_step=step)).rowcount == 1


def remove_code_app(connection: Connection, login: str) -> None:
    """Forget the app of a login, and the codes to recover with. Raises NotFound."""
    if connection.execute(sa.delete(code_apps).where(code_apps.c.login == login)).rowcount == 0:
        raise NotFound("no app that makes codes")
    put_recovery_codes(connection, login, ())


def put_recovery_codes(connection: Connection, login: str, codes: Iterable[str]) -> None:
    """Give a login new codes to recover with in the place of those it had."""
    connection.execute(sa.delete(recovery_codes).where(recovery_codes.c.login == login))
    rows = [{"login": login, "code_hash": digest_of(code)} for code in codes]
    if rows:
        connection.execute(sa.insert(recovery_codes), rows)


def take_recovery_code(connection: Connection, login: str, code: str, now: datetime) -> bool:
    """Use a code up; False where it is none of the login's, or was used."""
    taken = sa.update(recovery_codes).where(
        recovery_codes.c.login == login,
        recovery_codes.c.code_hash == digest_of(code),
        recovery_codes.c.used_at.is_(None),
    )
    return connection.execute(taken.values(used_at=now)).rowcount == 1


def recovery_codes_left(connection: Connection, login: str) -> int:
    """Return how many codes to recover with were not used yet."""
    query = sa.select(sa.func.count()).where(
        recovery_codes.c.login == login, recovery_codes.c.used_at.is_(None)
    )
    return connection.execute(query).scalar_one()


def add_passkey(  # noqa: PLR0917 - the parts of a passkey
    connection: Connection,
    login: str,
    credential: str,
    public_key: str,
    sign_count: int,
    name: str,
    now: datetime,
) -> Passkey:
    """Note a passkey. Raises AlreadyThere where it is known."""
    if passkey_of(connection, credential) is not None:
        raise AlreadyThere("the passkey is known")
    made = Passkey(uuid4().hex, login, credential, public_key, sign_count, name, now, None)
    connection.execute(
        sa.insert(passkeys).values(
            id=made.id,
            login=login,
            credential_hash=digest_of(credential),
            credential=credential,
            public_key=public_key,
            sign_count=sign_count,
            name=name,
            created_at=now,
        )
    )
    return made


def passkey_of(connection: Connection, credential: str) -> Passkey | None:
    """Return the passkey of a name, or None."""
    query = sa.select(passkeys).where(passkeys.c.credential_hash == digest_of(credential))
    row = connection.execute(query).one_or_none()
    return None if row is None else _passkey(row)


def list_passkeys(connection: Connection, login: str) -> tuple[Passkey, ...]:
    """Return the passkeys of a login, oldest first."""
    query = (
        sa.select(passkeys).where(passkeys.c.login == login).order_by(passkeys.c.created_at, passkeys.c.id)
    )
    return tuple(_passkey(row) for row in connection.execute(query))


def passkey_used(connection: Connection, passkey: Passkey, sign_count: int, now: datetime) -> bool:
    """Note that a passkey proved somebody; False where somebody else used it meanwhile."""
    used = sa.update(passkeys).where(passkeys.c.id == passkey.id, passkeys.c.sign_count == passkey.sign_count)
    return connection.execute(used.values(sign_count=sign_count, used_at=now)).rowcount == 1


def remove_passkey(connection: Connection, login: str, passkey_id: str) -> None:
    """Forget a passkey of a login. Raises NotFound."""
    query = sa.delete(passkeys).where(passkeys.c.login == login, passkeys.c.id == passkey_id)
    if connection.execute(query).rowcount == 0:
        raise NotFound("no such passkey")


def remove_all(connection: Connection, login: str) -> None:
    """Forget every second proof of a login."""
    for table in (code_apps, recovery_codes, passkeys):
        connection.execute(sa.delete(table).where(table.c.login == login))


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(
        id=row.id,
        login=row.login,
        credential=row.credential,
        public_key=row.public_key,
        sign_count=row.sign_count,
        name=row.name,
        created_at=row.created_at,
        used_at=row.used_at,
    )
