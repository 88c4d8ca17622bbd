"""Overlays: what a local unit adds to a process. An overlay may only add or tighten, and this is proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pydantic import Field, field_validator, model_validator

from domain import soundness
from domain.complaints import Place
from domain.library import with_overlay
from domain.marked import Node
from domain.process import Ground, MaterialSpec, Process, Recusal, Stage
from domain.reading import DefinitionError, Problem, digest_of, located, parse
from domain.rules import Deadline, Interval, Rule, Threshold
from domain.soundness import Flaw
from domain.soundness.flaws import there_is_no
from domain.spans import Span
from domain.steps import EntrySpec, FieldSpec, MaterialRef, Step
from domain.tightening import loosened
from domain.values import Level, Name, Text, Unfit, Value

Item = Interval | Deadline | MaterialRef | FieldSpec | EntrySpec | Rule
"""An entry of a list in a step."""

_LONGEST_VERSION = 60


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


class NotTighter(ValueError):
    """An overlay does not fit its process, or loosens it; `flaws` says where and how."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        """Keep the flaws; the message lists their sentences."""
        self.flaws = tuple(flaws)
        super().__init__("; ".join(flaw.problem.en for flaw in flaws))


class WrittenOverlay(NamedTuple):
    """An overlay as it was read, with the lines on which it says what."""

    name: str
    root: Node
    overlay: Overlay

    def on(self, base: Process) -> Process:
        """Return the version it is for with it. Raises DefinitionError as `read_overlay` does."""
        try:
            return apply(base, self.overlay)
        except NotTighter as error:
            raise DefinitionError(located(error.flaws, self.root, self.name)) from None


def read_overlay(text: str, name: str, base: Process) -> Process:
    """Return `base` with the overlay written in `text`, under the version `<version>+<overlay>`.

    Raises DefinitionError with the line of everything that is wrong, that does not fit, or that loosens.
    """
    return read_written(text, name).on(base)


def read_written(text: str, name: str) -> WrittenOverlay:
    """Return the overlay written in `text`, apart from any version. Raises DefinitionError."""
    root, overlay = parse(text, name, Overlay)
    return WrittenOverlay(name, root, overlay)


def check_overlay(text: str, name: str, base: Process) -> tuple[Problem, ...]:
    """Return everything wrong with an overlay, in the order of the lines; empty where it may be used."""
    try:
        read_overlay(text, name, base)
    except DefinitionError as error:
        return error.problems
    return ()


def apply(process: Process, overlay: Overlay) -> Process:
    """Return the process with the overlay, with its own digest. Raises NotTighter.

    The result is compared with the original as a whole: the proof does not rest on how it was put together.
    """
    misfits = tuple(_misfits(process, overlay))
    if misfits:
        raise NotTighter(misfits)
    local = _put_together(process, overlay)
    flaws = [_in_overlay(overlay, flaw) for flaw in loosened(process, local)]
    flaws += [_in_overlay(overlay, _by_step(local, flaw)) for flaw in soundness.problems(local)]
    if flaws:
        raise NotTighter(tuple(dict.fromkeys(flaws)))
    return local.published(digest_of(local)).called(overlay.title)


def _misfits(process: Process, overlay: Overlay) -> Iterator[Flaw]:
    if (overlay.of.process, overlay.of.version) != (process.process, process.version):
        yield Flaw.of(
            ("of",),
            zh=f"属于 {overlay.of.process} {overlay.of.version}，不属于 {process.version}",
            en=f"belongs to {overlay.of.process} {overlay.of.version}, not to {process.version}",
        )
    if len(_version(process, overlay)) > _LONGEST_VERSION:
        yield Flaw.of(
            ("overlay",),
            zh=f"版本号会超过{_LONGEST_VERSION}个字符",
            en=f"the version would have more than {_LONGEST_VERSION} characters",
        )
    yield from _misfitting_names(process, overlay)
    for step, change in overlay.change.items():
        yield from _misfitting_change(process, step, change)
    for at, addition in enumerate(overlay.add):
        stage = process.stage_of.get(addition.after)
        if addition.step.id in process.steps:
            yield Flaw.of(
                ("add", at, "step"),
                zh=f"已有环节“{addition.step.id}”",
                en=f"there is a step {addition.step.id!r} already",
            )
        if stage is None or stage.id != addition.stage:
            yield Flaw.of(
                ("add", at, "after"),
                zh=f"“{addition.stage}”中没有环节“{addition.after}”",
                en=f"there is no step {addition.after!r} in {addition.stage!r}",
            )


def _misfitting_names(process: Process, overlay: Overlay) -> Iterator[Flaw]:
    for name in overlay.materials:
        if name in process.materials:
            yield Flaw.of(
                ("materials", name),
                zh=f"材料目录中已有“{name}”",
                en=f"the material {name} is in the catalogue already",
            )
    for name in overlay.grounds:
        if name not in process.grounds:
            yield Flaw(("grounds", name), there_is_no("ground", name))


def _misfitting_change(process: Process, name: str, change: StepChange) -> Iterator[Flaw]:
    step = process.steps.get(name)
    if step is None:
        yield Flaw(("change", name), there_is_no("step", name))
        return
    for key in sorted(change.model_fields_set):
        if not hasattr(step, key):
            yield Flaw.of(
                ("change", name, key),
                zh=f"“{name}”的类型为 {step.kind}，没有 {key}",
                en=f"{name} is of kind {step.kind} and has no {key}",
            )


def _put_together(process: Process, overlay: Overlay) -> Process:
    stages = tuple(_stage(stage, overlay) for stage in process.stages)
    parts = {name: getattr(process, name) for name in type(process).model_fields}
    parts |= {
        "version": _version(process, overlay),
        "overlay": overlay.overlay,
        "materials": {**process.materials, **overlay.materials},
        "grounds": {name: _ground(ground, overlay, name) for name, ground in process.grounds.items()},
        "recusal": overlay.recusal or process.recusal,
        "stages": stages,
    }
    return Process.model_validate(parts)


def _ground(ground: Ground, overlay: Overlay, name: str) -> Ground:
    change = overlay.grounds.get(name)
    if change is None:
        return ground
    return ground.model_copy(update={key: getattr(change, key) for key in change.model_fields_set})


def _version(process: Process, overlay: Overlay) -> str:
    return with_overlay(process.version, overlay.overlay)


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


def _by_step(local: Process, flaw: Flaw) -> Flaw:
    """Name the step in a flaw of the whole definition, so that it can be found in the overlay."""
    match flaw.place:
        case ("stages", int(at), "steps", int(number), *rest):
            return Flaw((local.stages[at].steps[number].id, *rest), flaw.problem)
        case _:
            return flaw


def _in_overlay(overlay: Overlay, flaw: Flaw) -> Flaw:
    """Return the flaw at its place in the overlay, as near as the overlay can have caused it."""
    step, *rest = flaw.place or ("",)
    for at, addition in enumerate(overlay.add):
        if addition.step.id == step:
            return Flaw(("add", at, "step", *rest), flaw.problem)
    if step in overlay.change:
        return Flaw(("change", step, *rest[:1]), flaw.problem)
    place: Place = flaw.place[:2] if step in {"materials", "grounds", "recusal"} else ()
    return Flaw(place, flaw.problem)
