"""Comments: what people who work on a case write to each other beside it. They decide nothing."""

from __future__ import annotations

from typing import Final

from domain import events as facts
from domain.acts import Comment
from domain.case import Case
from domain.circumstances import Circumstances
from domain.drafting import Draft, Signature
from domain.permitting import case_not_open, sign
from domain.process import Process
from domain.recusing import check_keeps_in
from domain.refusals import FieldInvalid, NotEntitled, NotPossible, RuleViolation
from domain.values import Text
from domain.whole_case import require_reason
from domain.whole_day import check_day

LONGEST: Final = 2000
"""Characters of a comment."""
MOST: Final = 300
"""Comments that stand in one case: the case carries their numbers with it."""


def comment(draft: Draft, act: Comment) -> None:
    """Add a comment, or withdraw one. Raises RuleViolation.

    It is for those who hold a post the process names, in a unit of the case, and do not keep out.
    """
    check_day(draft, act)
    by = _signature(draft.process, draft.case, act.known)
    if act.withdraws is not None:
        _withdraw(draft, act, act.withdraws, by)
        return
    text = _checked_text(act.text)
    if act.step is not None and act.step not in draft.process.steps:
        raise _wrong("comment.step", "该流程没有这个环节。", "The process has no such step.")
    if any(actor not in draft.process.roles for actor in act.to):
        raise _wrong(
            "comment.to", "只能提醒该流程所列的职务。", "Only posts that the process names can be told."
        )
    if sum(map(len, draft.case.comments.values())) >= MOST:
        raise NotPossible(
            "comment.most",
            basis="gen",
            detail=Text(
                zh=f"一件个案最多保留{MOST}条留言。",
                en=f"A case holds no more than {MOST} comments that stand.",
            ),
            passes_when=Text(zh="撤回不再需要的留言", en="one that is not needed any more is withdrawn"),
        )
    to = tuple(dict.fromkeys(act.to))
    draft.add(facts.CommentAdded(text=text, to=to), on=act.occurred_on, step=act.step, by=by)


def may_comment(process: Process, case: Case, known: Circumstances) -> bool:
    """Whether the actor may comment on a case today; `process` is the edition it follows."""
    try:
        _signature(process, case, known)
    except RuleViolation:
        return False
    return True


def _signature(process: Process, case: Case, known: Circumstances) -> Signature:
    if case.is_closed:
        raise case_not_open(case)
    actors = tuple(process.roles)
    by = sign(process, case, None, actors, known)
    check_keeps_in(process, case, by.people, known.relatives, actors)
    return by


def _withdraw(draft: Draft, act: Comment, seq: int, by: Signature) -> None:
    reason = require_reason(act, "comment.reason", Text(zh="撤回留言。", en="A comment is withdrawn."))
    standing = draft.case.comments
    if seq not in standing.get(by.person, ()):
        if any(seq in others for others in standing.values()):
            raise NotEntitled(
                "comment.own",
                basis="gen",
                detail=Text(zh="留言只能由本人撤回。", en="A comment is withdrawn by whoever wrote it only."),
            )
        raise NotPossible(
            "comment.stands",
            basis="gen",
            detail=Text(
                zh="没有这样一条留言，或者已经撤回。", en="There is no such comment that still stands."
            ),
        )
    draft.add(facts.CommentWithdrawn(comment=seq, reason=reason), on=act.occurred_on, by=by)


def _checked_text(given: str | None) -> str:
    text = (given or "").strip()
    if not text or len(text) > LONGEST:
        raise _wrong(
            "comment.text",
            f"请写下留言，不超过{LONGEST}字。",
            f"Write what you have to say, in up to {LONGEST} characters.",
        )
    return text


def _wrong(rule: str, zh: str, en: str) -> FieldInvalid:
    return FieldInvalid(rule, basis="gen", detail=Text(zh=zh, en=en))
