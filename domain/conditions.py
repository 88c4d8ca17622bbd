"""Whether a condition of a definition holds for a case."""

from __future__ import annotations

from domain.case import Case
from domain.rules import Condition


def holds(case: Case, condition: Condition) -> bool:
    """Return whether everything the condition states is so. What is not known yet is not so."""
    if condition.unit is not None and case.unit_of_kind(condition.unit) is None:
        return False
    if condition.no_unit is not None and case.unit_of_kind(condition.no_unit) is not None:
        return False
    if not all(_ended_in(case, step, outcomes) for step, outcomes in condition.outcomes.items()):
        return False
    if condition.field is not None and not _answered(case, condition):
        return False
    return condition.transferred is None or condition.transferred == moved_in_this_stage(case)


def moved_in_this_stage(case: Case) -> bool:
    """Return whether the case went to another unit since the present stage began."""
    entered = case.stages.get(case.stage, case.opened_on)
    return any(day >= entered for day in case.transferred_on)


def _ended_in(case: Case, step: str, outcomes: tuple[str, ...]) -> bool:
    state = case.steps.get(step)
    return state is not None and state.status == "done" and state.outcome in outcomes


def _answered(case: Case, condition: Condition) -> bool:
    step, _, field = (condition.field or "").partition(".")
    state = case.steps.get(step)
    return state is not None and state.values.get(field) == condition.equals
