"""What it takes to leave somebody out of a count, and what a meeting notes of those who kept out of it."""

from __future__ import annotations

from domain.acts import Backing, MeetingRecord
from domain.checking import Checking
from domain.parties import Ground
from domain.recusing import related, relatives_rule
from domain.refusals import DocumentMissing
from domain.rosters import seats
from domain.steps import MeetingStep
from domain.values import Level, Text


def check_left_out(checking: Checking, step: MeetingStep, body: str, meeting: MeetingRecord | None) -> None:
    """Check consent and resolution behind each exclusion, and note relatives who kept out of the vote.

    Raises DocumentMissing where the ground blocks without them.
    """
    for excluded in meeting.excluded if meeting is not None else ():
        ground = checking.process.grounds[excluded.ground]
        _check_backing(checking, step, ground, ground.consent, excluded.consent, "consent", _CONSENT)
        _check_backing(
            checking, step, ground, ground.resolution, excluded.resolution, "resolution", _RESOLUTION
        )
    _note_relatives(checking, body)


def _check_backing(  # noqa: PLR0917 - one paper, and what its ground asks
    checking: Checking,
    step: MeetingStep,
    ground: Ground,
    level: Level | None,
    given: Backing | None,
    name: str,
    paper: Text,
) -> None:
    if level is None or (given is not None and given.is_there):
        return
    rule = f"{step.id}.exclusion-{name}"
    if any(warned.rule == rule for warned in checking.warnings):
        return
    detail = Text(
        zh=f"不计入应到人数的，须有{paper.zh}；有人没有注明。",
        en=f"Whoever is left out of the count is so by {paper.en}; for somebody none is named.",
    )
    if level == "block":
        wanted = Text(zh=f"注明{paper.zh}", en=f"{paper.en} is named: its day, number or document")
        raise DocumentMissing(rule, basis=ground.basis, detail=detail, passes_when=wanted)
    checking.note(rule, level, ground.basis, detail)


def _note_relatives(checking: Checking, body: str) -> None:
    process, case, known = checking.process, checking.case, checking.known
    out = seats(process, case, body, known).recused
    number = sum(person in related(process, case.subject, known.relatives) for person in out)
    if process.recusal is None or not number:
        return
    checking.note(
        relatives_rule(process),
        process.recusal.noted,
        process.recusal.basis,
        Text(
            zh=f"有{number}名成员是本人的近亲属，已回避，不计入应到人数。",
            en=f"{number} of the body are relatives of the person concerned; they kept out and do not count.",
        ),
    )


_CONSENT = Text(zh="上级党组织的同意", en="consent of the superior")
_RESOLUTION = Text(zh="会议的决议", en="a resolution of the meeting")
