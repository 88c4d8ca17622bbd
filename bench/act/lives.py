"""Membership cases of any length, lived by real acts through decide and evolve, without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

from domain.acts import Act, Change, Correct, Due, Resume, StepAct, Suspend
from domain.case import Case
from domain.deciding import decide
from domain.events import Event
from domain.evolving import replay
from domain.process import Process
from domain.waiting import waiting
from tests.domain.world import World, at, shipped

_BEGINS = date(2026, 6, 1)
_PERIOD = "cultivation"
_SECRETARY = "branch.secretary"


@cache
def process() -> Process:
    """Return the definition the cases follow."""
    return shipped().find("membership-development", "2026.1")


class Life:
    """One case as it is lived: its events, and the day it is."""

    def __init__(self) -> None:
        """Begin with the application."""
        self.process = process()
        self.world = World(self.process)
        self.day = _BEGINS
        self.events: list[Event] = list(decide(self.process, None, self.world.start(self.day), at(self.day)))
        self.case: Case = replay(self.process, self.events)

    def do(self, act: Act) -> tuple[Event, ...]:
        """Perform an act and return what it left behind. Raises RuleViolation."""
        new = decide(self.process, self.case, act, at(self.day))
        self.events.extend(new)
        self.case = replay(self.process, new, self.case)
        return new

    def entry(self) -> StepAct:
        """Return an assessment in the period of cultivation."""
        return self.on_step(_PERIOD)

    def on_step(self, step: str, outcome: str | None = None) -> StepAct:
        """Return an act on a step that hands in everything it asks."""
        return self.world.act(self.case, self.process.steps[step], self.day, outcome)

    def signed(self, kind: Callable[..., Act], **given: Any) -> Act:  # noqa: ANN401 - the parts of an act
        """Return an act of the secretary on the whole case."""
        known = self.world.known(_SECRETARY, self.case, second=given.pop("second", False))
        return kind(known=known, occurred_on=self.day, reason="because", **given)

    def until(self, step: str) -> None:
        """Do what comes first until a step is open that may be done today; time passes where it has to."""
        while step not in (ready := self._ready()):
            if ready:
                self.do(self.on_step(ready[0]))
            else:
                self.day += timedelta(days=31)
                self.do(Due())

    def _ready(self) -> list[str]:
        found = waiting(self.process, self.case, at(self.day)).open
        return [one.step for one in found if one.blocked is None and one.assignees and one.kind != "period"]


def entries(length: int) -> Life:
    """Return a case with one assessment after another, three a day."""
    life = _cultivated()
    while len(life.events) < length:
        if len(life.events) % 3 == 0 and life.day < _BEGINS + timedelta(days=330):
            life.day += timedelta(days=1)
        life.do(life.entry())
    return life


def standstills(length: int) -> Life:
    """Return a case that was suspended and resumed again and again."""
    life = _cultivated()
    while len(life.events) < length:
        life.do(life.signed(Suspend))
        life.day += timedelta(days=1)
        life.do(life.signed(Resume))
    return life


def corrections(length: int) -> Life:
    """Return a case whose assessments were put right as often as they were recorded."""
    life = _cultivated()
    while len(life.events) < length:
        seq = life.do(life.entry())[-1].seq
        day = life.day.isoformat()
        change = Change(seq=seq, path="occurred_on", value=day)
        proposed = life.do(life.signed(Correct, change=change, old=day))[-1].seq
        life.do(life.signed(Correct, confirms=proposed, second=True))
    return life


def rounds(length: int) -> Life:
    """Return a case that the pre-review sent back again and again, now before the pre-review."""
    life = _cultivated()
    life.until("pre-review")
    while len(life.events) < length:
        life.do(life.on_step("pre-review", "returned"))
        life.until("pre-review")
    return life


LIVES: dict[str, Callable[[int], Life]] = {
    "entries": entries,
    "standstills": standstills,
    "corrections": corrections,
    "rounds": rounds,
}
"""What a case can be long of, and how such a case of at least so many events comes about."""


def next_act(name: str, life: Life) -> StepAct:
    """Return the act that comes next in such a life."""
    return life.on_step("pre-review") if name == "rounds" else life.entry()


def _cultivated() -> Life:
    life = Life()
    life.until("contacts")
    life.do(life.on_step("contacts"))
    return life
