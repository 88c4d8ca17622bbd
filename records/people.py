"""People as the organisation knows them, and what somebody is barred from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.cursors import Page
from records.names import searchable
from records.paging import in_order, page_of
from records.problems import NotFound, check_order
from records.searching import named, spell
from records.tables import people, restriction_entries, restrictions


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the organisation knows. `language` is the one messages are written in."""

    id: str
    name: str
    email: str | None
    language: str
    born_on: date | None


def add_person(
    connection: Connection,
    *,
    name: str,
    email: str | None = None,
    language: str = "zh",
    born_on: date | None = None,
    id: str | None = None,  # noqa: A002 - the column's name
) -> Person:
    """Add a person."""
    made, search = Person(id or uuid4().hex, name, email, language, born_on), searchable(name)
    connection.execute(
        sa.insert(people).values(
            id=made.id,
            name=name,
            name_search=search,
            email=email,
            language=language,
            born_on=born_on,
        )
    )
    spell(connection, made.id, search)
    return made


def change_person(connection: Connection, person_id: str, values: Mapping[str, Any]) -> Person:
    """Change any of name, email, language, born_on and return the person. Raises NotFound."""
    changed = {key: values[key] for key in ("name", "email", "language", "born_on") if key in values}
    person(connection, person_id)
    if "name" in changed:
        changed["name_search"] = searchable(changed["name"])
        spell(connection, person_id, changed["name_search"])
    if changed:
        connection.execute(sa.update(people).where(people.c.id == person_id).values(changed))
    return person(connection, person_id)


def person(connection: Connection, person_id: str) -> Person:
    """Return a person. Raises NotFound."""
    row = connection.execute(_ONE, {"one": person_id}).one_or_none()
    if row is None:
        raise NotFound("no such person")
    return _person(row)


def persons(connection: Connection, ids: Sequence[str]) -> tuple[Person, ...]:
    """Return people by id, in the order of the ids; unknown ids are left out."""
    rows = connection.execute(_SOME, {"some": ids}) if ids else ()
    return in_order(ids, map(_person, rows))


def list_people(
    connection: Connection, *, q: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Person]:
    """Return people by id; `q` is part of a name, in characters, pinyin or initials. Raises BadCursor."""
    query = sa.select(people)
    if q:
        query = query.where(named(connection, q)(people.c.id))
    rows, following = page_of(connection, query, people.c.id, cursor, limit)
    return Page(tuple(_person(row) for row in rows), following)


def names_of(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of people by id; unknown ids are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {row.id: row.name for row in connection.execute(_NAMES, {"some": wanted})}


def add_restriction(
    connection: Connection, person_id: str, restriction: str, from_on: date, to_on: date | None = None
) -> str:
    """Put a person under a restriction and return its id. Raises NotFound, OutOfOrder."""
    check_order(from_on, to_on)
    person(connection, person_id)
    made = uuid4().hex
    connection.execute(
        sa.insert(restrictions).values(
            id=made, person_id=person_id, restriction=restriction, from_on=from_on, to_on=to_on
        )
    )
    said = {"restriction": restriction, "from_on": from_on, "to_on": to_on}
    connection.execute(
        sa.insert(restriction_entries).values(restriction_id=made, number=1, person_id=person_id, **said)
    )
    return made


def _person(row: Row[Any]) -> Person:
    return Person(row.id, row.name, row.email, row.language, row.born_on)


# Written once: they are asked with every page, and building a statement takes longer than running it.
_SOME_IDS: sa.BindParameter[Any] = sa.bindparam("some", expanding=True)
_ONE = sa.select(people).where(people.c.id == sa.bindparam("one"))
_SOME = sa.select(people).where(people.c.id.in_(_SOME_IDS))
_NAMES = sa.select(people.c.id, people.c.name).where(people.c.id.in_(_SOME_IDS))
