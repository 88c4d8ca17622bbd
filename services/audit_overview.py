"""What auditors look at first: findings by level, rule and unit, their trend, and where cases are late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from domain.patterns.catalogue import PATTERNS
from domain.values import Text
from records import finding_counts, pattern_findings
from records.finding_counts import Counted, Lateness
from records.findings import BY_HAND, FindingFilter
from records.pattern_findings import Group
from records.scope import Scope
from services.counting import Onlooker
from services.deliberation import hidden_cases
from services.findings import RAISED_BY_HAND, rule_of
from services.parts import Caller, Parts
from services.scoping import scope_of

_MONTHS: Final = 24
_UNITS: Final = 150
"""On the map. Whoever looks for another narrows it to a unit."""
_NONE: Final = Counted("", 0, 0)
LEVELS: Final = ("block", "late", "finding")
"""From the gravest on."""
STATES: Final = ("raised", "explained", "accepted", "remedied", "dismissed")


@dataclass(frozen=True)
class RuleCount:
    """A rule with how often it was found broken."""

    rule: str
    says: Text
    level: str
    number: int
    left: int
    process: str = ""
    """Whose rule it is; empty of a pattern."""


@dataclass(frozen=True)
class UnitOnMap:
    """A unit of the map, with what is late in it and below."""

    unit: Lateness
    shade: int
    """From 0, nothing late, to 4."""
    below: tuple[UnitOnMap, ...]


@dataclass(frozen=True)
class Overview:
    """Everything the overview shows."""

    levels: tuple[Counted, ...]
    states: tuple[Counted, ...]
    rules: tuple[RuleCount, ...]
    patterns: tuple[RuleCount, ...]
    """Patterns over many cases, by the pattern."""
    months: tuple[tuple[str, int], ...]
    map: tuple[UnitOnMap, ...]
    most: int | None
    """How many units the map shows, where there are more; those with the most that is late."""
    counted_at: datetime | None
    """When the map was counted, where that is not now."""
    number: int
    left: int


async def overview(parts: Parts, caller: Caller, *, unit: str | None = None) -> Overview:
    """Return what was found in cases seen by a post, of a unit and all below it if one is named."""
    today, now = parts.today(), parts.clock()
    since = _months_before(today, _MONTHS - 1)

    def work(connection: Connection) -> Overview:
        scope = scope_of(connection, caller, today)
        narrowed = FindingFilter(unit=unit, without=hidden_cases(connection, parts, caller.person))
        groups = pattern_findings.count(connection, scope, narrowed)
        rules = finding_counts.by_rule(connection, scope, narrowed)
        places, at = _lateness(connection, parts, caller, scope, narrowed)
        months = finding_counts.by_month(connection, scope, narrowed, since)
        raised = _counted(groups, lambda one: one.month)
        levels = _with(
            finding_counts.by_level(connection, scope, narrowed),
            _counted(groups, lambda _: "finding"),
            LEVELS,
        )
        patterns = sorted(
            _counted(groups, lambda one: one.pattern).values(), key=lambda one: (-one.left, one.key)
        )
        return Overview(
            levels=levels,
            states=_with(
                finding_counts.by_state(connection, scope, narrowed),
                _counted(groups, lambda one: one.state),
                STATES,
            ),
            rules=tuple(_rule(parts, process, one) for process, one in rules),
            patterns=tuple(_pattern(one) for one in patterns),
            months=tuple(
                (month, months.get(month, 0) + raised.get(month, _NONE).number)
                for month in _each_month(since, today)
            ),
            map=_as_tree(_with_patterns(connection, places[:_UNITS], groups)),
            most=_UNITS if len(places) > _UNITS else None,
            counted_at=at if at < now else None,
            number=sum(one.number for one in levels),
            left=sum(one.left for one in levels),
        )

    return await parts.read(work)


def _lateness(
    connection: Connection, parts: Parts, caller: Caller, scope: Scope, narrowed: FindingFilter
) -> tuple[tuple[Lateness, ...], datetime]:
    """Return one unit more than the map shows, where there are more; of very many cases as lately counted."""
    return Onlooker(connection, caller, parts.figures, parts.clock()).counted(
        ("lateness", scope, narrowed),
        lambda: finding_counts.lateness(connection, scope, narrowed, most=_UNITS + 1),
        lambda found: max((one.open_cases for one in found), default=0),
    )


def _counted(groups: Sequence[Group], key: Callable[[Group], str]) -> dict[str, Counted]:
    """Return patterns counted by a key."""
    found: dict[str, Counted] = {}
    for one in groups:
        before = found.get(key(one), _NONE)
        found[key(one)] = Counted(key(one), before.number + one.number, before.left + one.left)
    return found


def _with(found: Sequence[Counted], more: Mapping[str, Counted], order: Sequence[str]) -> tuple[Counted, ...]:
    """Return a count for every key, of both; nothing where there is none."""
    known = {one.key: one for one in found}
    both = ((key, known.get(key, _NONE), more.get(key, _NONE)) for key in order)
    return tuple(Counted(key, one.number + two.number, one.left + two.left) for key, one, two in both)


def _with_patterns(
    connection: Connection, found: Sequence[Lateness], groups: Sequence[Group]
) -> tuple[Lateness, ...]:
    """Return the units with the patterns that are left in them and below."""
    left = _counted(groups, lambda one: one.unit)
    over: dict[str, int] = {}
    for unit, tops in pattern_findings.above(connection, tuple(left)).items():
        for top in tops:
            over[top] = over.get(top, 0) + left[unit].left
    return tuple(replace(one, findings=one.findings + over.get(one.id, 0)) for one in found)


def _pattern(one: Counted) -> RuleCount:
    known = PATTERNS.get(one.key)
    says = Text(zh=one.key, en=one.key) if known is None else known.title
    return RuleCount(one.key, says, "finding", one.number, one.left)


def _rule(parts: Parts, process: str, one: Counted) -> RuleCount:
    rule = rule_of(parts, process, one.key)
    if rule is not None:
        return RuleCount(one.key, rule.says, rule.level, one.number, one.left, process)
    says = RAISED_BY_HAND if one.key == BY_HAND else Text(zh=one.key, en=one.key)
    return RuleCount(one.key, says, "finding", one.number, one.left, process)


def _as_tree(found: Sequence[Lateness]) -> tuple[UnitOnMap, ...]:
    """Return the units from the top down, each below its parent, in the order of names."""
    known = {unit.id: unit for unit in found}
    below: dict[str | None, list[Lateness]] = {}
    for unit in sorted(found, key=lambda one: one.name):
        below.setdefault(unit.parent if unit.parent in known else None, []).append(unit)
    return _under(below, None)


def _under(below: Mapping[str | None, list[Lateness]], parent: str | None) -> tuple[UnitOnMap, ...]:
    return tuple(
        UnitOnMap(unit, shade_of(unit.share), _under(below, unit.id)) for unit in below.get(parent, ())
    )


def shade_of(share: float) -> int:
    """Return how dark a share is drawn: none, up to a tenth, a quarter, a half, more."""
    if share <= 0:
        return 0
    return next((shade for shade, upto in ((1, 0.1), (2, 0.25), (3, 0.5)) if share <= upto), 4)


def _each_month(since: date, until: date) -> list[str]:
    months = (until.year - since.year) * 12 + until.month - since.month
    return [f"{_months_before(until, back):%Y-%m}" for back in range(months, -1, -1)]


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
