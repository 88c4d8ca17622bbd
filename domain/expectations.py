"""Expectations: where a case went another way than its scenario says. The same for every runner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import Field

from domain.refusals import RuleViolation
from domain.scenarios import Ending, Refused, ScenarioAct
from domain.values import Value


class Report(Value):
    """What came of a case, as far as a scenario can expect it."""

    status: str | None = None
    """None, as all the rest, where the start was refused and there is no case."""
    outcome: str | None = None
    standing: str | None = None
    version: str | None = None
    dates: Mapping[str, date] = Field(default_factory=dict)
    refusals: int = 0
    warnings: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    opened_on: date | None = None
    closed_on: date | None = None
    events: int = 0


def unmet_ending(ending: Ending, report: Report, expected_refusals: int) -> tuple[str, ...]:
    """Return every expectation about the end that the report does not meet, a sentence each."""
    wanted: list[tuple[str, object, object]] = [
        ("outcome", ending.outcome, report.outcome),
        ("warnings", sorted(set(ending.warnings)), sorted(set(report.warnings))),
        (
            "refusals",
            expected_refusals if ending.refusals is None else ending.refusals,
            report.refusals,
        ),
    ]
    if ending.standing is not None:
        wanted.append(("standing", ending.standing, report.standing))
    if ending.version is not None:
        wanted.append(("version", ending.version, report.version))
    if ending.overdue is not None:
        wanted.append(("overdue", sorted(set(ending.overdue)), sorted(set(report.overdue))))
    if ending.waits_for is not None:
        wanted.append(("waits for", sorted(ending.waits_for), sorted(report.waits_for)))
    wanted.extend((anchor, day, report.dates.get(anchor)) for anchor, day in ending.dates.items())
    return tuple(f"{what}: expected {want}, came out as {got}" for what, want, got in wanted if want != got)


def unmet_refusal(act: ScenarioAct, refusal: RuleViolation | None) -> str | None:
    """Return how an act met another answer than the scenario expects, or None."""
    what = f"{act.on} {act.step or act.do or 'start'}"
    if act.refused is None:
        return None if refusal is None else f"{what}: refused by {refusal.rule}: {refusal.detail.en}"
    if refusal is None:
        return f"{what}: was to be refused by {act.refused.rule}, but passed"
    got = Refused(rule=refusal.rule, passes_on=refusal.passes_on if act.refused.passes_on else None)
    if got == act.refused:
        return None
    return f"{what}: was to be refused by {act.refused}, but was by {got}"


def unmet_warnings(act: ScenarioAct, warned: tuple[str, ...]) -> str | None:
    """Return how an act was noted under other rules than the scenario expects, or None."""
    if act.warned is None or sorted(act.warned) == sorted(warned):
        return None
    return f"{act.on} {act.step or act.do}: expected the warnings {act.warned}, got {warned}"
