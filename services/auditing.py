"""Evaluating cases by audit rules: one at once, or all in which something happened since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from domain.auditing.evaluating import Verdict, evaluate, findings
from domain.auditing.histories import History
from domain.auditing.rules import Book
from domain.case import Case
from domain.values import Text
from records import audit_facts, cases, evaluations
from records import findings as kept
from records.evaluations import Evaluation
from records.stored import events_after
from services.parts import Caller, Parts
from services.refusals import NotFound, NotPermitted
from services.scoping import scope_of
from services.seeing import look_at, opened
from services.views import Page, RecordedAt, View

_log = structlog.get_logger("auditing")
_PAGE: Final = 50
"""Cases that are looked for at once."""

Progress = Callable[[int, int], None]
"""Told how many cases were looked at, of how many at the most."""


@dataclass(frozen=True)
class Judged:
    """A case that was judged, with nothing written down yet."""

    case: Case
    head: str
    book: Book
    on: date
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Audited:
    """What came of evaluating many cases."""

    cases: int = 0
    new: int = 0
    """Findings that were not there before, or are there again."""
    gone: int = 0
    """Findings that the latest evaluation no longer has."""
    unread: int = 0
    """Cases that could not be judged: their definition is not here, or their events do not fit it."""


class EvaluationView(View):
    """One evaluation of a case: by which rules, up to which event, and what became of each rule."""

    number: int
    seq: int
    head: str
    book: str
    """The digest of the audit rules."""
    on: date
    at: RecordedAt
    kept: tuple[str, ...]
    broken: tuple[str, ...]
    not_asked: tuple[str, ...]


async def evaluate_now(parts: Parts, caller: Caller, case_id: str) -> EvaluationView:
    """Evaluate a case for somebody who sees findings in it. Raises NotFound, NotPermitted."""
    judged = await parts.read(lambda connection: _for(connection, parts, caller, case_id))
    made = await parts.write(lambda connection: _keep(connection, parts, judged, caller.person))
    return _view(made[0])


async def listed(
    parts: Parts, caller: Caller, case_id: str, *, cursor: str | None, limit: int
) -> Page[EvaluationView]:
    """Return the evaluations of a case, latest first. Raises NotFound, NotPermitted."""

    def work(connection: Connection) -> Page[EvaluationView]:
        check_sees_findings(connection, parts, caller, case_id)
        page = evaluations.list_evaluations(connection, case_id, cursor=cursor, limit=limit)
        return Page(items=tuple(_view(one) for one in page.items), next=page.next)

    return await parts.read(work)


async def audit_all(
    parts: Parts, *, every: bool = False, progress: Progress = lambda _done, _of: None
) -> Audited:
    """Evaluate every case in which something happened since its last evaluation, or whose rules are others.

    `every` leaves none out. It may be stopped and begun again at any time: what is done is kept.
    """
    books = {name: book.digest for name, book in parts.books.items()}
    whole = await parts.read(partial(evaluations.how_many, books=books)) if books else 0
    done, after = Audited(), ""
    while books:
        look = partial(
            evaluations.due, books=books, today=parts.today(), after=after, limit=_PAGE, every=every
        )
        page = await parts.read(look)
        for one in page:
            try:
                new, gone = await _audit(parts, one.case)
            except (LookupError, ValueError, NotFound):
                # One case that cannot be read keeps nobody from judging the others.
                done = replace(done, unread=done.unread + 1)
                _log.warning("a case cannot be evaluated", case=one.case)
                continue
            done = replace(done, cases=done.cases + 1, new=done.new + new, gone=done.gone + gone)
            progress(done.cases, whole)
        if len(page) < _PAGE:
            break
        after = page[-1].case
    return done


async def audit_one(parts: Parts, case_id: str) -> Audited:
    """Evaluate a case at the machine itself. Raises NotFound."""
    new, gone = await _audit(parts, case_id)
    return Audited(1, new, gone)


def check_sees_findings(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> Case:
    """Return a case in which somebody sees findings. Raises NotFound, NotPermitted where he sees none."""
    found = cases.find_case(connection, parts.library, case_id, scope_of(connection, caller, parts.today()))
    if not look_at(connection, parts, caller, found.process, found.case).viewer.sees("findings"):
        raise NotPermitted(_NOT_SHOWN)
    return found.case


async def _audit(parts: Parts, case_id: str) -> tuple[int, int]:
    judged = await parts.read(lambda connection: judge(connection, parts, case_id))
    _, new, gone = await parts.write(lambda connection: _keep(connection, parts, judged, None))
    return new, gone


def judge(connection: Connection, parts: Parts, case_id: str) -> Judged:
    """Judge a case by the rules of its process, and write nothing. Raises NotFound where there are none."""
    found = cases.find_case(connection, parts.library, case_id, None)
    book = parts.books.get(found.case.process)
    if book is None:
        raise NotFound
    stored = opened(connection, parts, found.case, events_after(connection, case_id, 0))
    events = tuple(one.event for one in stored)
    known = audit_facts.known_of(connection, found.process, events)
    today = parts.today()
    history = History(found.process, events, known, today)
    return Judged(found.case, stored[-1].hash, book, today, evaluate(book, history))


def _for(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> Judged:
    check_sees_findings(connection, parts, caller, case_id)
    return judge(connection, parts, case_id)


def _keep(
    connection: Connection, parts: Parts, judged: Judged, asked_by: str | None
) -> tuple[Evaluation, int, int]:
    now, case = parts.clock(), judged.case
    evaluations.take_turn(connection, case.id)
    made = evaluations.keep(
        connection,
        case.id,
        (case.seq, judged.head),
        judged.book.digest,
        judged.on,
        now,
        judged.verdicts,
        asked_by,
    )
    new, gone = kept.keep(connection, case, findings(judged.verdicts), made.number, now)
    return made, new, gone


def _view(made: Evaluation) -> EvaluationView:
    return EvaluationView(
        number=made.number,
        seq=made.seq,
        head=made.head,
        book=made.book,
        on=made.on,
        at=made.at,
        kept=made.verdicts.get("kept", ()),
        broken=made.verdicts.get("broken", ()),
        not_asked=made.verdicts.get("not-asked", ()),
    )


_NOT_SHOWN = Text(
    zh="您对本个案的身份看不到审计发现的问题。",
    en="By your part in this case, findings are not shown to you.",
)
