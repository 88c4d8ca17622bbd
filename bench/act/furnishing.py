"""Puts the organisation of the measurement into an empty record of ours, before anything is started."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from bench.act.organisation import COMMITTEE, DEPARTMENT, Organisation
from records import accounts, migrating, organisation, units
from records.database import Database
from records.standings import set_standing
from records.tables import people
from services.passwords import Passwords

_SINCE = date(2010, 1, 1)
_BORN = date(1999, 4, 18)


def password_of(login: str) -> str:
    """Return the password of a login; it opens a throw-away record and nothing else."""
    return f"{login}-of-the-bench"


def furnish(address: str, scenery: Organisation) -> None:
    """Make the tables and write units, people, posts, standings and logins."""
    migrating.upgrade(address)
    hashes = asyncio.run(_hashes(scenery)) if scenery.branches else {}
    database = Database.open(address)
    try:
        database.write_now(lambda connection: _organisation(connection, scenery))
        database.write_now(lambda connection: _logins(connection, scenery, hashes))
    finally:
        database.close_now()


async def _hashes(scenery: Organisation) -> dict[str, str]:
    passwords = Passwords()
    return {login: await passwords.hashed(password_of(login)) for login in scenery.logins()}


def _organisation(connection: Connection, scenery: Organisation) -> None:
    units.add_unit(connection, id=DEPARTMENT, kind="department", name="Department")
    kind = "base-committee"
    units.add_unit(connection, id=COMMITTEE, kind=kind, name="Committee", parent=DEPARTMENT, may_approve=True)
    members = [(person, COMMITTEE) for person in scenery.committee]
    for branch, unit in enumerate(scenery.units):
        units.add_unit(connection, id=unit, kind="branch", name=f"Branch {branch}", parent=COMMITTEE)
        members += [(person, unit) for person in scenery.members(branch)]
    applicants = [scenery.applicant(number)[0] for number in range(scenery.applicants)]
    _people(connection, [person for person, _ in members] + applicants)
    for person, unit in members:
        set_standing(connection, person, "full-member", unit, _SINCE, source="bench")
    for person, role, unit in scenery.posts():
        organisation.add_post(connection, person_id=person, role=role, unit_id=unit, from_on=_SINCE)


def _people(connection: Connection, ids: list[str]) -> None:
    rows = [
        {"id": one, "name": f"Person {number}", "name_search": f"person {number}", "born_on": _BORN}
        for number, one in enumerate(ids)
    ]
    connection.execute(sa.insert(people), rows)


def _logins(connection: Connection, scenery: Organisation, hashes: dict[str, str]) -> None:
    now = datetime.now(UTC)
    for login, person in scenery.logins().items():
        accounts.add_account(connection, login=login, person=person, password_hash=hashes[login], now=now)
