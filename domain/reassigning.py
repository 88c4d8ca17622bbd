"""The organisation changed under a case: its unit was closed, or stands elsewhere now.

Nobody on the case asked for it, so nobody has to agree, and no time is lost.
"""

from __future__ import annotations

from datetime import date

from domain import events as facts
from domain.acts import Reassign
from domain.drafting import Draft, Signature
from domain.effects import to_do_again
from domain.permitting import case_not_open, may_go_to
from domain.refusals import FieldInvalid
from domain.settling import settle
from domain.values import Text


def reassign(draft: Draft, act: Reassign) -> None:
    """Add what a change of the organisation leaves behind in a case. Raises RuleViolation.

    It happens after all that was done before, whatever day the change is said to be of: that was done by the
    people of the old unit.
    """
    case = draft.case
    if case.is_closed:
        raise case_not_open(case)
    by = Signature(person=act.known.actor, post=act.post)
    on = max(act.occurred_on, case.latest_on)
    if act.from_unit is None:
        if act.known.path != case.path:
            draft.add(facts.PathChanged(path=act.known.path, reason=act.reason), on=on, by=by)
        return
    _reject_what_waits(draft, act, on, by)
    if case.unit != act.from_unit:
        return
    path = act.known.target_path
    if not may_go_to(draft.process, case, path):
        kind = draft.process.unit_kinds[draft.process.starts_in]
        raise FieldInvalid(
            "reassign.to-unit",
            basis="gen",
            detail=Text(zh=f"个案须转入另一个{kind.zh}。", en=f"The case has to go to another {kind.en}."),
        )
    draft.add(
        facts.CaseTransferred(proposal=None, path=path, time_kept=True, reason=act.reason), on=on, by=by
    )
    if draft.case.is_open:
        ask_anew(draft, on, by)
        settle(draft, on, fresh_floor=on)


def ask_anew(draft: Draft, on: date, by: Signature) -> None:
    """Let what a move asks for begin a new round after another move, unless what waits for it was done."""
    done = {state.id for state in draft.case.steps.values() if state.status == "done"}
    for step in draft.process.stage(draft.case.stage).steps:
        if step.id not in done or step.when is None or not step.when.transferred:
            continue
        followers = (draft.process.steps[follower] for follower in draft.process.followers(step.id))
        if not any(follower.when is None and follower.id in done for follower in followers):
            again = to_do_again(draft, step.id)
            draft.add(facts.StepReturned(again=again), on=on, step=step.id, by=by)


def _reject_what_waits(draft: Draft, act: Reassign, on: date, by: Signature) -> None:
    """A move into a unit that is closed leads nowhere, and one to where the case goes has been answered."""
    case = draft.case
    going = act.known.target_path[0].id if act.known.target_path and case.unit == act.from_unit else None
    for proposal in case.proposals:
        if proposal.kind == "transfer" and proposal.path[0].id in {act.from_unit, going}:
            draft.add(facts.TransferRejected(proposal=proposal.seq), on=on, by=by)
