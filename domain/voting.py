"""The arithmetic of a vote: who counts, who was there, what carried. Nothing is ever rounded."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from domain.acts import MeetingRecord
from domain.case import Case
from domain.circumstances import Circumstances
from domain.narrating import outcome_titles
from domain.process import Process
from domain.refusals import FieldInvalid, NotCarried, NotPossible, NotQuorate, WrongCount
from domain.rosters import check_named, check_roster
from domain.rules import Threshold
from domain.steps import MeetingStep
from domain.values import Text


class Refusing(Protocol):
    """Deals with a refusal that is raised inside: by raising it, or by keeping it beside the fact."""

    def __call__(self, *, missing: bool = False) -> AbstractContextManager[None]:
        """`missing`: nothing tells against the vote, and only something for it is lacking."""


def raising(*, missing: bool = False) -> AbstractContextManager[None]:  # noqa: ARG001 - as its protocol says
    """Let everything be raised."""
    return nullcontext()


def voting_body(process: Process, step: MeetingStep, known: Circumstances) -> str:
    """Return the body that decides: the step's own, or the one that stands in where the unit is too small.

    Raises NotPossible where the case's path has no such unit.
    """
    name = step.body
    for _ in range(len(process.bodies)):
        body = process.bodies[name]
        unit = known.unit(body.unit)
        if unit is None:
            break
        if unit.full_members >= body.needs_full_members or body.instead is None:
            return name
        name = body.instead
    body = process.bodies[step.body]
    raise NotPossible(
        f"{step.id}.body",
        basis=body.basis,
        detail=Text(
            zh=f"该个案所在组织没有“{body.title.zh}”，无法召开本次会议。",
            en=f"There is no {body.title.en} on this case's path through the organisation.",
        ),
    )


def outcome_of_vote(  # noqa: PLR0917 - everything a vote depends on
    process: Process,
    case: Case,
    step: MeetingStep,
    claimed: str | None,
    meeting: MeetingRecord | None,
    known: Circumstances,
    refusing: Refusing = raising,
) -> tuple[str, str]:
    """Check the numbers and return (outcome, body that met).

    `claimed` names the motion (or `lost`); it may be absent where the step has one motion only. `refusing`
    deals with what refuses the vote and says nothing of its outcome.
    Raises WrongCount, NotQuorate, NotCarried, FieldInvalid.
    """
    if meeting is None:
        raise no_numbers(step)
    body = voting_body(process, step, known)
    with refusing():
        check_named(step, meeting)
    with refusing(missing=True):
        check_roster(process, case, step, body, meeting, known)
    with refusing():
        check_sums(step, meeting)
    with refusing():
        check_quorum(step, meeting)
    motions = [outcome for outcome in step.outcomes if outcome != step.lost]
    motion = claimed if claimed in motions else motions[0]
    titles, every = outcome_titles(step, motions), outcome_titles(step, step.outcomes)
    if claimed is None and len(motions) > 1:
        raise FieldInvalid(
            f"{step.id}.outcome",
            basis=step.carried.basis,
            detail=Text(
                zh=f"请说明会议表决的是哪一项：{titles.zh}", en=f"Say which motion was voted on: {titles.en}"
            ),
        )
    if claimed is not None and claimed not in step.outcomes:
        raise FieldInvalid(
            f"{step.id}.outcome",
            basis=step.carried.basis,
            detail=Text(
                zh=f"没有这一结果；可选：{every.zh}",
                en=f"There is no such outcome; choose one of: {every.en}",
            ),
        )
    carried = is_carried(step, meeting)
    if claimed is None:
        return (motion if carried else step.lost), body
    with refusing():
        check_claim(step, meeting, claimed)
    return claimed, body


def check_claim(step: MeetingStep, meeting: MeetingRecord, claimed: str) -> None:
    """Raise NotCarried where the outcome claimed is not the one that the numbers give."""
    carried = is_carried(step, meeting)
    if carried == (claimed == step.lost):
        raise _not_as_claimed(step, meeting, carried=carried)


def no_numbers(step: MeetingStep) -> FieldInvalid:
    """Return the refusal of a vote whose numbers are not stated."""
    return FieldInvalid(
        f"{step.id}.meeting",
        basis=step.carried.basis,
        detail=Text(
            zh="请填写会议的应到、实到和表决票数。",
            en="State the meeting's numbers: eligible, present, yes, no, abstain.",
        ),
    )


def is_carried(step: MeetingStep, meeting: MeetingRecord) -> bool:
    """Return whether the motion carried by the step's threshold, veto and tie rule.

    Nothing carries without a single yes, whatever share of nobody the threshold asks for.
    """
    if meeting.yes == 0:
        return False
    if step.veto is not None and meeting.vetoes > 0:
        return False
    whole = _whole(step.carried, meeting)
    if step.carried.is_met(meeting.yes, whole):
        return True
    tied = meeting.yes == meeting.no and step.carried.of == "cast"
    return tied and step.tie == "chair" and meeting.chair == "yes"


def check_sums(step: MeetingStep, meeting: MeetingRecord) -> None:
    """Raise WrongCount where the numbers of a vote do not add up."""
    votes = meeting.yes + meeting.no + meeting.abstain
    voters = meeting.present + meeting.written
    basis = step.carried.basis
    if meeting.written and not step.written:
        raise WrongCount(
            f"{step.id}.written",
            basis=basis,
            detail=Text(zh="本次表决不接受书面意见。", en="Written opinions do not count in this vote."),
        )
    if voters > meeting.eligible:
        raise WrongCount(
            f"{step.id}.sums",
            basis=basis,
            detail=Text(
                zh="实到人数与书面意见之和多于应到人数。",
                en="Those present and those who wrote are together more than those entitled.",
            ),
        )
    if votes != voters:
        raise WrongCount(
            f"{step.id}.sums",
            basis=basis,
            detail=Text(
                zh=f"赞成、反对、弃权共{votes}票，应等于实到与书面意见之和{voters}。",
                en=f"Yes, no and abstain make {votes}; they must make {voters}, "
                "those present and those who wrote.",
            ),
        )
    _check_said(step, meeting)
    if meeting.vetoes > meeting.no or (meeting.vetoes and step.veto is None):
        raise WrongCount(
            f"{step.id}.sums",
            basis=basis,
            detail=Text(
                zh="否决票须计入反对票，且仅在规则允许时有效。",
                en="Vetoes are part of the no votes, and count only where the rules know a veto.",
            ),
        )


def _check_said(step: MeetingStep, meeting: MeetingRecord) -> None:
    """Raise WrongCount where opinions say what a secret ballot hides, or more than was counted."""
    said = [one.says for one in meeting.opinions if one.says is not None]
    if said and step.ballot == "secret":
        raise WrongCount(
            f"{step.id}.secret",
            basis=step.carried.basis,
            detail=Text(
                zh="本次为无记名投票：书面意见只登记由谁提交，不登记内容。",
                en="The ballot is secret: it is recorded who wrote an opinion, not what it says.",
            ),
            passes_when=Text(zh="不登记书面意见的内容", en="what somebody wrote is left out"),
        )
    wrote = Counter(said)
    if wrote["yes"] > meeting.yes or wrote["no"] > meeting.no or wrote["abstain"] > meeting.abstain:
        raise WrongCount(
            f"{step.id}.sums",
            basis=step.carried.basis,
            detail=Text(
                zh="书面意见中的赞成、反对或弃权多于登记的票数；书面意见已包括在票数之内。",
                en="More wrote yes, no or abstain than such votes were counted; the counts include them.",
            ),
        )


def check_quorum(step: MeetingStep, meeting: MeetingRecord) -> None:
    """Raise NotQuorate where too few were there."""
    if step.quorum is None:
        return
    whole = _whole(step.quorum, meeting)
    if not step.quorum.is_met(meeting.present, whole):
        needed = step.quorum.needed(whole)
        raise NotQuorate(
            step.quorum.id or f"{step.id}.quorum",
            basis=step.quorum.basis,
            detail=Text(
                zh=f"实到{meeting.present}人，未达到法定人数："
                f"应到{whole}人，至少须{needed}人到会（书面意见不计入到会）。",
                en=f"{meeting.present} present is no quorum: of {whole} entitled at least {needed} "
                "must be there; written opinions do not count as presence.",
            ),
            passes_when=Text(zh=f"至少{needed}人到会", en=f"at least {needed} are present"),
        )


def _whole(threshold: Threshold, meeting: MeetingRecord) -> int:
    """Return the number a share is measured on; `cast` leaves abstentions out."""
    match threshold.of:
        case "eligible":
            return meeting.eligible
        case "present":
            return meeting.present
        case "cast":
            return meeting.yes + meeting.no


def _not_as_claimed(step: MeetingStep, meeting: MeetingRecord, *, carried: bool) -> NotCarried:
    whole = _whole(step.carried, meeting)
    needed = step.carried.needed(whole)
    rule = step.carried.id or f"{step.id}.carried"
    if carried:
        return NotCarried(
            rule,
            basis=step.carried.basis,
            detail=Text(
                zh=f"赞成{meeting.yes}票，已达到通过所需的{needed}票，不能记为未通过。",
                en=f"{meeting.yes} yes reaches the {needed} needed; it cannot be recorded as lost.",
            ),
        )
    return NotCarried(
        rule,
        basis=step.carried.basis,
        detail=Text(
            zh=f"赞成{meeting.yes}票，未达到通过所需的{needed}票（以{whole}人计）"
            f"{'或有否决票' if meeting.vetoes else ''}。",
            en=f"{meeting.yes} yes does not carry: {needed} of {whole} are needed"
            f"{', and nobody may veto' if meeting.vetoes else ''}.",
        ),
        passes_when=(
            Text(zh="没有否决票", en="nobody vetoes")
            if meeting.vetoes
            else Text(zh=f"赞成票至少{needed}票", en=f"at least {needed} vote yes")
        ),
    )
