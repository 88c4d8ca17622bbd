"""Ways through: every step can open, every stage can end, every outcome leads somewhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from domain.complaints import Place
from domain.process import Process, Stage
from domain.soundness.flaws import Flaw, need_not_be_over, there_is_no
from domain.soundness.order import Order, Spot, spots
from domain.steps import Effect, MeetingStep, PeriodStep, RecordStep, Step
from domain.values import Text


def stages(process: Process) -> Iterator[Flaw]:
    """Find stages without steps, after the end, or with an end that is not there."""
    last = len(process.stages) - 1
    for at, stage in enumerate(process.stages):
        place: Place = ("stages", at)
        if not stage.steps:
            yield Flaw.of(place, zh="阶段至少要有一个环节", en="a stage needs at least one step")
        if stage.outcome is not None and stage.outcome not in process.outcomes:
            yield Flaw((*place, "outcome"), there_is_no("outcome", stage.outcome))
        if stage.outcome is not None and at < last:
            following = process.stages[at + 1].id
            yield Flaw.of(
                (*place, "outcome"),
                zh=f"在此结束个案，所以“{following}”永远不能开始",
                en=f"ends the case, so {following} can never begin",
            )
    if process.stages[last].outcome is None:
        yield Flaw.of(
            ("stages", last),
            zh="最后一个阶段没有结果，所以个案永远不会结束：请在“outcome”中写明",
            en="the last stage ends in no outcome, so the case would never end: its 'outcome' names one",
        )
    yield from _ends(process)
    yield from _first_step(process)


def order_of_steps(process: Process, order: Order) -> Iterator[Flaw]:
    """Find steps that can never open, and stages that can never end."""
    for at, stage in enumerate(process.stages):
        for number, step in enumerate(stage.steps):
            place: Place = ("stages", at, "steps", number)
            yield from _predecessors(order, stage, step, place)
            yield from _waits_for_optional(stage, number, place)
    for spot in spots(process):
        yield from _can_be_done(process, spot)


def outcomes(process: Process, order: Order) -> Iterator[Flaw]:
    """Find outcomes that lead nowhere."""
    for spot in spots(process):
        if not spot.step.outcomes:
            yield Flaw.of(
                spot.place, zh="没有结果，所以永远不能办结", en="has no outcome, so it can never be done"
            )
        if isinstance(spot.step, MeetingStep):
            yield from _meeting(spot, spot.step)
        if isinstance(spot.step, PeriodStep) and len(spot.step.outcomes) > 1:
            yield Flaw.of(
                (*spot.place, "outcomes"),
                zh="考察期自行期满，只能有第一个结果",
                en="a period ends by itself, with its first outcome only",
            )
        for name, effect in spot.step.outcomes.items():
            place: Place = (*spot.place, "outcomes", name)
            yield from _effect(process, order, spot, effect, place)


def _ends(process: Process) -> Iterator[Flaw]:
    used = {stage.outcome for stage in process.stages}
    used |= {effect.end for spot in spots(process) for effect in spot.step.outcomes.values()}
    if "withdraw" in process.whole_case:
        if process.withdrawn not in process.outcomes:
            yield Flaw.of(
                ("withdrawn",),
                zh=f"撤回时没有结果“{process.withdrawn}”可用",
                en=f"there is no outcome {process.withdrawn!r} for a withdrawal",
            )
        used.add(process.withdrawn)
    for name, outcome in process.outcomes.items():
        # Whoever may withdraw may also say that the person left in another way, such as death.
        left = outcome.kind == "left" and "withdraw" in process.whole_case
        if name not in used and not left:
            yield Flaw.of(("outcomes", name), zh="没有途径通向这一结果", en="nothing leads to this outcome")
    if not any(process.outcomes[name].kind == "reached" for name in used if name in process.outcomes):
        yield Flaw.of(
            ("outcomes",),
            zh="没有途径通向类型为 reached 的结果",
            en="no way leads to an outcome of kind reached",
        )


def _first_step(process: Process) -> Iterator[Flaw]:
    """A case starts by completing its first step, which nobody is asked about any further."""
    if not process.stages[0].steps:
        return
    step = process.stages[0].steps[0]
    place: Place = ("stages", 0, "steps", 0)
    if not isinstance(step, RecordStep):
        yield Flaw.of(
            place,
            zh="个案由它开始，所以类型必须为 record",
            en="starts the case, so it must be of kind record",
        )
    if step.when is not None or step.optional:
        yield Flaw.of(
            place,
            zh="个案由它开始，所以不能附条件，也不能可选",
            en="starts the case, so it can be neither conditional nor optional",
        )
    if len(step.outcomes) > 1:
        yield Flaw.of(
            (*place, "outcomes"),
            zh="个案由它开始，所以只能有一个结果",
            en="starts the case, so it can have one outcome only",
        )


def _predecessors(order: Order, stage: Stage, step: Step, place: Place) -> Iterator[Flaw]:
    here = {other.id: number for number, other in enumerate(stage.steps)}
    ids = [other.id for other in stage.steps]
    written = {
        other.id: tuple(ids[max(0, at - 1) : at]) if other.after is None else other.after
        for at, other in enumerate(stage.steps)
    }
    circular = False
    for which, name in enumerate(step.after or ()):
        where: Place = (*place, "after", which)
        if name not in order.steps:
            yield Flaw.of(
                where, zh=f"永远不能开始：没有环节“{name}”", en=f"can never open: there is no step {name!r}"
            )
        elif name not in here:
            yield Flaw.of(
                where,
                zh=f"永远不能开始：“{name}”属于另一阶段",
                en=f"can never open: {name} belongs to another stage",
            )
        elif here[name] >= here[step.id] and not circular:
            # Every circle has a step that waits for one written later, so nothing else needs to be followed.
            circle = _circle(written, step.id, name)
            circular = circle is not None
            yield Flaw(where, _late(name, step) if circle is None else _round(circle))


def _late(name: str, step: Step) -> Text:
    return Text(
        zh=f"“{name}”写在“{step.id}”之后：环节要按开始的先后书写",
        en=f"{name} is written after {step.id}: steps are written in the order they open",
    )


def _round(circle: Sequence[str]) -> Text:
    return Text(
        zh="永远不能开始，循环：" + "等".join(f"“{name}”" for name in circle),
        en="can never open, circular: " + " waits for ".join(circle),
    )


def _circle(written: dict[str, tuple[str, ...]], step: str, name: str) -> list[str] | None:
    """Return the shortest way from `step` by `name` back to itself, or None."""
    ways, seen = deque([[step, name]]), {name}
    while ways:
        way = ways.popleft()
        if way[-1] == step:
            return way
        for following in written.get(way[-1], ()):
            if following not in seen or following == step:
                seen.add(following)
                ways.append([*way, following])
    return None


def _waits_for_optional(stage: Stage, number: int, place: Place) -> Iterator[Flaw]:
    step = stage.steps[number]
    previous = (stage.steps[number - 1].id,) if number else ()
    direct = previous if step.after is None else step.after
    optional = {other.id for other in stage.steps if other.optional}
    for name in direct:
        if name in optional and not step.optional:
            yield Flaw.of(
                place,
                zh=f"可能永远不能开始：它要等可选环节“{name}”",
                en=f"may never open: it waits for {name}, which is optional",
            )


def _can_be_done(process: Process, spot: Spot) -> Iterator[Flaw]:
    """A step that has to happen must have an outcome after which the case goes on."""
    step, effects = spot.step, spot.step.outcomes.values()
    if not effects or any(effect.completes for effect in effects):
        return
    ends = any(effect.end for effect in effects)
    last = spot.stage is process.stages[-1] and spot.step is spot.stage.steps[-1]
    returns = any(effect.return_to for effect in effects)
    if not ends and (step.when is None or not returns) and not step.optional:
        yield Flaw.of(
            spot.place,
            zh=f"没有结果使它办结，所以阶段“{spot.stage.id}”永远不能结束",
            en=f"no outcome completes it, so the stage {spot.stage.id} can never end",
        )
    elif ends and step.when is None and not step.optional and not last:
        yield Flaw.of(
            spot.place,
            zh="每个结果都结束个案或重新开始：后面的环节都不能办理",
            en="every outcome ends the case or starts again: nothing after it can happen",
        )


def _meeting(spot: Spot, step: MeetingStep) -> Iterator[Flaw]:
    if step.lost not in step.outcomes:
        yield Flaw.of(
            (*spot.place, "outcomes"),
            zh=f"缺少动议未通过时的结果“{step.lost}”",
            en=f"the outcome {step.lost!r} of a lost motion is missing",
        )
    if set(step.outcomes) == {step.lost}:
        yield Flaw.of(
            (*spot.place, "outcomes"),
            zh="动议不可能通过：只有未通过这一结果",
            en="no motion can be carried: there is only the lost one",
        )


def _effect(process: Process, order: Order, spot: Spot, effect: Effect, place: Place) -> Iterator[Flaw]:
    if sum((effect.end is not None, effect.return_to is not None, effect.again)) > 1:
        yield Flaw.of(
            place,
            zh="通向多处：end、return_to、again 只能写一个",
            en="leads to several places: only one of end, return_to and again",
        )
    if effect.end is not None and effect.end not in process.outcomes:
        yield Flaw.of(
            (*place, "end"),
            zh=f"没有去处：没有结果“{effect.end}”",
            en=f"leads nowhere: there is no outcome {effect.end!r}",
        )
    if effect.return_to is not None:
        yield from _return(order, spot, effect.return_to, (*place, "return_to"))
    for key in ("extend", "proposes_extension"):
        period = getattr(effect, key)
        if period is not None:
            yield from _extension(order, spot, period, (*place, key))
    if (effect.extend or effect.proposes_extension) is not None:
        yield from _months(order, spot, effect, place)
    elif effect.months is not None:
        yield Flaw.of(
            (*place, "months"),
            zh="写了延长多久，但没有延长任何考察期",
            en="says how long, but nothing is extended",
        )


def _return(order: Order, spot: Spot, target: str, place: Place) -> Iterator[Flaw]:
    if target not in order.steps:
        yield Flaw.of(
            place, zh=f"没有去处：没有环节“{target}”", en=f"leads nowhere: there is no step {target!r}"
        )
    elif target == spot.step.id:
        yield Flaw.of(place, zh="退回到自身：请写 again", en="returns to itself: write again")
    elif order.stage_at[target] != order.stage_at[spot.step.id]:
        yield Flaw.of(
            place,
            zh=f"没有去处：“{target}”属于另一阶段",
            en=f"leads nowhere: {target} belongs to another stage",
        )
    elif not order.comes_before(target, spot.step.id):
        yield Flaw.of(
            place,
            zh=f"没有去处：“{target}”不在“{spot.step.id}”之前",
            en=f"leads nowhere: {target} is not an earlier step of {spot.step.id}",
        )
    elif isinstance(order.steps[target], PeriodStep):
        yield Flaw.of(
            place,
            zh=f"没有去处：“{target}”是考察期，不能重新办理",
            en=f"leads nowhere: {target} is a period, which is not done again",
        )


def _extension(order: Order, spot: Spot, name: str, place: Place) -> Iterator[Flaw]:
    period = order.steps.get(name)
    if not isinstance(period, PeriodStep):
        yield Flaw.of(place, zh=f"没有可延长的考察期“{name}”", en=f"there is no period {name!r} to extend")
    elif period.extension is None:
        yield Flaw.of(
            place,
            zh=f"“{name}”不能延长：没有写 extension",
            en=f"{name} cannot be extended: it has no extension",
        )
    elif order.stage_at[name] != order.stage_at[spot.step.id]:
        yield Flaw.of(
            place,
            zh=f"“{name}”属于另一阶段，到那时已经结束",
            en=f"{name} belongs to another stage, which is over by then",
        )


def _months(order: Order, spot: Spot, effect: Effect, place: Place) -> Iterator[Flaw]:
    if effect.months is None:
        yield Flaw.of(
            place,
            zh="缺少 months：写明延长多久的填写项",
            en="months is missing: the field that says by how long",
        )
        return
    name, _, field = effect.months.rpartition(".")
    step = spot.step if name in {"", spot.step.id} else order.steps.get(name)
    spec = next((spec for spec in step.fields if spec.id == field), None) if step is not None else None
    if step is None or spec is None or spec.type != "integer":
        yield Flaw.of(
            (*place, "months"),
            zh=f"没有类型为 integer 的填写项“{effect.months}”",
            en=f"there is no field {effect.months!r} of type integer",
        )
    elif step is not spot.step and not order.comes_before(step.id, spot.step.id):
        yield Flaw((*place, "months"), need_not_be_over(step.id))
