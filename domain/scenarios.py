"""Scenarios: a case told in advance, with the acts, the refusals and the end that are expected.

A scenario is data. The pure runner (`domain.rehearsing`) and the rehearsal on the real server read the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from domain.acts import Excluded, Opinion
from domain.complaints import complaints
from domain.marked import read_marked
from domain.scenery import Organisation, read_organisation
from domain.values import Name, Scalar, Value

SUBJECT = "subject"
"""The person every scenario is about."""

ORGANISATION = "organisation"
"""The name of the text beside the scenarios that says who there is."""


class MeetingSpec(Value):
    """The numbers of a vote as far as they matter; by default all entitled are there and vote yes."""

    eligible: int | None = None
    present: int | None = None
    written: int = 0
    yes: int | None = None
    no: int = 0
    abstain: int = 0
    vetoes: int = 0
    chair: Literal["yes", "no"] | None = None
    excluded: tuple[Excluded, ...] = ()
    attended: tuple[str, ...] = ()
    """Names, where the scenario tells who was there."""
    opinions: tuple[Opinion, ...] | None = None
    """Who wrote; by default the last of those entitled who are not named otherwise."""


class EntryPart(Value):
    """One entry in a period or notice. Written as its kind alone where nothing else matters."""

    kind: Name
    fields: Mapping[str, Scalar] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        return {"kind": given} if isinstance(given, str) else given


class ChangeSpec(Value):
    """What a correction corrects: a value of the latest act on a step."""

    step: Name
    path: str
    value: Scalar


class Refused(Value):
    """The refusal an act must meet. Written as the rule's id alone where the day does not matter."""

    rule: str
    passes_on: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        return {"rule": given} if isinstance(given, str) else given


class ScenarioAct(Value):
    """One act: on a step, or (`do`) on the whole case. What is left out is filled in so that it passes."""

    on: date
    recorded_on: date | None = None
    """Where it was recorded later than it happened."""
    by: str | None = None
    """A person, `subject`, `<unit>.<role>` for whoever holds that post, or a case role."""
    in_place_of: str | None = None
    """Whose post a substitute uses."""
    step: Name | None = None
    do: Literal["withdraw", "suspend", "resume", "transfer", "correct", "appeal", "recuse"] | None = None
    outcome: Name | None = None
    fields: Mapping[str, Scalar] = Field(default_factory=dict)
    without: tuple[Name, ...] = ()
    """Materials and fields that are not handed in; all the others that the step asks for are."""
    people: tuple[Name, ...] | None = None
    meeting: MeetingSpec | None = None
    entry: EntryPart | None = None
    to_unit: Name | None = None
    handed_over: bool = True
    change: ChangeSpec | None = None
    confirms: bool = False
    """Of a transfer or correction: answers yes to the latest proposal."""
    rejects: bool = False
    recuses: Name | None = None
    """Of a recusal: who keeps out, where it is not the actor himself."""
    lifts: bool = False
    """Of a recusal: lets him back in."""
    reason: str | None = None
    refused: Refused | None = None
    warned: tuple[str, ...] | None = None
    """Exactly the rules that are noted without stopping the act; absent: not looked at."""

    @property
    def recorded(self) -> date:
        """The day it is recorded."""
        return self.recorded_on or self.on

    def moved(self, by: timedelta) -> ScenarioAct:
        """Return the same act so many days later."""
        recorded = None if self.recorded_on is None else self.recorded_on + by
        return self.model_copy(update={"on": self.on + by, "recorded_on": recorded})


class Passage(Value):
    """Acts taken over from another scenario, moved so that both begin on the same day."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    like: Name
    first: Name | None = Field(default=None, alias="from")
    """The step whose first act is the first taken over."""
    until: Name | None = None
    """The step whose first act is the first not taken over any more."""


class Ending(Value):
    """How a scenario ends. Everything stated is checked; warnings and refusals always are."""

    on: date | None = None
    """Time goes on until this day after the last act."""
    outcome: Name | None = None
    standing: Name | None = None
    version: str | None = None
    dates: Mapping[str, date] = Field(default_factory=dict)
    refusals: int | None = None
    """How many acts were refused; absent: as many as the scenario expects one by one."""
    warnings: tuple[str, ...] = ()
    """Exactly the rules that were noted somewhere on the way, each once, in any order."""
    overdue: tuple[str, ...] | None = None
    """Exactly the deadlines that passed unmet, each once, in any order."""
    waits_for: tuple[Name, ...] | None = None
    """Exactly the steps that are open, in any order."""


def _kind_of_part(given: Any) -> str:  # noqa: ANN401 - pydantic hands over whatever was written
    return "passage" if isinstance(given, Passage) or (isinstance(given, dict) and "like" in given) else "act"


Part = Annotated[
    Annotated[Passage, Tag("passage")] | Annotated[ScenarioAct, Tag("act")],
    Discriminator(_kind_of_part),
]
"""An act, or a passage of another scenario."""


class Scenario(Value):
    """A case told in advance. The version it starts under is the one in force on its first day."""

    title: str
    unit: Name | None = None
    """The unit the case belongs to; absent: the first of the right kind."""
    organisation: Organisation = Organisation()
    start: ScenarioAct | None = None
    """The act that starts the case; absent: that of the first passage."""
    acts: tuple[Part, ...] = ()
    ends: Ending = Ending()

    @property
    def opening(self) -> ScenarioAct:
        """The act that starts the case. Raises ValueError where the scenario was not unfolded."""
        if self.start is None:
            raise ValueError("a scenario without a start has to be unfolded first")
        return self.start

    @property
    def told(self) -> tuple[ScenarioAct, ...]:
        """The acts after the start. Raises ValueError where the scenario was not unfolded."""
        if any(isinstance(part, Passage) for part in self.acts):
            raise ValueError("a scenario with passages has to be unfolded first")
        return tuple(part for part in self.acts if isinstance(part, ScenarioAct))


def read_scenarios(texts: Mapping[str, str]) -> dict[str, Scenario]:
    """Read all scenarios of one process by name, passages written out.

    One of the texts is named `organisation`: what the others share. Raises ValueError, with the file and what
    is wrong in it.
    """
    if ORGANISATION not in texts:
        raise ValueError(f"there is no {ORGANISATION}.yaml, which says which units and people there are")
    with _reading(ORGANISATION, texts[ORGANISATION]):
        shared = read_organisation(texts[ORGANISATION])
    written: dict[str, Scenario] = {}
    for name, text in texts.items():
        if name != ORGANISATION:
            with _reading(name, text):
                written[name] = read_scenario(text, shared)
    told: dict[str, Scenario] = {}
    for name, scenario in written.items():
        with _reading(name, texts[name]):
            told[name] = unfold(scenario, written)
    return told


@contextmanager
def _reading(name: str, text: str) -> Iterator[None]:
    """Say of whatever is wrong in which file it stands, and where."""
    try:
        yield
    except ValidationError as error:
        line, path, problem = next(complaints(error, read_marked(text)))
        raise ValueError(f"{name}.yaml:{line}: {path}: {problem.en}") from error
    except KeyError as error:
        raise ValueError(f"{name}.yaml: there is no scenario {error}") from error
    except ValueError as error:
        raise ValueError(f"{name}.yaml: {error}") from error


def read_scenario(text: str, shared: Organisation) -> Scenario:
    """Read a scenario as written, in the shared organisation with its own changes. Raises ValueError."""
    written = dict(read_marked(text).plain)
    own = Organisation.model_validate(written.pop("organisation", {}))
    return Scenario.model_validate({**written, "organisation": shared.with_changes(own)})


def unfold(scenario: Scenario, others: Mapping[str, Scenario]) -> Scenario:
    """Return the scenario with its passages written out.

    `others` are the scenarios of the same process by name. Raises KeyError for one that is not there, and
    ValueError where a passage names a step the other scenario does not come to, or nothing starts the case.
    """
    passages = [part for part in scenario.acts if isinstance(part, Passage)]
    if not passages:
        if scenario.start is None:
            raise ValueError("'start' is missing: the act that starts the case, such as {on: 2026-03-02}")
        return scenario
    start = scenario.start or unfold(others[passages[0].like], others).opening
    acts: list[ScenarioAct] = []
    for part in scenario.acts:
        acts.extend(_written_out(part, start.on, others) if isinstance(part, Passage) else [part])
    return scenario.model_copy(update={"start": start, "acts": tuple(acts)})


def _written_out(passage: Passage, first_day: date, others: Mapping[str, Scenario]) -> Iterator[ScenarioAct]:
    other = unfold(others[passage.like], others)
    by = first_day - other.opening.on
    steps = [act.step for act in other.told]
    first = 0 if passage.first is None else _index(steps, passage.first, passage.like)
    last = len(steps) if passage.until is None else _index(steps, passage.until, passage.like)
    for act in other.told[first:last]:
        if act.refused is None:
            yield act.moved(by)


def _index(steps: list[str | None], step: str, scenario: str) -> int:
    if step not in steps:
        raise ValueError(f"the scenario {scenario!r} does not come to the step {step!r}")
    return steps.index(step)
