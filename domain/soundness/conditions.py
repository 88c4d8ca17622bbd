"""Conditions: what they look at exists, can be known by then, and can be so."""

from __future__ import annotations

from collections.abc import Iterator

from domain.complaints import Place
from domain.marked import as_written
from domain.process import Process
from domain.rules import Condition
from domain.soundness.flaws import Flaw, has_no, need_not_be_over, never_holds, there_is_no
from domain.soundness.order import Order, Spot, spots
from domain.steps import FieldSpec, NoticeStep, PeriodStep, Step
from domain.values import Scalar, Text


def conditions(process: Process, order: Order) -> Iterator[Flaw]:
    """Find conditions that name what does not exist, look ahead, or can never hold."""
    for spot in spots(process):
        for place, condition in _of_step(spot):
            yield from _units(process, place, condition)
            yield from _outcomes(order, spot, place, condition)
            yield from _field(order, spot, place, condition)


def answer_problem(spec: FieldSpec, value: Scalar) -> Text | None:
    """Return why a field can never be answered with `value`, or None."""
    if spec.type == "choice" and value not in spec.choices:
        return Text(
            zh=f"“{spec.id}”的选项中没有“{as_written(value)}”",
            en=f"{value!r} is not among the choices of {spec.id}",
        )
    fits = {
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "text": isinstance(value, str),
        "date": isinstance(value, str),
        "choice": True,
    }
    if fits[spec.type]:
        return None
    return Text(
        zh=f"“{as_written(value)}”不能作为“{spec.id}”的答案，其类型为 {spec.type}",
        en=f"{value!r} is no answer to {spec.id}, which is of type {spec.type}",
    )


def _of_step(spot: Spot) -> Iterator[tuple[Place, Condition]]:
    """Yield every condition of a step with its place."""
    place, step = spot.place, spot.step
    found = [((*place, "when"), step.when)]
    groups = (
        ("not_before", step.not_before),
        ("due", step.due),
        ("materials", step.materials),
        ("rules", step.rules),
    )
    for key, group in groups:
        found += [((*place, key, at, "when"), part.when) for at, part in enumerate(group)]
    if isinstance(step, NoticeStep):
        found.append(((*place, "both_places_when"), step.both_places_when))
    for at, entry in enumerate(step.entries if isinstance(step, PeriodStep) else ()):
        inside: Place = (*place, "entries", at, "materials")
        found += [((*inside, number, "when"), ref.when) for number, ref in enumerate(entry.materials)]
    yield from ((where, condition) for where, condition in found if condition is not None)


def _units(process: Process, place: Place, condition: Condition) -> Iterator[Flaw]:
    for key, kind in (("unit", condition.unit), ("no_unit", condition.no_unit)):
        if kind is not None and kind not in process.unit_kinds:
            yield Flaw((*place, key), there_is_no("unit kind", kind))
    if condition.no_unit == process.starts_in:
        yield Flaw.of(
            (*place, "no_unit"),
            zh=f"永远不会成立：每个个案都属于“{process.starts_in}”",
            en=f"can never hold: every case belongs to a {process.starts_in}",
        )
    if condition.unit is not None and condition.unit == condition.no_unit:
        yield Flaw.of(
            place,
            zh=f"永远不会成立：既要有“{condition.unit}”又要没有",
            en=f"can never hold: a {condition.unit} and none",
        )
    if condition == Condition(equals=condition.equals):
        yield Flaw.of(place, zh="没有写任何条件，所以总是成立", en="states nothing, so it always holds")


def _outcomes(order: Order, spot: Spot, place: Place, condition: Condition) -> Iterator[Flaw]:
    for name, outcomes in condition.outcomes.items():
        where: Place = (*place, "outcomes", name)
        other = order.steps.get(name)
        if other is None:
            yield Flaw(where, there_is_no("step", name))
            continue
        if not order.comes_before(name, spot.step.id):
            yield Flaw(where, need_not_be_over(name))
        if not outcomes:
            yield Flaw.of(where, zh="永远不会成立：没有写明结果", en="can never hold: no outcome is named")
        for at, outcome in enumerate(outcomes):
            yield from _outcome(other, outcome, (*where, at))


def _outcome(other: Step, outcome: str, place: Place) -> Iterator[Flaw]:
    if outcome not in other.outcomes:
        yield Flaw(place, has_no(other.id, "outcome", outcome))
    elif not other.outcomes[outcome].completes:
        yield Flaw.of(
            place,
            zh=f"永远不会成立：结果为“{outcome}”时“{other.id}”没有办结",
            en=f"can never hold: {other.id} is not done after {outcome!r}",
        )


def _field(order: Order, spot: Spot, place: Place, condition: Condition) -> Iterator[Flaw]:
    if condition.field is None:
        return
    where: Place = (*place, "field")
    name, _, field = condition.field.partition(".")
    other = order.steps.get(name)
    spec = next((spec for spec in other.fields if spec.id == field), None) if other is not None else None
    if other is None or spec is None:
        yield Flaw.of(
            where,
            zh=f"没有填写项“{condition.field}”：请写作“环节.填写项”",
            en=f"there is no field {condition.field!r}: write step.field",
        )
        return
    if not order.comes_before(name, spot.step.id):
        yield Flaw(where, need_not_be_over(name))
    if spec.type == "text":
        yield Flaw.of(
            where,
            zh=f"永远不会成立：“{condition.field}”是自由填写的文字，规则不看其内容",
            en=f"can never hold: {condition.field} is free text, which no rule looks at",
        )
    elif (problem := answer_problem(spec, condition.equals)) is not None:
        yield Flaw(place, never_holds(problem))
