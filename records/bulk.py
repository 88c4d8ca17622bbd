"""Reads the organisation many rows at a time, each as the row of a sheet would say it.

What a row says is a mapping from the names of its columns to text, days, true and false, or None. What never
held, because it was ended before it began, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row, Select, Table

from domain.batches import in_batches
from records import words
from records.dialects import is_among
from records.lending import LIMITS
from records.tables import (
    delegations,
    people,
    posts,
    restriction_entries,
    restrictions,
    standings,
    unit_changes,
    unit_closure,
    units,
)
from records.unit_changes import EVER

Says = dict[str, object]

AT_ONCE: Final = 5_000
"""Ids that are asked for in one statement."""

LIMITED: Final = frozenset(column.name for column in LIMITS)
"""The columns that say what a post is lent for: words in one text."""

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
        for some in in_batches(sorted(set(ids)), AT_ONCE)
    )
    return {one for some in found for one in some}


def births(connection: Connection) -> Iterator[tuple[str, str, date]]:
    """Yield id, name and birthday of everybody whose birthday is known."""
    query = sa.select(people.c.id, people.c.name, people.c.born_on).where(people.c.born_on.is_not(None))
    for row in connection.execute(query.execution_options(yield_per=2_000)):
        yield row.id, row.name, row.born_on


def _among(
    connection: Connection, query: Select[Any], column: ColumnElement[str], wanted: Iterable[str]
) -> Iterator[Says]:
    for some in in_batches(sorted(set(wanted)), AT_ONCE):
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
    for limit in LIMITED & says.keys():
        says[limit] = None if says[limit] is None else str(says[limit]).strip()
    if says.get("from") == EVER:
        says["from"] = None
    if "may_approve" in says and isinstance(says["to"], date):
        says["to"] = says["to"] - timedelta(days=1)
    return says
