"""Bringing a case in half-way: the past as a file tells it, judged by the rules of each day, gaps and all.

What a person's act would have been refused for does not make the fact undone. It is kept as a gap of the
case, beside the fact; only what leads nowhere in the process is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain import events as facts
from domain.acts import BringIn, EntryRecord, Start, StepAct, Told
from domain.blocking import period_end
from domain.case import Case, StepState
from domain.circumstances import Circumstances, PersonFacts
from domain.drafting import Draft, Signature
from domain.events import Gap
from domain.judging import as_judged_on, judge
from domain.moments import end_of, period_days
from domain.passing import pass_time
from domain.permitting import check_open, may_go_to
from domain.reassigning import ask_anew
from domain.refusals import RuleViolation
from domain.settling import settle
from domain.starting import begin, check_version_and_unit
from domain.steps import AppointStep, MeetingStep, PeriodStep, Step
from domain.untold import (
    elsewhere,
    goes_nowhere,
    leads_nowhere,
    no_beginning,
    not_served,
    not_told,
    to_come,
    too_few,
)
from domain.values import Text


def asks_the_registers(step: Step) -> bool:
    """Whether what is told of a step is held against what the registers say of its day."""
    return bool(step.rules) or isinstance(step, MeetingStep | AppointStep)


def bring_in(draft: Draft, act: BringIn) -> None:
    """Add the events of the past, and then one that says where they come from and what is wrong with them.

    With that the past is told: from here on the case goes by the rules of today.

    Raises RuleViolation where a fact fits nowhere, its rule begins with the step; BrokeRules where facts
    broke rules and nobody said to bring them in as they were.
    """
    now, today = draft.now, draft.today
    past = _Past(draft, act)
    for told in act.told:
        if told.on > today:
            raise to_come(told)
    past.start()
    past.tell()
    draft.now = now
    pass_time(draft, periods_only=True)
    past.reach(act.stage)
    past.check_periods()
    broken = tuple(gap for gap in past.gaps if gap.kind == "broken")
    if broken and not act.as_it_was:
        raise BrokeRules(broken)
    body = facts.CaseImported(
        file=act.file,
        row=act.row,
        digest=act.digest,
        until=max(told.on for told in act.told),
        gaps=(*past.gaps, *_nobody_named(act.told)),
    )
    draft.add(body, on=today, by=Signature(person=act.known.actor))
    pass_time(draft, adopt=True, periods_only=True)


class BrokeRules(RuleViolation):
    """Facts that are told broke rules of their day; `gaps` are all of them."""

    def __init__(self, gaps: tuple[Gap, ...]) -> None:
        """Say the first one as any refusal says it."""
        first = gaps[0]
        passes_when = Text(zh="更正，或者注明按原样导入", en="it is put right, or brought in as it was")
        super().__init__(first.rule, basis=first.basis, detail=first.detail, passes_when=passes_when)
        self.gaps = gaps


class _Past:
    """The past of one case while it is told. Lives no longer than one decision."""

    def __init__(self, draft: Draft, act: BringIn) -> None:
        self._draft = draft
        self._act = act
        self._left = sorted(act.told, key=lambda told: told.on)
        self.gaps: list[Gap] = []

    def start(self) -> None:
        """Begin the case with its first step."""
        act, process = self._act, self._draft.root
        first = next((told for told in self._left if told.step == process.first_step.id), None)
        if first is None:
            raise not_told(process.first_step)
        self._left.remove(first)
        start = Start(
            known=act.known, occurred_on=first.on, case=act.case, subject=act.subject, calendar=act.calendar
        )
        check_version_and_unit(process, start)
        self._draft.now = end_of(first.on, process.time_zone)
        begin(self._draft, start, None)
        self._judge(first)

    def tell(self) -> None:
        """Tell everything in the order of its days, and pass over what must have happened in between."""
        while self._left and not self._draft.case.is_closed:
            self._advance_to(self._left[0].on)
            told = next((told for told in self._left if self._is_open(told)), None)
            if told is not None:
                self._left.remove(told)
                self._advance_to(told.on)
                if told.whole is None:
                    self._judge(told)
                else:
                    self._happen(told)
            elif self._left[0].whole is not None or not self._pass_one_over(self._before_what_is_left()):
                break
        if self._left:
            raise leads_nowhere(self._draft.process, self._left[0])

    def reach(self, stage: str | None) -> None:
        """Pass over what lies before the stage the file names. Raises where the case is elsewhere."""
        case, order = self._draft.case, [one.id for one in self._draft.process.stages]
        while stage in order and not case.is_closed and order.index(case.stage) < order.index(stage):
            here = self._draft.process.stage(case.stage)
            if not self._pass_one_over(step.id for step in here.steps if not step.optional):
                break
            case = self._draft.case
        if stage is not None and case.stage != stage:
            raise elsewhere(self._draft.process, case.stage)

    def check_periods(self) -> None:
        """Raise where a period runs and nobody knows since when: it would never end."""
        process, case = self._draft.process, self._draft.case
        for state in case.steps.values():
            step = process.steps.get(state.id)
            runs = isinstance(step, PeriodStep) and state.status == "open" and not case.is_closed
            if runs and isinstance(step, PeriodStep) and period_days(process, case, step) is None:
                raise no_beginning(process, step)

    def _advance_to(self, day: date) -> None:
        """Let time pass up to the end of a day: periods end, and later rules take over."""
        draft = self._draft
        draft.now = max(draft.now, end_of(day, draft.case.time_zone))
        pass_time(draft, judged_on=day, periods_only=True)

    def _is_open(self, told: Told) -> bool:
        if told.whole is not None:
            # In its turn only: what comes before it happened while the case was as it was.
            case, stands = self._draft.case, "suspended" if told.whole == "resumed" else "open"
            return told is self._left[0] and case.status == stands and told.on >= case.opened_on
        case, step = self._draft.case, self._draft.process.steps.get(told.step)
        if step is None:
            return False
        if told.entry is not None and isinstance(step, PeriodStep) and case.is_done(step.id):
            return True
        try:
            return check_open(self._draft.process, case, step).status == "open"
        except RuleViolation:
            return False

    def _judge(self, told: Told) -> None:
        draft = self._draft
        step, judged_by = as_judged_on(draft, told.step, told.on)
        act = StepAct(
            known=_with_standing(told.known, draft.case.subject, draft.case.standing),
            occurred_on=told.on,
            step=told.step,
            outcome=told.outcome,
            fields=told.fields,
            papers=told.papers,
            people=told.people,
            meeting=told.meeting,
            entry=_naming_what_it_answers(draft.case, told),
        )
        judge(draft, step, act, Signature(person=told.known.actor), judged_by, self.gaps)
        settle(draft, told.on)

    def _happen(self, told: Told) -> None:
        """Let the case be suspended, resumed, or taken over by another unit."""
        draft, by = self._draft, Signature(person=told.known.actor)
        if told.whole == "suspended":
            draft.add(facts.CaseSuspended(reason=told.reason), on=told.on, by=by)
        elif told.whole == "resumed":
            draft.add(facts.CaseResumed(reason=told.reason), on=told.on, by=by)
        else:
            path = told.known.path
            if not may_go_to(draft.process, draft.case, path):
                raise goes_nowhere(draft.process)
            draft.add(facts.CaseTransferred(proposal=None, path=path, time_kept=True), on=told.on, by=by)
            ask_anew(draft, told.on, by)
            settle(draft, told.on, fresh_floor=told.on)

    def _before_what_is_left(self) -> list[str]:
        """Return what lies before what is left to tell, in this stage or in all of it."""
        process, stage = self._draft.process, self._draft.process.stage(self._draft.case.stage)
        ids = [step.id for step in stage.steps]
        here = {told.step for told in self._left if told.step in ids}
        if not here:
            return [step.id for step in stage.steps if not step.optional]
        return [one for one in ids if here.intersection(process.followers(one))]

    def _pass_one_over(self, steps: Iterable[str]) -> bool:
        """Pass over the first of some steps that is open and not told. Return whether there was one."""
        told = {one.step for one in self._left if one.entry is None}
        for step_id in steps:
            state = self._draft.case.steps.get(step_id)
            step = self._draft.process.steps[step_id]
            open_ = state is not None and state.status == "open"
            if state is None or not open_ or (step_id in told and not isinstance(step, PeriodStep)):
                continue
            if isinstance(step, PeriodStep):
                self._end_period(step, state)
            else:
                self._draft.add(facts.StepPassed(because="not-known"), on=state.opened_on, step=step_id)
                self._keep(step, "missing", "not-known", step.basis or "gen", not_told(step).detail)
            settle(self._draft, state.opened_on)
            return True
        return False

    def _end_period(self, step: PeriodStep, state: StepState) -> None:
        """End a period because what comes after it happened, and keep what was lacking in it."""
        draft, today = self._draft, self._draft.today
        end = period_end(draft.process, draft.case, step)
        if end is None:
            draft.add(facts.StepPassed(because="not-known"), on=state.opened_on, step=step.id)
            self._keep(step, "missing", "starts", step.basis, no_beginning(draft.process, step).detail)
            return
        if end > today:
            self._keep(step, "broken", "lasts", step.basis, not_served(step, end))
        for duty in step.entries:
            made = state.entries.number(duty.id)
            if made < duty.at_least:
                self._keep(step, "missing", duty.id, duty.basis, too_few(duty.title, duty.at_least, made))
        body = facts.StepCompleted(outcome=next(iter(step.outcomes)), version=draft.process.version)
        draft.add(body, on=max(state.opened_on, min(end, today)), step=step.id)

    def _keep(self, step: Step, kind: str, rule: str, basis: str, detail: Text) -> None:
        gap = {"kind": kind, "step": step.id, "rule": f"{step.id}.{rule}", "basis": basis, "detail": detail}
        self.gaps.append(Gap.model_validate(gap))


def _naming_what_it_answers(case: Case, told: Told) -> EntryRecord | None:
    """Return the entry; an answer belongs to the first objection without one, as a file knows no numbers."""
    entry, state = told.entry, case.steps.get(told.step)
    if entry is None or entry.kind != "answer" or entry.ref is not None or state is None:
        return entry
    waits = (str(one.seq) for one in state.entries.unanswered())
    return entry.model_copy(update={"ref": next(waits, None)})


def _with_standing(known: Circumstances, subject: str, standing: str) -> Circumstances:
    """Return what the registers say with the standing the case has given by then, which they learn later."""
    people = tuple(
        PersonFacts.model_validate({**dict(one), "standing": standing}) if one.id == subject else one
        for one in known.people
    )
    return known.model_copy(update={"people": people})


def _nobody_named(told: Iterable[Told]) -> list[Gap]:
    number = sum(not one.known.actor for one in told)
    if not number:
        return []
    detail = Text(
        zh=f"有{number}项没有写明由谁办理，因此不能核对应由不同的人办理的规定。",
        en=f"Of {number} facts it is not told who acted, so rules that ask for different people are not "
        "checked against them.",
    )
    return [Gap(kind="missing", rule="import.by", basis="gen", detail=detail)]
