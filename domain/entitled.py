"""Which open steps somebody's posts and case roles lead to, whatever else may stand in the way."""

from __future__ import annotations

from collections.abc import Iterable

from domain.case import Case
from domain.circumstances import Circumstances
from domain.permitting import actors_of, check_same_answer, check_separation, sign
from domain.process import Process
from domain.refusals import RuleViolation


def entitled_to(process: Process, case: Case, steps: Iterable[str], known: Circumstances) -> tuple[str, ...]:
    """Return those of some open steps which the actor may act on, by his posts and parts in the case."""
    edition = process.edition(case.version)
    return tuple(step for step in steps if step in edition.steps and _may(edition, case, step, known))


def _may(process: Process, case: Case, step_id: str, known: Circumstances) -> bool:
    step = process.steps[step_id]
    try:
        signature = sign(process, case, step, actors_of(step), known)
        check_separation(case, step, signature)
        check_same_answer(case, step, signature)
    except RuleViolation:
        return False
    return True
