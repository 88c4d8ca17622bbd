"""The standings a case gives its subject: from which day, in which unit, by days as they were corrected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from domain import events as facts
from domain.case import Case
from domain.events import Event
from domain.process import Process
from domain.values import Value


class Stood(Value):
    """From a day on the subject has a standing in a unit by a case, or none by it any more."""

    on: date
    standing: str | None
    unit: str
    seq: int
    """The event it follows from."""


class _Change(NamedTuple):
    """What an event changes from a day on; None where it leaves it as it was."""

    on: date
    seq: int
    standing: str | None = None
    unit: str | None = None
    ends: bool = False


def standings_given(process: Process, case: Case, events: Iterable[Event]) -> tuple[Stood, ...]:
    """Return the standings that all events of a case give, in order of their days.

    `process` is any edition that leads to the case's own; `case` is what the events lead to. A stage gives
    its standing on the day it was left as the days stand now, and a case takes it away on the day it ended.
    """
    found: list[Stood] = []
    standing: str | None = None
    held, unit = None, case.unit
    for change in sorted(_changes(process.edition(case.version), case, events)):
        standing, unit = change.standing or standing, change.unit or unit
        held = None if change.ends else (held if change.standing is None and held is None else standing)
        if found and (found[-1].standing, found[-1].unit) == (held, unit):
            continue
        stood = Stood(on=change.on, standing=held, unit=unit, seq=change.seq)
        if found and found[-1].on == change.on:
            found.pop()
        found.append(stood)
    return tuple(found)


def _changes(edition: Process, case: Case, events: Iterable[Event]) -> Iterator[_Change]:
    reached, closed = "", 0
    every = tuple(events)
    for event in every:
        if isinstance(event.body, facts.CaseClosed):
            closed = event.seq
    for event in every:
        on, seq = event.occurred_on, event.seq
        match event.body:
            case facts.CaseStarted(standing=standing, path=path):
                reached = standing
                yield _Change(_started_on(edition, case, on), seq, standing, path[0].id)
            case facts.StageLeft(stage=stage, standing=standing) if standing is not None:
                reached = standing
                yield _Change(_left_on(edition, case, stage, on), seq, standing)
            case facts.CaseTransferred(path=path):
                yield _Change(on, seq, unit=path[0].id)
            case facts.CaseReopened():
                yield _Change(on, seq, reached)
            case facts.CaseClosed(outcome=outcome):
                ends = outcome not in edition.outcomes or edition.outcomes[outcome].kind != "reached"
                last = case.closed_on if seq == closed else None
                if ends:
                    yield _Change(last or on, seq, ends=True)
            case _:
                pass


def _started_on(edition: Process, case: Case, on: date) -> date:
    """Return the day of the first step, which may have been corrected, while it was done once."""
    state = case.steps.get(edition.first_step.id)
    corrected = state is not None and state.round == 1 and state.done_on is not None
    return state.done_on if corrected and state is not None and state.done_on is not None else on


def _left_on(edition: Process, case: Case, stage_id: str, on: date) -> date:
    stages = {stage.id: stage for stage in edition.stages}
    if stage_id not in stages:
        return on
    following = edition.stage_after(stage_id)
    if following is not None:
        return case.stages.get(following.id, on)
    states = (case.steps.get(step.id) for step in stages[stage_id].steps)
    done = [state.done_on for state in states if state is not None and state.done_on is not None]
    return max([case.stages.get(stage_id, on), *done]) if done else on
