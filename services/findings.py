"""Findings: read by those who see them, and said something of by those whose posts are for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection

from domain.auditing.answers import Evidence
from domain.auditing.evaluating import Found
from domain.auditing.lives import (
    AFTER,
    FindingState,
    Life,
    Whose,
    found_again,
    may_say,
    sayable,
    whose_case,
)
from domain.auditing.rules import AuditRule
from domain.case import Case
from domain.chain import moment_text
from domain.circumstances import HeldPost
from domain.library import UnknownProcess
from domain.process import Process
from domain.values import Text, Value
from records import cases, registers
from records import findings as kept
from records.cursors import cursor_of, place_of
from records.findings import BY_HAND, Finding, Word
from records.findings import FindingFilter as FindingFilter  # noqa: PLC0414 - asked for under this module's name, too
from records.registers import ActedOn
from records.stored import events_after, events_numbered
from services import pattern_findings
from services.asking import Asking, once
from services.auditing import check_sees_findings
from services.deliberation import hidden_cases
from services.finding_views import (
    EvidenceView,
    FindingDetail,
    FindingView,
    Told,
    speakers,
    spoke,
    word_view,
)
from services.parts import Caller, Parts
from services.refusals import InvalidInput, NotFound, NotPermitted
from services.scoping import scope_of
from services.seeing import look_at
from services.views import Named, Page

RAISED_BY_HAND: Final = Text(zh="审计员提出的问题", en="Raised by an auditor")
"""What a finding that no rule raised is called."""


class Raised(Value):
    """What an auditor noticed himself."""

    case: str
    detail: str
    seq: int | None = None
    """The event it is about."""


Place = tuple[str, str]
"""Of a finding in lists: when it was raised, and its id."""


@dataclass(frozen=True)
class _Seen:
    """A finding with the case it is about, to somebody who sees it."""

    finding: Finding
    words: tuple[Word, ...]
    process: Process
    case: Case


async def listed(
    parts: Parts, caller: Caller, narrowed: FindingFilter, *, cursor: str | None, limit: int
) -> Page[FindingView]:
    """Return findings in cases the caller sees by a post, and patterns in units of his posts, latest first.

    A page may be shorter than asked and still have a next. Raises InvalidInput for a bad cursor.
    """

    def work(connection: Connection) -> Page[FindingView]:
        scope = scope_of(connection, caller, parts.today())
        asked = replace(narrowed, without=hidden_cases(connection, parts, caller.person))
        page = kept.list_findings(connection, scope, asked, cursor=cursor, limit=limit)
        shown: dict[Place, FindingView] = {
            (moment_text(one.raised_at), one.id): _view(parts, caller, one)
            for one in _shown(connection, parts, caller, page.items)
        }
        patterns, end = pattern_findings.listed(
            connection, parts, caller, (scope, asked), cursor=cursor, limit=limit
        )
        behind = None if page.next is None else _place_in(page.next)
        return _together(shown | patterns, (end, behind), limit)

    return await parts.read(work)


async def of_case(
    parts: Parts, caller: Caller, case_id: str, *, cursor: str | None, limit: int
) -> Page[FindingView]:
    """Return the findings in a case, latest first. Raises NotFound, NotPermitted."""

    def work(connection: Connection) -> Page[FindingView]:
        check_sees_findings(connection, parts, caller, case_id)
        scope = scope_of(connection, caller, parts.today())
        page = kept.list_findings(connection, scope, FindingFilter(case=case_id), cursor=cursor, limit=limit)
        return Page(items=tuple(_view(parts, caller, one) for one in page.items), next=page.next)

    return await parts.read(work)


async def one(parts: Parts, caller: Caller, finding_id: str) -> FindingDetail:
    """Return a finding with its life. Raises NotFound."""

    def work(connection: Connection) -> FindingDetail:
        if pattern_findings.is_there(connection, finding_id):
            return pattern_findings.detail(connection, parts, caller, finding_id)
        return _detail(connection, parts, caller, _seen(connection, parts, caller, finding_id))

    return await parts.read(work)


async def say(parts: Parts, caller: Caller, told: Told, *, key: str | None = None) -> FindingDetail:
    """Say something of a finding. Raises NotFound, and RuleViolation where the caller may not."""

    def work(asking: Asking) -> FindingDetail:
        connection = asking.connection
        if pattern_findings.is_there(connection, told.finding):
            pattern_findings.say(connection, parts, caller, told)
            return pattern_findings.detail(connection, parts, caller, told.finding)
        kept.find(connection, told.finding, lock=True)
        seen = _seen(connection, parts, caller, told.finding)
        posts = _posts(connection, parts, caller, seen)
        post = may_say(told.saying, _life(connection, seen), _whose(seen), caller.person, posts)
        by = (post.id, post.on_behalf_of)
        kept.say(connection, told.finding, AFTER[told.saying], caller.person, by, told.reason, parts.clock())
        return _detail(connection, parts, caller, _seen(connection, parts, caller, told.finding))

    return await once(parts, caller, key, ("finding", told), FindingDetail, work)


async def raise_by_hand(
    parts: Parts, caller: Caller, raised: Raised, *, key: str | None = None
) -> FindingDetail:
    """Write down what an auditor noticed himself. Raises NotFound, NotPermitted for others, InvalidInput."""

    def work(asking: Asking) -> FindingDetail:
        connection, now = asking.connection, parts.clock()
        scope = scope_of(connection, caller, asking.today)
        found = cases.find_case(connection, parts.library, raised.case, scope)
        look = look_at(connection, parts, caller, found.process, found.case)
        if "auditor" not in look.viewer.ways or not look.viewer.sees("findings"):
            raise NotPermitted(_FOR_AUDITORS)
        evidence = _evidence(connection, found.case, raised.seq)
        what = Found(
            rule=BY_HAND,
            place=uuid4().hex,
            level="finding",
            basis="gen",
            version=found.case.version,
            evidence=evidence,
        )
        made = kept.raise_one(connection, found.case, what, now, said_by=caller.person, reason=raised.detail)
        return _detail(connection, parts, caller, _seen(connection, parts, caller, made))

    return await once(parts, caller, key, ("raise-finding", raised), FindingDetail, work)


def _place_in(cursor: str) -> Place:
    raised_at, finding_id = place_of(cursor, 2)
    return raised_at, finding_id


def _together(
    found: Mapping[Place, FindingView], ends: Iterable[Place | None], limit: int
) -> Page[FindingView]:
    """Return a page of what two lists in the same order hold; each goes on behind its end, if it has one."""
    # Behind the end of the page of one list it may go on before what the other has.
    floor = max((end for end in ends if end is not None), default=None)
    places = sorted((place for place in found if floor is None or place >= floor), reverse=True)
    following = floor if len(places) <= limit else places[limit - 1]
    return Page(
        items=tuple(found[place] for place in places[:limit]),
        next=None if following is None else cursor_of(*following),
    )


def _shown(
    connection: Connection, parts: Parts, caller: Caller, found: Iterable[Finding]
) -> tuple[Finding, ...]:
    """Return those in cases of which the caller is shown findings: he may keep out of some.

    Whether he does cannot be read where the definition is not published here: these are not shown.
    """
    shown: dict[str, bool] = {}
    every = tuple(found)
    for finding in every:
        if finding.case not in shown:
            shown[finding.case] = _is_shown(connection, parts, caller, finding.case)
    return tuple(finding for finding in every if shown[finding.case])


def _is_shown(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> bool:
    try:
        read = cases.find_case(connection, parts.library, case_id, None)
    except UnknownProcess:
        return False
    return look_at(connection, parts, caller, read.process, read.case).viewer.sees("findings")


def _seen(connection: Connection, parts: Parts, caller: Caller, finding_id: str) -> _Seen:
    finding = kept.find(connection, finding_id)
    try:
        case = check_sees_findings(connection, parts, caller, finding.case)
    except NotPermitted as hidden:
        # To whom findings of a case are hidden, there is none.
        raise NotFound from hidden
    return _Seen(finding, kept.words_of(connection, finding_id), parts.library.for_case(case), case)


def _whose(seen: _Seen) -> Whose:
    return whose_case(seen.process.edition(seen.case.version), seen.case)


def _life(connection: Connection, seen: _Seen) -> Life:
    rests_on = {one.seq for word in seen.words for one in word.evidence if one.seq is not None}
    acted = {
        one
        for stored in events_numbered(connection, seen.case.id, rests_on)
        for one in (stored.event.actor, stored.event.on_behalf_of)
        if one is not None
    }
    state: FindingState = "raised"
    for word in seen.words:
        state = _after(word, state)
    return Life(state=state, spoke=spoke(seen.words, {"raised", "explained"}), acted=tuple(sorted(acted)))


def _after(word: Word, state: FindingState) -> FindingState:
    match word.kind:
        case "explained" | "accepted" | "remedied" | "dismissed":
            return word.kind
        case "found-again":
            return found_again(state)
        case _:
            return state


def _posts(connection: Connection, parts: Parts, caller: Caller, seen: _Seen) -> tuple[HeldPost, ...]:
    today = ActedOn(on=parts.today(), today=parts.today())
    known = registers.circumstances(connection, seen.process, seen.case, caller.person, today)
    case = seen.case
    return tuple(
        post
        for post in known.posts
        if post.lent_for is None or post.lent_for.covers(case.process, case.stage, case.path)
    )


def _evidence(connection: Connection, case: Case, seq: int | None) -> tuple[Evidence, ...]:
    if seq is None:
        return ()
    found = events_after(connection, case.id, seq - 1, limit=1) if seq <= case.seq else ()
    for stored in found:
        event = stored.event
        return (
            Evidence(
                seq=event.seq,
                step=event.step,
                round=event.round or 1,
                on=event.occurred_on,
                version=case.version,
                detail=Text(zh="审计员指出的记录。", en="The record that the auditor points to."),
            ),
        )
    raise InvalidInput("seq", Text(zh="没有这条记录", en="there is no such event"))


def rule_of(parts: Parts, process: str, rule: str) -> AuditRule | None:
    """Return an audit rule, or None where there is none of that id (any more)."""
    book = parts.books.get(process)
    return None if book is None else book.rules.get(rule)


def _facts(parts: Parts, caller: Caller, finding: Finding) -> dict[str, object]:
    rule = rule_of(parts, finding.process, finding.rule)
    says = _says(rule, finding.rule)
    return {
        "id": finding.id,
        "kind": "hand" if finding.rule == BY_HAND else "rule",
        "case": finding.case,
        "subject": Named(id=finding.subject, name=finding.subject_name),
        "unit": Named(id=finding.unit, name=finding.unit_name),
        "rule": finding.rule,
        "says": says.in_language(caller.language),
        "level": finding.level,
        "basis": finding.basis,
        "set": None if rule is None else rule.set,
        "version": finding.version,
        "step": finding.step,
        "step_title": _title(parts, caller, finding.process, finding.step),
        "state": finding.state,
        "present": finding.present,
        "raised_at": finding.raised_at,
        "changed_at": finding.changed_at,
    }


def _view(parts: Parts, caller: Caller, finding: Finding) -> FindingView:
    return FindingView.model_validate(_facts(parts, caller, finding))


def _says(rule: AuditRule | None, name: str) -> Text:
    if rule is not None:
        return rule.says
    return RAISED_BY_HAND if name == BY_HAND else Text(zh=name, en=name)


def _title(parts: Parts, caller: Caller, process: str, step: str | None) -> str | None:
    for edition in reversed(parts.library.family(process)):
        if step in edition.steps:
            return edition.steps[step].title.in_language(caller.language)
    return None


def _detail(connection: Connection, parts: Parts, caller: Caller, seen: _Seen) -> FindingDetail:
    finding = seen.finding
    named = speakers(connection, seen.words)
    words = tuple(
        word_view(
            word,
            named,
            evaluation=word.evaluation,
            evidence=tuple(_evidence_view(parts, caller, finding.process, one) for one in word.evidence),
        )
        for word in seen.words
    )
    posts = _posts(connection, parts, caller, seen)
    return FindingDetail.model_validate(
        _facts(parts, caller, finding)
        | {
            "in_both": _says(rule_of(parts, finding.process, finding.rule), finding.rule),
            "words": words,
            "can": sayable(_life(connection, seen), _whose(seen), caller.person, posts),
        }
    )


def _evidence_view(parts: Parts, caller: Caller, process: str, one: Evidence) -> EvidenceView:
    return EvidenceView(
        seq=one.seq,
        step=one.step,
        step_title=_title(parts, caller, process, one.step),
        on=one.on,
        rule=one.rule,
        basis=one.basis,
        explained=one.explained,
        detail=one.detail.in_language(caller.language),
    )


_FOR_AUDITORS = Text(
    zh="只有以审计员身份查看本个案的人可以提出问题。",
    en="Findings are raised by those who see the case as auditors.",
)
