"""What stands in the lists of a step: whether one entry is at least as strict as another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from domain.rules import Condition, Deadline, Interval, Threshold
from domain.steps import EntrySpec, FieldSpec, MaterialRef
from domain.stricter_rules import RANK, is_as_strict_rule, is_at_least, is_within
from domain.values import Text


def _covers(base: Condition | None, local: Condition | None) -> bool:
    """Whether something under `local` applies wherever it applied under `base`."""
    return local is None or local == base


def _covers_outcomes(base: Sequence[str], local: Sequence[str]) -> bool:
    """No outcomes named means all of them."""
    return not local or (bool(base) and set(base) <= set(local))


def _as_long(base: Interval, local: Interval) -> bool:
    return local.of == base.of and is_at_least(local.wait, base.wait) and _covers(base.when, local.when)


def _as_soon(base: Deadline, local: Deadline) -> bool:
    breach = base.breach_after is None or (
        local.breach_after is not None and is_at_least(base.breach_after, local.breach_after)
    )
    return (
        (local.of, local.new) == (base.of, base.new)
        and is_at_least(base.within, local.within)
        and breach
        and _covers(base.when, local.when)
        and set(base.escalate) <= set(local.escalate)
    )


def _as_strict_material(base: MaterialRef, local: MaterialRef) -> bool:
    return (
        local.id == base.id
        and RANK[local.level] >= RANK[base.level]
        and local.required >= base.required
        and _covers_outcomes(base.for_outcomes, local.for_outcomes)
        and _covers(base.when, local.when)
    )


def _as_strict_field(base: FieldSpec, local: FieldSpec) -> bool:
    return (
        (local.id, local.type) == (base.id, base.type)
        and local.required >= base.required
        and _covers_outcomes(base.for_outcomes, local.for_outcomes)
        and set(local.choices) <= set(base.choices)
        and is_within((base.at_least, base.at_most), (local.at_least, local.at_most))
    )


def as_strict_entry(base: EntrySpec, local: EntrySpec) -> bool:
    """Whether a duty is to be done as often, by nobody else, with all that it asked for."""
    often = base.every is None or (local.every is not None and is_at_least(base.every, local.every))
    return (
        local.id == base.id
        and often
        and local.at_least >= base.at_least
        and bool(local.by)
        and set(local.by) <= set(base.by)
        and RANK[local.level] >= RANK[base.level]
        and _all_covered(base.materials, local.materials)
        and all(any(_as_strict_field(spec, other) for other in local.fields) for spec in base.fields)
    )


def _all_covered(base: Iterable[MaterialRef], local: Sequence[MaterialRef]) -> bool:
    return all(any(_as_strict_material(ref, other) for other in local) for ref in base)


def as_high(base: Threshold, local: Threshold) -> bool:
    """Whether a threshold asks for no less, of the same people."""
    if local.of != base.of:
        return False
    if base.count is not None:
        return local.count is not None and local.count >= base.count
    wanted, given = _share(base), _share(local)
    return wanted is not None and given is not None and given >= wanted


def _share(threshold: Threshold) -> tuple[Fraction, bool] | None:
    """Return the share, and whether it has to be exceeded: pairs compare by strictness."""
    if threshold.more_than is not None:
        return threshold.more_than, True
    return None if threshold.at_least is None else (threshold.at_least, False)


PARTS: tuple[tuple[str, Callable[[Any, Any], bool], Callable[[Any], Text]], ...] = (
    (
        "not_before",
        _as_long,
        lambda it: Text(
            zh=f"“{it.of}”之后的最短间隔（{it.wait.in_words.zh}）缩短或被删去",
            en=f"the wait of {it.wait} after {it.of} is shortened or dropped",
        ),
    ),
    (
        "due",
        _as_soon,
        lambda it: Text(
            zh=f"“{it.of}”之后的期限（{it.within.in_words.zh}）延长或被删去",
            en=f"the deadline of {it.within} after {it.of} is lengthened or dropped",
        ),
    ),
    (
        "materials",
        _as_strict_material,
        lambda it: Text(
            zh=f"材料“{it.id}”被删去或要求放宽", en=f"the material {it.id} is dropped or asked less strictly"
        ),
    ),
    (
        "fields",
        _as_strict_field,
        lambda it: Text(
            zh=f"填写项“{it.id}”被删去或要求放宽", en=f"the field {it.id} is dropped or asked less strictly"
        ),
    ),
    (
        "rules",
        is_as_strict_rule,
        lambda it: Text(
            zh=f"规则“{it.id or it.type}”被删去或放宽",
            en=f"the rule {it.id or it.type} is dropped or loosened",
        ),
    ),
)
"""The lists of a step: how two of their entries compare, and what to say of one that nothing answers to."""
