"""Judging one act on one step: the day, the evidence, the vote, and what follows."""

from __future__ import annotations

from datetime import date

from domain import events as facts
from domain.acts import StepAct
from domain.appointing import check_people
from domain.blocking import closing_notice, is_published
from domain.checking import (
    Answers,
    Checking,
    check_order,
    check_waits,
    handed_in,
    left_behind,
    note_deadlines,
    note_late_entry,
    require_reason,
)
from domain.drafting import Draft, Signature
from domain.effects import check_extension, effect_follows, to_do_again
from domain.entries import add_entry, entries_only
from domain.events import Gap
from domain.evidence import check_fields, check_materials
from domain.exclusions import check_left_out
from domain.narrating import outcome_titles
from domain.permitting import check_apart
from domain.process import Process
from domain.refusals import FieldInvalid, NotPossible, ReasonRequired, TooEarly
from domain.rosters import check_agenda, check_opinions_named
from domain.ruling import check_named, check_rules
from domain.steps import AppointStep, DecisionStep, MeetingStep, NoticeStep, PeriodStep, Step
from domain.values import Text
from domain.voting import no_numbers, outcome_of_vote


def as_judged_on(draft: Draft, step_id: str, day: date) -> tuple[Step, Process]:
    """Return a step by the rules of a day, and the edition they stand in."""
    present = draft.process.steps[step_id]
    judged_by = draft.root.in_force_on(day, draft.case.version)
    step = judged_by.steps.get(step_id, present)
    return (step if step.kind == present.kind else present), judged_by


def judge(  # noqa: PLR0917 - an act, and by what it is judged
    draft: Draft,
    step: Step,
    act: StepAct,
    signature: Signature,
    judged_by: Process | None = None,
    gaps: list[Gap] | None = None,
) -> None:
    """Add what the act leaves behind on an open step. Raises RuleViolation.

    `gaps` takes what is wrong with a fact that happened elsewhere and is brought in; see `Checking.refuse`.
    """
    process = judged_by or draft.process
    checking = Checking(
        process, draft.case, step, known=act.known, on=act.occurred_on, signature=signature, gaps=gaps
    )
    check_order(checking)
    note_late_entry(checking, draft.today)
    if act.entry is not None:
        add_entry(draft, checking, act, act.entry)
        return
    if isinstance(step, PeriodStep):
        raise entries_only(step)
    if isinstance(step, AppointStep) and draft.case.steps[step.id].was_done:
        _replace(draft, checking, step, act)
        return
    check_day(checking)
    _complete(draft, checking, act)


def check_day(checking: Checking) -> None:
    """Check what the day and who acts decide of an act that is to complete a step. Raises RuleViolation."""
    with checking.refusing():
        check_apart(checking.process, checking.case, checking.step, checking.signature, checking.known)
    check_waits(checking)
    note_deadlines(checking)


def _complete(draft: Draft, checking: Checking, act: StepAct) -> None:
    step = checking.step
    outcome, body = _outcome(checking, act)
    effect = step.outcomes[outcome]
    answers = check_fields(step.id, step.fields, act.fields, outcome, checking)
    papers = handed_in(act)
    check_materials(checking, step.materials, papers, outcome)
    check_rules(checking, answers, tuple(papers), act.people)
    if isinstance(step, AppointStep):
        with checking.refusing(missing=not act.people):
            check_people(checking, step, act.people)
    if isinstance(step, NoticeStep):
        refused = closing_notice(draft.case, step, act.occurred_on)
        if refused is not None:
            checking.refuse(refused, missing=not is_published(draft.case, step))
    if effect.needs_reason and not (act.reason or "").strip():
        checking.refuse(_reason_required(step), missing=True)
    require_reason(checking, act)
    with checking.refusing():
        check_extension(draft, checking, outcome, answers)
    shared = left_behind(answers, act, checking)
    if isinstance(step, DecisionStep) and step.need > 1 and checking.gaps is None:
        answer = facts.AnswerGiven(outcome=outcome, **shared)
        draft.add(answer, on=act.occurred_on, step=step.id, by=checking.signature)
        if not _is_decided(draft, step, outcome):
            _start_again_where_all_answered(draft, step, act)
            return
    completed = facts.StepCompleted(
        outcome=outcome,
        version=checking.process.version,
        people=act.people if isinstance(step, AppointStep) else (),
        meeting=act.meeting if isinstance(step, MeetingStep) else None,
        body=body,
        **shared,
    )
    draft.add(completed, on=act.occurred_on, step=step.id, by=checking.signature)
    effect_follows(draft, step, outcome, act, checking.signature)


def _reason_required(step: Step) -> ReasonRequired:
    return ReasonRequired(
        f"{step.id}.reason",
        level="late",
        basis=step.basis or "gen",
        detail=Text(zh="请写明理由。", en="This outcome needs a reason."),
        passes_when=Text(zh="写明理由", en="a reason is given"),
    )


def _outcome(checking: Checking, act: StepAct) -> tuple[str, str | None]:
    step = checking.step
    if isinstance(step, MeetingStep):
        told = act.outcome or _only_way_on(step)
        if act.meeting is None and told in step.outcomes:
            # Of a vote told without its numbers only the result is known.
            checking.refuse(no_numbers(step), missing=True)
            return str(told), None
        voted, body = outcome_of_vote(
            checking.process, checking.case, step, act.outcome, act.meeting, act.known, checking.refusing
        )
        if act.meeting is not None:
            with checking.refusing(missing=True):
                check_opinions_named(step, act.meeting)
            check_agenda(step, act.meeting)
        check_left_out(checking, step, body, act.meeting)
        return voted, body
    outcome = act.outcome
    if outcome is None and len(step.outcomes) == 1:
        outcome = next(iter(step.outcomes))
    if outcome is None and checking.gaps is not None:
        outcome = _only_way_on(step)
    if outcome is None or outcome not in step.outcomes:
        titles = outcome_titles(step, step.outcomes)
        raise FieldInvalid(
            f"{step.id}.outcome",
            basis=step.basis or "gen",
            detail=Text(
                zh=f"请从下列结果中选择：{titles.zh}", en=f"Choose one of these outcomes: {titles.en}"
            ),
        )
    return outcome, None


def _only_way_on(step: Step) -> str | None:
    """Return the outcome after which a case goes on, where there is one only."""
    ways = [name for name, effect in step.outcomes.items() if effect.completes]
    return ways[0] if len(ways) == 1 else None


def _is_decided(draft: Draft, step: DecisionStep, outcome: str) -> bool:
    """Whether the answer just given, with those before it, settles the decision."""
    if not step.outcomes[outcome].completes:
        return True
    answers = draft.case.steps[step.id].answers
    return sum(answer.outcome == outcome for answer in answers) >= step.need


def _start_again_where_all_answered(draft: Draft, step: DecisionStep, act: StepAct) -> None:
    """Where everybody asked has answered and nothing was decided, all are asked again."""
    if step.of is not None and len(draft.case.steps[step.id].answers) >= step.of:
        again = to_do_again(draft, step.id)
        draft.add(facts.StepReturned(again=again), on=act.occurred_on, step=step.id)


def _replace(draft: Draft, checking: Checking, step: AppointStep, act: StepAct) -> None:
    if act.outcome != "replace":
        raise NotPossible(
            f"{step.id}.replace",
            basis=step.basis or "gen",
            detail=Text(
                zh="人员已经确定；如需更换，请选择“更换”并说明理由。",
                en="The people are appointed; to replace them use the outcome replace, with a reason.",
            ),
        )
    appointed = draft.case.steps[step.id].done_on
    if appointed is not None and act.occurred_on < appointed:
        raise TooEarly(
            f"{step.id}.order",
            basis="gen",
            detail=Text(
                zh=f"更换不能早于原来的指定（{appointed}）。",
                en=f"People cannot be replaced before they were appointed ({appointed}).",
            ),
            passes_on=appointed,
        )
    check_apart(checking.process, draft.case, step, checking.signature, act.known)
    check_people(checking, step, act.people)
    check_named(checking, act.people)
    checking.note(
        f"{step.id}.replaced", "late", step.basis or "gen", Text(zh="更换人员。", en="People are replaced.")
    )
    require_reason(checking, act)
    body = facts.PeopleReplaced(
        people=act.people,
        before=draft.case.people.get(step.role, ()),
        **left_behind(Answers(values={}, texts={}), act, checking),
    )
    draft.add(body, on=act.occurred_on, step=step.id, by=checking.signature)
