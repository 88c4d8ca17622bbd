"""Figures over many cases, within a scope: counted by the database, each group once.

What is seen of everything is counted from an index alone, a period at a time; what is seen of a part, by its
cases. Days come back as histograms, of which a median is exact: a handful of groups, whatever was counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Select

from records.below import is_only_root
from records.progress_tables import done_steps, stage_stays
from records.scope import Scope
from records.tables import cases, people, tasks, units

_CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Asked:
    """Of what figures are: cases of one process, in a unit and below, in a period whose ends count."""

    process: str
    first: date
    last: date
    unit: str | None = None


class Standing(NamedTuple):
    """How many cases stand in a stage, by whether they are closed and what their subjects are."""

    stage: str
    standing: str
    is_closed: bool
    number: int


class Lasted(NamedTuple):
    """How many stays in a stage took so many days."""

    stage: str
    days: int
    number: int


class Since(NamedTuple):
    """How many cases are in a stage since a day."""

    stage: str
    entered_on: date
    number: int


class Waited(NamedTuple):
    """How often a step waited so many days, by the actor as whom it was done; None: by time.

    Whether it was late is None where there was no deadline.
    """

    step: str
    days: int
    is_late: bool | None
    done_as: str | None
    number: int


class Load(NamedTuple):
    """What one actor is asked for, over all cases: now, of that overdue, later, and what was done."""

    actor: str
    now: int
    overdue: int
    later: int

    @property
    def number(self) -> int:
        """How much there is to do."""
        return self.now + self.later


class Gained(NamedTuple):
    """How many people gained a standing in a month, `2026-05`."""

    standing: str
    month: str
    number: int


class Act(NamedTuple):
    """A step that was done."""

    case: str
    process: str
    digest: str
    subject_name: str
    step: str
    done_on: date
    done_as: str | None


def where_cases_stand(connection: Connection, scope: Scope, asked: Asked) -> tuple[Standing, ...]:
    """Return where the cases that began in the period stand now."""
    began = cases.c.opened_on.between(asked.first, asked.last)
    seen = _cases(connection, scope, asked.process, asked.unit, began).subquery()
    closed = sa.case((seen.c.status == _CLOSED, 1), else_=0)
    keys = (seen.c.stage, seen.c.standing, closed)
    query = sa.select(*keys, sa.func.count()).group_by(*keys)
    return tuple(
        Standing(stage, standing, bool(ended), n) for stage, standing, ended, n in _all(connection, query)
    )


def how_long_stages_took(connection: Connection, scope: Scope, asked: Asked) -> tuple[Lasted, ...]:
    """Return how long stages took that were finished in the period."""
    keys = (stage_stays.c.stage, stage_stays.c.days)
    left = (stage_stays.c.left_on.between(asked.first, asked.last), stage_stays.c.outcome.is_(None))
    query = _counted(connection, scope, asked, stage_stays, keys, *left)
    return tuple(Lasted(*row) for row in _all(connection, query))


def since_when(connection: Connection, scope: Scope, asked: Asked) -> tuple[Since, ...]:
    """Return since when cases are in the stage they are in."""
    keys = (stage_stays.c.stage, stage_stays.c.entered_on)
    query = _counted(connection, scope, asked, stage_stays, keys, stage_stays.c.left_on.is_(None))
    return tuple(Since(*row) for row in _all(connection, query))


def how_long_steps_waited(connection: Connection, scope: Scope, asked: Asked) -> tuple[Waited, ...]:
    """Return how long steps waited that were done in the period, whether they were late, and who did them."""
    late = sa.case((done_steps.c.late.is_(None), -1), (done_steps.c.late > 0, 1), else_=0)
    keys = (done_steps.c.step, done_steps.c.waited, late, done_steps.c.done_as)
    query = _counted(connection, scope, asked, done_steps, keys, _done_in(asked))
    return tuple(
        Waited(step, days, None if is_late < 0 else is_late == 1, done_as, n)
        for step, days, is_late, done_as, n in _all(connection, query)
    )


def what_is_asked(connection: Connection, scope: Scope, asked: Asked) -> tuple[Load, ...]:
    """Return what is asked of each actor today: one for each post or person asked, by actor."""
    ready = sa.or_(tasks.c.not_before.is_(None), tasks.c.not_before <= scope.today)
    query = (
        sa.select(
            tasks.c.actor,
            sa.func.sum(sa.case((ready, 1), else_=0)),
            sa.func.sum(sa.case((sa.and_(ready, tasks.c.due_on < scope.today), 1), else_=0)),
            sa.func.sum(sa.case((ready, 0), else_=1)),
        )
        .where(sa.not_(tasks.c.paused))
        .group_by(tasks.c.actor)
    )
    if _part(connection, scope, asked) is not None or processes_there(connection) != (asked.process,):
        seen = _cases(connection, scope, asked.process, asked.unit, cases.c.status == "open").subquery()
        query = query.where(tasks.c.case_id.in_(sa.select(seen.c.id)))
    return tuple(
        Load(actor, int(now), int(late), int(later)) for actor, now, late, later in _all(connection, query)
    )


def standings_gained(connection: Connection, scope: Scope, asked: Asked) -> tuple[Gained, ...]:
    """Return how many people gained which standing in each month of the period."""
    month = sa.func.substr(sa.type_coerce(stage_stays.c.left_on, sa.String), 1, 7)
    left = (stage_stays.c.left_on.between(asked.first, asked.last), stage_stays.c.standing.is_not(None))
    query = _counted(connection, scope, asked, stage_stays, (stage_stays.c.standing, month), *left)
    return tuple(Gained(*row) for row in _all(connection, query))


def done_by_day(connection: Connection, scope: Scope, asked: Asked) -> dict[date, int]:
    """Return how many steps were done on each day of the period."""
    query = _counted(connection, scope, asked, done_steps, (done_steps.c.done_on,), _done_in(asked))
    return {row[0]: row[1] for row in _all(connection, query)}


def latest_acts(connection: Connection, scope: Scope, asked: Asked, limit: int) -> tuple[Act, ...]:
    """Return what was done last in the period, the latest first."""
    acts = sa.select(done_steps.c.case_id, done_steps.c.seq, done_steps.c.done_on).where(_done_in(asked))
    part = _part(connection, scope, asked)
    if part is None:
        acts = acts.where(done_steps.c.process == asked.process)
    elif (seen := scope.in_any_order(connection, asked.unit)) is not None:
        acts = acts.join(cases, cases.c.id == done_steps.c.case_id)
        acts = acts.where(done_steps.c.process == asked.process, seen)
    else:
        acts = acts.where(done_steps.c.case_id.in_(part))
    last = acts.order_by(done_steps.c.done_on.desc()).limit(limit).subquery()
    query = (
        sa.select(cases.c.id, cases.c.process, cases.c.digest, people.c.name)
        .add_columns(done_steps.c.step, done_steps.c.done_on, done_steps.c.done_as)
        .select_from(last)
        .join(done_steps, sa.and_(done_steps.c.case_id == last.c.case_id, done_steps.c.seq == last.c.seq))
        .join(cases, cases.c.id == last.c.case_id)
        .join(people, people.c.id == cases.c.subject_id)
        .order_by(last.c.done_on.desc(), last.c.case_id, last.c.seq.desc())
    )
    return tuple(Act(*row) for row in _all(connection, query))


def processes_there(connection: Connection) -> tuple[str, ...]:
    """Return the processes of which there are cases at all, each found by a step in an index."""
    found: list[str] = []
    process = connection.execute(_FIRST_PROCESS).scalar()
    while process is not None:
        found.append(str(process))
        process = connection.execute(_NEXT_PROCESS, {"before": process}).scalar()
    return tuple(found)


def first_with_cases(
    connection: Connection, scope: Scope, processes: Sequence[str], unit: str | None
) -> str | None:
    """Return the first of some processes of which a case is seen; where there is but one at all, that one."""
    there = set(processes_there(connection))
    possible = [process for process in processes if process in there]
    if len(possible) <= 1:
        return possible[0] if possible else None
    reasons = scope.reasons() if unit is None else scope.reasons_within(connection, unit)
    for process in possible:
        ways = [sa.select(cases.c.id).where(reason, cases.c.process == process) for reason in reasons]
        if any(connection.execute(way.limit(1)).first() is not None for way in ways):
            return process
    return None


def unless_all(connection: Connection, unit: str | None) -> str | None:
    """Return a unit, or None where it stands above every other, so that nothing is left out by it."""
    return None if unit is None or is_only_root(connection, unit) else unit


def unit_name(connection: Connection, unit: str) -> str | None:
    """Return what a unit is called; None where there is none."""
    name: str | None = connection.execute(sa.select(units.c.name).where(units.c.id == unit)).scalar()
    return name


def _done_in(asked: Asked) -> ColumnElement[bool]:
    return done_steps.c.done_on.between(asked.first, asked.last)


def _counted(
    connection: Connection,
    scope: Scope,
    asked: Asked,
    table: sa.Table,
    keys: Sequence[ColumnElement[Any]],
    *conditions: ColumnElement[bool],
) -> Select[Any]:
    """Select how many rows of progress there are of each key, of the cases that are seen.

    Of a part, the process is asked of the cases alone: asked of the rows, too, their second index would be
    read for everybody's.
    """
    query = sa.select(*keys, sa.func.count()).where(*conditions).group_by(*keys)
    part = _part(connection, scope, asked)
    return query.where(table.c.process == asked.process if part is None else table.c.case_id.in_(part))


def _part(connection: Connection, scope: Scope, asked: Asked) -> Select[Any] | None:
    """Select the ids of the cases that are seen; None where these are all there are of the process."""
    is_whole = scope.everything and not scope.within and asked.unit is None
    if is_whole and (not scope.processes or asked.process in scope.processes):
        return None
    return sa.select(_cases(connection, scope, asked.process, asked.unit).subquery().c.id)


def _cases(
    connection: Connection, scope: Scope, process: str, unit: str | None, *conditions: ColumnElement[bool]
) -> Select[Any]:
    """Select cases of a process, each once: every reason to see one is looked up by itself."""
    columns = (cases.c.id, cases.c.stage, cases.c.standing, cases.c.status)
    return scope.each_once(connection, unit, columns, cases.c.process == process, *conditions)


def _all(connection: Connection, query: Select[Any]) -> Sequence[Any]:
    return connection.execute(query).all()


# Written once: every report asks them.
_FIRST_PROCESS = sa.select(sa.func.min(stage_stays.c.process))
_NEXT_PROCESS = _FIRST_PROCESS.where(stage_stays.c.process > sa.bindparam("before"))
