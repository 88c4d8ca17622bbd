"""Overlays: what a local unit adds to a process. An overlay may only add or tighten, and this is proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain import soundness
from domain.complaints import Place
from domain.marked import Node
from domain.overlay import Overlay, StepChange, put_together, version_with
from domain.process import Process
from domain.reading import DefinitionError, Problem, digest_of, located, parse
from domain.soundness import Flaw
from domain.soundness.flaws import there_is_no
from domain.tightening import loosened

_LONGEST_VERSION = 60


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
    local = put_together(process, overlay)
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
    if len(version_with(process, overlay)) > _LONGEST_VERSION:
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
