"""What a step asks for: materials, fields, typed rules and votes that can really be fulfilled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from domain.complaints import Place
from domain.process import Process
from domain.rules import CountRule, DocumentRule, FieldRule, SeparationRule, Threshold
from domain.soundness.conditions import answer_problem
from domain.soundness.flaws import Flaw, has_no, never_holds, there_is_no
from domain.soundness.names import entries_of
from domain.soundness.order import Order, Spot, spots
from domain.steps import AppointStep, FieldSpec, MaterialRef, MeetingStep, PeriodStep, Step


def materials(process: Process, order: Order) -> Iterator[Flaw]:
    """Find materials that are not in the catalogue, and documents nobody can have handed in."""
    asked = {spot.step.id: set(_materials_of(spot.step)) for spot in spots(process)}
    for spot in spots(process):
        place, step = spot.place, spot.step
        yield from _refs(process, (*place, "materials"), step.materials, step)
        if isinstance(step, PeriodStep):
            for at, entry in enumerate(step.entries):
                yield from _refs(process, (*place, "entries", at, "materials"), entry.materials, None)
        for at, rule in enumerate(step.rules):
            for number, name in enumerate(rule.materials if isinstance(rule, DocumentRule) else ()):
                where: Place = (*place, "rules", at, "materials", number)
                if name not in process.materials:
                    yield _not_in_catalogue(where, name)
                elif not any(name in asked[other] for other in asked if _by_then(order, other, spot)):
                    yield Flaw.of(
                        where,
                        zh=f"到那时还没有人提交“{name}”：没有环节要求这份材料",
                        en=f"nobody hands in {name} by then: no step asks for it",
                    )


def fields(process: Process) -> Iterator[Flaw]:
    """Find fields that cannot be answered, or that belong to outcomes which do not exist."""
    for place, _, step in spots(process):
        for at, spec in enumerate(step.fields):
            yield from _field((*place, "fields", at), spec)
            yield from _for_outcomes((*place, "fields", at), spec.for_outcomes, step)
        for at, entry in enumerate(step.entries if isinstance(step, PeriodStep) else ()):
            for number, spec in enumerate(entry.fields):
                yield from _field((*place, "entries", at, "fields", number), spec)


def rules(process: Process, order: Order) -> Iterator[Flaw]:
    """Find typed rules about steps, entries and fields that do not exist or are not over by then."""
    for spot in spots(process):
        for at, rule in enumerate(spot.step.rules):
            place: Place = (*spot.place, "rules", at)
            match rule:
                case CountRule():
                    yield from _count(order, spot, rule, place)
                case FieldRule():
                    yield from _field_rule(spot.step, rule, place)
                case SeparationRule():
                    yield from _separation(order, spot, rule, place)
                case _:
                    pass


def thresholds(process: Process) -> Iterator[Flaw]:
    """Find votes that can never be carried, and thresholds that measure nothing."""
    for spot in spots(process):
        step = spot.step
        if not isinstance(step, MeetingStep):
            continue
        yield from _threshold((*spot.place, "carried"), step.carried)
        if step.tie == "chair" and step.carried.of != "cast":
            yield Flaw.of(
                (*spot.place, "tie"),
                zh="只有通过比例按投票数计算时，才能由主席裁决",
                en="the chair decides only where the majority is of those cast",
            )
        if step.quorum is not None:
            yield from _threshold((*spot.place, "quorum"), step.quorum)
            if step.quorum.count is None and step.quorum.of != "eligible":
                yield Flaw.of(
                    (*spot.place, "quorum", "of"),
                    zh="用实到人数衡量实到人数本身",
                    en="measures those present against themselves",
                )


def _materials_of(step: Step) -> Iterator[str]:
    yield from (ref.id for ref in step.materials)
    if isinstance(step, PeriodStep):
        yield from (ref.id for entry in step.entries for ref in entry.materials)


def _by_then(order: Order, other: str, spot: Spot) -> bool:
    """A period beside the step counts as well: what is entered there may come in time."""
    beside = order.stage_at[other] == order.stage_at[spot.step.id]
    running = beside and isinstance(order.steps[other], PeriodStep)
    return other == spot.step.id or running or order.comes_before(other, spot.step.id)


def _refs(process: Process, place: Place, refs: Sequence[MaterialRef], step: Step | None) -> Iterator[Flaw]:
    for at, ref in enumerate(refs):
        if ref.id not in process.materials:
            yield _not_in_catalogue((*place, at), ref.id)
        if step is not None:
            yield from _for_outcomes((*place, at), ref.for_outcomes, step)


def _not_in_catalogue(place: Place, name: str) -> Flaw:
    return Flaw.of(place, zh=f"材料目录中没有“{name}”", en=f"the material {name!r} is not in the catalogue")


def _for_outcomes(place: Place, names: Sequence[str], step: Step) -> Iterator[Flaw]:
    for at, name in enumerate(names):
        if name not in step.outcomes:
            yield Flaw((*place, "for_outcomes", at), has_no(step.id, "outcome", name))


def _field(place: Place, spec: FieldSpec) -> Iterator[Flaw]:
    if spec.type == "choice" and not spec.choices:
        yield Flaw.of(place, zh=f"“{spec.id}”没有可选的选项", en=f"{spec.id} offers nothing to choose from")
    if spec.type != "choice" and spec.choices:
        yield Flaw.of(
            (*place, "choices"),
            zh=f"“{spec.id}”的类型为 {spec.type}，不是 choice",
            en=f"{spec.id} is of type {spec.type}, not choice",
        )
    bounded = spec.at_least is not None or spec.at_most is not None
    if bounded and spec.type != "integer":
        yield _no_bounds(place, spec)
    if spec.at_least is not None and spec.at_most is not None and spec.at_least > spec.at_most:
        yield Flaw.of(
            place,
            zh=f"“{spec.id}”永远无法填写：最小值大于最大值",
            en=f"{spec.id} can never be answered: its least is more than its most",
        )


def _no_bounds(place: Place, spec: FieldSpec) -> Flaw:
    return Flaw.of(
        place,
        zh=f"“{spec.id}”的类型为 {spec.type}：只有 integer 才有上下限",
        en=f"{spec.id} is of type {spec.type}: only an integer has bounds",
    )


def _count(order: Order, spot: Spot, rule: CountRule, place: Place) -> Iterator[Flaw]:
    other = order.steps.get(rule.step)
    if other is None:
        yield Flaw((*place, "step"), there_is_no("step", rule.step))
        return
    if rule.entry not in entries_of(other):
        yield Flaw((*place, "entry"), has_no(rule.step, "entry", rule.entry))
    if not _by_then(order, rule.step, spot):
        yield Flaw.of(
            (*place, "step"),
            zh=f"到那时“{rule.step}”不一定已经开始",
            en=f"{rule.step} need not have begun by then",
        )
    if not order.is_certain(rule.step, (spot.step.when, rule.when)) and rule.level == "block":
        yield Flaw.of(
            (*place, "step"),
            zh=f"不经过“{rule.step}”的个案永远达不到",
            en=f"can never be met where {rule.step} does not happen",
        )


def _field_rule(step: Step, rule: FieldRule, place: Place) -> Iterator[Flaw]:
    spec = next((spec for spec in step.fields if spec.id == rule.field), None)
    if spec is None:
        yield Flaw((*place, "field"), has_no(step.id, "field", rule.field))
        return
    if rule.equals is not None and (problem := answer_problem(spec, rule.equals)) is not None:
        yield Flaw((*place, "equals"), never_holds(problem))
    if rule.after_act is not None and spec.type != "date":
        yield Flaw.of(
            (*place, "after_act"),
            zh=f"“{spec.id}”的类型为 {spec.type}，不是 date",
            en=f"{spec.id} is of type {spec.type}, not date",
        )
    if (rule.at_least is not None or rule.at_most is not None) and spec.type != "integer":
        yield _no_bounds(place, spec)
    if rule.at_least is not None and rule.at_most is not None and rule.at_least > rule.at_most:
        yield Flaw.of(
            place, zh="永远不会成立：最小值大于最大值", en="can never hold: its least is more than its most"
        )
    if (rule.equals, rule.after_act, rule.at_least, rule.at_most) == (None, None, None, None):
        yield Flaw.of(place, zh="对这一填写项没有任何要求", en="says nothing about the field")


def _separation(order: Order, spot: Spot, rule: SeparationRule, place: Place) -> Iterator[Flaw]:
    by_name = rule.steps or rule.stages or rule.unit_kinds or rule.case_roles
    if not (by_name or rule.anywhere or rule.before_an_appeal):
        yield Flaw.of(
            place,
            zh="没有分离任何事项：请写明环节、阶段、组织类别或个案职责",
            en="separates nothing: name steps, stages, kinds of unit or case roles",
        )
    if rule.who == "named" and not isinstance(spot.step, AppointStep):
        yield Flaw.of(
            (*place, "who"),
            zh=f"“{spot.step.id}”的类型为 {spot.step.kind}，不指定任何人",
            en=f"{spot.step.id} is of kind {spot.step.kind} and names nobody",
        )
    yield from _separated_levels(order, spot, rule, place)
    yield from _separated_stages(order, spot, rule, place)
    if rule.before_an_appeal and not order.process.whole_case.get("appeal"):
        yield Flaw.of(
            (*place, "before_an_appeal"),
            zh="没有人可以申诉，所以不会重新办理",
            en="nobody may appeal, so nothing is reopened",
        )
    for at, name in enumerate(rule.steps):
        if name not in order.steps:
            yield Flaw((*place, "steps", at), there_is_no("step", name))
        elif name == spot.step.id or order.comes_before(spot.step.id, name):
            yield Flaw.of(
                (*place, "steps", at), zh=f"到那时“{name}”尚未办理", en=f"{name} has not happened by then"
            )


def _separated_levels(order: Order, spot: Spot, rule: SeparationRule, place: Place) -> Iterator[Flaw]:
    own = {actor.rpartition(".")[0] for actor in spot.step.by}
    for at, kind in enumerate(rule.unit_kinds):
        if kind not in order.process.unit_kinds:
            yield Flaw((*place, "unit_kinds", at), there_is_no("unit kind", kind))
        elif rule.who == "actor" and rule.level == "block" and own == {kind}:
            yield Flaw.of(
                (*place, "unit_kinds", at),
                zh=f"这里可以办理的人本身都代表“{kind}”",
                en=f"everybody who may act here acts for a {kind} himself",
            )


def _separated_stages(order: Order, spot: Spot, rule: SeparationRule, place: Place) -> Iterator[Flaw]:
    stages = [stage.id for stage in order.process.stages]
    own = stages.index(order.process.stage_of[spot.step.id].id)
    for at, name in enumerate(rule.stages):
        if name not in stages:
            yield Flaw((*place, "stages", at), there_is_no("stage", name))
        elif stages.index(name) >= own:
            yield Flaw.of(
                (*place, "stages", at), zh=f"到那时“{name}”尚未结束", en=f"{name} is not over by then"
            )


def _threshold(place: Place, threshold: Threshold) -> Iterator[Flaw]:
    share = threshold.more_than if threshold.more_than is not None else threshold.at_least
    never = (threshold.more_than is not None and threshold.more_than >= 1) or (
        threshold.at_least is not None and threshold.at_least > 1
    )
    if never:
        yield Flaw.of(
            place,
            zh=f"永远达不到：{share} 等于或超过全体",
            en=f"can never be met: {share} of all is everybody or more",
        )
    if threshold.count == 0 or threshold.at_least == Fraction(0):
        yield Flaw.of(place, zh="一个人也没有就已达到：请去掉", en="is met by nobody at all: leave it out")
