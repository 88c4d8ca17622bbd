"""The proof that one definition is at least as strict as another: all that an overlay may do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from domain.process import Process, Recusal, Stage
from domain.rules import Condition, Deadline, Interval, Threshold
from domain.soundness.flaws import Flaw
from domain.soundness.order import Order
from domain.steps import (
    AppointStep,
    DecisionStep,
    Effect,
    EntrySpec,
    FieldSpec,
    MaterialRef,
    MeetingStep,
    NoticeStep,
    PeriodStep,
    Step,
)
from domain.stricter_rules import RANK, is_as_strict_rule, is_at_least, is_within
from domain.values import Level

_MAY_DIFFER = frozenset({"version", "overlay", "stages", "materials", "grounds", "recusal"})
_SAME_IN_STEP = ("kind", "when", "optional", "basis")
_SAME_IN_KIND: dict[type[Step], tuple[str, ...]] = {
    DecisionStep: ("of",),
    MeetingStep: ("body", "written", "lost"),
    PeriodStep: ("starts", "extension", "transfer_keeps_time"),
    AppointStep: ("role", "replaceable"),
}


def loosened(base: Process, local: Process) -> Iterator[Flaw]:
    """Find everything in which `local` is not at least as strict as `base`.

    Places begin with the id of a step, or name a part of the whole process. Nothing found means: whatever
    `local` lets happen, `base` would have let happen as well.
    """
    for name in type(base).model_fields:
        if name not in _MAY_DIFFER and getattr(base, name) != getattr(local, name):
            yield Flaw((name,), f"{name} cannot be changed by an overlay")
    for name, material in base.materials.items():
        if local.materials.get(name) != material:
            yield Flaw(("materials", name), f"the material {name} cannot be changed or dropped")
    yield from _grounds(base, local)
    if base.recusal is not None and not _as_wide(base.recusal, local.recusal):
        yield Flaw(("recusal",), "fewer relatives keep out, or of less, or it is noted less strictly")
    yield from _stages(base.stages, local.stages)
    yield from _order(base, local)
    there = {step.id: step for stage in local.stages for step in stage.steps}
    for stage in base.stages:
        for step in stage.steps:
            if step.id not in there:
                yield Flaw((step.id,), f"the step {step.id} is dropped")
            else:
                yield from _step(step, there[step.id])
    yield from _added(base, local)


def _grounds(base: Process, local: Process) -> Iterator[Flaw]:
    """A ground may be dropped, and ask for more; none is added, for it would leave out who counts."""
    for name, ground in local.grounds.items():
        law = base.grounds.get(name)
        if law is None or (law.zh, law.en, law.basis) != (ground.zh, ground.en, ground.basis):
            yield Flaw(("grounds", name), f"the ground {name} cannot be added or changed by an overlay")
        elif any(
            _rank(getattr(ground, paper)) < _rank(getattr(law, paper)) for paper in ("consent", "resolution")
        ):
            yield Flaw(("grounds", name), f"the ground {name} asks for less")


def _rank(level: Level | None) -> int:
    return -1 if level is None else RANK[level]


def _as_wide(base: Recusal, local: Recusal | None) -> bool:
    return (
        local is not None
        and local.id == base.id
        and set(base.relations) <= set(local.relations)
        and set(base.also) <= set(local.also)
        and RANK[local.noted] >= RANK[base.noted]
    )


def _stages(base: Sequence[Stage], local: Sequence[Stage]) -> Iterator[Flaw]:
    def frame(stages: Sequence[Stage]) -> list[tuple[object, ...]]:
        return [(stage.id, stage.title, stage.standing, stage.outcome) for stage in stages]

    if frame(base) != frame(local):
        yield Flaw(("stages",), "the stages themselves cannot be changed by an overlay")


def _order(base: Process, local: Process) -> Iterator[Flaw]:
    """Whatever came first still does."""
    before, after = Order(base), Order(local)
    for step in before.steps:
        for other in before.steps:
            kept = after.comes_before(other, step) or step not in after.steps or other not in after.steps
            if before.comes_before(other, step) and not kept:
                yield Flaw((step, "after"), f"{step} no longer waits for {other}")
    first = local.stages[0].steps[:1]
    if not first or first[0].id != base.first_step.id:
        yield Flaw((), f"a case starts with {base.first_step.id}, and with nothing before it")


def _added(base: Process, local: Process) -> Iterator[Flaw]:
    """An added step may stop a case or send it back; it is no short cut, and lengthens nobody's period."""
    known = {step.id for stage in base.stages for step in stage.steps}
    for step in (step for stage in local.stages for step in stage.steps if step.id not in known):
        for name, effect in step.outcomes.items():
            end = local.outcomes.get(effect.end or "")
            if end is not None and end.kind == "reached":
                yield Flaw((step.id, "outcomes", name), "an added step cannot bring a case to its aim")
            if effect.extend is not None or effect.proposes_extension is not None:
                yield Flaw((step.id, "outcomes", name), "an added step cannot extend a period")
        if isinstance(step, AppointStep):
            yield Flaw((step.id, "role"), "an added step cannot appoint people")


def _step(base: Step, local: Step) -> Iterator[Flaw]:
    step = base.id
    for name in (*_SAME_IN_STEP, *_SAME_IN_KIND.get(type(base), ())):
        if getattr(base, name) != getattr(local, name, None):
            yield Flaw((step, name), f"{name} cannot be changed by an overlay")
    if type(base) is not type(local):
        return
    yield from _people(step, "by", base.by, local.by)
    yield from _outcomes(step, base.outcomes, local.outcomes)
    for key, as_strict, says in _PARTS:
        for part in getattr(base, key):
            if not any(as_strict(part, other) for other in getattr(local, key)):
                yield Flaw((step, key), says(part))
    yield from _of_its_kind(base, local)


def _people(step: str, key: str, base: Sequence[str], local: Sequence[str]) -> Iterator[Flaw]:
    for actor in local:
        if actor not in base:
            yield Flaw((step, key), f"{actor} may act who could not before")


def _outcomes(step: str, base: dict[str, Effect], local: dict[str, Effect]) -> Iterator[Flaw]:
    if list(base) != list(local):
        yield Flaw((step, "outcomes"), "outcomes cannot be added, moved or dropped by an overlay")
        return
    for name, effect in base.items():
        if local[name] not in (effect, effect.model_copy(update={"needs_reason": True})):
            yield Flaw((step, "outcomes"), f"the outcome {name} cannot be changed by an overlay")


def _of_its_kind(base: Step, local: Step) -> Iterator[Flaw]:
    step = base.id
    match base, local:
        case MeetingStep(), MeetingStep():
            yield from _votes(base, local)
        case DecisionStep(), DecisionStep() if local.need < base.need:
            yield Flaw((step, "need"), f"fewer than {base.need} equal answers decide")
        case NoticeStep(), NoticeStep():
            if not is_at_least(local.window, base.window):
                yield Flaw((step, "window"), f"the window of {base.window} is shortened")
            if local.places < base.places or base.both_places_when not in (None, local.both_places_when):
                yield Flaw((step, "places"), "it hangs in fewer places")
        case PeriodStep(), PeriodStep():
            if not is_at_least(local.lasts, base.lasts):
                yield Flaw((step, "lasts"), f"the period of {base.lasts} is shortened")
            for entry in base.entries:
                if not any(_as_strict_entry(entry, other) for other in local.entries):
                    yield Flaw((step, "entries"), f"the duty {entry.id} is dropped or loosened")
        case _:
            pass


def _votes(base: MeetingStep, local: MeetingStep) -> Iterator[Flaw]:
    step = base.id
    for key, law, new in (("quorum", base.quorum, local.quorum), ("carried", base.carried, local.carried)):
        if law is not None and law != new:
            if not law.parameter:
                yield Flaw((step, key), "the rules fix this figure: only one they leave open can be set")
            elif new is None or not _as_high(law, new):
                yield Flaw((step, key), "the threshold is lowered or dropped")
    if base.ballot == "secret" and local.ballot == "open":
        yield Flaw((step, "ballot"), "a secret ballot cannot become an open one")
    if base.veto is not None and local.veto is None:
        yield Flaw((step, "veto"), "the veto is dropped")
    if base.tie == "lost" and local.tie == "chair":
        yield Flaw((step, "tie"), "equal votes can no longer carry")


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


def _as_strict_entry(base: EntrySpec, local: EntrySpec) -> bool:
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


def _as_high(base: Threshold, local: Threshold) -> bool:
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


_PARTS: tuple[tuple[str, Callable[[Any, Any], bool], Callable[[Any], str]], ...] = (
    ("not_before", _as_long, lambda it: f"the wait of {it.wait} after {it.of} is shortened or dropped"),
    ("due", _as_soon, lambda it: f"the deadline of {it.within} after {it.of} is lengthened or dropped"),
    ("materials", _as_strict_material, lambda it: f"the material {it.id} is dropped or asked less strictly"),
    ("fields", _as_strict_field, lambda it: f"the field {it.id} is dropped or asked less strictly"),
    ("rules", is_as_strict_rule, lambda it: f"the rule {it.id or it.type} is dropped or loosened"),
)
"""The lists of a step: how two of their entries compare, and what to say of one that nothing answers to."""
