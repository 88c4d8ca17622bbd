"""Separation of duties: whose parts in a case exclude another part in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.case import Case
from domain.process import Process
from domain.rules import SeparationRule
from domain.steps import Step


def has_other_part(
    process: Process, case: Case, step: Step, rule: SeparationRule, people: Iterable[str]
) -> bool:
    """Return whether one of some people has a part in the case that a rule of a step keeps apart from it."""
    apart = frozenset(_apart(process, case, step, rule))
    return any(person in apart for person in people)


def _apart(process: Process, case: Case, step: Step, rule: SeparationRule) -> Iterator[str]:
    for name in _steps(process, case, step, rule):
        if name in case.steps:
            yield from case.steps[name].actors
    for role in rule.case_roles:
        yield from case.people.get(role, ())
        yield from case.former.get(role, ())
    for kind in rule.unit_kinds:
        yield from case.acted_for.get(kind, ())
        yield from _known_from_steps(process, case, kind)
    if rule.before_an_appeal:
        yield from case.decided_before


def _steps(process: Process, case: Case, step: Step, rule: SeparationRule) -> Iterator[str]:
    """Return the steps a rule is about, with those of the earlier version that count as one of them."""
    named = [
        *rule.steps,
        *(one.id for stage in process.stages if stage.id in rule.stages for one in stage.steps),
    ]
    yield from named
    older = process.replaces.counts_as if process.replaces is not None else {}
    yield from (old for old, counted in older.items() if any(new in named for new in counted))
    if rule.anywhere:
        yield from (other for other in case.steps if other != step.id)


def _known_from_steps(process: Process, case: Case, kind: str) -> Iterator[str]:
    """Return those who acted where only posts of one kind of unit may: older events say no more."""
    for state in case.steps.values():
        step = process.steps.get(state.id)
        if step is not None and {actor.rpartition(".")[0] for actor in step.by} == {kind}:
            yield from state.actors
