"""Who comes before whom in a definition. Faulty ones are read, too, so that every fault can be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from domain.complaints import Place
from domain.process import Process, Stage
from domain.rules import Condition
from domain.steps import AppointStep, Step


class Spot(NamedTuple):
    """A step where it stands."""

    place: Place
    stage: Stage
    step: Step


def spots(process: Process) -> Iterator[Spot]:
    """Yield every step with its place, in the order of the definition."""
    for at, stage in enumerate(process.stages):
        for number, step in enumerate(stage.steps):
            yield Spot(("stages", at, "steps", number), stage, step)


def implies(given: Condition | None, wanted: Condition) -> bool:
    """Whether `wanted` holds wherever `given` does, as far as that can be read from the two alone."""
    if given is None:
        return False
    same_field = wanted.field is None or (given.field, given.equals) == (wanted.field, wanted.equals)
    outcomes = all(
        step in given.outcomes and set(given.outcomes[step]) <= set(allowed)
        for step, allowed in wanted.outcomes.items()
    )
    plain = all(
        getattr(wanted, name) is None or getattr(wanted, name) == getattr(given, name)
        for name in ("unit", "no_unit", "transferred")
    )
    return same_field and outcomes and plain


class Order:
    """The order of the steps of one definition."""

    def __init__(self, process: Process) -> None:
        """Read the order once; asking is quick afterwards."""
        self.process = process
        self.steps: dict[str, Step] = {}
        self.stage_at: dict[str, int] = {}
        self._before: dict[str, frozenset[str]] = {}
        for at, stage in enumerate(process.stages):
            self._read_stage(at, stage)

    def _read_stage(self, at: int, stage: Stage) -> None:
        previous: tuple[str, ...] = ()
        for step in stage.steps:
            direct = previous if step.after is None else step.after
            known = [name for name in direct if self.stage_at.get(name) == at]
            # What comes first is written first: a later step adds nothing, and a circle ends here.
            self._before[step.id] = frozenset(known).union(*(self._before[name] for name in known))
            self.steps[step.id] = step
            self.stage_at[step.id] = at
            previous = (step.id,)

    @cached_property
    def stage_ids(self) -> list[str]:
        """The stages, in order."""
        return [stage.id for stage in self.process.stages]

    def comes_before(self, earlier: str, later: str) -> bool:
        """Whether `earlier`, where it happens at all, is over when `later` opens."""
        if earlier not in self.steps or later not in self.steps:
            return False
        first, second = self.stage_at[earlier], self.stage_at[later]
        return first < second or (first == second and earlier in self._before[later])

    def is_certain(self, name: str, conditions: Sequence[Condition | None]) -> bool:
        """Whether a step happens in every case in which one of the conditions holds."""
        step = self.steps[name]
        if step.optional:
            return False
        return step.when is None or any(implies(given, step.when) for given in conditions)

    def appointing(self, role: str) -> list[AppointStep]:
        """Return the steps that fill a case role."""
        return [step for step in self.steps.values() if isinstance(step, AppointStep) and step.role == role]
