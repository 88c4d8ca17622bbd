"""Acts on the whole case: what the day and who acts already decide of them, before anything else is said."""

from __future__ import annotations

from datetime import date

from domain.acts import Appeal, Correct, PersonsAct, Resume, Suspend, Transfer, Withdraw
from domain.case import Case, Proposal
from domain.drafting import Draft, Signature
from domain.permitting import case_not_open, same_person, sign
from domain.recusing import check_keeps_in
from domain.refusals import NotPossible, TooEarly
from domain.values import Text

WholeCaseAct = Withdraw | Suspend | Resume | Transfer | Correct | Appeal
"""Any act on the whole case by a person."""


def check_case_act(draft: Draft, act: WholeCaseAct) -> Signature:
    """Return how the actor signs. Raises RuleViolation where case, actor or day stand in the way."""
    check_day(draft, act)
    _check_status(draft, act)
    if isinstance(act, Transfer | Correct) and (answered := answered_by(act)) is not None:
        return _check_answer(draft, act, proposal_of(draft.case, act.kind, answered))
    by = _signature(draft, act)
    if isinstance(act, Correct):
        _check_keeps_in(draft, act, by)
    else:
        _check_order(draft.case, act)
    return by


def check_day(draft: Draft, act: PersonsAct) -> None:
    """Raise TooEarly where the act claims to have happened on a day that has not come."""
    if act.occurred_on > draft.today:
        raise TooEarly(
            "occurred-on.future",
            basis="gen",
            detail=Text(zh="办理日期不能晚于今天。", en="What has happened cannot be dated after today."),
            passes_on=act.occurred_on,
        )


def answered_by(act: Transfer | Correct) -> int | None:
    """Return the proposal an act answers, if it answers one."""
    return act.confirms if act.confirms is not None else act.rejects


def proposal_of(case: Case, kind: str, seq: int) -> Proposal:
    """Return what waits for a second person. Raises NotPossible where nothing of that number does."""
    for proposal in case.proposals:
        if proposal.kind == kind and proposal.seq == seq:
            return proposal
    raise NotPossible(
        f"{kind}.proposal",
        basis="gen",
        detail=Text(zh="没有这样一项待确认的提议。", en="No such proposal waits for an answer."),
    )


def _check_status(draft: Draft, act: WholeCaseAct) -> None:
    case = draft.case
    if isinstance(act, Withdraw) and case.is_closed:
        raise case_not_open(case)
    if isinstance(act, Suspend | Transfer) and case.status != "open":
        raise case_not_open(case)
    if isinstance(act, Resume) and (case.status != "suspended" or case.suspended_on is None):
        raise NotPossible(
            "resume.suspended",
            basis="gen",
            detail=Text(zh="个案没有中止。", en="The case is not suspended."),
        )
    outcome = draft.process.outcomes.get(case.outcome or "")
    if isinstance(act, Appeal) and (not case.is_closed or outcome is None or outcome.kind != "refused"):
        raise NotPossible(
            "appeal.refused",
            basis="gen",
            detail=Text(zh="只有未获批准的个案可以申诉。", en="Only a refusal can be appealed against."),
        )


def _check_order(case: Case, act: Withdraw | Suspend | Resume | Transfer | Appeal) -> None:
    match act:
        case Suspend():
            # The clocks cannot have stood still while something was done.
            _check_not_before(act.occurred_on, case.latest_on)
        case Resume():
            if case.suspended_on is not None and act.occurred_on < case.suspended_on:
                raise TooEarly(
                    "resume.order",
                    basis="gen",
                    detail=Text(zh="恢复不能早于中止。", en="It cannot resume before it was suspended."),
                    passes_on=case.suspended_on,
                )
        case Appeal():
            _check_not_before(act.occurred_on, case.closed_on or case.opened_on)
        case _:
            _check_not_before(act.occurred_on, case.opened_on)


def _check_answer(draft: Draft, act: Transfer | Correct, proposal: Proposal) -> Signature:
    """Check the answer of a second person to what the first one proposed."""
    if isinstance(act, Transfer):
        by = _signature(draft, act, draft.case.model_copy(update={"path": proposal.path}))
    else:
        by = _signature(draft, act)
        _check_keeps_in(draft, act, by)
    _check_second(by, proposal, f"{act.kind}.second")
    _check_after(act.occurred_on, proposal)
    return by


def _check_keeps_in(draft: Draft, act: Correct, by: Signature) -> None:
    actors = draft.process.whole_case["correct"]
    check_keeps_in(draft.process, draft.case, by.people, act.known.relatives, actors)


def _signature(draft: Draft, act: WholeCaseAct, case: Case | None = None) -> Signature:
    actors = draft.process.whole_case.get(act.kind)
    if not actors:
        raise NotPossible(
            f"whole-case.{act.kind}",
            basis="gen",
            detail=Text(zh="该流程不提供此项办理。", en="This process does not know this act."),
        )
    return sign(draft.process, case or draft.case, None, actors, act.known)


def _check_second(by: Signature, proposal: Proposal, rule: str) -> None:
    first = (proposal.by,) if proposal.for_whom is None else (proposal.by, proposal.for_whom)
    if any(person in first for person in by.people):
        raise same_person(rule, "gen", None)


def _check_after(on: date, proposal: Proposal) -> None:
    if on < proposal.on:
        raise TooEarly(
            f"{proposal.kind}.order",
            basis="gen",
            detail=Text(zh="确认不能早于提议。", en="The answer cannot come before the proposal."),
            passes_on=proposal.on,
        )


def _check_not_before(on: date, first: date) -> None:
    if on < first:
        raise TooEarly(
            "whole-case.order",
            basis="gen",
            detail=Text(
                zh=f"不能早于此前已经发生的事（{first}）。",
                en=f"This cannot come before what has happened already ({first}).",
            ),
            passes_on=first,
        )
