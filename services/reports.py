"""Reports: figures with a title, a sentence, and tables that can be taken away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from domain.values import Language, Text
from services import stats
from services.parts import Caller, Parts
from services.spreads import SpreadView
from services.stats import Narrowed
from services.stats_views import (
    AdmissionsView,
    DeadlinesView,
    FunnelView,
    StagesView,
    StatsView,
    WorkloadView,
)
from services.underway import Underway

Cell = str | int | float | None
"""A word, a number, a share between 0 and 1, or nothing."""


@dataclass(frozen=True)
class Kind:
    """One kind of report. `sign` is an icon."""

    name: str
    title: Text
    about: Text
    sign: str
    ask: Callable[[Parts, Caller, Narrowed], Awaitable[StatsView]]


@dataclass(frozen=True)
class Table:
    """Figures in rows; the first column names them. Shares are columns of their own."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Report:
    """One report, asked for by somebody."""

    kind: Kind
    view: StatsView
    tables: tuple[Table, ...]


KINDS: Final = (
    Kind(
        "funnel",
        Text(zh="各阶段漏斗", en="How far cases get"),
        Text(
            zh="这一期间开始的个案，有多少到达了各个阶段。",
            en="Of the cases that began in a period: how many reached each stage.",
        ),
        "chart-funnel",
        stats.funnel,
    ),
    Kind(
        "stages",
        Text(zh="用时与卡点", en="How long it takes"),
        Text(
            zh="各阶段用了多少天，各环节可以办理后又等了多少天。",
            en="How many days stages take, and for how many days steps wait although they could be done.",
        ),
        "hourglass",
        stats.stages,
    ),
    Kind(
        "deadlines",
        Text(zh="期限遵守情况", en="Deadlines kept"),
        Text(
            zh="有期限的环节，按期办理的占多少。",
            en="Of the steps that had a deadline: how many were done in time.",
        ),
        "alarm",
        stats.deadlines,
    ),
    Kind(
        "workload",
        Text(zh="各职务工作量", en="Workload by role"),
        Text(
            zh="今天各职务有多少待办，这一期间办理了多少。",
            en="What is asked of each role today, and what was done in a period.",
        ),
        "briefcase",
        stats.workload,
    ),
    Kind(
        "admissions",
        Text(zh="每月新增", en="New by month"),
        Text(
            zh="每个月有多少人取得各种身份。",
            en="How many people gained which standing in each month.",
        ),
        "calendar-event",
        stats.admissions,
    ),
)
"""In the order shown."""


async def report(parts: Parts, caller: Caller, kind: Kind, narrowed: Narrowed) -> Report:
    """Return a report of what the caller sees. Raises InvalidInput."""
    view = await kind.ask(parts, caller, narrowed)
    return Report(kind, view, tables_of(view, caller.language))


async def soon(
    parts: Parts, caller: Caller, kinds: tuple[Kind, ...], narrowed: Narrowed
) -> tuple[Report, ...] | Underway:
    """Return some reports, or how far their counting is where that takes long. Raises InvalidInput.

    What is found while somebody was told to come again is kept for some minutes, whatever it weighs. What he
    may see is asked each time.
    """

    async def count(underway: Underway) -> tuple[Language, tuple[Report, ...]]:
        keeping = replace(parts, figures=parts.figures.keeping(lambda: underway.was_told))
        found: list[Report] = []
        for kind in kinds:
            found.append(await report(keeping, caller, kind, narrowed))
            underway.done += 1
        return caller.language, tuple(found)

    names = tuple(kind.name for kind in kinds)
    key = (replace(caller, language="zh"), names, narrowed)
    found = await parts.counts.within_patience(key, len(kinds), count)
    if isinstance(found, Underway):
        return found
    language, counted = found
    if language == caller.language:
        return counted
    # Counted while he read another one: its figures are kept, and said anew.
    return tuple([await report(parts, caller, kind, narrowed) for kind in kinds])


async def whole(
    parts: Parts, caller: Caller, kind: Kind, narrowed: Narrowed, *, waits: bool
) -> Report | Underway:
    """Return one report; where its counting takes long and nobody waits for it, how far that is.

    Asked for again, it is not counted twice. Raises InvalidInput.
    """
    while isinstance(found := await soon(parts, caller, (kind,), narrowed), Underway):
        if not waits:
            return found
    return found[0]


def tables_of(view: StatsView, language: Language) -> tuple[Table, ...]:
    """Return the figures of a report as tables, with everything that its pictures show."""
    match view:
        case FunnelView():
            return (_funnel(view, language),)
        case StagesView():
            return (_stages(view, language), _waits(view, language))
        case DeadlinesView():
            return (_deadlines(view, language),)
        case WorkloadView():
            return (_workload(view, language),)
        case AdmissionsView():
            return (_admissions(view, language),)
        case _:
            return ()


def _funnel(view: FunnelView, language: Language) -> Table:
    heads = (_STAGE, _REACHED, _SHARE, _NOW, _ENDED, _WENT_ON)
    rows = tuple(
        (
            one.title,
            one.reached,
            one.reached / view.total if view.total else None,
            one.now,
            one.ended,
            one.went_on,
        )
        for one in view.items
    )
    return _table(language, _BY_STAGE, heads, rows)


def _stages(view: StagesView, language: Language) -> Table:
    heads = (_STAGE, _FINISHED, *_DAYS, _IN_IT, _HALF_SINCE)
    rows = tuple(
        (
            one.title,
            0 if one.took is None else one.took.number,
            *_days(one.took),
            0 if one.under_way is None else one.under_way.number,
            None if one.under_way is None else one.under_way.median,
        )
        for one in view.items
    )
    return _table(language, _STAGE_DAYS, heads, rows)


def _waits(view: StagesView, language: Language) -> Table:
    heads = (_STEP, _DONE, *_DAYS, _BOTTLENECK)
    yes = _YES.in_language(language)
    rows = tuple(
        (one.title, one.waited.number, *_days(one.waited), yes if one.is_bottleneck else None)
        for one in view.steps
    )
    return _table(language, _STEP_WAITS, heads, rows)


def _deadlines(view: DeadlinesView, language: Language) -> Table:
    heads = (_STEP, _IN_TIME, _LATE, _KEPT_SHARE)
    rows = tuple((one.title, one.kept, one.late, one.kept / (one.kept + one.late)) for one in view.items)
    return _table(language, _BY_STEP, heads, rows)


def _workload(view: WorkloadView, language: Language) -> Table:
    heads = (_ROLE, _TO_DO, _OVERDUE, _LATER, _DONE)
    rows = tuple((one.title, one.now, one.overdue, one.later, one.done) for one in view.items)
    return _table(language, _BY_ROLE, heads, rows)


def _admissions(view: AdmissionsView, language: Language) -> Table:
    months = [month.month for month in view.items[0].months] if view.items else []
    rows: list[tuple[Cell, ...]] = [
        (month, *(one.months[place].number for one in view.items)) for place, month in enumerate(months)
    ]
    rows.append((_SUM.in_language(language), *(one.total for one in view.items)))
    heads = (_MONTH.in_language(language), *(one.title for one in view.items))
    return Table(_BY_MONTH.in_language(language), heads, tuple(rows))


def _days(spread: SpreadView | None) -> tuple[Cell, ...]:
    if spread is None:
        return (None,) * len(_DAYS)
    return (spread.least, spread.quarter, spread.median, spread.three_quarters, spread.p90, spread.most)


def _table(
    language: Language, title: Text, heads: tuple[Text, ...], rows: tuple[tuple[Cell, ...], ...]
) -> Table:
    return Table(title.in_language(language), tuple(head.in_language(language) for head in heads), rows)


_STAGE, _STEP = Text(zh="阶段", en="Stage"), Text(zh="环节", en="Step")
_ROLE, _MONTH = Text(zh="职务", en="Role"), Text(zh="月份", en="Month")
_REACHED, _SHARE = Text(zh="到达", en="Reached"), Text(zh="占开始的", en="Of those begun")
_NOW, _ENDED = Text(zh="现在此", en="In it now"), Text(zh="在此止步", en="Ended in it")
_WENT_ON = Text(zh="走过", en="Went on")
_FINISHED, _DONE = Text(zh="完成", en="Finished"), Text(zh="已办", en="Done")
_IN_IT = Text(zh="正在其中", en="In it today")
_HALF_SINCE = Text(zh="其中一半已超过（天）", en="Half of these for at least (days)")
_DAYS = (
    Text(zh="最短（天）", en="Shortest (days)"),
    Text(zh="四分之一在…内", en="A quarter within"),
    Text(zh="一半在…内", en="Half within"),
    Text(zh="四分之三在…内", en="Three quarters within"),
    Text(zh="十分之九在…内", en="Nine in ten within"),
    Text(zh="最长", en="Longest"),
)
_BOTTLENECK, _YES = Text(zh="卡点", en="Bottleneck"), Text(zh="是", en="yes")
_IN_TIME, _LATE = Text(zh="按期", en="In time"), Text(zh="逾期", en="Late")
_KEPT_SHARE = Text(zh="按期率", en="Share in time")
_TO_DO, _OVERDUE = Text(zh="今天待办", en="To do today"), Text(zh="其中逾期", en="Of these overdue")
_LATER = Text(zh="以后才可办", en="Not yet possible")
_SUM = Text(zh="合计", en="In all")
_BY_STAGE, _BY_STEP = Text(zh="按阶段", en="By stage"), Text(zh="按环节", en="By step")
_BY_ROLE, _BY_MONTH = Text(zh="按职务", en="By role"), Text(zh="按月份", en="By month")
_STAGE_DAYS = Text(zh="各阶段用时", en="Days in each stage")
_STEP_WAITS = Text(zh="各环节等候天数", en="Days each step waited")
