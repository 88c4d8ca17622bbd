"""Reads and writes the organisation many rows at a time, each as the row of a sheet would say it.

What a row says is a mapping from the names of its columns to text, days, true and false, or None. What never
held, because it was ended before it began, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row, Select, Table

from domain.batches import in_batches
from records import words
from records.copying import pour
from records.dialects import is_among
from records.lending import LIMITS, kept
from records.names import endings, searchable
from records.post_notes import keep_others_out, note_rows
from records.tables import (
    delegations,
    name_endings,
    people,
    posts,
    restriction_entries,
    restrictions,
    standings,
    unit_changes,
    unit_closure,
    units,
)
from records.unit_changes import EVER, Said

Says = dict[str, object]

_SOME: Final = 5_000
"""Ids that are asked for in one statement."""

_LIMITED: Final = frozenset(column.name for column in LIMITS)

_founding = unit_changes.alias()
_word = restriction_entries.alias()
_later = restriction_entries.alias()


def _lasts(table: Table) -> ColumnElement[bool]:
    return sa.or_(table.c.to_on.is_(None), table.c.to_on >= table.c.from_on)


def _days(table: Table) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return table.c.from_on.label("from"), table.c.to_on.label("to")


_SELECTS: Final[Mapping[str, tuple[Table, Select[Any]]]] = {
    "units": (
        units,
        sa.select(
            units.c.id,
            units.c.kind,
            units.c.name,
            units.c.parent_id.label("parent"),
            units.c.may_approve,
            units.c.temporary,
            _founding.c.from_on.label("from"),
            sa.func.coalesce(units.c.closed_on, units.c.closing_from, type_=units.c.closed_on.type).label(
                "to"
            ),
        ).join(_founding, sa.and_(_founding.c.unit_id == units.c.id, _founding.c.number == 1)),
    ),
    "people": (
        people,
        sa.select(people.c.id, people.c.name, people.c.email, people.c.language, people.c.born_on),
    ),
    "standings": (
        standings,
        sa.select(
            standings.c.id,
            standings.c.person_id.label("person"),
            standings.c.standing,
            standings.c.unit_id.label("unit"),
            *_days(standings),
            standings.c.source,
        ).where(_lasts(standings)),
    ),
    "posts": (
        posts,
        sa.select(
            posts.c.id,
            posts.c.person_id.label("person"),
            posts.c.role,
            posts.c.unit_id.label("unit"),
            *_days(posts),
        ).where(_lasts(posts)),
    ),
    "delegations": (
        delegations,
        sa.select(
            delegations.c.id,
            delegations.c.post_id.label("post"),
            delegations.c.substitute_id.label("substitute"),
            *_days(delegations),
            *LIMITS,
        ).where(_lasts(delegations)),
    ),
    "restrictions": (
        restrictions,
        sa.select(
            restrictions.c.id,
            restrictions.c.person_id.label("person"),
            restrictions.c.restriction,
            *_days(restrictions),
            _word.c.reason,
        )
        .join(_word, _word.c.restriction_id == restrictions.c.id)
        .where(
            _lasts(restrictions),
            sa.not_(
                sa.exists().where(
                    _later.c.restriction_id == _word.c.restriction_id, _later.c.number > _word.c.number
                )
            ),
        ),
    ),
}


def entries(connection: Connection, sheet: str, ids: Iterable[str]) -> dict[str, Says]:
    """Return what the record says by ids, as rows of a sheet; unknown ids are left out."""
    table, query = _SELECTS[sheet]
    return {str(one["id"]): one for one in _among(connection, query, table.c.id, ids)}


def entries_of(connection: Connection, sheet: str, owners: Iterable[str]) -> list[Says]:
    """Return the standings, posts or restrictions of people, or the delegations of posts."""
    table, query = _SELECTS[sheet]
    owner = table.c.post_id if sheet == "delegations" else table.c.person_id
    return list(_among(connection, query, owner, owners))


def all_entries(
    connection: Connection, sheet: str, within: Sequence[str] | None = None, at_once: int = 2_000
) -> Iterator[Says]:
    """Yield all rows of a sheet by id, or those that belong to units below some; few are held at a time."""
    table, query = _SELECTS[sheet]
    if within is not None:
        query = query.where(_belongs(sheet, within))
    after = ""
    while True:
        rows = connection.execute(query.where(table.c.id > after).order_by(table.c.id).limit(at_once)).all()
        yield from _all_say(connection, rows)
        if len(rows) < at_once:
            return
        after = rows[-1].id


def _belongs(sheet: str, tops: Sequence[str]) -> ColumnElement[bool]:
    below = sa.select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id.in_(tops))
    held = sa.select(posts.c.id).where(posts.c.unit_id.in_(below))
    stood = sa.select(standings.c.person_id).where(standings.c.unit_id.in_(below))
    holders = sa.select(posts.c.person_id).where(posts.c.unit_id.in_(below))
    return {
        "units": units.c.id.in_(below),
        "people": sa.or_(people.c.id.in_(stood), people.c.id.in_(holders)),
        "standings": standings.c.unit_id.in_(below),
        "posts": posts.c.unit_id.in_(below),
        "delegations": delegations.c.post_id.in_(held),
        "restrictions": restrictions.c.person_id.in_(stood),
    }[sheet]


def known(connection: Connection, sheet: str, ids: Iterable[str]) -> set[str]:
    """Return those of some ids that the record has."""
    table, _ = _SELECTS[sheet]
    found = (
        connection.execute(sa.select(table.c.id).where(is_among(connection, table.c.id, some))).scalars()
        for some in in_batches(sorted(set(ids)), _SOME)
    )
    return {one for some in found for one in some}


def births(connection: Connection) -> Iterator[tuple[str, str, date]]:
    """Yield id, name and birthday of everybody whose birthday is known."""
    query = sa.select(people.c.id, people.c.name, people.c.born_on).where(people.c.born_on.is_not(None))
    for row in connection.execute(query.execution_options(yield_per=2_000)):
        yield row.id, row.name, row.born_on


def add_units(
    connection: Connection, new: Sequence[Says], above: Callable[[str], Sequence[str]], said: Said | None
) -> None:
    """Add units, each after the one above it. `above` names a unit, then what stands above, up to the root.

    One that stands below another for longer than that was there is put there on that one's first day.
    """
    pour(connection, units, [_unit_row(one) for one in new])
    closure = [
        {"ancestor_id": ancestor, "unit_id": one["id"], "depth": depth}
        for one in new
        for depth, ancestor in enumerate(above(str(one["id"])))
    ]
    pour(connection, unit_closure, closure)
    founded = _foundings(connection, {str(one["parent"]) for one in new if one["parent"]})
    founded |= {str(one["id"]): _first(one) for one in new}
    changes = [change for one in new for change in _told(one, founded, said)]
    pour(connection, unit_changes, changes)


def _unit_row(one: Says) -> Says:
    ends = _gone(one)
    return {
        "id": one["id"],
        "kind": one["kind"],
        "name": one["name"],
        "parent_id": one["parent"],
        "temporary": one["temporary"],
        "may_approve": one["may_approve"],
        "closing_from": ends,
        "closed_on": ends,
    }


def _told(one: Says, founded: Mapping[str, date], said: Said | None) -> Iterator[Says]:
    """Yield what is to be written down of a new unit: its founding, when it moved, and its end."""
    nothing = dict.fromkeys(("name", "kind", "parent_id", "may_approve", "temporary", "closed"))
    who = {
        "recorded_at": None if said is None else said.at,
        "recorded_by": None if said is None else said.by,
        "reason": None if said is None else said.reason,
    }
    parent, first = one["parent"], _first(one)
    comes = founded[str(parent)] if parent else first
    states = {"name": one["name"], "kind": one["kind"]}
    powers = {"may_approve": one["may_approve"], "temporary": one["temporary"]}
    number = 1
    place = {"parent_id": None if comes > first else parent}
    yield {**nothing, "unit_id": one["id"], "number": 1, "from_on": first, **who, **states, **powers, **place}
    if comes > first:
        number += 1
        yield {
            **nothing,
            "unit_id": one["id"],
            "number": number,
            "from_on": comes,
            **who,
            "parent_id": parent,
        }
    ends = _gone(one)
    if ends is not None:
        yield {**nothing, "unit_id": one["id"], "number": number + 1, "from_on": ends, **who, "closed": True}


def _first(one: Says) -> date:
    first = one["from"]
    return first if isinstance(first, date) else EVER


def _gone(one: Says) -> date | None:
    last = one["to"]
    return last + timedelta(days=1) if isinstance(last, date) else None


def _foundings(connection: Connection, ids: Iterable[str]) -> dict[str, date]:
    query = sa.select(unit_changes.c.unit_id, unit_changes.c.from_on).where(unit_changes.c.number == 1)
    found: dict[str, date] = {}
    for some in in_batches(sorted(set(ids)), _SOME):
        rows = connection.execute(query.where(is_among(connection, unit_changes.c.unit_id, some)))
        found |= {row.unit_id: row.from_on for row in rows}
    return found


def add_people(connection: Connection, new: Sequence[Says]) -> None:
    """Add people, so that they are found by their names."""
    searched = {str(one["id"]): searchable(str(one["name"])) for one in new}
    pour(connection, people, [{**one, "name_search": searched[str(one["id"])]} for one in new])
    spelled = [
        {"ending": ending, "person_id": person}
        for person, search in searched.items()
        for ending in sorted(endings(search))
    ]
    pour(connection, name_endings, spelled)


def add_standings(connection: Connection, new: Sequence[Says], source: str) -> None:
    """Add standings that come from somewhere."""
    rows = [
        {
            "id": one["id"],
            "person_id": one["person"],
            "standing": one["standing"],
            "unit_id": one["unit"],
            **_lasting(one),
            "source": source,
        }
        for one in new
    ]
    pour(connection, standings, rows)


def add_posts(connection: Connection, new: Sequence[Says], said: Said) -> None:
    """Give posts; `said` tells by whom and when."""
    rows = [
        {
            "id": one["id"],
            "person_id": one["person"],
            "role": one["role"],
            "unit_id": one["unit"],
            **_lasting(one),
            "granted_by": said.by,
            "granted_at": said.at,
        }
        for one in new
    ]
    keep_others_out(connection)
    pour(connection, posts, rows)
    note_rows(connection, "post", "given", [str(one["id"]) for one in new], said)


def add_delegations(connection: Connection, new: Sequence[Says], said: Said) -> None:
    """Lend posts, the same way."""
    rows = [
        {
            "id": one["id"],
            "post_id": one["post"],
            "substitute_id": one["substitute"],
            **_lasting(one),
            **{limit: kept(str(one[limit] or "").split()) for limit in _LIMITED},
            "granted_by": said.by,
            "granted_at": said.at,
        }
        for one in new
    ]
    keep_others_out(connection)
    pour(connection, delegations, rows)
    note_rows(connection, "delegation", "given", [str(one["id"]) for one in new], said)


def add_restrictions(connection: Connection, new: Sequence[Says], said: Said | None) -> None:
    """Put people under restrictions, and write the first word about each down."""
    rows = [
        {
            "id": one["id"],
            "person_id": one["person"],
            "restriction": one["restriction"],
            **_lasting(one),
        }
        for one in new
    ]
    pour(connection, restrictions, rows)
    first = [
        {
            "restriction_id": one["id"],
            "number": 1,
            "person_id": one["person"],
            "restriction": one["restriction"],
            **_lasting(one),
            "reason": _kept_reason(connection, one, said),
            "recorded_at": None if said is None else said.at,
            "recorded_by": None if said is None else said.by,
        }
        for one in new
    ]
    pour(connection, restriction_entries, first)


def _kept_reason(connection: Connection, one: Says, said: Said | None) -> object:
    reason = one["reason"]
    if said is None or not isinstance(reason, str):
        return reason
    return words.sealed(connection, (str(one["person"]),), reason, said.at)


def _lasting(one: Says) -> Says:
    return {"from_on": one["from"], "to_on": one["to"]}


def _among(
    connection: Connection, query: Select[Any], column: ColumnElement[str], wanted: Iterable[str]
) -> Iterator[Says]:
    for some in in_batches(sorted(set(wanted)), _SOME):
        rows = connection.execute(query.where(is_among(connection, column, some))).all()
        yield from _all_say(connection, rows)


def _all_say(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[Says]:
    """Yield what rows say, with reasons opened where they are sealed."""
    every = [_says(row) for row in rows]
    if every and "reason" in every[0]:
        kept = [((str(one["person"]),), row.reason) for one, row in zip(every, rows, strict=True)]
        for one, reason in zip(every, words.opened(connection, kept), strict=True):
            one["reason"] = reason
    yield from every


def _says(row: Row[Any]) -> Says:
    says: Says = dict(row._mapping)  # noqa: SLF001 - the public way to a row's columns by name
    for limit in _LIMITED & says.keys():
        says[limit] = None if says[limit] is None else str(says[limit]).strip()
    if says.get("from") == EVER:
        says["from"] = None
    if "may_approve" in says and isinstance(says["to"], date):
        says["to"] = says["to"] - timedelta(days=1)
    return says
