"""Rosters: who of a body votes on one person, who keeps out, and whether a meeting's numbers fit."""

from __future__ import annotations

from domain.acts import MeetingRecord
from domain.case import Case
from domain.circumstances import Circumstances
from domain.process import Process
from domain.recusing import recused
from domain.refusals import WrongCount
from domain.steps import MeetingStep
from domain.values import Text, Value


class Seats(Value):
    """Those on a body's roster that day, parted by whether they vote on this person."""

    entitled: tuple[str, ...] = ()
    recused: tuple[str, ...] = ()
    """On the roster, and kept out by a conflict of interest."""
    subject: bool = False
    """Whether the subject is on the roster: nobody votes on himself."""


def seats(process: Process, case: Case, body: str, known: Circumstances) -> Seats:
    """Return who of a body votes on the subject of a case; `known` holds the roster of the day."""
    roster = known.roster(body)
    people = () if roster is None else roster.people
    out = recused(process, case, known.relatives)
    return Seats(
        entitled=tuple(one for one in people if one != case.subject and one not in out),
        recused=tuple(one for one in people if one != case.subject and one in out),
        subject=case.subject in people,
    )


def check_roster(  # noqa: PLR0917 - everything the numbers are held against
    process: Process, case: Case, step: MeetingStep, body: str, meeting: MeetingRecord, known: Circumstances
) -> None:
    """Raise WrongCount where exclusions, number or names of a meeting are not those of the roster."""
    entitled = seats(process, case, body, known).entitled
    left_out = tuple(excluded.person for excluded in meeting.excluded)
    _check_exclusions(process, step, meeting, entitled)
    expected = len(entitled) - len(left_out)
    if meeting.eligible != expected:
        title = process.bodies[body].title
        raise WrongCount(
            f"{step.id}.roster",
            basis=_basis(step),
            detail=Text(
                zh=f"按当日名册，“{title.zh}”应到会有表决权的为{expected}人，与填写的{meeting.eligible}人不符。",
                en=f"By that day's roster {expected} may vote in the {title.en}, not {meeting.eligible}.",
            ),
            passes_when=Text(zh=f"应到人数填写为{expected}", en=f"eligible is {expected}"),
        )
    counted = tuple(one for one in entitled if one not in left_out)
    if meeting.attended:
        _check_names(step, meeting, counted)
    if meeting.opinions:
        _check_opinions(step, meeting, counted)


def check_opinions_named(step: MeetingStep, meeting: MeetingRecord) -> None:
    """Raise WrongCount where opinions in writing are counted and nobody says whose they are."""
    if step.written and meeting.written and not meeting.opinions:
        raise WrongCount(
            f"{step.id}.opinions",
            basis=step.carried.basis,
            detail=Text(
                zh=f"有{meeting.written}份书面意见计入表决，须列明由谁提交。",
                en=f"{meeting.written} in writing are counted, and it is not said whose opinions they are.",
            ),
            passes_when=Text(zh="列明每份书面意见的提交人", en="each one who wrote is named"),
        )


def check_named(step: MeetingStep, meeting: MeetingRecord) -> None:
    """Raise WrongCount where a vote names more than it counts, or somebody twice.

    It needs no roster: such a record contradicts itself, whatever the registers say of its day.
    """
    wrote = tuple(one.person for one in meeting.opinions)
    there = set(meeting.attended)
    if len(there.union(wrote)) != len(meeting.attended) + len(wrote):
        raise WrongCount(
            f"{step.id}.attended" if len(there) != len(meeting.attended) else f"{step.id}.opinions",
            basis=step.carried.basis,
            detail=Text(
                zh="到会的和提交书面意见的，每人只列一次，且不能既到会又提交书面意见。",
                en="Whoever was there or wrote is named once, and nobody was there and wrote.",
            ),
        )
    if len(meeting.attended) > meeting.present:
        raise _unlike_present(step, meeting)
    if len(wrote) > meeting.written:
        raise _unlike_written(step, meeting)


def check_agenda(step: MeetingStep, meeting: MeetingRecord) -> None:
    """Raise WrongCount where an item is beyond the end of its agenda, or is said to be added and is not."""
    place = meeting.agenda
    if place is None or (place.item > place.of) == place.added:
        return
    beyond = Text(
        zh=f"议程共{place.of}项，没有第{place.item}项。",
        en=f"The agenda has {place.of} items; there is no item {place.item}.",
    )
    planned = Text(
        zh=f"议程原定{place.of}项，会上增加的编号在其后，不能是第{place.item}项。",
        en=f"{place.of} items were planned; one that was added comes after them and cannot be {place.item}.",
    )
    raise WrongCount(f"{step.id}.agenda", basis="gen", detail=planned if place.added else beyond)


def _basis(step: MeetingStep) -> str:
    """Return what says how many have to be there: the article of the quorum, or else that of the majority."""
    return (step.quorum or step.carried).basis


def _check_exclusions(
    process: Process, step: MeetingStep, meeting: MeetingRecord, entitled: tuple[str, ...]
) -> None:
    left_out = tuple(excluded.person for excluded in meeting.excluded)
    unknown_ground = any(excluded.ground not in process.grounds for excluded in meeting.excluded)
    if unknown_ground or len(set(left_out)) != len(left_out) or any(p not in entitled for p in left_out):
        raise WrongCount(
            f"{step.id}.exclusions",
            basis=_basis(step),
            detail=Text(
                zh="不计入应到人数的，只能是名册上的人，每人一次，并具备规定的理由："
                + "、".join(one.zh for one in process.grounds.values()),
                en="Only people on the roster may be left out, each once, on one of the grounds: "
                + ", ".join(one.en for one in process.grounds.values()),
            ),
        )


def _check_opinions(step: MeetingStep, meeting: MeetingRecord, entitled: tuple[str, ...]) -> None:
    """Check those who wrote: each entitled, as many as were counted."""
    wrote = tuple(one.person for one in meeting.opinions)
    wrong = sum(person not in entitled for person in wrote)
    if wrong:
        raise WrongCount(
            f"{step.id}.opinions",
            basis=step.carried.basis,
            detail=Text(
                zh=f"提交书面意见的人须当日在应到名册上；有{wrong}人不在其中。",
                en=f"Each who wrote is entitled that day; {wrong} are not.",
            ),
        )
    if len(wrote) != meeting.written:
        raise _unlike_written(step, meeting)


def _check_names(step: MeetingStep, meeting: MeetingRecord, entitled: tuple[str, ...]) -> None:
    """Check those named as present: each entitled, as many as were counted."""
    strangers = sum(person not in entitled for person in meeting.attended)
    if strangers:
        raise WrongCount(
            f"{step.id}.attended",
            basis=_basis(step),
            detail=Text(
                zh=f"列名到会的人都须在当日应到名册上；有{strangers}人不在其中。",
                en=f"Each one named as present is entitled that day; {strangers} are not.",
            ),
        )
    if len(meeting.attended) != meeting.present:
        raise _unlike_present(step, meeting)


def _unlike_present(step: MeetingStep, meeting: MeetingRecord) -> WrongCount:
    named = len(meeting.attended)
    return WrongCount(
        f"{step.id}.attended",
        basis=_basis(step),
        detail=Text(
            zh=f"列名到会{named}人，与实到{meeting.present}人不符。",
            en=f"{named} are named as present, and {meeting.present} were counted.",
        ),
        passes_when=Text(zh=f"实到人数填写为{named}", en=f"present is {named}"),
    )


def _unlike_written(step: MeetingStep, meeting: MeetingRecord) -> WrongCount:
    named = len(meeting.opinions)
    return WrongCount(
        f"{step.id}.opinions",
        basis=step.carried.basis,
        detail=Text(
            zh=f"列名提交书面意见{named}人，与书面意见{meeting.written}份不符。",
            en=f"{named} are named as having written, and {meeting.written} were counted.",
        ),
        passes_when=Text(zh=f"书面意见填写为{named}", en=f"written is {named}"),
    )
