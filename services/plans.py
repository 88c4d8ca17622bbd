"""Plans of units: how many people are to gain a standing in a year, and how many did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import Connection

from domain.process import Process
from domain.values import Text, Value
from records import plans, stats, units
from records.plans import Plan
from records.scope import Scope
from records.stats import Asked
from services.asking import Asking, once
from services.counting import Onlooker
from services.parts import Caller, Parts
from services.refusals import InvalidInput, NotPermitted
from services.scoping import scope_of
from services.views import Named, RecordedAt, View

MOST: Final = 100_000
"""People that one unit may plan for a year."""
_YEARS: Final = 5
"""How far from this year a plan may be."""
_MANY: Final = 500
"""So many who gained something are counted anew every few minutes only, and for whoever acted meanwhile."""


class NewPlan(Value):
    """How many are to gain a standing in a year. `reason` is needed where there is a plan already."""

    process: str
    standing: str
    year: int
    planned: int
    reason: str = ""


class SaidView(View):
    """One word about a plan. The last one counts; those before stay to be read."""

    planned: int
    reason: str
    by: Named
    at: RecordedAt


class PlanView(View):
    """How many are to gain a standing in a year, and how many did, of the cases the caller sees."""

    process: Named
    standing: Named
    planned: int | None
    """None where nothing was planned."""
    used: int
    said: tuple[SaidView, ...]
    """The last word first."""


class PlansView(View):
    """The plans of a unit for a year, with all units below it."""

    unit: str
    year: int
    may_plan: bool
    items: tuple[PlanView, ...]


async def plans_of(parts: Parts, caller: Caller, unit: str, year: int | None = None) -> PlansView:
    """Return a unit's plans for whoever holds a post in it or above; nothing for others. Raises NotFound."""
    wanted = parts.today().year if year is None else year
    return await parts.read(lambda connection: _plans(connection, parts, caller, unit, wanted))


async def say(parts: Parts, caller: Caller, unit: str, new: NewPlan, *, key: str | None = None) -> PlansView:
    """Write down a plan, or another word about it, and return the plans of that year.

    For whoever holds a post in the unit or above that is not for looking on. Raises NotFound, NotPermitted,
    InvalidInput.
    """

    def work(asking: Asking) -> PlansView:
        connection = asking.connection
        units.unit(connection, unit)
        if not plans.may_plan(connection, caller.person, unit, asking.today):
            raise NotPermitted
        _check(parts, new, asking.today)
        known = plans.plans_of(connection, unit, new.year)
        earlier = any((one.process, one.standing) == (new.process, new.standing) for one in known)
        if earlier and not new.reason.strip():
            raise InvalidInput("reason", _WHY)
        of = (unit, new.year, new.process, new.standing)
        plans.say(connection, of, new.planned, new.reason.strip(), caller.person, parts.clock())
        return _plans(connection, parts, caller, unit, new.year)

    return await once(parts, caller, key, ("unit-plan", unit, new), PlansView, work)


def _check(parts: Parts, new: NewPlan, today: date) -> None:
    if new.process not in parts.library.processes:
        raise InvalidInput("process", Text(zh="没有这个流程。", en="There is no such process."))
    if new.standing not in _standings(parts.library.family(new.process)):
        nothing = Text(zh="这个流程不授予这种身份。", en="The process gives no such standing.")
        raise InvalidInput("standing", nothing)
    if abs(new.year - today.year) > _YEARS:
        raise InvalidInput("year", Text(zh="年份相差太远。", en="The year is too far away."))
    if not 0 <= new.planned <= MOST:
        raise InvalidInput(
            "planned", Text(zh="应为零或正整数。", en="It has to be a whole number from 0 on.")
        )


def _plans(connection: Connection, parts: Parts, caller: Caller, unit: str, year: int) -> PlansView:
    units.unit(connection, unit)
    today = parts.today()
    if not plans.sees_plans(connection, caller.person, unit, today):
        return PlansView(unit=unit, year=year, may_plan=False, items=())
    said = plans.plans_of(connection, unit, year)
    scope = scope_of(connection, caller, today)
    items: list[PlanView] = []
    there, place = stats.processes_there(connection), stats.unless_all(connection, unit)
    for process in parts.library.processes:
        asked = Asked(process, date(year, 1, 1), date(year, 12, 31), place)
        used = _used(connection, parts, caller, scope, asked) if process in there else Counter[str]()
        family = parts.library.family(process)
        for standing in _standings(family):
            words = tuple(one for one in said if (one.process, one.standing) == (process, standing))
            if words or standing in used:
                items.append(_view(family[-1], standing, words, used[standing], caller))
    may = plans.may_plan(connection, caller.person, unit, today)
    return PlansView(unit=unit, year=year, may_plan=may, items=tuple(items))


def _used(connection: Connection, parts: Parts, caller: Caller, scope: Scope, asked: Asked) -> Counter[str]:
    """Return how many gained each standing. Of many it is counted now and then, and after one's own acts."""

    def count() -> Counter[str]:
        used: Counter[str] = Counter()
        for gained in stats.standings_gained(connection, scope, asked):
            used[gained.standing] += gained.number
        return used

    looks = Onlooker(connection, caller, parts.figures, parts.clock())
    return looks.counted(("gained", asked, scope.of_anybody()), count, Counter.total, many=_MANY)[0]


def _standings(family: Iterable[Process]) -> tuple[str, ...]:
    """Return the standings that finishing a stage gives, in order."""
    given = (stage.standing for edition in family for stage in edition.stages)
    return tuple(dict.fromkeys(standing for standing in given if standing is not None))


def _view(latest: Process, standing: str, words: tuple[Plan, ...], used: int, caller: Caller) -> PlanView:
    title = latest.standings.get(standing)
    return PlanView(
        process=Named(id=latest.process, name=latest.title.in_language(caller.language)),
        standing=Named(id=standing, name=standing if title is None else title.in_language(caller.language)),
        planned=words[0].planned if words else None,
        used=used,
        said=tuple(
            SaidView(
                planned=one.planned,
                reason=one.reason,
                by=Named(id=one.recorded_by, name=one.recorded_by_name),
                at=one.recorded_at,
            )
            for one in words
        ),
    )


_WHY: Final = Text(
    zh="已有计划；更改时请说明原因。", en="There is a plan already. Say why it becomes another one."
)
