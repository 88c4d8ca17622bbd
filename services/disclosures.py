"""Looking into sensitive material as an auditor: for a stated reason, kept with everything looked at.

Whoever sees a case by another post, by a part in it or because it is about him needs no reason.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import Connection

from domain.values import Text, Value
from records import cases, organisation
from records import disclosures as kept
from records.disclosures import Disclosure
from records.scope import AUDITOR, scope_of_others
from services.asking import Asking, once
from services.parts import Caller, Parts
from services.refusals import NotPermitted, Refusal
from services.scoping import scope_of
from services.views import Named, Page, View

T = TypeVar("T")

LASTS: Final = timedelta(hours=1)
"""How long one reason is enough."""
HISTORY: Final = "history"
"""What is written down where a history was looked at."""


class ReasonNeeded(Refusal):
    """An auditor has to say why he looks at this."""

    kind = "disclosure-required"


class Stating(Value):
    """A reason to look into what is sensitive in a case."""

    case: str
    reason: str


class ReadView(View):
    """One look: at a document, by its digest, or at the `history`."""

    what: str
    at: datetime


class DisclosureView(View):
    """A reason, for one case and one auditor, until a moment; and what was looked at by it."""

    id: str
    case: str
    person: Named
    reason: str
    created_at: datetime
    ends_at: datetime
    reads: tuple[ReadView, ...]


async def state(parts: Parts, caller: Caller, asked: Stating, *, key: str | None = None) -> DisclosureView:
    """Write down why an auditor looks into a case, for an hour. Raises NotFound, NotPermitted for others."""

    def work(asking: Asking) -> DisclosureView:
        connection, now = asking.connection, parts.clock()
        cases.find_case(connection, parts.library, asked.case, scope_of(connection, caller, asking.today))
        if not is_auditing(connection, parts, caller, asked.case):
            raise NotPermitted(_NO_NEED)
        made = kept.state(
            connection,
            case_id=asked.case,
            person=caller.person,
            reason=asked.reason,
            now=now,
            ends_at=now + LASTS,
        )
        return _views(connection, (made,))[0]

    return await once(parts, caller, key, ("disclosure", asked), DisclosureView, work)


async def listed(
    parts: Parts, caller: Caller, *, case: str | None, cursor: str | None, limit: int
) -> Page[DisclosureView]:
    """Return who looked into sensitive material and why, below the caller's posts as an auditor."""

    def work(connection: Connection) -> Page[DisclosureView]:
        page = kept.list_disclosures(
            connection, viewer=caller.person, today=parts.today(), case_id=case, cursor=cursor, limit=limit
        )
        return Page(items=_views(connection, page.items), next=page.next)

    return await parts.read(work)


def is_auditing(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> bool:
    """Whether somebody sees a case as an auditor and in no other way."""
    today = parts.today()
    as_others = scope_of_others(connection, caller.person, today, leaving_out=AUDITOR)
    return not cases.is_seen(connection, case_id, as_others)


def reason_of(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> str | None:
    """Return the reason of the caller for a case that still holds, or None."""
    return kept.open_one(connection, case_id, caller.person, parts.clock())


async def read_noted(parts: Parts, work: Callable[[Connection], tuple[T, str | None]]) -> T:
    """Return what was read of a case, and write the look down where it was for a stated reason."""
    found, reason = await parts.read(work)
    if reason is not None:
        await note_history(parts, reason)
    return found


async def note_history(parts: Parts, disclosure_id: str) -> None:
    """Write down that a history was looked at."""
    await parts.write(lambda connection: kept.note_read(connection, disclosure_id, HISTORY, parts.clock()))


async def check_document(parts: Parts, caller: Caller, needed: tuple[str, ...], sha256: str) -> None:
    """Write down that a document was looked at. Raises ReasonNeeded where no reason was stated."""

    def work(connection: Connection) -> bool:
        reasons = (reason_of(connection, parts, caller, case_id) for case_id in needed)
        reason = next((one for one in reasons if one is not None), None)
        if reason is not None:
            kept.note_read(connection, reason, sha256, parts.clock())
        return reason is not None

    if needed and not await parts.write(work):
        raise ReasonNeeded


def _views(connection: Connection, found: tuple[Disclosure, ...]) -> tuple[DisclosureView, ...]:
    names = organisation.names_of(connection, {one.person for one in found})
    return tuple(
        DisclosureView(
            id=one.id,
            case=one.case,
            person=Named(id=one.person, name=names.get(one.person, "")),
            reason=one.reason,
            created_at=one.created_at,
            ends_at=one.ends_at,
            reads=tuple(ReadView(what=read.what, at=read.at) for read in one.reads),
        )
        for one in found
    )


_NO_NEED = Text(
    zh="只有以审计员身份查看个案的人需要说明理由；您无需说明。",
    en="Only those who see the case as auditors state a reason; you need none.",
)
