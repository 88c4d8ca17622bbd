"""Recusal: who keeps out of what is decided about the subject, and of what exactly."""

from __future__ import annotations

from collections.abc import Iterable

from domain.actors import somebody_else
from domain.case import Case
from domain.circumstances import Relative
from domain.process import Process
from domain.refusals import ConflictOfInterest
from domain.steps import DECIDING, Actor, Step
from domain.values import Text


def is_deliberated(process: Process, step: Step) -> bool:
    """Whether a step is one that people with a conflict of interest keep out of."""
    return step.kind in DECIDING or (process.recusal is not None and step.id in process.recusal.also)


def related(process: Process, subject: str, relatives: Iterable[Relative]) -> tuple[str, ...]:
    """Return the relatives of the subject who keep out.

    What the subject alone had recorded takes nobody's vote: else he could choose who decides about him.
    """
    if process.recusal is None:
        return ()
    counted = process.recusal.relations
    return tuple(
        dict.fromkeys(one.person for one in relatives if one.kind in counted and one.stated_by != subject)
    )


def recused(process: Process, case: Case, relatives: Iterable[Relative]) -> tuple[str, ...]:
    """Return everybody who keeps out of what is decided in a case: by declaration, or as a relative."""
    return tuple(dict.fromkeys((*case.recused, *related(process, case.subject, relatives))))


def closed_to(process: Process, case: Case, person: str, relatives: Iterable[Relative]) -> frozenset[str]:
    """Return the steps of whose deliberation somebody sees nothing, those of every edition among them.

    `process` is any edition that leads to the case's own.
    """
    edition = process.edition(case.version)
    if person not in recused(edition, case, relatives):
        return frozenset()
    found: set[str] = set()
    following: Process | None = process
    while following is not None:
        found |= {step.id for step in following.steps.values() if is_deliberated(following, step)}
        following = following.successor
    return frozenset(found)


def check_recused(
    process: Process, case: Case, step: Step, people: Iterable[str], relatives: Iterable[Relative]
) -> None:
    """Raise ConflictOfInterest where somebody who acts, or is acted for, keeps out of the step."""
    if is_deliberated(process, step):
        check_keeps_in(process, case, people, relatives, step.by)


def check_keeps_in(
    process: Process,
    case: Case,
    people: Iterable[str],
    relatives: Iterable[Relative],
    by: tuple[Actor, ...],
) -> None:
    """Raise ConflictOfInterest where one of some people keeps out of what is decided, which `by` may do."""
    acting = tuple(people)
    declared = any(person in case.recused for person in acting)
    if not declared and not any(person in related(process, case.subject, relatives) for person in acting):
        return
    raise ConflictOfInterest(
        "recusal.declared" if declared else relatives_rule(process),
        basis=process.recusal.basis if process.recusal is not None else "gen",
        detail=Text(
            zh="存在利害关系（含代理所涉之人），应当回避，不能办理，也不参加讨论和表决。",
            en="A conflict of interest (also of the one acted for) keeps you out: no acting, no vote.",
        ),
        passes_when=somebody_else(process, case, by),
    )


def relatives_rule(process: Process) -> str:
    """Return the id of the rule by which relatives keep out."""
    return (process.recusal.id if process.recusal is not None else None) or "recusal.relatives"
