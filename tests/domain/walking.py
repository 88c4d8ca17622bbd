"""A walk through a process, acts of the right people on chosen days; a guild whose steps a test invents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from domain.acts import Due, EntryRecord, StepAct
from domain.case import Case, StepState
from domain.circumstances import Circumstances, HeldPost
from domain.deciding import decide
from domain.events import Event
from domain.evolving import replay
from domain.library import Library
from domain.moments import dates, local_day
from domain.permitting import why_not
from domain.process import Process
from domain.refusals import RuleViolation
from domain.waiting import OpenStep, Waiting, waiting
from tests.domain.world import World, at, shipped

OF_2014 = "membership-development 2014.1"
OF_2026 = "membership-development 2026.1"


@lru_cache(maxsize=1)
def library() -> Library:
    return shipped()


def shipped_process(name: str) -> Process:
    process, version = name.split()
    return library().find(process, version)


class Walk:
    """One case on its way, and everything recorded of it."""

    def __init__(
        self, process: Process, day: date, *, members: int = 16, kinds: tuple[str, ...] | None = None
    ) -> None:
        self.process = process
        self.world = World(process, members=members, kinds=kinds)
        self.day = day
        start = decide(process, None, self.world.start(day), at(day))
        self.events: list[Event] = list(start)
        self.case: Case = replay(process, start)

    def copy(self) -> Walk:
        other = Walk.__new__(Walk)
        other.__dict__.update(self.__dict__, events=list(self.events))
        return other

    def take(self, act: Any, recorded: date | None = None) -> tuple[Event, ...]:
        """Do an act as it is, recorded on a day (today unless told), and return what it left."""
        self.day = recorded or self.day
        new = decide(self.process, self.case, act, at(self.day))
        if new:
            self.case = replay(self.process, new, self.case)
            self.events.extend(new)
        return new

    def act(self, step: str, on: date | None = None, **changes: Any) -> StepAct:
        """Return an act that hands in everything the step asks, with changes."""
        edition = self.process.edition(self.case.version)
        outcome = changes.get("outcome")
        made = self.world.act(self.case, edition.steps[step], on or self.day, outcome)
        return made.model_copy(update=changes)

    def do(self, step: str, on: date | None = None, **changes: Any) -> tuple[Event, ...]:
        self.day = max(self.day, on or self.day)
        self.take(Due())
        return self.take(self.act(step, on, **changes))

    def refused(self, step: str, on: date | None = None, **changes: Any) -> RuleViolation:
        """Return how an act on a step is refused; the walk stays where it is."""
        self.day = max(self.day, on or self.day)
        self.take(Due())
        return self.refused_act(self.act(step, on, **changes))

    def refused_act(self, act: Any) -> RuleViolation:
        try:
            decide(self.process, self.case, act, at(self.day))
        except RuleViolation as refused:
            return refused
        raise AssertionError("it passed")

    def wait(self, day: date, *, adopt: bool = False) -> tuple[Event, ...]:
        return self.take(Due(adopt=adopt), day)

    def waiting(self) -> Waiting:
        return waiting(self.process, self.case, at(self.day))

    def state(self, step: str) -> StepState:
        return self.case.steps[step]

    def status(self) -> str:
        return self.case.status

    def open(self, step: str) -> OpenStep:
        return next(one for one in self.waiting().open if one.step == step)

    def known(self, as_actor: str, /, **changes: Any) -> Circumstances:
        return self.world.known(as_actor, self.case).model_copy(update=changes)

    def why_not(self, step: str, known: Circumstances) -> RuleViolation | None:
        return why_not(self.process, self.case, step, known, at(self.day))

    def dates(self) -> dict[str, date]:
        return dates(self.process, self.case)

    def entry(self, step: str, kind: str, on: date, **changes: Any) -> tuple[Event, ...]:
        record = EntryRecord(kind=kind, ref=changes.pop("ref", None), fields=changes.pop("entry_fields", {}))
        return self.do(step, on, entry=record, outcome=None, fields={}, **changes)

    def until(self, step: str) -> Walk:
        """Go the ordinary way, each thing on the first day it can be done, until `step` can be done."""
        for _ in range(300):
            self.take(Due())
            found = self.waiting()
            if any(one.step == step and one.blocked is None for one in found.open):
                return self
            self._one_thing(found)
        raise AssertionError(f"{step} never comes")

    def to_the_end(self) -> Walk:
        for _ in range(300):
            self.take(Due())
            if self.case.is_closed:
                return self
            self._one_thing(self.waiting())
        raise AssertionError("no end")

    def _one_thing(self, found: Waiting) -> None:
        free = [one for one in found.open if one.blocked is None and not one.optional]
        ready = [one for one in free if one.kind != "period"]
        soon = [
            one for one in free if one.kind == "period" and one.due_on and (one.due_on - self.day).days <= 5
        ]
        if soon or ready:
            self.do((soon or ready)[0].step)
            return
        days = [one.not_before for one in found.open if one.not_before is not None]
        if found.next_moment is not None:
            days.append(local_day(found.next_moment, self.case.time_zone))
        self.day = min(day for day in days if day > self.day)


@lru_cache(maxsize=64)
def _led(name: str, step: str, start: date, members: int, kinds: tuple[str, ...] | None) -> Walk:
    return Walk(shipped_process(name), start, members=members, kinds=kinds).until(step)


def at_step(
    step: str,
    name: str = OF_2026,
    start: date = date(2026, 6, 1),
    members: int = 16,
    kinds: tuple[str, ...] | None = None,
) -> Walk:
    """Return a membership case in which `step` may be done today."""
    return _led(name, step, start, members, kinds).copy()


def text(en: str) -> dict[str, str]:
    return {"zh": f"{en}。", "en": en}


def guild(*steps: Mapping[str, Any], **changes: Any) -> Process:
    """Return a process of one stage: an application by the warden, then `steps`."""
    made = {
        "process": "guild",
        "version": "1",
        "title": text("Guild"),
        "source": text("Charter"),
        "in_force": {"from": date(2020, 1, 1)},
        "unit_kinds": {"lodge": text("Lodge"), "council": text("Council")},
        "starts_in": "lodge",
        "standings": {"guest": text("Guest"), "mason": text("Mason")},
        "first_standing": "guest",
        "roles": {
            "lodge.warden": {"title": text("Warden")},
            "lodge.elder": {"title": text("Elder")},
            "council.clerk": {"title": text("Clerk")},
        },
        "case_roles": {
            "sponsors": {
                "title": text("Sponsors"),
                "count": {"min": 1, "max": 2},
                "standing": "mason",
                "basis": "3",
            },
            "witness": {
                "title": text("Witness"),
                "count": {"min": 1, "max": 1},
                "not": ["subject", "sponsors", "appointer"],
                "bars": [
                    {"restriction": "banned", "basis": "4"},
                    {"restriction": "warned", "level": "late", "basis": "4"},
                ],
                "basis": "4",
            },
        },
        "bodies": {
            "assembly": {"title": text("Assembly"), "unit": "lodge", "standing": "mason", "basis": "5"},
            "board": {
                "title": text("Board"),
                "unit": "lodge",
                "roles": ["elder"],
                "needs_full_members": 7,
                "instead": "assembly",
                "basis": "5",
            },
            "synod": {"title": text("Synod"), "unit": "council", "roles": ["clerk"], "basis": "5"},
        },
        "grounds": {"ill": text("Ill")},
        "restrictions": {"banned": text("Banned"), "warned": text("Warned")},
        "materials": {"letter": {"title": text("Letter")}, "minutes": {"title": text("Minutes")}},
        "outcomes": {
            "joined": {"title": text("Joined"), "kind": "reached"},
            "refused": {"title": text("Refused"), "kind": "refused"},
            "withdrawn": {"title": text("Withdrawn"), "kind": "left"},
            "died": {"title": text("Died"), "kind": "left"},
        },
        "whole_case": {
            "withdraw": ["subject", "lodge.warden"],
            "suspend": ["lodge.warden"],
            "resume": ["lodge.warden"],
            "transfer": ["lodge.warden"],
            "correct": ["lodge.warden", "lodge.elder"],
            "appeal": ["subject"],
        },
        "stages": [
            {
                "id": "joining",
                "title": text("Joining"),
                "standing": "mason",
                "outcome": "joined",
                "steps": [record("apply"), *steps],
            },
        ],
        "calendar": "weekdays",
    }
    return Process.model_validate({**made, **changes}).published("digest-1")


def step(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a step of the guild done by its warden, with whatever else the test wants of it."""
    return {"id": name, "kind": kind, "title": text(name.capitalize()), "by": "lodge.warden", **more}


def record(name: str, **more: Any) -> dict[str, Any]:
    return step("record", name, **more)


def post(actor: str, *, unit: str | None = None, lent_by: str | None = None, name: str = "post") -> HeldPost:
    kind, _, role = actor.rpartition(".")
    return HeldPost(id=name, role=role, unit=unit or f"u-{kind}", unit_kind=kind, on_behalf_of=lent_by)
