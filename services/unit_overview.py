"""What goes on in a unit and below: duties, what is late, who will be missing, what was done lately."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection

from records import short_cases, stats
from records.scope import Scope
from records.stats import Asked
from services import boards, duties
from services.boards import BoardFilter, Card
from services.counting import Onlooker
from services.duties import Duty
from services.parts import Caller, Parts
from services.scoping import scope_of
from services.staffing import who_in_words

_AHEAD: Final = timedelta(days=30)
_WEEKS: Final = 12
_SOME: Final = 6
_A_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Short:
    """A step of a case that will not have its people."""

    case: str
    subject_name: str
    title: str
    who: str
    from_on: date
    needed: int
    have: int


@dataclass(frozen=True)
class Done:
    """A step that was done."""

    case: str
    subject_name: str
    title: str
    on: date


@dataclass(frozen=True)
class UnitOverview:
    """The first of each, of the cases the caller sees; and how many steps were done in each week."""

    duties: tuple[Duty, ...]
    late: tuple[Card, ...]
    short: tuple[Short, ...]
    acts: tuple[Done, ...]
    weeks: tuple[tuple[date, int], ...]
    """By the Monday of each week, the latest last."""

    @property
    def is_active(self) -> bool:
        """Whether anything was done in these weeks."""
        return any(number for _, number in self.weeks)


async def overview(parts: Parts, caller: Caller, unit: str) -> UnitOverview:
    """Return what goes on in a unit and below, as far as the caller sees it."""
    today = parts.today()
    monday = today - timedelta(days=today.weekday())
    first = monday - (_WEEKS - 1) * _A_WEEK

    def work(connection: Connection) -> UnitOverview:
        scope = scope_of(connection, caller, today)
        place = stats.unless_all(connection, unit)
        month = duties.Days(today, today + _AHEAD, place)
        late = BoardFilter(unit=place, overdue=True)
        every = [
            Asked(process, first, today, place)
            for process in stats.processes_there(connection)
            if process in parts.library.processes
        ]
        by_week = _by_week(connection, parts, caller, scope, every)
        latest = (act for asked in every for act in stats.latest_acts(connection, scope, asked, _SOME))
        acts = [act for act in latest if parts.library.publishes(act.digest)]
        acts.sort(key=lambda act: act.done_on, reverse=True)
        return UnitOverview(
            duties=duties.first_of(connection, parts, caller.language, scope, month, _SOME),
            late=boards.due_first(connection, parts, caller.language, scope, late, limit=_SOME).items,
            short=_short(connection, parts, caller, scope, unit),
            acts=tuple(_done(parts, caller, act) for act in acts[:_SOME]),
            weeks=tuple((monday, by_week[monday]) for monday in _mondays(first)),
        )

    return await parts.read(work)


def _by_week(
    connection: Connection, parts: Parts, caller: Caller, scope: Scope, every: list[Asked]
) -> Mapping[date, int]:
    """Return how many steps were done, by the Monday of their week.

    Of many it is counted now and then, and after an act of one's own.
    """

    def count() -> Counter[date]:
        by_week: Counter[date] = Counter()
        for asked in every:
            for on, number in stats.done_by_day(connection, scope, asked).items():
                by_week[on - timedelta(days=on.weekday())] += number
        return by_week

    key = ("weeks", *every, scope.of_anybody())
    looks = Onlooker(connection, caller, parts.figures, parts.clock())
    return looks.counted(key, count, Counter.total)[0]


def _mondays(first: date) -> tuple[date, ...]:
    return tuple(first + number * _A_WEEK for number in range(_WEEKS))


def _short(
    connection: Connection, parts: Parts, caller: Caller, scope: Scope, unit: str
) -> tuple[Short, ...]:
    found = short_cases.short_cases(connection, scope, unit, _SOME)
    return tuple(
        Short(
            case=one.case,
            subject_name=one.subject_name,
            title=_step(parts, one.digest, one.step, caller),
            who=who_in_words(parts.library.by_digest(one.digest), one.who, caller.language),
            from_on=one.from_on,
            needed=one.needed,
            have=one.have,
        )
        for one in found
        if parts.library.publishes(one.digest)
    )


def _done(parts: Parts, caller: Caller, act: stats.Act) -> Done:
    return Done(act.case, act.subject_name, _step(parts, act.digest, act.step, caller), act.done_on)


def _step(parts: Parts, digest: str, step: str, caller: Caller) -> str:
    """Return what a step is called, by the version the case follows or an earlier one that knew it."""
    latest = parts.library.by_digest(digest)
    for edition in (latest, *reversed(parts.library.family(latest.process))):
        if step in edition.steps:
            return edition.steps[step].title.in_language(caller.language)
    return step
