"""Who a person is at the service that people log in through: an issuer and its name for the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from records.accounts import Account, check_login
from records.door_tables import accounts, identities
from records.problems import AlreadyThere, NotFound


@dataclass(frozen=True, slots=True)
class Identity:
    """One name of a person elsewhere."""

    issuer: str
    subject: str
    login: str


def link(connection: Connection, identity: Identity, now: datetime) -> None:
    """Let somebody known elsewhere come in with a login. Raises NotFound, AlreadyThere."""
    check_login(connection, identity.login)
    if account_of(connection, identity.issuer, identity.subject) is not None:
        raise AlreadyThere("that identity has a login")
    connection.execute(
        sa.insert(identities).values(
            issuer=identity.issuer, subject=identity.subject, login=identity.login, created_at=now
        )
    )


def unlink(connection: Connection, identity: Identity) -> None:
    """Let him come in no more. Raises NotFound where he does not."""
    query = sa.delete(identities).where(
        identities.c.issuer == identity.issuer,
        identities.c.subject == identity.subject,
        identities.c.login == identity.login,
    )
    if connection.execute(query).rowcount == 0:
        raise NotFound("no such identity")


def account_of(connection: Connection, issuer: str, subject: str) -> Account | None:
    """Return the account of somebody known elsewhere, or None."""
    query = (
        sa.select(accounts)
        .join(identities, identities.c.login == accounts.c.login)
        .where(identities.c.issuer == issuer, identities.c.subject == subject)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Account(row.login, row.person_id, row.password_hash, row.disabled)
