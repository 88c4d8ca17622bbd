"""Answers: what a question finds in a history, and the evidence a finding rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from domain.auditing.breaches import Breach
from domain.auditing.histories import Done, History
from domain.values import Level, Text, Value


class Evidence(Value):
    """What a finding rests on: an event, its step and day, and what is the matter."""

    seq: int | None = None
    """The number of the event; None where something did not happen."""
    step: str | None = None
    round: int = 1
    on: date | None = None
    rule: str | None = None
    """The rule of the definition that was broken, where it was one."""
    basis: str | None = None
    """The article by the definition of that day."""
    level: Level | None = None
    version: str
    """The version of the rules of that day."""
    explained: bool = False
    """A reason was given with the act."""
    detail: Text


class Answer(Value):
    """What a question found: whether there was anything to ask it of, and what was amiss."""

    asked: bool
    """Whether the history has what the question is about; otherwise it was neither kept nor broken."""
    evidence: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, asked: Iterable[object], evidence: Iterable[Evidence]) -> Answer:
        """Return the answer to a question that is about `asked`: it is one where there is any."""
        found = tuple(evidence)
        return cls(asked=bool(found) or any(True for _ in asked), evidence=found)


class Looked(NamedTuple):
    """A history with the breaches found in it."""

    history: History
    breaches: tuple[Breach, ...]


def at(act: Done, zh: str, en: str) -> Evidence:
    """Return evidence that rests on an act."""
    return Evidence(
        seq=act.event.seq,
        step=act.step.id,
        round=act.event.round or 1,
        on=act.on,
        version=act.edition.version,
        explained=bool((act.body.reason or "").strip()),
        detail=Text(zh=zh, en=en),
    )


def missing(history: History, step: str, day: date, zh: str, en: str) -> Evidence:
    """Return evidence that rests on something that has not happened by a day."""
    state = history.case.steps.get(step)
    return Evidence(
        step=step,
        round=state.round if state is not None else 1,
        on=day,
        version=history.edition_on(day).version,
        detail=Text(zh=zh, en=en),
    )


def of_breach(breach: Breach) -> Evidence:
    """Return evidence that rests on a rule of the definition."""
    return Evidence(
        seq=breach.seq,
        step=breach.step,
        round=breach.round,
        on=breach.on,
        rule=breach.rule,
        basis=breach.basis,
        level=breach.level,
        version=breach.version,
        explained=breach.explained,
        detail=breach.detail,
    )
