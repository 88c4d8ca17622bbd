"""Adds to the organisation many rows at a time, each as the row of a sheet says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from domain.batches import in_batches
from records import words
from records.bulk import AT_ONCE, LIMITED, Says
from records.copying import pour
from records.dialects import is_among
from records.lending import kept
from records.names import endings, searchable
from records.post_notes import What, keep_others_out, note_rows
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
    for some in in_batches(sorted(set(ids)), AT_ONCE):
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
        }
        for one in new
    ]
    _give(connection, "post", posts, rows, said)


def add_delegations(connection: Connection, new: Sequence[Says], said: Said) -> None:
    """Lend posts, the same way."""
    rows = [
        {
            "id": one["id"],
            "post_id": one["post"],
            "substitute_id": one["substitute"],
            **_lasting(one),
            **{limit: kept(str(one[limit] or "").split()) for limit in LIMITED},
        }
        for one in new
    ]
    _give(connection, "delegation", delegations, rows, said)


def _give(connection: Connection, what: What, table: Table, rows: Sequence[Says], said: Said) -> None:
    """Write rows of posts or of what is lent, with who gave them and when, and note them in the log."""
    keep_others_out(connection)
    pour(connection, table, [row | {"granted_by": said.by, "granted_at": said.at} for row in rows])
    note_rows(connection, what, "given", [str(row["id"]) for row in rows], said)


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
