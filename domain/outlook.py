"""Outlook: what the day of an act and who acts already decide, before anything else of it is said."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from domain.acts import EntryRecord, StepAct
from domain.blocking import closing_notice
from domain.case import Case, StepState
from domain.checking import Checking, check_order, note_late_entry
from domain.circumstances import Circumstances
from domain.deciding import check_step_act
from domain.drafting import Draft
from domain.entries import check_entry_day
from domain.events import Warned
from domain.judging import check_day
from domain.passing import pass_time
from domain.process import Process
from domain.refusals import RuleViolation
from domain.steps import AppointStep, NoticeStep, PeriodStep
from domain.whole_day import WholeCaseAct, check_case_act


class Outlook(NamedTuple):
    """What an act on a step would meet on a day, whatever else it says."""

    on: date
    refused: RuleViolation | None = None
    """What refuses it, whatever else it says; None where nothing does yet."""
    warned: tuple[Warned, ...] = ()
    """What would be noted beside it."""


def outlook(  # noqa: PLR0917 - an act before it is filled in
    process: Process,
    case: Case,
    step_id: str,
    known: Circumstances,
    on: date,
    now: datetime,
    entry: str | None = None,
) -> Outlook:
    """Return what acting on a step on a day comes to by that day alone; `entry` is the sort of entry, if one.

    `known` is what the registers say of that day. The same checks as of the act itself, in their order.
    """
    draft = Draft(process, case, now)
    act = StepAct(
        known=known, occurred_on=on, step=step_id, entry=None if entry is None else EntryRecord(kind=entry)
    )
    try:
        pass_time(draft, judged_on=on)
        step, judged_by, signature = check_step_act(draft, act)
        checking = Checking(judged_by, draft.case, step, known=known, on=on, signature=signature)
    except RuleViolation as refused:
        return Outlook(on, refused.untraced())
    try:
        check_order(checking)
        note_late_entry(checking, draft.today)
        state = draft.case.steps[step.id]
        if act.entry is not None:
            check_entry_day(draft, checking, _with_ref(state, act.entry))
            return Outlook(on, warned=tuple(checking.warnings))
        replaces = isinstance(step, AppointStep) and state.was_done
        if not replaces and not isinstance(step, PeriodStep):
            check_day(checking)
            if isinstance(step, NoticeStep) and (early := closing_notice(draft.case, step, on)):
                raise early
    except RuleViolation as refused:
        return Outlook(on, refused.untraced(), tuple(checking.warnings))
    return Outlook(on, warned=tuple(checking.warnings))


def outlook_on_case(process: Process, case: Case, act: WholeCaseAct, now: datetime) -> Outlook:
    """Return what an act on the whole case comes to by its day and by who acts, whatever else it says."""
    draft = Draft(process, case, now)
    try:
        pass_time(draft, judged_on=act.occurred_on)
        check_case_act(draft, act)
    except RuleViolation as refused:
        return Outlook(act.occurred_on, refused.untraced())
    return Outlook(act.occurred_on)


def _with_ref(state: StepState, entry: EntryRecord) -> EntryRecord:
    """Return an entry that answers the objection that came first, where it is an answer."""
    left = next(iter(state.entries.unanswered()), None) if entry.kind == "answer" else None
    return entry if left is None else entry.model_copy(update={"ref": str(left.seq)})
