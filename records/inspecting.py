"""Reads what a look over the organisation needs: whole tables, once, and no more of each than that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from records.door_tables import accounts
from records.held_units import held_now, held_on
from records.tables import delegations, people, posts, standings, unit_closure, units
from records.unit_trees import wrong_units


class SeenUnit(NamedTuple):
    """A unit as it is shown today."""

    id: str
    kind: str
    name: str
    parent: str | None
    temporary: bool
    may_approve: bool
    closed_on: date | None


class HeldPost(NamedTuple):
    """A post that is held today."""

    id: str
    person: str
    role: str
    unit: str


class SeenStanding(NamedTuple):
    """A standing, with its days."""

    id: str
    person: str
    standing: str
    unit: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class Snapshot:
    """The units, who holds what in them, and how many are what there."""

    units: dict[str, SeenUnit]
    posts: Sequence[HeldPost]
    members: dict[tuple[str, str], int]
    """By unit and standing: how many have it today."""
    holders: dict[str, frozenset[str]]
    """By person who holds a post: the standings he has today."""

    def standings_of(self, person: str) -> frozenset[str]:
        """Return the standings of somebody who holds a post."""
        return self.holders.get(person, frozenset())


def snapshot(connection: Connection, today: date) -> Snapshot:
    """Read it."""
    query = sa.select(
        units.c.id,
        units.c.kind,
        units.c.name,
        units.c.parent_id,
        units.c.temporary,
        units.c.may_approve,
        units.c.closed_on,
    )
    held = sa.select(posts.c.id, posts.c.person_id, posts.c.role, posts.c.unit_id).where(
        held_now(posts, today)
    )
    count = sa.func.count(sa.distinct(standings.c.person_id))
    there = sa.select(standings.c.unit_id, standings.c.standing, count).where(held_on(standings, today))
    grouped = there.group_by(standings.c.unit_id, standings.c.standing)
    some = sa.select(posts.c.person_id).where(held_now(posts, today))
    of_holders = sa.select(standings.c.person_id, standings.c.standing).where(
        held_on(standings, today), standings.c.person_id.in_(some)
    )
    holders: dict[str, frozenset[str]] = {}
    for person, standing in connection.execute(of_holders):
        holders[person] = holders.get(person, frozenset()) | {standing}
    return Snapshot(
        {row.id: SeenUnit(*row) for row in connection.execute(query)},
        [HeldPost(*row) for row in connection.execute(held.order_by(posts.c.id))],
        {(unit, standing): number for unit, standing, number in connection.execute(grouped)},
        holders,
    )


def wrong_closures(connection: Connection, seen: Snapshot) -> list[str]:
    """Return the units of which it is written down wrongly what stands above them."""
    written: dict[str, set[tuple[str, int]]] = {}
    pairs = sa.select(unit_closure.c.unit_id, unit_closure.c.ancestor_id, unit_closure.c.depth)
    for unit, ancestor, depth in connection.execute(pairs):
        written.setdefault(unit, set()).add((ancestor, depth))
    wrong = {unit for unit in written if unit not in seen.units}
    for unit in seen.units:
        if written.get(unit, set()) != set(_above(seen, unit)):
            wrong.add(unit)
    return sorted(wrong)


def _above(seen: Snapshot, unit: str) -> Iterator[tuple[str, int]]:
    above: str | None = unit
    passed: set[str] = set()
    while above is not None and above not in passed:
        yield above, len(passed)
        passed.add(above)
        there = seen.units.get(above)
        above = None if there is None else there.parent


def wrong_pictures(connection: Connection, today: date) -> list[str]:
    """Return the units that are shown otherwise than what was said of them for today."""
    return wrong_units(connection, today)


def people_without_unit(connection: Connection, today: date) -> list[tuple[str, str]]:
    """Return id and name of everybody without a standing and without a post."""
    stands = sa.exists().where(standings.c.person_id == people.c.id, held_on(standings, today))
    holds = sa.exists().where(posts.c.person_id == people.c.id, held_now(posts, today))
    query = sa.select(people.c.id, people.c.name).where(sa.not_(stands), sa.not_(holds))
    return [(row.id, row.name) for row in connection.execute(query.order_by(people.c.id))]


def standings_by_person(connection: Connection) -> Iterator[tuple[str, list[SeenStanding]]]:
    """Yield the standings of everybody, person by person; those that never held are left out."""
    lasts = sa.or_(standings.c.to_on.is_(None), standings.c.to_on >= standings.c.from_on)
    query = (
        sa.select(
            standings.c.id,
            standings.c.person_id,
            standings.c.standing,
            standings.c.unit_id,
            standings.c.from_on,
            standings.c.to_on,
        )
        .where(lasts)
        .order_by(standings.c.person_id, standings.c.from_on)
        .execution_options(yield_per=2_000)
    )
    rows = (SeenStanding(*row) for row in connection.execute(query))
    for person, together in groupby(rows, key=lambda one: one.person):
        yield person, list(together)


def loans_to_nobody_who_logs_in(connection: Connection, today: date) -> list[str]:
    """Return the delegations, now and to come, whose substitutes have no login that works."""
    logs_in = sa.exists().where(
        accounts.c.person_id == delegations.c.substitute_id, accounts.c.disabled.is_(False)
    )
    lasts = sa.or_(delegations.c.to_on.is_(None), delegations.c.to_on >= today)
    begins = sa.or_(delegations.c.to_on.is_(None), delegations.c.to_on >= delegations.c.from_on)
    query = sa.select(delegations.c.id).where(
        lasts, begins, delegations.c.revoked_at.is_(None), sa.not_(logs_in)
    )
    return list(connection.execute(query.order_by(delegations.c.id)).scalars())
