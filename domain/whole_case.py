"""Acts on the whole case: withdraw, suspend, resume, move, correct, appeal."""

from __future__ import annotations

from datetime import date
from typing import Literal

from domain import events as facts
from domain.acts import Appeal, Change, Correct, PersonsAct, Resume, Suspend, Transfer, Withdraw
from domain.case import Case, Proposal
from domain.correcting import DAY, check_dates
from domain.drafting import Draft, Signature
from domain.effects import to_do_again
from domain.entries import PLACES, SUMMARY
from domain.evidence import check_fields, is_day
from domain.permitting import case_not_open, may_go_to, same_person, sign
from domain.reassigning import ask_anew
from domain.recusing import check_keeps_in
from domain.refusals import FieldInvalid, NotPossible, ReasonRequired, TooEarly
from domain.settling import settle
from domain.steps import FieldSpec, NoticeStep, PeriodStep
from domain.values import Scalar, Text

WholeCaseAct = Withdraw | Suspend | Resume | Transfer | Correct | Appeal
"""Any act on the whole case by a person."""


def act_on_case(draft: Draft, act: WholeCaseAct) -> None:
    """Add what the act leaves behind. Raises RuleViolation."""
    check_day(draft, act)
    match act:
        case Withdraw():
            _withdraw(draft, act)
        case Suspend():
            _suspend(draft, act)
        case Resume():
            _resume(draft, act)
        case Transfer():
            _transfer(draft, act)
        case Correct():
            _correct(draft, act)
        case Appeal():
            _appeal(draft, act)


def check_day(draft: Draft, act: PersonsAct) -> None:
    """Raise TooEarly where the act claims to have happened on a day that has not come."""
    if act.occurred_on > draft.today:
        raise TooEarly(
            "occurred-on.future",
            basis="gen",
            detail=Text(zh="办理日期不能晚于今天。", en="What has happened cannot be dated after today."),
            passes_on=act.occurred_on,
        )


def require_reason(act: PersonsAct, rule: str, why: Text, basis: str = "gen") -> str:
    """Return the reason given. Raises ReasonRequired."""
    reason = (act.reason or "").strip()
    if not reason:
        raise ReasonRequired(
            rule,
            level="late",
            basis=basis,
            detail=Text(zh=f"{why.zh}请说明理由。", en=f"{why.en} State a reason."),
            passes_when=Text(zh="写明理由", en="a reason is given"),
        )
    return reason


def _signature(
    draft: Draft,
    act: WholeCaseAct,
    kind: Literal["withdraw", "suspend", "resume", "transfer", "correct", "appeal"],
    case: Case | None = None,
) -> Signature:
    actors = draft.process.whole_case.get(kind)
    if not actors:
        raise NotPossible(
            f"whole-case.{kind}",
            basis="gen",
            detail=Text(zh="该流程不提供此项办理。", en="This process does not know this act."),
        )
    return sign(draft.process, case or draft.case, None, actors, act.known)


def _withdraw(draft: Draft, act: Withdraw) -> None:
    if draft.case.is_closed:
        raise case_not_open(draft.case)
    by = _signature(draft, act, "withdraw")
    on = _not_before_start(draft, act.occurred_on)
    outcome = act.outcome or draft.process.withdrawn
    left = [name for name, end in draft.process.outcomes.items() if end.kind == "left"]
    if outcome not in left or (outcome != draft.process.withdrawn and by.person == draft.case.subject):
        titles = {name: draft.process.outcomes[name].title for name in left}
        raise FieldInvalid(
            "withdraw.outcome",
            basis="gen",
            detail=Text(
                zh="请从下列结果中选择：" + "、".join(f"{one.zh}（{name}）" for name, one in titles.items()),
                en="Choose one of these outcomes: "
                + ", ".join(f"{one.en} ({name})" for name, one in titles.items()),
            ),
        )
    draft.add(facts.CaseClosed(outcome=outcome, reason=act.reason), on=on, by=by)


def _suspend(draft: Draft, act: Suspend) -> None:
    if draft.case.status != "open":
        raise case_not_open(draft.case)
    by = _signature(draft, act, "suspend")
    reason = require_reason(act, "suspend.reason", Text(zh="中止个案。", en="A case is suspended."))
    # The clocks cannot have stood still while something was done.
    _check_not_before(act.occurred_on, draft.case.latest_on)
    draft.add(facts.CaseSuspended(reason=reason), on=act.occurred_on, by=by)


def _resume(draft: Draft, act: Resume) -> None:
    case = draft.case
    if case.status != "suspended" or case.suspended_on is None:
        raise NotPossible(
            "resume.suspended",
            basis="gen",
            detail=Text(zh="个案没有中止。", en="The case is not suspended."),
        )
    by = _signature(draft, act, "resume")
    if act.occurred_on < case.suspended_on:
        raise TooEarly(
            "resume.order",
            basis="gen",
            detail=Text(zh="恢复不能早于中止。", en="It cannot resume before it was suspended."),
            passes_on=case.suspended_on,
        )
    draft.add(facts.CaseResumed(reason=act.reason), on=act.occurred_on, by=by)


def _transfer(draft: Draft, act: Transfer) -> None:
    case = draft.case
    if case.status != "open":
        raise case_not_open(case)
    answered = act.confirms if act.confirms is not None else act.rejects
    if answered is not None:
        _answer_transfer(draft, act, _proposal(case, "transfer", answered))
        return
    by = _signature(draft, act, "transfer")
    path = act.known.target_path
    if not may_go_to(draft.process, case, path):
        kind = draft.process.unit_kinds[draft.process.starts_in]
        raise FieldInvalid(
            "transfer.to-unit",
            basis="gen",
            detail=Text(zh=f"请指定另一个{kind.zh}。", en=f"Name another {kind.en} to move to."),
        )
    if any(proposal.kind == "transfer" for proposal in case.proposals):
        raise NotPossible(
            "transfer.pending",
            basis="gen",
            detail=Text(zh="已有一项转出待接收。", en="A move already waits for its answer."),
        )
    on = _not_before_start(draft, act.occurred_on)
    body = facts.TransferProposed(to_path=path, handed_over=act.handed_over, reason=act.reason)
    draft.add(body, on=on, by=by)


def _answer_transfer(draft: Draft, act: Transfer, proposal: Proposal) -> None:
    there = draft.case.model_copy(update={"path": proposal.path})
    by = _signature(draft, act, "transfer", there)
    _check_second(by, proposal, "transfer.second")
    _check_after(act.occurred_on, proposal)
    if act.rejects is not None:
        draft.add(facts.TransferRejected(proposal=proposal.seq), on=act.occurred_on, by=by)
        return
    fresh = act.known.target_path
    path = fresh if fresh and fresh[0].id == proposal.path[0].id else proposal.path
    body = facts.CaseTransferred(proposal=proposal.seq, path=path, time_kept=proposal.handed_over)
    draft.add(body, on=act.occurred_on, by=by)
    ask_anew(draft, act.occurred_on, by)
    settle(draft, act.occurred_on, fresh_floor=act.occurred_on)


def _correct(draft: Draft, act: Correct) -> None:
    case = draft.case
    answered = act.confirms if act.confirms is not None else act.rejects
    if answered is not None:
        _answer_correction(draft, act, _proposal(case, "correct", answered))
        return
    by = _signature(draft, act, "correct")
    check_keeps_in(draft.process, case, by.people, act.known.relatives, draft.process.whole_case["correct"])
    reason = require_reason(act, "correct.reason", Text(zh="更正记录。", en="A record is corrected."))
    change = _checked_change(draft, act)
    _check_none_waits(case, change)
    body = facts.CorrectionProposed(change=change, old=act.old, in_text=act.in_text, reason=reason)
    draft.add(body, on=act.occurred_on, by=by)


def _checked_change(draft: Draft, act: Correct) -> Change:
    case, change = draft.case, act.change
    known = change is not None and (change.path == DAY or change.path.startswith(("fields.", "materials.")))
    if change is None or not known or change.seq > case.seq or act.old is None:
        raise FieldInvalid(
            "correct.path",
            basis="gen",
            detail=Text(
                zh="请指明要更正哪一条记录（序号）的哪一项：日期、某个栏目或某份材料。",
                en="Name the event (seq) and the value: occurred_on, fields.<id> or materials.<id>.",
            ),
        )
    if change.written_on is not None:
        _check_written_anew(change, act.occurred_on)
    if change.path == DAY:
        _check_corrected_day(draft, change)
    elif change.path.startswith("fields."):
        _check_corrected_field(draft, change, act.old)
    return change


def _check_none_waits(case: Case, change: Change) -> None:
    """Of each value one correction waits at a time: else nobody knew which value the second one replaces."""
    for waits in case.proposals:
        if waits.kind == "correct" and (waits.target, waits.change) == (change.seq, change.path):
            raise NotPossible(
                "correct.pending",
                basis="gen",
                detail=Text(
                    zh=f"此项已有一项更正待确认（第{waits.seq}号记录，{waits.on}）。",
                    en=f"A correction of this value waits for its answer already: event {waits.seq}, of "
                    f"{waits.on}.",
                ),
                passes_when=Text(
                    zh="该项更正得到确认或者被驳回", en="that correction is confirmed or rejected"
                ),
            )


def _check_written_anew(change: Change, written_anew_on: date) -> None:
    """What is written anew is a document, and bears a day that was over when it was written again."""
    if (
        not change.path.startswith("materials.")
        or not change.value
        or (change.written_on is not None and change.written_on > written_anew_on)
    ):
        raise FieldInvalid(
            "correct.written-on",
            basis="gen",
            detail=Text(
                zh="重制材料须附文件，其落款日期不得晚于重制之日。",
                en="A document written anew is handed in, and bears no later day than it was written again.",
            ),
        )


def _check_corrected_day(draft: Draft, change: Change) -> None:
    """A corrected day is a day, not in the future, and not before there were rules to go by."""
    first = draft.root.in_force.first
    if not is_day(change.value) or not first <= date.fromisoformat(str(change.value)) <= draft.today:
        raise FieldInvalid(
            "correct.value",
            basis="gen",
            detail=Text(
                zh=f"日期应如2026-06-01，自{first}起，不晚于今天。",
                en=f"The value is a day such as 2026-06-01, from {first} on, and not after today.",
            ),
        )


def _check_corrected_field(draft: Draft, change: Change, old: Scalar | tuple[str, ...]) -> None:
    """A corrected answer is one that the step would have taken."""
    name = change.path.removeprefix("fields.")
    spec = _asked(draft, change.seq, name, old)
    value = change.value
    if isinstance(value, tuple) or value is None or spec is None:
        raise FieldInvalid(
            "correct.value",
            basis="gen",
            detail=Text(zh="该栏目没有这样的值。", en="The field takes no such value."),
        )
    check_fields("correct", (spec,), {name: value}, None)


def _asked(draft: Draft, seq: int, name: str, old: object) -> FieldSpec | None:
    """Return what the step or entry recorded under `seq` asks by that name.

    Of a round that is over only the sort of the old value is known.
    """
    for state in draft.case.steps.values():
        step = draft.process.steps.get(state.id)
        kinds = [entry.kind for entry in state.entries if entry.seq == seq]
        if step is None or (state.done_seq != seq and not kinds):
            continue
        specs = step.fields
        if isinstance(step, PeriodStep) and kinds:
            specs = tuple(spec for duty in step.entries if duty.id in kinds for spec in duty.fields)
        elif isinstance(step, NoticeStep) and kinds:
            specs = (PLACES, SUMMARY)
        return next((spec for spec in specs if spec.id == name), None)
    sort: Literal["boolean", "integer", "text"] = "text"
    if isinstance(old, int):
        sort = "boolean" if isinstance(old, bool) else "integer"
    return FieldSpec(id=name, title=Text(zh=name, en=name), type=sort)


def _answer_correction(draft: Draft, act: Correct, proposal: Proposal) -> None:
    by = _signature(draft, act, "correct")
    case, actors = draft.case, draft.process.whole_case["correct"]
    check_keeps_in(draft.process, case, by.people, act.known.relatives, actors)
    _check_second(by, proposal, "correct.second")
    _check_after(act.occurred_on, proposal)
    if act.rejects is not None:
        draft.add(facts.CorrectionRejected(proposal=proposal.seq), on=act.occurred_on, by=by)
        return
    draft.add(facts.CorrectionConfirmed(proposal=proposal.seq), on=act.occurred_on, by=by)
    check_dates(draft.root, draft.case)
    if draft.case.is_open:
        settle(draft, act.occurred_on)


def _appeal(draft: Draft, act: Appeal) -> None:
    case, process = draft.case, draft.process
    outcome = process.outcomes.get(case.outcome or "")
    if not case.is_closed or outcome is None or outcome.kind != "refused":
        raise NotPossible(
            "appeal.refused",
            basis="gen",
            detail=Text(zh="只有未获批准的个案可以申诉。", en="Only a refusal can be appealed against."),
        )
    by = _signature(draft, act, "appeal")
    reason = require_reason(act, "appeal.reason", Text(zh="申诉。", en="An appeal is made."))
    ended = max((state for state in case.steps.values()), key=lambda state: state.done_seq or 0)
    _check_not_before(act.occurred_on, case.closed_on or case.opened_on)
    body = facts.CaseReopened(again=to_do_again(draft, ended.id), reason=reason)
    draft.add(body, on=act.occurred_on, by=by)
    settle(draft, act.occurred_on)


def _proposal(case: Case, kind: str, seq: int) -> Proposal:
    for proposal in case.proposals:
        if proposal.kind == kind and proposal.seq == seq:
            return proposal
    raise NotPossible(
        f"{kind}.proposal",
        basis="gen",
        detail=Text(zh="没有这样一项待确认的提议。", en="No such proposal waits for an answer."),
    )


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


def _not_before_start(draft: Draft, on: date) -> date:
    _check_not_before(on, draft.case.opened_on)
    return on


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
