"""The proof that one definition is at least as strict as another: all that an overlay may do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.parties import Recusal
from domain.process import Process, Stage
from domain.soundness.flaws import Flaw
from domain.soundness.order import Order
from domain.steps import (
    AppointStep,
    DecisionStep,
    Effect,
    MeetingStep,
    NoticeStep,
    PeriodStep,
    Step,
)
from domain.stricter_parts import PARTS, as_high, as_strict_entry
from domain.stricter_rules import RANK, is_at_least
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
            yield Flaw.of(
                (name,), zh=f"地方补充不能更改 {name}", en=f"{name} cannot be changed by an overlay"
            )
    for name, material in base.materials.items():
        if local.materials.get(name) != material:
            yield Flaw.of(
                ("materials", name),
                zh=f"材料“{name}”不能更改或删去",
                en=f"the material {name} cannot be changed or dropped",
            )
    yield from _grounds(base, local)
    if base.recusal is not None and not _as_wide(base.recusal, local.recusal):
        yield Flaw.of(
            ("recusal",),
            zh="须回避的亲属或事项减少了，或者记录要求放宽了",
            en="fewer relatives keep out, or of less, or it is noted less strictly",
        )
    yield from _stages(base.stages, local.stages)
    yield from _order(base, local)
    there = {step.id: step for stage in local.stages for step in stage.steps}
    for stage in base.stages:
        for step in stage.steps:
            if step.id not in there:
                yield Flaw.of((step.id,), zh=f"环节“{step.id}”被删去", en=f"the step {step.id} is dropped")
            else:
                yield from _step(step, there[step.id])
    yield from _added(base, local)


def _grounds(base: Process, local: Process) -> Iterator[Flaw]:
    """A ground may be dropped, and ask for more; none is added, for it would leave out who counts."""
    for name, ground in local.grounds.items():
        law = base.grounds.get(name)
        if law is None or (law.zh, law.en, law.basis) != (ground.zh, ground.en, ground.basis):
            yield Flaw.of(
                ("grounds", name),
                zh=f"地方补充不能增加或更改理由类别“{name}”",
                en=f"the ground {name} cannot be added or changed by an overlay",
            )
        elif any(
            _rank(getattr(ground, paper)) < _rank(getattr(law, paper)) for paper in ("consent", "resolution")
        ):
            yield Flaw.of(
                ("grounds", name), zh=f"理由类别“{name}”的要求放宽了", en=f"the ground {name} asks for less"
            )


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
        yield Flaw.of(
            ("stages",),
            zh="地方补充不能更改阶段本身",
            en="the stages themselves cannot be changed by an overlay",
        )


def _order(base: Process, local: Process) -> Iterator[Flaw]:
    """Whatever came first still does."""
    before, after = Order(base), Order(local)
    for step in before.steps:
        for other in before.steps:
            kept = after.comes_before(other, step) or step not in after.steps or other not in after.steps
            if before.comes_before(other, step) and not kept:
                yield Flaw.of(
                    (step, "after"), zh=f"“{step}”不再等“{other}”", en=f"{step} no longer waits for {other}"
                )
    first = local.stages[0].steps[:1]
    if not first or first[0].id != base.first_step.id:
        yield Flaw.of(
            (),
            zh=f"个案由“{base.first_step.id}”开始，之前不能有别的环节",
            en=f"a case starts with {base.first_step.id}, and with nothing before it",
        )


def _added(base: Process, local: Process) -> Iterator[Flaw]:
    """An added step may stop a case or send it back; it is no short cut, and lengthens nobody's period."""
    known = {step.id for stage in base.stages for step in stage.steps}
    for step in (step for stage in local.stages for step in stage.steps if step.id not in known):
        for name, effect in step.outcomes.items():
            end = local.outcomes.get(effect.end or "")
            if end is not None and end.kind == "reached":
                yield Flaw.of(
                    (step.id, "outcomes", name),
                    zh="增加的环节不能使个案达成",
                    en="an added step cannot bring a case to its aim",
                )
            if effect.extend is not None or effect.proposes_extension is not None:
                yield Flaw.of(
                    (step.id, "outcomes", name),
                    zh="增加的环节不能延长考察期",
                    en="an added step cannot extend a period",
                )
        if isinstance(step, AppointStep):
            yield Flaw.of(
                (step.id, "role"), zh="增加的环节不能确定人员", en="an added step cannot appoint people"
            )


def _step(base: Step, local: Step) -> Iterator[Flaw]:
    step = base.id
    for name in (*_SAME_IN_STEP, *_SAME_IN_KIND.get(type(base), ())):
        if getattr(base, name) != getattr(local, name, None):
            yield Flaw.of(
                (step, name), zh=f"地方补充不能更改 {name}", en=f"{name} cannot be changed by an overlay"
            )
    if type(base) is not type(local):
        return
    yield from _people(step, "by", base.by, local.by)
    yield from _outcomes(step, base.outcomes, local.outcomes)
    for key, as_strict, says in PARTS:
        for part in getattr(base, key):
            if not any(as_strict(part, other) for other in getattr(local, key)):
                yield Flaw((step, key), says(part))
    yield from _of_its_kind(base, local)


def _people(step: str, key: str, base: Sequence[str], local: Sequence[str]) -> Iterator[Flaw]:
    for actor in local:
        if actor not in base:
            yield Flaw.of(
                (step, key),
                zh=f"原来不能办理的“{actor}”可以办理了",
                en=f"{actor} may act who could not before",
            )


def _outcomes(step: str, base: dict[str, Effect], local: dict[str, Effect]) -> Iterator[Flaw]:
    if list(base) != list(local):
        yield Flaw.of(
            (step, "outcomes"),
            zh="地方补充不能增加、移动或删去结果",
            en="outcomes cannot be added, moved or dropped by an overlay",
        )
        return
    for name, effect in base.items():
        if local[name] not in (effect, effect.model_copy(update={"needs_reason": True})):
            yield Flaw.of(
                (step, "outcomes"),
                zh=f"地方补充不能更改结果“{name}”",
                en=f"the outcome {name} cannot be changed by an overlay",
            )


def _of_its_kind(base: Step, local: Step) -> Iterator[Flaw]:
    step = base.id
    match base, local:
        case MeetingStep(), MeetingStep():
            yield from _votes(base, local)
        case DecisionStep(), DecisionStep() if local.need < base.need:
            yield Flaw.of(
                (step, "need"),
                zh=f"相同答复不足{base.need}人即可决定",
                en=f"fewer than {base.need} equal answers decide",
            )
        case NoticeStep(), NoticeStep():
            if not is_at_least(local.window, base.window):
                yield Flaw.of(
                    (step, "window"),
                    zh=f"公示期（{base.window.in_words.zh}）缩短了",
                    en=f"the window of {base.window} is shortened",
                )
            if local.places < base.places or base.both_places_when not in (None, local.both_places_when):
                yield Flaw.of((step, "places"), zh="公示张贴的处数减少了", en="it hangs in fewer places")
        case PeriodStep(), PeriodStep():
            if not is_at_least(local.lasts, base.lasts):
                yield Flaw.of(
                    (step, "lasts"),
                    zh=f"考察期（{base.lasts.in_words.zh}）缩短了",
                    en=f"the period of {base.lasts} is shortened",
                )
            for entry in base.entries:
                if not any(as_strict_entry(entry, other) for other in local.entries):
                    yield Flaw.of(
                        (step, "entries"),
                        zh=f"经常性工作“{entry.id}”被删去或放宽",
                        en=f"the duty {entry.id} is dropped or loosened",
                    )
        case _:
            pass


def _votes(base: MeetingStep, local: MeetingStep) -> Iterator[Flaw]:
    step = base.id
    for key, law, new in (("quorum", base.quorum, local.quorum), ("carried", base.carried, local.carried)):
        if law is not None and law != new:
            if not law.parameter:
                yield Flaw.of(
                    (step, key),
                    zh="这一数字由规定定死：只能设定规定留出余地的数字",
                    en="the rules fix this figure: only one they leave open can be set",
                )
            elif new is None or not as_high(law, new):
                yield Flaw.of(
                    (step, key), zh="比例要求降低或被删去", en="the threshold is lowered or dropped"
                )
    if base.ballot == "secret" and local.ballot == "open":
        yield Flaw.of(
            (step, "ballot"), zh="无记名投票不能改为公开表决", en="a secret ballot cannot become an open one"
        )
    if base.veto is not None and local.veto is None:
        yield Flaw.of((step, "veto"), zh="否决被删去", en="the veto is dropped")
    if base.tie == "lost" and local.tie == "chair":
        yield Flaw.of((step, "tie"), zh="票数相等不能再算通过", en="equal votes can no longer carry")
