"""What a local unit adds to a version of a process, as it is written, and how the two are put together."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator, model_validator

from domain.library import with_overlay
from domain.parties import Ground, Recusal
from domain.process import MaterialSpec, Process, Stage
from domain.rules import Deadline, Interval, Rule, Threshold
from domain.spans import Span
from domain.steps import EntrySpec, FieldSpec, MaterialRef, Step
from domain.values import Level, Name, Text, Unfit, Value

Item = Interval | Deadline | MaterialRef | FieldSpec | EntrySpec | Rule
"""An entry of a list in a step."""


class Base(Value):
    """The version of the process that an overlay belongs to."""

    process: Name
    version: str


class StepChange(Value):
    """What is tightened in one step.

    In a list, an entry with a name (or an anchor) that the step has already takes its place, and any other
    is added; a single value takes the place of the step's own.
    """

    by: tuple[str, ...] | None = None
    not_before: tuple[Interval, ...] = ()
    due: tuple[Deadline, ...] = ()
    materials: tuple[MaterialRef, ...] = ()
    fields: tuple[FieldSpec, ...] = ()
    rules: tuple[Rule, ...] = ()
    entries: tuple[EntrySpec, ...] = ()
    quorum: Threshold | None = None
    carried: Threshold | None = None
    need: int | None = None
    window: Span | None = None
    lasts: Span | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_entry(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        if not isinstance(given, dict):
            return given
        lists = {"by": str, "not_before": dict, "due": dict}
        alone = {key: [given[key]] for key, one in lists.items() if isinstance(given.get(key), one)}
        return given | alone


class GroundChange(Value):
    """What a ground for leaving somebody out of a count has to rest on here."""

    consent: Level | None = None
    resolution: Level | None = None


class Addition(Value):
    """A step that is added, written after another one of its stage."""

    stage: Name
    after: Name
    before: tuple[Name, ...] = ()
    """Steps that wait for the added one, beside whatever they waited for."""
    step: Step


class Overlay(Value):
    """What a local unit adds to one version of a process."""

    overlay: Name
    of: Base
    title: Text
    basis: str
    """The local rule it rests on."""
    materials: dict[Name, MaterialSpec] = Field(default_factory=dict)
    """Local materials, added to the catalogue."""
    grounds: dict[Name, GroundChange] = Field(default_factory=dict)
    """What more is asked for a ground."""
    recusal: Recusal | None = None
    """Takes the place of the process's own."""
    change: dict[Name, StepChange] = Field(default_factory=dict)
    add: tuple[Addition, ...] = ()
    drop: None = None
    """Always refused: an overlay drops nothing."""

    @field_validator("drop", mode="before")
    @classmethod
    def _drops_nothing(cls, given: Any) -> Any:  # noqa: ANN401 - whatever was written
        if given is not None:
            raise Unfit(
                zh="地方补充只能增加或加严：不能删去任何内容",
                en="an overlay may only add or tighten: it drops nothing",
            )
        return given


def put_together(process: Process, overlay: Overlay) -> Process:
    """Return the process with the overlay, which fits it; whether it loosens is asked afterwards."""
    stages = tuple(_stage(stage, overlay) for stage in process.stages)
    parts = {name: getattr(process, name) for name in type(process).model_fields}
    parts |= {
        "version": version_with(process, overlay),
        "overlay": overlay.overlay,
        "materials": {**process.materials, **overlay.materials},
        "grounds": {name: _ground(ground, overlay, name) for name, ground in process.grounds.items()},
        "recusal": overlay.recusal or process.recusal,
        "stages": stages,
    }
    return Process.model_validate(parts)


def version_with(process: Process, overlay: Overlay) -> str:
    """Return what the version is called with the overlay."""
    return with_overlay(process.version, overlay.overlay)


def _ground(ground: Ground, overlay: Overlay, name: str) -> Ground:
    change = overlay.grounds.get(name)
    if change is None:
        return ground
    return ground.model_copy(update={key: getattr(change, key) for key in change.model_fields_set})


def _stage(stage: Stage, overlay: Overlay) -> Stage:
    steps: list[Step] = []
    for step in stage.steps:
        change = overlay.change.get(step.id)
        steps.append(step if change is None else _changed(step, change))
        # Of two steps added after the same one, the one written first comes first.
        steps.extend(addition.step for addition in overlay.add if addition.after == step.id)
    for addition in overlay.add:
        if addition.stage == stage.id:
            steps = _waiting_for(steps, addition)
    return stage.model_copy(update={"steps": tuple(steps)})


def _waiting_for(steps: list[Step], addition: Addition) -> list[Step]:
    """Let the steps named by an addition wait for it, too."""
    found: list[Step] = []
    for at, step in enumerate(steps):
        if step.id in addition.before and step.id != addition.step.id:
            waits = (steps[at - 1].id,) if step.after is None and at else step.after or ()
            after = (*waits, addition.step.id) if addition.step.id not in waits else waits
            found.append(step.model_copy(update={"after": after}))
        else:
            found.append(step)
    return found


def _changed(step: Step, change: StepChange) -> Step:
    update: dict[str, object] = {}
    for key in change.model_fields_set:
        new = getattr(change, key)
        listed = isinstance(new, tuple) and key != "by"
        update[key] = _merged(getattr(step, key), new) if listed else new
    return step.model_copy(update=update)


def _merged(old: tuple[Item, ...], new: tuple[Item, ...]) -> tuple[Item, ...]:
    taken = [item for item in new if any(_same(item, other) for other in old)]
    kept = [next((item for item in taken if _same(item, other)), other) for other in old]
    return (*kept, *(item for item in new if item not in taken))


def _same(new: Item, old: Item) -> bool:
    """Whether an entry takes the place of another: by its name, or by its anchor where neither has one."""
    if new.id is not None or old.id is not None:
        return new.id == old.id
    if isinstance(new, (Interval, Deadline)) and isinstance(old, (Interval, Deadline)):
        return (new.of, new.when) == (old.of, old.when)
    return False
