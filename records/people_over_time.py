"""What was said of people by hand: their names and addresses, and their standings. No word replaces another.

`people` and `standings` hold the last word. The first one is written down when the second one comes, so that
what nobody ever corrected stands in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records import people as register
from records import words
from records.people import Person
from records.problems import NotFound, check_order
from records.tables import people, person_changes, standing_entries, standings
from records.unit_changes import Said


@dataclass(frozen=True, slots=True)
class PersonWord:
    """How somebody was written down from a moment on."""

    number: int
    """From 1; what the first one says was so from the beginning."""
    name: str
    email: str | None
    language: str
    born_on: date | None
    reason: str | None
    recorded_at: datetime | None
    recorded_by: str | None


@dataclass(frozen=True, slots=True)
class StandingWord:
    """A word about one standing; of several the last one counts."""

    id: str
    number: int
    person: str
    standing: str
    unit: str
    from_on: date
    to_on: date | None
    """The last day; before the first where it never was."""
    reason: str | None
    recorded_at: datetime | None
    recorded_by: str | None


def change_person(connection: Connection, person_id: str, values: Mapping[str, Any], said: Said) -> Person:
    """Change any of name, email, language, born_on; what they were stays. Raises NotFound."""
    before = register.person(connection, person_id)
    number = _last_number(connection, person_changes, person_changes.c.person_id, person_id)
    if number == 0:
        number = 1
        _note_person(connection, before, number, None)
    after = register.change_person(connection, person_id, values)
    _note_person(connection, after, number + 1, said)
    return after


def keep_others_out(connection: Connection, *ids: str) -> None:
    """Have others who change one of these people, or say something of them, wait until this is over.

    Rows may go on naming them meanwhile, as those of acts do.
    """
    query = sa.select(people.c.id).where(people.c.id.in_(ids)).order_by(people.c.id)
    connection.execute(query.with_for_update(key_share=True))


def words_about(connection: Connection, person_id: str) -> tuple[PersonWord, ...]:
    """Return how somebody was written down over time, in order; one word where that never changed.

    Raises NotFound.
    """
    known = register.person(connection, person_id)
    query = sa.select(person_changes).where(person_changes.c.person_id == person_id)
    rows = connection.execute(query.order_by(person_changes.c.number)).all()
    if not rows:
        return (PersonWord(1, known.name, known.email, known.language, known.born_on, None, None, None),)
    reasons = words.opened(connection, [((person_id,), row.reason) for row in rows])
    return tuple(
        PersonWord(
            row.number,
            row.name,
            row.email,
            row.language,
            row.born_on,
            reason,
            row.recorded_at,
            row.recorded_by,
        )
        for row, reason in zip(rows, reasons, strict=True)
    )


def begin_standing(  # noqa: PLR0917 - what a standing is, and who says so
    connection: Connection,
    person: str,
    standing: str,
    unit: str,
    from_on: date,
    to_on: date | None,
    said: Said,
) -> str:
    """Write down a standing that was gained outside of any case, and return its id. Raises OutOfOrder."""
    check_order(from_on, to_on)
    made = uuid4().hex
    held = {"person_id": person, "standing": standing, "unit_id": unit, "from_on": from_on, "to_on": to_on}
    connection.execute(sa.insert(standings).values(id=made, source="register", **held))
    _note_standing(connection, made, 1, held, said)
    return made


def correct_standing(  # noqa: PLR0917 - what a standing is, and who says so
    connection: Connection, person: str, standing_id: str, from_on: date, to_on: date | None, said: Said
) -> None:
    """Say that a standing has other days; a last day before the first: it never was. Raises NotFound."""
    mine = sa.and_(standings.c.id == standing_id, standings.c.person_id == person)
    row = connection.execute(sa.select(standings).where(mine).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("no such standing")
    held = {"person_id": person, "standing": row.standing, "unit_id": row.unit_id}
    number = _last_number(connection, standing_entries, standing_entries.c.standing_id, standing_id)
    if number == 0:
        number = 1
        _note_standing(connection, standing_id, 1, {**held, "from_on": row.from_on, "to_on": row.to_on}, None)
    days = {"from_on": from_on, "to_on": to_on}
    connection.execute(sa.update(standings).where(standings.c.id == standing_id).values(days))
    _note_standing(connection, standing_id, number + 1, {**held, **days}, said)


def words_about_standings(connection: Connection, person_id: str) -> tuple[StandingWord, ...]:
    """Return every word that was said by hand about the standings of somebody, by standing and in order."""
    query = sa.select(standing_entries).where(standing_entries.c.person_id == person_id)
    order = (standing_entries.c.standing_id, standing_entries.c.number)
    rows = connection.execute(query.order_by(*order)).all()
    reasons = words.opened(connection, [((person_id,), row.reason) for row in rows])
    return tuple(_word(row, reason) for row, reason in zip(rows, reasons, strict=True))


def _word(row: Row[Any], reason: str | None) -> StandingWord:
    return StandingWord(
        row.standing_id,
        row.number,
        row.person_id,
        row.standing,
        row.unit_id,
        row.from_on,
        row.to_on,
        reason,
        row.recorded_at,
        row.recorded_by,
    )


def _last_number(connection: Connection, table: sa.Table, column: sa.Column[Any], own_id: str) -> int:
    return connection.execute(sa.select(sa.func.max(table.c.number)).where(column == own_id)).scalar() or 0


def _note_person(connection: Connection, person: Person, number: int, said: Said | None) -> None:
    connection.execute(
        sa.insert(person_changes).values(
            person_id=person.id,
            number=number,
            name=person.name,
            email=person.email,
            language=person.language,
            born_on=person.born_on,
            **_who(connection, person.id, said),
        )
    )


def _note_standing(
    connection: Connection, standing_id: str, number: int, held: Mapping[str, object], said: Said | None
) -> None:
    who = _who(connection, str(held["person_id"]), said)
    connection.execute(
        sa.insert(standing_entries).values(standing_id=standing_id, number=number, **held, **who)
    )


def _who(connection: Connection, person: str, said: Said | None) -> dict[str, object]:
    if said is None:
        return {"reason": None, "recorded_at": None, "recorded_by": None}
    reason = words.sealed(connection, (person,), said.reason, said.at)
    return {"reason": reason, "recorded_at": said.at, "recorded_by": said.by}
