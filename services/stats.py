"""Figures over the cases a caller sees: where they stand, how long things take, who is asked for how much."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final, TypeVar

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from domain.values import Text
from records import stats
from records.stats import Asked
from services import stats_words
from services.boards import stage_titles
from services.counting import A_WAY, A_YEAR, Frame, Narrowed, Onlooker, period_of
from services.parts import Caller, Parts
from services.refusals import InvalidInput
from services.scoping import scope_of
from services.spreads import spread_of
from services.stats_views import (
    AdmissionsView,
    DeadlinesView,
    FunnelStage,
    FunnelView,
    GainedView,
    MonthView,
    RoleLoad,
    StagesView,
    StageTime,
    StatsView,
    StepDeadlines,
    StepWait,
    WorkloadView,
)
from services.views import Named

__all__ = ["Narrowed", "admissions", "deadlines", "funnel", "stages", "workload"]

ViewT = TypeVar("ViewT", bound=StatsView)

_BOTTLENECKS: Final = 3
_NOTICED: Final = 7
"""Days half of which have to be waited before a step is called a bottleneck."""
_OFTEN: Final = 3
"""How often it has to have been done before that can be said."""


async def funnel(parts: Parts, caller: Caller, narrowed: Narrowed) -> FunnelView:
    """Return how far the cases got that began in a period, four years where none is asked for."""

    def count(connection: Connection, frame: Frame) -> FunnelView:
        found = frame.counted(connection, stats.where_cases_stand)
        items = tuple(_funnel_stages(frame, stage_titles(parts, frame.asked.process, caller.language), found))
        total = sum(one.number for one in found)
        headline = stats_words.funnel(items, total)
        return FunnelView(
            items=items,
            total=total,
            headline=_in(caller, headline),
            of=frame.view,
            counted_at=frame.at,
        )

    return await _counted(parts, caller, narrowed, A_WAY, count)


async def stages(parts: Parts, caller: Caller, narrowed: Narrowed) -> StagesView:
    """Return how long stages took that were finished in a period, and how long steps waited to be done."""

    def count(connection: Connection, frame: Frame) -> StagesView:
        titles = stage_titles(parts, frame.asked.process, caller.language)
        items = tuple(_stage_times(connection, frame, titles))
        steps = tuple(_step_waits(frame, frame.counted(connection, stats.how_long_steps_waited)))
        headline = _in(caller, stats_words.stages(items, steps))
        return StagesView(items=items, steps=steps, headline=headline, of=frame.view, counted_at=frame.at)

    return await _counted(parts, caller, narrowed, A_YEAR, count)


async def deadlines(parts: Parts, caller: Caller, narrowed: Narrowed) -> DeadlinesView:
    """Return how often steps that were done in a period were done in time."""

    def count(connection: Connection, frame: Frame) -> DeadlinesView:
        found = frame.counted(connection, stats.how_long_steps_waited)
        items = tuple(_step_deadlines(frame, found))
        kept, late = sum(one.kept for one in items), sum(one.late for one in items)
        headline = _in(caller, stats_words.deadlines(items, kept, late))
        return DeadlinesView(
            items=items, kept=kept, late=late, headline=headline, of=frame.view, counted_at=frame.at
        )

    return await _counted(parts, caller, narrowed, A_YEAR, count)


async def workload(parts: Parts, caller: Caller, narrowed: Narrowed) -> WorkloadView:
    """Return what is asked of each role today, and what was done as it in a period."""

    def count(connection: Connection, frame: Frame) -> WorkloadView:
        asked = {one.actor: one for one in frame.counted(connection, stats.what_is_asked)}
        done: Counter[str | None] = Counter()
        for one in frame.counted(connection, stats.how_long_steps_waited):
            done[one.done_as] += one.number
        nothing = stats.Load("", 0, 0, 0)
        loads = [
            RoleLoad(
                actor=actor,
                title=frame.role(actor),
                now=load.now,
                overdue=load.overdue,
                later=load.later,
                done=done.get(actor, 0),
            )
            for actor in dict.fromkeys((*asked, *(one for one in done if one is not None)))
            for load in [asked.get(actor, nothing)]
        ]
        items = tuple(sorted(loads, key=lambda one: (-one.now, -one.done, one.actor)))
        headline = _in(caller, stats_words.workload(items))
        return WorkloadView(items=items, headline=headline, of=frame.view, counted_at=frame.at)

    return await _counted(parts, caller, narrowed, A_YEAR, count)


async def admissions(parts: Parts, caller: Caller, narrowed: Narrowed) -> AdmissionsView:
    """Return how many people gained which standing in each month of a period."""

    def count(connection: Connection, frame: Frame) -> AdmissionsView:
        found = frame.counted(connection, stats.standings_gained)
        by_standing: dict[str, dict[str, int]] = defaultdict(dict)
        for one in found:
            by_standing[one.standing][one.month] = one.number
        months = _months(frame.asked.first, frame.asked.last)
        known = [stage.standing for one in reversed(frame.family) for stage in one.stages if stage.standing]
        items = tuple(
            GainedView(
                standing=standing,
                title=_standing(frame, standing),
                total=sum(by_standing[standing].values()),
                months=tuple(MonthView(month=m, number=by_standing[standing].get(m, 0)) for m in months),
            )
            for standing in dict.fromkeys((*known, *by_standing))
        )
        headline = _in(caller, stats_words.admissions(items))
        return AdmissionsView(items=items, headline=headline, of=frame.view, counted_at=frame.at)

    return await _counted(parts, caller, narrowed, A_YEAR, count)


async def _counted(
    parts: Parts,
    caller: Caller,
    narrowed: Narrowed,
    back: relativedelta,
    count: Callable[[Connection, Frame], ViewT],
) -> ViewT:
    """Count within what the caller sees. Raises InvalidInput."""
    now = parts.clock()
    first, last = period_of(narrowed, parts.today(), back)
    families = parts.library.processes
    if narrowed.process is not None and narrowed.process not in families:
        raise InvalidInput("process", Text(zh="没有这个流程。", en="There is no such process."))

    def work(connection: Connection) -> ViewT:
        scope = scope_of(connection, caller, parts.today())
        process = narrowed.process
        if process is None:
            process = stats.first_with_cases(connection, scope, families, narrowed.unit) or families[-1]
        name = None if narrowed.unit is None else stats.unit_name(connection, narrowed.unit)
        unit = None if narrowed.unit is None else Named(id=narrowed.unit, name=name or "")
        asked = Asked(process, first, last, stats.unless_all(connection, narrowed.unit))
        family = tuple(parts.library.family(process))
        looks = Onlooker(connection, caller, parts.figures, now)
        return count(connection, Frame(asked, scope, family, unit, looks))

    return await parts.read(work)


def _funnel_stages(
    frame: Frame, titles: dict[str, str], found: Iterable[stats.Standing]
) -> Iterable[FunnelStage]:
    by_stage: dict[str, list[stats.Standing]] = defaultdict(list)
    for one in found:
        by_stage[one.stage].append(one)
    gives = {stage.id: stage.standing for edition in frame.family for stage in edition.stages}
    latest = {stage.id for stage in frame.latest.stages}
    order = [stage for stage in titles if stage in by_stage or stage in latest]
    for place, stage in enumerate(order):
        here = by_stage[stage]
        finished = sum(one.number for one in here if one.is_closed and one.standing == gives.get(stage))
        yield FunnelStage(
            stage=stage,
            title=titles[stage],
            reached=sum(one.number for later in order[place:] for one in by_stage[later]),
            now=sum(one.number for one in here if not one.is_closed),
            ended=sum(one.number for one in here if one.is_closed) - finished,
            went_on=sum(one.number for later in order[place + 1 :] for one in by_stage[later]) + finished,
        )


def _stage_times(connection: Connection, frame: Frame, titles: dict[str, str]) -> Iterable[StageTime]:
    took: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for lasted in frame.counted(connection, stats.how_long_stages_took):
        took[lasted.stage].append((lasted.days, lasted.number))
    since: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in frame.counted(connection, stats.since_when):
        since[one.stage].append((max((frame.scope.today - one.entered_on).days, 0), one.number))
    latest = {stage.id for stage in frame.latest.stages}
    for stage, title in titles.items():
        if stage in latest or stage in took or stage in since:
            yield StageTime(
                stage=stage, title=title, took=spread_of(took[stage]), under_way=spread_of(since[stage])
            )


def _step_waits(frame: Frame, found: Iterable[stats.Waited]) -> Iterable[StepWait]:
    waited: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in found:
        waited[one.step].append((one.days, one.number))
    titles = frame.steps()
    spreads = {
        step: spread
        for step, some in waited.items()
        if not frame.is_period(step) and (spread := spread_of(some)) is not None
    }
    longest = sorted(spreads, key=lambda step: (-spreads[step].median, -spreads[step].p90, step))
    often = [step for step in longest if spreads[step].number >= _OFTEN]
    narrow = {step for step in often[:_BOTTLENECKS] if spreads[step].median >= _NOTICED}
    for step in sorted(spreads, key=list(titles).index):
        yield StepWait(step=step, title=titles[step], waited=spreads[step], is_bottleneck=step in narrow)


def _step_deadlines(frame: Frame, found: Iterable[stats.Waited]) -> Iterable[StepDeadlines]:
    kept: dict[str, int] = defaultdict(int)
    late: dict[str, int] = defaultdict(int)
    for one in found:
        if one.is_late is not None:
            (late if one.is_late else kept)[one.step] += one.number
    for step, title in frame.steps().items():
        if step in kept or step in late:
            yield StepDeadlines(step=step, title=title, kept=kept[step], late=late[step])


def _standing(frame: Frame, standing: str) -> str:
    title = next(
        (one.standings[standing] for one in reversed(frame.family) if standing in one.standings), None
    )
    return standing if title is None else title.in_language(frame.language)


def _months(first: date, last: date) -> list[str]:
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month.strftime("%Y-%m"))
        month += relativedelta(months=1)
    return months


def _in(caller: Caller, text: Text) -> str:
    return text.in_language(caller.language)
