"""A process: a published, versioned definition of stages, steps, roles and outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal

from pydantic import ConfigDict, Field, PrivateAttr

from domain.parties import Body, CaseRole, Ground, OrgRole, Recusal
from domain.steps import PeriodStep, Step
from domain.values import Name, Text, Value


class MaterialSpec(Value):
    """A material in the catalogue of the process."""

    title: Text
    code: str | None = None
    source: Literal["national", "practice", "local"] = "practice"


class CaseOutcome(Value):
    """A named end of a case."""

    title: Text
    kind: Literal["reached", "refused", "left"]
    """The aim was reached; the organisation decided otherwise; the person or fate ended it."""
    told: tuple[str, ...] = ("subject",)
    """Actors who must be told."""


class Stage(Value):
    """A part of a process; finishing it gives the person the stage's standing."""

    id: Name
    title: Text
    standing: Name | None = None
    """The standing gained when the stage is finished; absent: none changes."""
    steps: tuple[Step, ...]
    outcome: Name | None = None
    """Finishing this stage ends the case with this outcome (last stage)."""


class InForce(Value):
    """Days on which new cases start under this version."""

    first: date = Field(alias="from")
    until: date | None = None

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Predecessor(Value):
    """The version this one takes over from, and how running cases cross."""

    version: str
    on: date
    """From this day open and future steps of running cases follow the new version."""
    basis: str
    counts_as: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """A step done under the old version counts as these steps of the new one."""


class Process(Value):
    """A process definition as published. Immutable; its digest names it."""

    process: Name
    version: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]*$", max_length=60)
    title: Text
    source: Text
    """The law or charter the articles belong to."""
    in_force: InForce
    replaces: Predecessor | None = None
    unit_kinds: dict[Name, Text]
    starts_in: Name
    """The kind of unit a case belongs to."""
    standings: dict[Name, Text]
    first_standing: Name
    """The standing of the subject from the start of the case."""
    roles: dict[Name, OrgRole]
    """Posts by actor name, `<unit kind>.<role>`."""
    case_roles: dict[Name, CaseRole] = Field(default_factory=dict)
    bodies: dict[Name, Body] = Field(default_factory=dict)
    grounds: dict[Name, Ground] = Field(default_factory=dict)
    """Grounds on which an entitled member may be left out of a count."""
    recusal: Recusal | None = None
    """Absent: nobody keeps out for being a relative."""
    restrictions: dict[Name, Text] = Field(default_factory=dict)
    materials: dict[Name, MaterialSpec] = Field(default_factory=dict)
    outcomes: dict[Name, CaseOutcome]
    stages: tuple[Stage, ...] = Field(min_length=1)
    whole_case: dict[
        Literal["withdraw", "suspend", "resume", "transfer", "correct", "appeal", "recuse"], tuple[str, ...]
    ]
    """Who may do what to the whole case; an act that is not here is not possible."""
    withdrawn: Name = "withdrawn"
    """The outcome of a withdrawal."""
    time_zone: str = "Asia/Shanghai"
    calendar: str = "cn"
    one_open_case: bool = True
    late_entry_after_days: int = 7
    """An act recorded later than this after it happened needs a reason."""
    overlay: str | None = None
    """The name of the local overlay that went into it."""

    _digest: str = PrivateAttr(default="")
    _overlay_title: Text | None = PrivateAttr(default=None)
    _successor: Process | None = PrivateAttr(default=None)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical definition, hex; empty before the definition was loaded."""
        # As the successor is found.
        known: str = (self.__pydantic_private__ or {}).get("_digest", "")
        return known

    @property
    def successor(self) -> Process | None:
        """The version that takes over running cases, if one was published."""
        # Asked ten times an act: pydantic takes twenty times as long to find what is private.
        later: Process | None = (self.__pydantic_private__ or {}).get("_successor")
        return later

    @property
    def overlay_title(self) -> Text | None:
        """What the local overlay is called that went into it; no part of the definition, so of no digest."""
        return self._overlay_title

    @property
    def version_title(self) -> Text:
        """How people are told the version: with what its overlay is called, and not with its name."""
        version, local = self.version.removesuffix(f"+{self.overlay}"), self._overlay_title
        if self.overlay is None or local is None:
            return Text(zh=self.version, en=self.version)
        return Text(zh=f"{version} · {local.zh}", en=f"{version} · {local.en}")

    def called(self, overlay_title: Text) -> Process:
        """Return the same definition with what its local overlay is called."""
        copy = self.model_copy()
        copy._overlay_title = overlay_title  # noqa: SLF001 - a copy of our own
        return copy

    def published(self, digest: str, successor: Process | None = None) -> Process:
        """Return the same definition with its digest, and the version that takes over from it."""
        copy = self.model_copy()
        copy._digest = digest  # noqa: SLF001 - a copy of our own
        copy._successor = successor  # noqa: SLF001 - a copy of our own
        return copy

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Process:
        """Return a copy; one with anything put in is another definition, which has no digest yet."""
        copy = super().model_copy(update=update, deep=deep)
        if update:
            copy._digest = ""  # noqa: SLF001 - a copy of our own
        return copy

    def edition(self, version: str) -> Process:
        """Return this definition or the later one of that version. Raises KeyError when there is none."""
        if version == self.version:
            return self
        later = self.later.get(version)
        if later is None:
            message = f"{self.process} has no version {version} at or after {self.version}"
            raise KeyError(message)
        return later

    @cached_property
    def later(self) -> dict[str, Process]:
        """Every edition after this one, by version: looked up some fifty times an act."""
        found, following = dict[str, Process](), self.successor
        while following is not None:
            found[following.version] = following
            following = following.successor
        return found

    def in_force_on(self, day: date, latest: str) -> Process:
        """Return the edition that judges what happened on `day`, at most the one of version `latest`."""
        found = self
        while found.version != latest and found.successor is not None:
            taking_over = found.successor.replaces
            if taking_over is None or taking_over.on > day:
                return found
            found = found.successor
        return found

    @cached_property
    def steps(self) -> dict[str, Step]:
        """Every step by id, in the order of the definition."""
        return {step.id: step for stage in self.stages for step in stage.steps}

    @cached_property
    def stage_of(self) -> dict[str, Stage]:
        """The stage of each step, by step id."""
        return {step.id: stage for stage in self.stages for step in stage.steps}

    @cached_property
    def first_step(self) -> Step:
        """The step that is completed by starting a case."""
        return self.stages[0].steps[0]

    @cached_property
    def predecessors(self) -> dict[str, tuple[str, ...]]:
        """The steps that come directly before each step, inside its stage."""
        before: dict[str, tuple[str, ...]] = {}
        for stage in self.stages:
            previous: tuple[str, ...] = ()
            for step in stage.steps:
                before[step.id] = previous if step.after is None else step.after
                previous = (step.id,)
        return before

    def followers(self, step: str) -> tuple[str, ...]:
        """Return every step of the stage that comes after `step`, directly or not, in order."""
        stage = self.stage_of[step]
        reached = {step}
        for candidate in stage.steps:
            if reached.intersection(self.predecessors[candidate.id]):
                reached.add(candidate.id)
        return tuple(other.id for other in stage.steps if other.id in reached and other.id != step)

    def stage(self, stage_id: str) -> Stage:
        """Return the stage of that id. Raises KeyError."""
        return next(stage for stage in self.stages if stage.id == stage_id)

    def stage_after(self, stage_id: str) -> Stage | None:
        """Return the stage that follows, or None after the last."""
        ids = [stage.id for stage in self.stages]
        following = ids.index(stage_id) + 1
        return self.stages[following] if following < len(ids) else None

    def periods(self) -> tuple[PeriodStep, ...]:
        """Return all period steps."""
        return tuple(step for step in self.steps.values() if isinstance(step, PeriodStep))
