"""Whether one typed rule is at least as strict as another: type by type."""

from __future__ import annotations

from domain.rules import (
    AgeRule,
    CountRule,
    DocumentRule,
    FieldRule,
    RestrictionRule,
    Rule,
    SeparationRule,
    StandingRule,
    UnitRule,
)
from domain.spans import Span
from domain.values import Level

RANK: dict[Level, int] = {"finding": 0, "late": 1, "block": 2}
"""Levels by strictness."""


def is_as_strict_rule(base: Rule, local: Rule) -> bool:
    """Whether whatever breaks `base` breaks `local` as well, by the same name and at least at its level."""
    return (
        base.id == local.id
        and RANK[local.level] >= RANK[base.level]
        and (local.when is None or local.when == base.when)
        and _asks_as_much(base, local)
    )


def is_at_least(first: Span, second: Span) -> bool:
    """Whether a span is certain to be as long as another, on whatever day both begin.

    Either each of its months, days and working days is as many, or the fewest days it can take are as many as
    the most the other can.
    """
    each = (
        first.months >= second.months
        and first.days >= second.days
        and first.working_days >= second.working_days
    )
    return each or _fewest_days(first) >= _most_days(second)


def _fewest_days(span: Span) -> float:
    """A month has 28 days or more; in a row of make-up days each working day is a day."""
    months = 30.4 * span.months - 2.5 if span.months else 0
    return months + span.days + span.working_days


def _most_days(span: Span) -> float:
    """Two days for each working day, and the longest public holidays: more than was ever announced."""
    months = 30.5 * span.months + 1 if span.months else 0
    return months + span.days + (2 * span.working_days + 12 if span.working_days else 0)


def is_within(
    outer: tuple[int | None, int | None],
    inner: tuple[int | None, int | None],
) -> bool:
    """Whether bounds (least, most) lie within others; None is no bound."""
    low, high = outer
    least, most = inner
    lower = low is None or (least is not None and least >= low)
    upper = high is None or (most is not None and most <= high)
    return lower and upper


def _asks_as_much(base: Rule, local: Rule) -> bool:  # noqa: PLR0911 - one answer for each type of rule
    match base, local:
        case AgeRule(), AgeRule():
            return local.at_least >= base.at_least
        case StandingRule(), StandingRule():
            return (local.who, local.standing) == (base.who, base.standing)
        case RestrictionRule(), RestrictionRule():
            return local.who == base.who and set(base.none_of) <= set(local.none_of)
        case CountRule(), CountRule():
            same = (local.step, local.entry) == (base.step, base.entry)
            return same and local.at_least >= base.at_least
        case DocumentRule(), DocumentRule():
            return set(base.materials) <= set(local.materials)
        case SeparationRule(), SeparationRule():
            return _keeps_as_much_apart(base, local)
        case FieldRule(), FieldRule():
            return _field_as_strict(base, local)
        case UnitRule(), UnitRule():
            return _unit_as_strict(base, local)
        case _:
            return False


def _keeps_as_much_apart(base: SeparationRule, local: SeparationRule) -> bool:
    lists = ("steps", "stages", "unit_kinds", "case_roles")
    return (
        local.who == base.who
        and all(set(getattr(base, name)) <= set(getattr(local, name)) for name in lists)
        and local.anywhere >= base.anywhere
        and local.before_an_appeal >= base.before_an_appeal
    )


def _field_as_strict(base: FieldRule, local: FieldRule) -> bool:
    later = base.after_act is None or (
        local.after_act is not None and is_at_least(local.after_act, base.after_act)
    )
    return (
        local.field == base.field
        and base.equals in (None, local.equals)
        and later
        and is_within((base.at_least, base.at_most), (local.at_least, local.at_most))
    )


def _unit_as_strict(base: UnitRule, local: UnitRule) -> bool:
    return (
        local.unit == base.unit
        and base.temporary in (None, local.temporary)
        and base.may_approve in (None, local.may_approve)
        and is_within((base.full_members_at_least, None), (local.full_members_at_least, None))
    )
