"""Cases as people look for them and at them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from domain.library import UnknownProcess
from domain.moments import end_of
from domain.values import Language
from domain.waiting import open_steps
from records import cases, cursors, registers
from records.cases import FoundCase, ListedCase
from records.cursors import filled
from records.problems import NotFound
from records.registers import ActedOn
from services import disclosures
from services.case_views import case_view, facts_of, process_ref
from services.parts import Caller, Parts
from services.scoping import check_covered, scope_of
from services.seeing import Seen, as_told, look_at, look_by, look_into, opened
from services.taking_part import check_seen
from services.views import (
    CaseRow,
    CaseView,
    Named,
    Page,
)


@dataclass(frozen=True)
class CaseFilter:
    """What a list of cases is narrowed to. `unit` takes in all units below it; `text` is part of a name.

    `number` is what ids begin with.
    """

    status: str | None = None
    stage: str | None = None
    standing: str | None = None
    unit: str | None = None
    overdue: bool | None = None
    text: str | None = None
    process: str | None = None
    subject: str | None = None
    number: str | None = None


async def listed(
    parts: Parts, caller: Caller, wanted: CaseFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[CaseRow]:
    """Return the cases within the caller's scope, latest opened first. Raises InvalidInput."""
    narrowed = cases.CaseFilter(
        process=wanted.process,
        status=wanted.status,
        stage=wanted.stage,
        standing=wanted.standing,
        unit=wanted.unit,
        subject=wanted.subject,
        overdue=wanted.overdue,
        q=wanted.text,
        number=wanted.number,
    )

    def work(connection: Connection) -> Page[CaseRow]:
        scope = scope_of(connection, caller, parts.today())
        told = {} if wanted.overdue is None else _told_overdue(connection, parts, caller)
        asked = replace(narrowed, told_overdue=told)

        def page_of(after: str | None, some: int) -> cursors.Page[ListedCase]:
            return cases.list_cases(connection, scope=scope, narrowed=asked, cursor=after, limit=some)

        # What follows a definition that is not published here cannot be described, and breaks no list.
        page = filled(page_of, lambda found: parts.library.publishes(found.digest), cursor, limit)
        rows = tuple(_row_of(connection, parts, caller, found) for found in page.items)
        return Page(items=rows, next=page.next)

    return await parts.read(work)


async def shown(parts: Parts, caller: Caller, case_id: str, *, as_of: date | None = None) -> CaseView:
    """Return a case as it stands, or as the record showed it at the end of a day. Raises NotFound."""

    def work(connection: Connection) -> CaseView:
        if as_of is not None and as_of < parts.today():
            scope = scope_of(connection, caller, parts.today())
            past = cases.case_as_of(connection, parts.library, case_id, as_of, scope)
            until = end_of(as_of, past.case.time_zone)
            present = cases.find_case(connection, parts.library, case_id, scope)
            look = look_at(connection, parts, caller, present.process, present.case)
            past, look = as_told(connection, parts, past, look)
            return case_view(connection, parts, caller, look, past.head, known=None, now=until)
        try:
            found = cases.find_case(connection, parts.library, case_id, None)
        except UnknownProcess:
            # That it cannot be read is told to those who see it, and there is no case for all others.
            found = cases.find_case(
                connection, parts.library, case_id, scope_of(connection, caller, parts.today())
            )
        check_covered(caller, found.case)
        today = ActedOn(on=parts.today(), today=parts.today())
        around = registers.surroundings(connection, found.process, found.case, caller.person, today)
        # What says whether he may act says whether he sees it as well: nothing more is asked for that.
        check_seen(connection, parts, caller, found.case, around)
        look = look_by(parts, found.process, found.case, around)
        found, look = as_told(connection, parts, found, look)
        return case_view(connection, parts, caller, look, found.head, known=around.known)

    return await parts.read(work)


async def history(
    parts: Parts, caller: Caller, case_id: str, *, cursor: str | None = None, limit: int = 200
) -> Page[Seen]:
    """Return what happened in a case, in order, with its proof. Raises NotFound, InvalidInput.

    Of each event the caller is shown what the table of fields gives him. What is sensitive is withheld from
    auditors until they state why they look; that they do is written down.
    """

    def work(connection: Connection) -> tuple[Page[Seen], str | None]:
        scope = scope_of(connection, caller, parts.today())
        page = cases.history(connection, case_id, scope, cursor=cursor, limit=limit)
        found, look = look_into(connection, parts, caller, case_id)
        items = look.history(opened(connection, parts, found.case, page.items))
        # Nor does it show in the number of pages that there is more than somebody is told of.
        ends = not page.items or page.items[-1].seq >= found.case.seq
        return Page(items=items, next=None if ends else page.next), look.reason

    return await disclosures.read_noted(parts, work)


def _told_overdue(connection: Connection, parts: Parts, caller: Caller) -> dict[str, bool]:
    """Return whether cases are overdue for a caller for whom they stand elsewhere than they do; mostly none.

    What a list is narrowed to would tell him else that others answered.
    """
    told = {}
    for case_id in cases.set_apart(connection, caller.person):
        try:
            found, _ = look_into(connection, parts, caller, case_id)
        except (NotFound, UnknownProcess):
            continue
        told[case_id] = _is_overdue(found, parts.clock())
    return told


def _is_overdue(found: FoundCase, moment: datetime) -> bool:
    return any(step.overdue for step in open_steps(found.process, found.case, moment))


def _row_of(connection: Connection, parts: Parts, caller: Caller, row: ListedCase) -> CaseRow:
    if not row.apart:
        return _row(parts, row, caller.language)
    found, _ = look_into(connection, parts, caller, row.id)
    if found.head == row.head:
        return _row(parts, row, caller.language)
    return row_as_of(found, parts.clock(), caller.language)


def row_as_of(found: FoundCase, moment: datetime, language: Language) -> CaseRow:
    """Return what a list shows of a case as it was found, at a moment."""
    case = found.case
    subject = Named(id=case.subject, name=found.subject_name)
    unit = Named(id=case.unit, name=found.unit_name)
    facts = facts_of(found.process, case, found.head, language, subject, unit)
    return CaseRow(**facts, overdue=_is_overdue(found, moment))


def _row(parts: Parts, found: ListedCase, language: Language) -> CaseRow:
    process = parts.library.by_digest(found.digest)
    return CaseRow(
        id=found.id,
        process=process_ref(process, found.version, language),
        subject=Named(id=found.subject, name=found.subject_name),
        unit=Named(id=found.unit, name=found.unit_name),
        status=found.status,
        outcome=found.outcome,
        stage=found.stage,
        standing=found.standing,
        opened_on=found.opened_on,
        closed_on=found.closed_on,
        head=found.head,
        seq=found.seq,
        overdue=found.overdue,
    )
