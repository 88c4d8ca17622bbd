"""The organisation the chaos plays in: branches with committees, people who apply, logins of programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from records import accounts, migrating, organisation, units
from records.database import Database
from records.standings import set_standing

BRANCHES = 4
COMMITTEE = ("secretary", "deputy-secretary", "organisation-member", "publicity-member", "discipline-member")
MEMBERS = 5
"""Full members of a branch beside its committee."""
_SINCE = date(2010, 1, 1)
_NONE = "-"


@dataclass(frozen=True)
class Branch:
    """A branch: its id, the token of each who acts, its members, and those who will apply there."""

    unit: str
    tokens: dict[str, str]
    members: tuple[str, ...]
    applicants: tuple[str, ...]


def seed(address: str, applicants: int) -> list[Branch]:
    """Make the tables and the organisation in an empty database; `applicants` are for all branches."""
    migrating.upgrade(address)
    database = Database.open(address)
    try:
        return database.write_now(lambda connection: _organisation(connection, applicants))
    finally:
        database.close_now()


def _organisation(connection: Connection, applicants: int) -> list[Branch]:
    units.add_unit(connection, id="department", kind="department", name="D")
    units.add_unit(
        connection, id="committee", kind="base-committee", name="C", parent="department", may_approve=True
    )
    above = {role: _somebody(connection, role, "committee", role) for role in ("organiser", "reviewer")}
    organiser = _token(connection, above["organiser"])
    return [
        _branch(connection, f"branch-{number}", organiser, applicants // BRANCHES + 1)
        for number in range(BRANCHES)
    ]


def _branch(connection: Connection, unit: str, organiser: str, applicants: int) -> Branch:
    units.add_unit(connection, id=unit, kind="branch", name=unit, parent="committee")
    tokens = {"organiser": organiser}
    for role in COMMITTEE:
        person = _somebody(connection, f"{unit}.{role}", unit, role)
        tokens[role] = _token(connection, person)
    members = tuple(_somebody(connection, f"{unit}.member-{n}", unit, None) for n in range(MEMBERS))
    subjects = tuple(f"{unit}.applicant-{n}" for n in range(applicants))
    for subject in subjects:
        organisation.add_person(
            connection,
            id=subject,
            name=subject,
            email=f"{subject}@people.example",
            born_on=date(1995, 5, 4),
        )
    return Branch(unit, tokens, members, subjects)


def _somebody(connection: Connection, name: str, unit: str, role: str | None) -> str:
    made = organisation.add_person(
        connection, id=name, name=name, email=f"{name}@people.example", born_on=date(1980, 5, 4)
    )
    set_standing(connection, made.id, "full-member", unit, _SINCE, source="seed")
    if role is not None:
        organisation.add_post(connection, person_id=made.id, role=role, unit_id=unit, from_on=_SINCE)
    return made.id


def _token(connection: Connection, person: str) -> str:
    # Behind the clock of any run, and never used: these people have tokens and no password.
    now = datetime.now(UTC) - timedelta(days=30)
    accounts.add_account(connection, login=person, person=person, password_hash=_NONE, now=now)
    return accounts.begin(connection, login=person, now=now, kind="token", lasts=None, name="chaos")


def sqlite_address(folder: Path) -> str:
    """Return the address of a SQLite record in a folder."""
    return f"sqlite:///{folder / 'accede.db'}"
