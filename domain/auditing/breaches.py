"""Breaches: every rule of the definition that a history broke, as the pure case itself judges it.

Each act is put to the same checks that it met when it was recorded, one by one, with what the registers say
today of its day. So an act that was recorded elsewhere, corrected since, or rested on something that turned
out otherwise, is found by the rule that would have refused it, and no rule is written a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from domain import events as facts
from domain.acts import EntryRecord, StepAct
from domain.appointing import check_people, check_person
from domain.auditing.histories import Done, History
from domain.blocking import blocked_by, closing_notice
from domain.checking import (
    Answers,
    Checking,
    check_order,
    note_deadlines,
    note_late_entry,
)
from domain.circumstances import Circumstances
from domain.drafting import Draft, Signature
from domain.effects import check_extension
from domain.entries import add_entry
from domain.evidence import check_fields, check_materials
from domain.exclusions import check_left_out
from domain.moments import local_day, numbered
from domain.permitting import check_apart, check_open, sign
from domain.refusals import ReasonRequired, RuleViolation
from domain.rosters import check_named
from domain.ruling import check_rules
from domain.steps import AppointStep, MeetingStep, NoticeStep
from domain.values import Level, Text, Value
from domain.voting import check_claim, check_quorum, check_sums, outcome_of_vote, voting_body

_LONG_ENOUGH = "-"
"""A reason: whether one was given is a question of its own."""


class Breach(Value):
    """A rule of the definition that was broken, and by what."""

    seq: int
    step: str
    step_kind: str
    round: int
    on: date
    rule: str
    level: Level
    basis: str
    detail: Text
    sort: str
    """What was looked at when it was found."""
    version: str
    """The version of the rules of that day."""
    explained: bool = False
    """A reason was given with the act."""


def breaches(history: History) -> tuple[Breach, ...]:
    """Return every rule of the definition that was broken, in the order of recording, each once an act."""
    found = {(one.seq, one.rule): one for act in history.acts for one in _of_act(history, act)}
    late = {(one.step, one.round, one.rule) for one in found.values()}
    passed = [one for one in _passed(history) if (one.step, one.round, one.rule) not in late]
    return tuple(sorted((*found.values(), *passed), key=lambda one: (one.seq, one.rule)))


def _of_act(history: History, act: Done) -> Iterator[Breach]:
    judged = _Judging(history, act)
    for warned in act.body.warnings:
        # What was noted then stays noted; a check that finds it again only says how.
        yield judged.breach(warned.rule, warned.level, warned.basis, warned.detail, "noted")
    yield from judged.found()


def _passed(history: History) -> Iterator[Breach]:
    """Find deadlines that passed and were not met since, or were met late."""
    rounds: dict[tuple[str, int, str], Breach] = {}
    for event in history.events:
        body = event.body
        if not isinstance(body, facts.BecameOverdue) or event.step is None:
            continue
        edition = history.edition_on(event.occurred_on)
        step = edition.steps.get(event.step)
        detail = Text(zh=f"应于{body.due_on}前办理，已逾期。", en=f"It was due by {body.due_on} and is late.")
        rounds[event.step, event.round or 1, body.rule] = Breach(
            seq=event.seq,
            step=event.step,
            step_kind=step.kind if step is not None else "record",
            round=event.round or 1,
            on=body.due_on,
            rule=body.rule,
            level="late",
            basis=body.basis,
            detail=detail,
            sort="deadline",
            version=edition.version,
        )
    yield from rounds.values()


class _Judging:
    """One act while it is judged again; lives no longer."""

    def __init__(self, history: History, act: Done) -> None:
        self._history, self._act = history, act
        event, body = act.event, act.body
        known = history.known.get(event.seq)
        self._has_facts = known is not None
        self._known = known or Circumstances(actor=event.actor or "", path=act.before.path)
        self._signature = Signature(
            person=event.actor or "", post=event.post, on_behalf_of=event.on_behalf_of, actor=body.acted_as
        )
        self._asked = _as_asked(act, self._known)
        self._seen: dict[str, Breach] = {}

    def found(self) -> Iterator[Breach]:
        for sort, check in self._checks():
            checking = self._checking()
            try:
                check(checking)
            except ReasonRequired:
                pass
            except RuleViolation as refused:
                self._keep(refused.rule, refused.level, refused.basis, refused.detail, sort)
            for one in checking.warnings:
                self._keep(one.rule, one.level, one.basis, one.detail, sort)
        yield from self._seen.values()

    def breach(self, rule: str, level: Level, basis: str, detail: Text, sort: str) -> Breach:
        act = self._act
        return Breach(
            seq=act.event.seq,
            step=act.step.id,
            step_kind=act.step.kind,
            round=act.event.round or 1,
            on=act.on,
            rule=rule,
            level=level,
            basis=basis,
            detail=detail,
            sort=sort,
            version=act.edition.version,
            explained=bool((act.body.reason or "").strip()),
        )

    def _keep(self, rule: str, level: Level, basis: str, detail: Text, sort: str) -> None:
        self._seen.setdefault(rule, self.breach(rule, level, basis, detail, sort))

    def _checking(self) -> Checking:
        act = self._act
        return Checking(
            act.edition,
            act.before,
            act.step,
            known=self._known,
            on=act.on,
            signature=self._signature,
        )

    def _checks(self) -> Iterator[tuple[str, Callable[[Checking], object]]]:
        act, body, step = self._act, self._act.body, self._act.step
        case, edition = act.before, act.edition
        day = local_day(act.event.recorded_at, case.time_zone)
        yield "entry-day", lambda checking: note_late_entry(checking, day)
        if step.id not in case.steps:
            return
        yield "order", check_order
        if isinstance(body, facts.EntryAdded):
            if self._has_facts:
                yield "entry", self._check_entry
            return
        if not isinstance(body, facts.PeopleReplaced):
            present = self._history.process.edition(case.version)
            yield "open", lambda _: check_open(present, case, present.steps.get(step.id, step))
        if self._has_facts and act.event.actor is not None:
            yield "by", lambda checking: sign(edition, case, step, step.by, checking.known)
        yield (
            "apart",
            lambda checking: check_apart(edition, case, step, self._signature, checking.known),
        )
        yield from self._checks_of_completion()

    def _checks_of_completion(self) -> Iterator[tuple[str, Callable[[Checking], object]]]:
        act, body, step = self._act, self._act.body, self._act.step
        case, edition, known = act.before, act.edition, self._known
        if isinstance(step, AppointStep):
            people = getattr(body, "people", ())
            if self._has_facts:
                yield "people", lambda checking: check_people(checking, step, people)
            for person in people if self._has_facts else ():
                yield "people", lambda checking, one=person: check_person(checking, step, one)  # type: ignore[misc]  # mypy cannot type a default
        if isinstance(body, facts.PeopleReplaced):
            return
        outcome = str(getattr(body, "outcome", ""))
        given = {**body.values, **body.texts}
        yield "wait", lambda _: _raise(blocked_by(edition, case, step, act.on, known.path))
        yield "deadline", note_deadlines
        if isinstance(step, MeetingStep):
            yield from self._checks_of_vote(step, outcome)
        if isinstance(step, NoticeStep):
            yield "notice", lambda _: _raise(closing_notice(case, step, act.on))
        yield "field", lambda _: check_fields(step.id, step.fields, given, outcome)
        yield (
            "material",
            lambda checking: check_materials(checking, step.materials, body.materials, outcome),
        )
        yield from self._checks_of_rules()
        if outcome in step.outcomes:
            draft = Draft(self._history.process, case, act.event.recorded_at)
            answers = Answers(values=body.values, texts=body.texts)
            yield "extension", lambda checking: check_extension(draft, checking, outcome, answers)

    def _checks_of_vote(
        self, step: MeetingStep, outcome: str
    ) -> Iterator[tuple[str, Callable[[Checking], object]]]:
        act, known = self._act, self._known
        meeting = getattr(act.body, "meeting", None)
        if self._has_facts or meeting is None:
            yield (
                "vote",
                lambda _: outcome_of_vote(act.edition, act.before, step, outcome, meeting, known),
            )
        if meeting is None:
            return
        yield "vote", lambda _: check_named(step, meeting)
        yield "vote", lambda _: check_sums(step, meeting)
        yield "vote", lambda _: check_quorum(step, meeting)
        yield "vote", lambda _: check_claim(step, meeting, outcome)
        if self._has_facts and all(one.ground in act.edition.grounds for one in meeting.excluded):
            yield (
                "left-out",
                lambda checking: check_left_out(
                    checking, step, voting_body(act.edition, step, known), meeting
                ),
            )

    def _checks_of_rules(self) -> Iterator[tuple[str, Callable[[Checking], object]]]:
        act, body = self._act, self._act.body
        answers = Answers(values=body.values, texts=body.texts)
        papers, people = tuple(body.materials), getattr(body, "people", ())
        counted: dict[str, int] = {}
        for rule in act.step.rules:
            number = counted.get(rule.type, 0)
            counted[rule.type] = number + 1
            if rule.type in {"age", "standing", "restriction"} and not self._has_facts:
                continue
            named = rule.model_copy(update={"id": rule.id or numbered(f"{act.step.id}.{rule.type}", number)})
            alone = act.step.model_copy(update={"rules": (named,)})
            yield (
                rule.type,
                lambda checking, one=alone: check_rules(checking.about(one), answers, papers, people),  # type: ignore[misc]  # mypy cannot type a default
            )

    def _check_entry(self, checking: Checking) -> None:
        body = self._act.body
        if not isinstance(body, facts.EntryAdded):
            return
        entry = EntryRecord(kind=body.entry, ref=body.ref, fields={**body.values, **body.texts})
        draft = Draft(self._history.process, self._act.before, self._act.event.recorded_at)
        add_entry(draft, checking, self._asked, entry)


def _as_asked(act: Done, known: Circumstances) -> StepAct:
    """Return an act as it may have been asked, with a reason."""
    return StepAct(
        known=known,
        occurred_on=act.on,
        reason=act.body.reason or _LONG_ENOUGH,
        step=act.step.id,
        outcome=getattr(act.body, "outcome", None),
        fields={**act.body.values, **act.body.texts},
        materials=act.body.materials,
        people=getattr(act.body, "people", ()),
        meeting=getattr(act.body, "meeting", None),
    )


def _raise(refused: RuleViolation | None) -> None:
    if refused is not None:
        raise refused
