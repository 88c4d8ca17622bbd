"""Acts of people on cases: one transaction each, acknowledged once it is committed.

Nothing here waits for Temporal: what was recorded is told to the workflows afterwards, by the driver.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from uuid import uuid4

from sqlalchemy import Connection

from domain.acts import Due, Start
from domain.circumstances import Circumstances
from domain.deciding import all_against
from domain.events import Gap
from domain.library import UnknownProcess
from domain.process import Process
from domain.refusals import NotEntitled, NotPossible, RuleViolation
from domain.values import Text
from records import cases, problems, recording, registers, units
from records.idempotency import refusing
from records.prepared import at_once
from records.recording import LockedCase, Locking, Recorded
from records.registers import ActedOn, Surroundings
from services import corrections, idempotency, overlays, presuming
from services.act_documents import ActDocuments
from services.act_registers import around_of, ask_ahead, excluded, recused
from services.act_sealing import ActSealing, opened_answer
from services.asking import CLOSED, NOT_THERE, existing
from services.case_views import seen_after, warning_view
from services.entering import Entered, enter
from services.idempotency import Once
from services.parts import Caller, Parts
from services.refusals import InvalidInput, NotPermitted
from services.requests import ActRequest, StartRequest, as_act
from services.scoping import check_covered, check_may_start, covers_kept, scope_of
from services.seeing import Look, head_moved, look_at, look_by, sealing_of
from services.taking_part import check_reads_on, check_seen, check_takes_part, works_here
from services.token_scopes import OutsideScope
from services.views import CaseView, Performed, WarningView

A = TypeVar("A")


__all__ = ["ActRequest", "Entered", "StartRequest", "Tried", "perform", "start", "try_start"]


class Answered(NamedTuple):
    """What an act left behind: a `Performed` as JSON, which is kept beside the key as it is sent."""

    text: str
    head: str
    """Of the case, afterwards."""
    process: str


async def start(
    parts: Parts,
    caller: Caller,
    asked: StartRequest,
    *,
    entering: Entered | None = None,
    key: str | None = None,
) -> CaseView:
    """Start a case and return it as the caller sees it.

    `entering` is somebody the organisation does not know yet, in the place of `asked.subject`: who may start
    the case enters the person with it. The same `key` and request again return the first answer. Raises
    RuleViolation, OneOpenCase, KeyReused, NotPermitted, InvalidInput.
    """
    case_id = uuid4().hex
    request = ("start", asked) if entering is None else ("start", asked, entering)

    def work(connection: Connection) -> tuple[CaseView, Recorded | None]:
        earlier = idempotency.earlier(connection, parts, caller, key, request, CaseView)
        if earlier is not None:
            if not covers_kept(connection, caller, earlier.id, parts.today()):
                raise OutsideScope
            return earlier, None
        view, recorded = _started(connection, parts, caller, case_id, asked, entering)
        idempotency.answered(connection, parts, caller, key, view)
        return view, recorded

    return await _done(parts, work)


class Tried(NamedTuple):
    """What starting a case would come to."""

    case: CaseView
    warnings: tuple[WarningView, ...]


async def try_start(
    parts: Parts,
    caller: Caller,
    asked: StartRequest,
    *,
    entering: Entered | None = None,
    against: list[Gap] | None = None,
) -> Tried:
    """Return what starting would come to, and record nothing. Raises as `start` would.

    `against` takes everything that stands against it, where rules do.
    """

    def work(connection: Connection) -> None:
        view, recorded = _started(connection, parts, caller, uuid4().hex, asked, entering, against)
        warnings = tuple(warning_view(warned, caller.language) for warned in recorded.warnings)
        raise _OnlyTried(Tried(view, warnings))

    try:
        await parts.write(work)
    except _OnlyTried as tried:
        return tried.found
    raise AssertionError  # it always ends in one way or the other


class _OnlyTried(Exception):
    """Takes a transaction back after all of it was seen to work."""

    def __init__(self, found: Tried) -> None:
        super().__init__()
        self.found = found


def _started(  # noqa: PLR0917 - everything a start depends on
    connection: Connection,
    parts: Parts,
    caller: Caller,
    case_id: str,
    asked: StartRequest,
    entering: Entered | None,
    against: list[Gap] | None = None,
) -> tuple[CaseView, Recorded]:
    if entering is not None:
        existing(lambda: units.unit(connection, asked.unit), "unit")
        asked = asked.model_copy(update={"subject": enter(connection, entering, asked.unit, parts.today())})
    recorded, around = _start(connection, parts, caller, case_id, asked, against)
    look = look_by(parts, parts.library.for_case(recorded.case), recorded.case, around)
    view = _view(connection, parts, caller, look, recorded, around, asked.occurred_on)
    return view, recorded


async def perform(
    parts: Parts,
    caller: Caller,
    case_id: str,
    asked: ActRequest,
    *,
    head: str | None,
    key: str | None = None,
) -> Answered:
    """Perform an act on a case and return what it left behind.

    `head` is the head the caller saw; None performs on whatever is there. The same `key` and request again
    return the first answer. Raises RuleViolation, NotFound, HeadMoved, KeyReused, NotPermitted, InvalidInput,
    and NotSignedIn for a presumed caller whose session ended.
    """
    once = Once(caller.person, key, ("act", case_id, asked))
    is_step = asked.kind == "step"
    handed, meeting = (asked.materials, asked.meeting) if is_step else ({}, None)

    def work(connection: Connection) -> tuple[Answered, Recorded | None]:
        documents = ActDocuments(parts, caller, handed, meeting)
        with at_once(connection):
            asked_for = recording.ask_to_lock(connection, case_id)
            session = presuming.ask(connection, caller)
            before = once.ask(connection)
            documents.ask(connection)
            guess = recording.guessed(parts.library, case_id)
            ahead = ask_ahead(connection, parts, caller, guess, asked)
            if is_step:
                asked_for = recording.ask_whom_to_tell(
                    connection, asked_for, guess, asked.step, asked.outcome, parts.clock()
                )
        presuming.confirm(parts, caller, session)
        earlier = once.earlier(before)
        if earlier is not None:
            if not covers_kept(connection, caller, case_id, parts.today()):
                raise problems.NotFound("not in the token's scope")
            return _as_before(opened_answer(connection, parts, case_id, earlier)), None
        locked = _locked(connection, parts, caller, asked_for)
        around = around_of(connection, parts, caller, (locked.process, locked.case), asked, ahead)
        check_seen(connection, parts, caller, locked.case, around)
        check_covered(caller, locked.case)
        _check_head(connection, parts, caller, locked, head)
        _check_named(around, asked, parts.today())
        answers: list[Answered] = []
        sealing = sealing_of(parts)

        def answer(recorded: Recorded) -> None:
            look = look_by(parts, locked.process, recorded.case, around)
            view = _view(connection, parts, caller, look, recorded, around, asked.occurred_on)
            text = _performed(view, recorded, caller, look).model_dump_json(by_alias=True)
            once.keep(connection, sealing.answer(text), parts.clock())
            answers.append(Answered(text, view.head, view.process.id))

        with refusing():
            recorded = _act(
                connection, parts, caller, locked, asked, documents, around.known, sealing, answer
            )
        return answers[0], recorded

    return await _done(parts, work)


async def let_happen(parts: Parts, case_id: str) -> datetime | None:
    """Record what happens by itself by now, once, and return when something will next. Raises NotFound."""

    def work(connection: Connection) -> tuple[datetime | None, Recorded]:
        recorded = recording.record_due(connection, parts.library, case_id, parts.clock())
        return recorded.expected.next_moment, recorded

    return await _done(parts, work)


async def _done(parts: Parts, work: Callable[[Connection], tuple[A, Recorded | None]]) -> A:
    """Run the work of a request in its transaction, and tell the workflows after the commit."""
    answer, recorded = await parts.write(work)
    if recorded is not None and recorded.events:
        events = [stored.event for stored in recorded.events]
        parts.driver.soon(recorded.case.id, events, is_to_carry=recorded.is_to_carry)
    return answer


def _start(  # noqa: PLR0917 - everything a start depends on
    connection: Connection,
    parts: Parts,
    caller: Caller,
    case_id: str,
    asked: StartRequest,
    against: list[Gap] | None = None,
) -> tuple[Recorded, Surroundings]:
    on = asked.occurred_on or parts.today()
    process = _process_for_start(connection, parts, asked, on)
    days = ActedOn(on=on, today=parts.today())
    try:
        around = registers.surroundings(
            connection, process, asked.unit, caller.person, days, subject=asked.subject
        )
    except problems.NotFound as error:
        raise InvalidInput("unit", NOT_THERE) from error
    known = around.known
    check_may_start(caller, asked.process, tuple(place.id for place in known.path))
    _check_takes_in(around, asked.unit, "unit", on)
    _check_people(known, {"subject": (asked.subject,)})
    act = Start(
        known=known,
        occurred_on=on,
        reason=asked.reason,
        case=case_id,
        subject=asked.subject,
        calendar=parts.calendars(process.calendar, on),
        fields=asked.fields,
        materials=ActDocuments(parts, caller, asked.materials).handed(connection),
    )
    sealing = sealing_of(parts)
    try:
        return recording.record(connection, process, None, act, parts.clock(), sealing=sealing), around
    except RuleViolation as refused:
        if against is not None:
            against.extend(all_against(process, act, parts.clock()))
        if isinstance(refused, NotEntitled):
            check_takes_part(refused, process, None, known)
        raise


def _act(  # noqa: PLR0913, PLR0917 - everything an act in a transaction depends on
    connection: Connection,
    parts: Parts,
    caller: Caller,
    locked: LockedCase,
    asked: ActRequest,
    documents: ActDocuments,
    known: Circumstances,
    sealing: ActSealing,
    beside: Callable[[Recorded], None],
) -> Recorded:
    if asked.kind == "migrate":
        return _migrate(connection, parts, locked, known, beside)
    looked_up: dict[str, object] = {}
    if asked.kind == "step":
        looked_up["materials"] = documents.handed(connection)
        if asked.meeting is not None:
            looked_up["meeting"] = documents.meeting(connection)
    elif asked.kind == "comment":
        looked_up["step"] = asked.step or None
    elif asked.kind == "correct" and asked.change is not None:
        scope = scope_of(connection, caller, parts.today())
        looked_up |= vars(
            corrections.looked_up(connection, parts, locked.process, locked.case, asked.change, scope)
        )
    act = as_act(asked, known, asked.occurred_on or parts.today(), looked_up)
    try:
        return recording.record(
            connection,
            locked.process,
            locked,
            act,
            parts.clock(),
            sealing=sealing,
            beside=beside,
        )
    except NotEntitled as refused:
        check_takes_part(refused, locked.process, locked.case, known)
        raise


def _check_head(
    connection: Connection, parts: Parts, caller: Caller, locked: LockedCase, head: str | None
) -> None:
    """Raise HeadMoved where the case stands elsewhere than the caller saw, as far as he is shown it."""
    try:
        recording.check_head(connection, locked, head)
    except problems.HeadMoved as moved:
        check_reads_on(connection, parts, caller, locked.case)
        look = look_at(connection, parts, caller, locked.process, locked.case)
        elsewhere = head_moved(connection, parts, look, moved)
        if elsewhere is not None:
            raise elsewhere from moved


def _check_named(around: Surroundings, asked: ActRequest, today: date) -> None:
    """Raise InvalidInput where the act names a person or unit that is not there, or a unit that closes."""
    known = around.known
    if asked.to_unit is not None and not known.target_path:
        raise InvalidInput("to_unit", NOT_THERE)
    _check_people(
        known,
        {"people": asked.people, "meeting.excluded": excluded(asked), "person": recused(asked)},
    )
    if asked.to_unit is not None:
        _check_takes_in(around, asked.to_unit, "to_unit", today)


def _check_takes_in(around: Surroundings, unit: str, path: str, day: date) -> None:
    """Raise InvalidInput where a unit is closed that day, or being closed."""
    closing_from = around.closing.get(unit)
    if closing_from is not None and closing_from <= day.isoformat():
        raise InvalidInput(path, CLOSED)


def _migrate(
    connection: Connection,
    parts: Parts,
    locked: LockedCase,
    known: Circumstances,
    beside: Callable[[Recorded], None],
) -> Recorded:
    """Let happen what is due, a change of rules included. Asked of whoever works on the case by a post."""
    if not works_here(locked.process, locked.case, known):
        raise NotPermitted
    now = parts.clock()
    recorded = recording.record(connection, locked.process, locked, Due(adopt=True), now, beside=beside)
    if not recorded.events:
        raise NotPossible(
            "migrate.version",
            basis="gen",
            detail=Text(
                zh="个案已适用现行版本，没有可以迁移的内容。",
                en="Nothing to migrate: the case follows the version in force.",
            ),
        )
    return recorded


def _view(  # noqa: PLR0917 - everything a view of what was just done depends on
    connection: Connection,
    parts: Parts,
    caller: Caller,
    look: Look,
    recorded: Recorded,
    around: Surroundings,
    occurred_on: date | None,
) -> CaseView:
    """Return the case as the caller sees it now.

    The registers are asked again where the act is of an earlier day, or took the case elsewhere.
    """
    case, today = recorded.case, parts.today()
    if occurred_on not in {None, today} or case.unit != around.known.path[0].id:
        days = ActedOn(on=today, today=today)
        process = parts.library.for_case(case)
        around = registers.surroundings(connection, process, case, caller.person, days)
    return seen_after(parts, caller, look, recorded.head, around, recorded.expected.open, recorded.opened)


def _performed(view: CaseView, recorded: Recorded, caller: Caller, look: Look) -> Performed:
    return Performed.trusted(
        events=look.events(recorded.events),
        case=view,
        warnings=tuple(warning_view(warned, caller.language) for warned in recorded.warnings),
    )


def _as_before(answer: str) -> Answered:
    case = json.loads(answer)["case"]
    return Answered(answer, case["head"], case["process"]["id"])


def _locked(connection: Connection, parts: Parts, caller: Caller, asked_for: Locking) -> LockedCase:
    try:
        return recording.locked(connection, parts.library, asked_for)
    except UnknownProcess:
        # That it cannot be read is told to those who see it, and there is no case for all others.
        if not cases.is_seen(connection, asked_for.case_id, scope_of(connection, caller, parts.today())):
            raise problems.NotFound("not in the caller's scope") from None
        raise


def _process_for_start(connection: Connection, parts: Parts, asked: StartRequest, on: date) -> Process:
    try:
        parts.library.family(asked.process)
    except UnknownProcess as error:
        raise InvalidInput("process", NOT_THERE) from error
    try:
        return overlays.for_start(connection, parts, asked.process, on, asked.unit)
    except UnknownProcess as error:
        none_then = Text(zh="当日没有施行中的版本", en="no version was in force that day")
        raise InvalidInput("occurred_on", none_then) from error


def _check_people(known: Circumstances, named: Mapping[str, Iterable[str]]) -> None:
    for path, people in named.items():
        if any(known.person(person) is None for person in people):
            raise InvalidInput(path, NOT_THERE)
