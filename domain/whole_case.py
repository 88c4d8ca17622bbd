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
from domain.permitting import may_go_to
from domain.reassigning import ask_anew
from domain.refusals import FieldInvalid, NotPossible, ReasonRequired
from domain.settling import settle
from domain.steps import FieldSpec, NoticeStep, PeriodStep
from domain.values import Scalar, Text
from domain.whole_day import WholeCaseAct, answered_by, check_case_act, proposal_of


def act_on_case(draft: Draft, act: WholeCaseAct) -> None:
    """Add what the act leaves behind. Raises RuleViolation."""
    by = check_case_act(draft, act)
    match act:
        case Withdraw():
            _withdraw(draft, act, by)
        case Suspend():
            _suspend(draft, act, by)
        case Resume():
            draft.add(facts.CaseResumed(reason=act.reason), on=act.occurred_on, by=by)
        case Transfer():
            _transfer(draft, act, by)
        case Correct():
            _correct(draft, act, by)
        case Appeal():
            _appeal(draft, act, by)


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


def _withdraw(draft: Draft, act: Withdraw, by: Signature) -> None:
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
    draft.add(facts.CaseClosed(outcome=outcome, reason=act.reason), on=act.occurred_on, by=by)


def _suspend(draft: Draft, act: Suspend, by: Signature) -> None:
    reason = require_reason(act, "suspend.reason", Text(zh="中止个案。", en="A case is suspended."))
    draft.add(facts.CaseSuspended(reason=reason), on=act.occurred_on, by=by)


def _transfer(draft: Draft, act: Transfer, by: Signature) -> None:
    case, answered = draft.case, answered_by(act)
    if answered is not None:
        _answer_transfer(draft, act, proposal_of(case, "transfer", answered), by)
        return
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
    body = facts.TransferProposed(to_path=path, handed_over=act.handed_over, reason=act.reason)
    draft.add(body, on=act.occurred_on, by=by)


def _answer_transfer(draft: Draft, act: Transfer, proposal: Proposal, by: Signature) -> None:
    if act.rejects is not None:
        draft.add(facts.TransferRejected(proposal=proposal.seq), on=act.occurred_on, by=by)
        return
    fresh = act.known.target_path
    path = fresh if fresh and fresh[0].id == proposal.path[0].id else proposal.path
    body = facts.CaseTransferred(proposal=proposal.seq, path=path, time_kept=proposal.handed_over)
    draft.add(body, on=act.occurred_on, by=by)
    ask_anew(draft, act.occurred_on, by)
    settle(draft, act.occurred_on, fresh_floor=act.occurred_on)


def _correct(draft: Draft, act: Correct, by: Signature) -> None:
    case, answered = draft.case, answered_by(act)
    if answered is not None:
        _answer_correction(draft, act, proposal_of(case, "correct", answered), by)
        return
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


def _answer_correction(draft: Draft, act: Correct, proposal: Proposal, by: Signature) -> None:
    if act.rejects is not None:
        draft.add(facts.CorrectionRejected(proposal=proposal.seq), on=act.occurred_on, by=by)
        return
    draft.add(facts.CorrectionConfirmed(proposal=proposal.seq), on=act.occurred_on, by=by)
    check_dates(draft.root, draft.case)
    if draft.case.is_open:
        settle(draft, act.occurred_on)


def _appeal(draft: Draft, act: Appeal, by: Signature) -> None:
    case = draft.case
    reason = require_reason(act, "appeal.reason", Text(zh="申诉。", en="An appeal is made."))
    ended = max((state for state in case.steps.values()), key=lambda state: state.done_seq or 0)
    body = facts.CaseReopened(again=to_do_again(draft, ended.id), reason=reason)
    draft.add(body, on=act.occurred_on, by=by)
    settle(draft, act.occurred_on)
