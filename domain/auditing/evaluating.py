"""Evaluating: every rule of a book on one history, each with its verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

from domain.auditing import of_acts, of_people, of_time, questions
from domain.auditing.answers import Answer, Evidence, Looked
from domain.auditing.breaches import breaches
from domain.auditing.histories import History
from domain.auditing.rules import GENERAL, LOCAL, AuditRule, Book, law_of
from domain.values import Level, Value

_BEYOND = ".breach"
"""The end of the id of a deadline's rule that is past even the longest time allowed."""


class Found(Value):
    """A rule that was broken at one place of a case: what becomes a finding."""

    rule: str
    place: str
    """What tells this finding of the rule from another one in the same case: step and round, or the case."""
    level: Level
    basis: str
    version: str
    """The version of the process by whose rules of that day it was judged."""
    evidence: tuple[Evidence, ...]


class Verdict(Value):
    """What became of one rule in one case."""

    rule: str
    state: Literal["kept", "broken", "not-asked"]
    """`not-asked`: nothing in the case is what the rule is about, or the rules of its days do not have it."""
    found: tuple[Found, ...] = ()


def evaluate(book: Book, history: History) -> tuple[Verdict, ...]:
    """Return a verdict on every rule of the book, in order. Each act is judged by the rules of its day."""
    looked = Looked(history, breaches(history))
    return tuple(_verdict(book, rule, looked) for rule in book.rules.values())


def findings(verdicts: Iterable[Verdict]) -> tuple[Found, ...]:
    """Return everything that was found."""
    return tuple(found for verdict in verdicts for found in verdict.found)


def _verdict(book: Book, rule: AuditRule, looked: Looked) -> Verdict:
    if not _holds_for(rule, looked.history):
        return Verdict(rule=rule.id, state="not-asked")
    answers = [_ANSWERED_BY[type(question)](looked, question) for question in rule.asks]
    evidence = _merged(
        one for answer in answers for one in answer.evidence if _is_judged_by(rule, one.version)
    )
    if not evidence:
        was_asked = any(answer.asked for answer in answers)
        return Verdict(rule=rule.id, state="kept" if was_asked else "not-asked")
    places: dict[str, list[Evidence]] = {}
    for one in evidence:
        places.setdefault(f"{one.step}:{one.round}" if one.step else "case", []).append(one)
    return Verdict(
        rule=rule.id,
        state="broken",
        found=tuple(_found(book, rule, place, tuple(these)) for place, these in places.items()),
    )


def _found(book: Book, rule: AuditRule, place: str, evidence: tuple[Evidence, ...]) -> Found:
    version = evidence[-1].version
    beyond = any((one.rule or "").endswith(_BEYOND) for one in evidence)
    own = next((one.basis for one in evidence if one.basis is not None), None)
    return Found(
        rule=rule.id,
        place=place,
        level="finding" if beyond else rule.level,
        basis=own or book.article(rule.basis, version),
        version=version,
        evidence=evidence,
    )


def _merged(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return evidence without what two questions found of one and the same thing."""
    return tuple({(one.seq, one.step, one.round, one.rule, one.detail): one for one in evidence}.values())


def _holds_for(rule: AuditRule, history: History) -> bool:
    """Whether any of the case's days stands under rules that have this one."""
    return any(_is_judged_by(rule, version) for version in {act.edition.version for act in history.acts})


def _is_judged_by(rule: AuditRule, version: str) -> bool:
    if rule.set == GENERAL:
        return True
    if rule.set == LOCAL:
        return "+" in version
    return law_of(version) >= rule.set


_ANSWERED_BY: Final[dict[type[Value], Callable[[Looked, Any], Answer]]] = {
    questions.Broken: of_acts.broken,
    questions.Order: of_acts.order,
    questions.Within: of_acts.within,
    questions.Handed: of_acts.handed,
    questions.Answered: of_acts.answered,
    questions.Actor: of_people.actor,
    questions.Meetings: of_people.meetings,
    questions.Happened: of_acts.happened,
    questions.Repeated: of_acts.repeated,
    questions.Apart: of_time.apart,
    questions.Entries: of_time.entries,
    questions.Roles: of_people.roles,
    questions.Levels: of_people.levels,
    questions.Quiet: of_time.quiet,
    questions.Extended: of_time.extended,
    questions.Served: of_time.served,
    questions.Moved: of_time.moved,
    questions.Provisional: of_time.provisional,
    questions.Complete: of_acts.complete,
    questions.Despite: of_acts.despite,
    questions.Reasoned: of_acts.reasoned,
    questions.Barred: of_people.barred,
    questions.Scope: of_people.scope,
}
