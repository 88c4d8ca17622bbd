"""What may be changed in the organisation, and from which day: what would contradict itself is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from records.tables import cases, unit_changes, unit_closings
from records.unit_changes import changes_of

Why = Literal[
    "before-founding",
    "closed",
    "parent-not-there",
    "parent-closed",
    "circle",
    "kind-in-use",
    "units-below",
    "cases-since",
    "successor-not-there",
    "successor-closed",
    "successor-kind",
    "successor-itself",
    "successor-missing",
    "closing-already",
    "nothing-different",
]
"""Why a change of the organisation is refused."""


class ImpossibleChange(Exception):
    """The organisation would contradict itself on some day; `why` says how."""

    def __init__(self, why: Why) -> None:
        """Keep the reason."""
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class Forest:
    """Every unit above every unit, on every day: what is needed to say whether a tree is one."""

    said: Mapping[str, tuple[tuple[date, int, str], ...]]
    """By unit: from when, which change, and the unit above."""

    def parent(self, unit: str, day: date) -> str | None:
        """Return the unit above another on a day."""
        then = [word for word in self.said.get(unit, ()) if word[0] <= day]
        return max(then)[2] if then else None

    def days_from(self, day: date) -> list[date]:
        """Return a day and all later ones from which something stands elsewhere."""
        return sorted({day, *(word[0] for words in self.said.values() for word in words if word[0] > day)})

    def with_move(self, unit: str, day: date, parent: str) -> Forest:
        """Return the same with one word more."""
        words = self.said.get(unit, ())
        number = max((word[1] for word in words), default=0) + 1_000_000
        return Forest({**self.said, unit: (*words, (day, number, parent))})

    def above(self, unit: str, day: date) -> Iterator[str]:
        """Yield the units above another on a day, without an end where they stand in a circle."""
        above = self.parent(unit, day)
        while above is not None:
            yield above
            above = self.parent(above, day)

    def below(self, unit: str, day: date) -> Iterator[str]:
        """Yield the units right below another on a day."""
        return (other for other in self.said if self.parent(other, day) == unit)


def check_change(
    connection: Connection, unit_id: str, from_on: date, different: Mapping[str, object]
) -> None:
    """Raise ImpossibleChange where a unit cannot become different like that on that day, or NotFound."""
    _check_there(connection, unit_id, from_on)
    if "kind" in different and _open_cases(connection, unit_id):
        raise ImpossibleChange("kind-in-use")
    parent = different.get("parent_id")
    if parent is None:
        return
    _check_parent(connection, str(parent), from_on)
    forest = read_forest(connection).with_move(unit_id, from_on, str(parent))
    for day in forest.days_from(from_on):
        for above in forest.above(unit_id, day):
            if above == unit_id:
                raise ImpossibleChange("circle")


def check_closing(connection: Connection, unit_id: str, on: date, successors: frozenset[str]) -> None:
    """Raise ImpossibleChange where a unit cannot be closed on that day in favour of others, or NotFound."""
    _check_there(connection, unit_id, on, no_more="closing-already")
    if closing_day(connection, unit_id) is not None:
        raise ImpossibleChange("closing-already")
    forest = read_forest(connection)
    ended = {
        row.unit_id: row.from_on
        for row in connection.execute(sa.select(unit_closings.c.unit_id, unit_closings.c.from_on))
    }
    for day in forest.days_from(on):
        if any(below not in ended or ended[below] > day for below in forest.below(unit_id, day)):
            raise ImpossibleChange("units-below")
    opened_since = sa.select(cases.c.id).where(cases.c.unit_id == unit_id, cases.c.opened_on > on)
    if connection.execute(opened_since.limit(1)).first() is not None:
        raise ImpossibleChange("cases-since")
    kind = _kind_on(connection, unit_id, on)
    for successor in sorted(successors):
        if successor == unit_id:
            raise ImpossibleChange("successor-itself")
        founded = _founded_on(connection, successor)
        if founded is None or founded > on:
            raise ImpossibleChange("successor-not-there")
        if closing_day(connection, successor) is not None:
            raise ImpossibleChange("successor-closed")
        if _kind_on(connection, successor, on) != kind:
            raise ImpossibleChange("successor-kind")


def read_forest(connection: Connection) -> Forest:
    """Return who stands above whom on every day."""
    query = sa.select(
        unit_changes.c.unit_id, unit_changes.c.from_on, unit_changes.c.number, unit_changes.c.parent_id
    ).where(unit_changes.c.parent_id.is_not(None))
    said: dict[str, tuple[tuple[date, int, str], ...]] = {}
    for unit, from_on, number, parent in connection.execute(query):
        said[unit] = (*said.get(unit, ()), (from_on, number, parent))
    return Forest(said)


def closing_day(connection: Connection, unit_id: str) -> date | None:
    """Return the first day on which a unit is no more, also one to come; None while nobody closes it."""
    query = sa.select(unit_closings.c.from_on).where(unit_closings.c.unit_id == unit_id)
    return connection.execute(query).scalar()


def _check_there(connection: Connection, unit_id: str, day: date, no_more: Why = "closed") -> None:
    if day < changes_of(connection, unit_id)[0].from_on:
        raise ImpossibleChange("before-founding")
    ends = closing_day(connection, unit_id)
    if ends is not None and day >= ends:
        raise ImpossibleChange(no_more)


def _check_parent(connection: Connection, parent: str, day: date) -> None:
    founded = _founded_on(connection, parent)
    if founded is None or founded > day:
        raise ImpossibleChange("parent-not-there")
    if closing_day(connection, parent) is not None:
        raise ImpossibleChange("parent-closed")


def _founded_on(connection: Connection, unit_id: str) -> date | None:
    query = sa.select(unit_changes.c.from_on).where(
        unit_changes.c.unit_id == unit_id, unit_changes.c.number == 1
    )
    return connection.execute(query).scalar()


def _kind_on(connection: Connection, unit_id: str, day: date) -> str:
    query = sa.select(unit_changes.c.kind).where(
        unit_changes.c.unit_id == unit_id, unit_changes.c.kind.is_not(None), unit_changes.c.from_on <= day
    )
    order = (unit_changes.c.from_on.desc(), unit_changes.c.number.desc())
    return str(connection.execute(query.order_by(*order).limit(1)).scalar_one())


def _open_cases(connection: Connection, unit_id: str) -> bool:
    query = sa.select(cases.c.id).where(cases.c.unit_id == unit_id, cases.c.status != "closed").limit(1)
    return connection.execute(query).first() is not None
