"""Units and what lies below them, as conditions on rows and as questions to the tree of today."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Select

from records.tables import unit_closure, units

REMEMBERED = 512
"""Conditions that are kept, of the latest ones: building one takes longer than asking it."""

_LARGE = 20
"""A part is large that has one in so many of all units: its rows are found soon in any order."""


def units_below(tops: Sequence[str]) -> Select[Any]:
    """Select the ids of units and of all below them."""
    return _units_below(tuple(tops))


@lru_cache(REMEMBERED)
def _units_below(tops: tuple[str, ...]) -> Select[Any]:
    return sa.select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id.in_(tops))


def is_below(tops: Sequence[str], unit: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a unit is one of some, or below: for few rows, each of which is looked up."""
    return _is_below(tuple(tops), unit)


@lru_cache(REMEMBERED)
def _is_below(tops: tuple[str, ...], unit: ColumnElement[str]) -> ColumnElement[bool]:
    pair = sa.and_(unit_closure.c.ancestor_id.in_(tops), unit_closure.c.unit_id == unit)
    return sa.exists(sa.select(1).where(pair))


def is_only_root(connection: Connection, unit: str) -> bool:
    """Whether a unit stands above every other."""
    return list(connection.execute(_ROOTS).scalars()) == [unit]


def are_many(connection: Connection, tops: Sequence[str]) -> bool:
    """Whether units and what lies below them are a good part of all there are."""
    if not tops:
        return False
    return bool(connection.execute(_LARGE_PART, {"tops": tuple(tops)}).scalar_one())


def shared(connection: Connection, units_: Sequence[str], unit: str) -> tuple[str, ...]:
    """Return the tops of what lies both below this unit and below some."""
    if not units_:
        return ()
    asked = {"tops": tuple(units_), "unit": unit}
    if connection.execute(_BELOW_SOME, asked).first() is not None:
        return (unit,)
    return tuple(connection.execute(_SOME_BELOW, asked).scalars())


_TOPS: sa.BindParameter[Any] = sa.bindparam("tops", expanding=True)
_ROOTS = sa.select(units.c.id).where(units.c.parent_id.is_(None)).limit(2)
_BELOW_SOME = (
    sa.select(unit_closure.c.unit_id)
    .where(unit_closure.c.ancestor_id.in_(_TOPS), unit_closure.c.unit_id == sa.bindparam("unit"))
    .limit(1)
)
_SOME_BELOW = sa.select(unit_closure.c.unit_id).where(
    unit_closure.c.ancestor_id == sa.bindparam("unit"), unit_closure.c.unit_id.in_(_TOPS)
)
_LARGE_PART = sa.select(
    sa.select(sa.func.count()).where(unit_closure.c.ancestor_id.in_(_TOPS)).scalar_subquery() * _LARGE
    >= sa.select(sa.func.count()).select_from(units).scalar_subquery()
)
