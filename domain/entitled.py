"""Which open steps somebody's posts and case roles lead to, whatever else may stand in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from domain.case import Case
from domain.circumstances import Circumstances
from domain.drafting import Signature
from domain.permitting import actors_of, check_apart, sign
from domain.process import Process
from domain.refusals import RuleViolation
from domain.steps import Step

_NO_RELATIVES: Final = Circumstances(actor="")
"""What is looked up of nobody, of whom it is only asked which part he has in the case."""


def entitled_to(process: Process, case: Case, steps: Iterable[str], known: Circumstances) -> tuple[str, ...]:
    """Return those of some open steps which the actor may act on, by his posts and parts in the case."""
    edition = process.edition(case.version)
    return tuple(step for step in steps if step in edition.steps and _may(edition, case, step, known))


def barred_from(process: Process, case: Case, step_id: str) -> tuple[str, ...]:
    """Return those who have a part in the case by which they may not act on an open step, for others either.

    Of people without a part in the case nobody is barred.
    """
    edition = process.edition(case.version)
    step = edition.steps[step_id]
    return tuple(
        person
        for person in sorted({case.subject, *_people_with_a_part(case, step_id)})
        if _is_barred(edition, case, step, Signature.trusted(person=person))
    )


def _people_with_a_part(case: Case, step_id: str) -> Iterator[str]:
    for held in (*case.people.values(), *case.former.values(), *case.acted_for.values()):
        yield from held
    for state in case.steps.values():
        yield from state.actors
    yield from (*case.recused, *case.decided_before)
    state_here = case.steps.get(step_id)
    for answer in () if state_here is None else state_here.answers:
        yield from (one for one in (answer.person, answer.for_whom) if one is not None)


def _is_barred(process: Process, case: Case, step: Step, signature: Signature) -> bool:
    try:
        check_apart(process, case, step, signature, _NO_RELATIVES)
    except RuleViolation:
        return True
    return False


def _may(process: Process, case: Case, step_id: str, known: Circumstances) -> bool:
    step = process.steps[step_id]
    try:
        signature = sign(process, case, step, actors_of(step), known)
        check_apart(process, case, step, signature, known)
    except RuleViolation:
        return False
    return True
