"""A case with everything its page shows, read in one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from domain.case import Case
from domain.circumstances import Circumstances
from domain.deriving import KnownDay, known_days
from domain.permitting import sign
from domain.process import Process
from domain.refusals import RuleViolation
from domain.waiting import waiting
from domain.way import StageOnTheWay, way
from records import cases, materials, organisation, registers
from records.materials import Material
from records.registers import ActedOn
from records.stored import events_after
from services import disclosures
from services.case_views import case_view
from services.changes import Changed, changes_in
from services.explain import explained_to, explanation_view
from services.parts import Caller, Parts
from services.scoping import scope_of
from services.seeing import AnyEventView, look_into, opened
from services.timeline import HandedIn, Happened, digests_in, handed_in, happened, is_told, people_in
from services.views import CaseView, ExplanationView

_POSSIBLE: Final[Mapping[str, tuple[str, ...]]] = {
    "open": ("withdraw", "suspend", "transfer", "correct"),
    "suspended": ("resume", "withdraw", "correct"),
}
"""What may be done to a whole case, by its status."""
_SHOWN: Final = 150
"""Events that are read for a page: the latest."""
_SINCE: Final = 20
"""Events that somebody is shown who acted on an older head: the latest."""


@dataclass(frozen=True)
class CasePage:
    """Everything the page of a case shows."""

    case: CaseView
    explained: ExplanationView
    process: Process
    way: tuple[StageOnTheWay, ...]
    days: tuple[KnownDay, ...]
    happened: tuple[Happened, ...]
    """Latest first; `more` says that there is something before."""
    came: Happened | None
    """How the case was brought in from a file, and what is lacking in it; None where it began here."""
    more: bool
    changes: tuple[Changed, ...]
    materials: tuple[HandedIn, ...]
    whole: tuple[str, ...]
    """What the caller may do to the whole case: the kinds of act."""
    next_moment: datetime | None


async def case_page(parts: Parts, caller: Caller, case_id: str, *, every: bool = False) -> CasePage:
    """Return a case for its page; `every` event instead of the latest. Raises NotFound.

    A look at sensitive events for a stated reason is written down, as a look at the history is.
    """

    def work(connection: Connection) -> tuple[CasePage, str | None]:
        found, look = look_into(connection, parts, caller, case_id)
        case, now = found.case, parts.clock()
        today = ActedOn(on=parts.today(), today=parts.today())
        known = registers.circumstances(connection, found.process, case, caller.person, today)
        after = 0 if every else max(0, case.seq - _SHOWN)
        stored = opened(connection, parts, case, events_after(connection, case_id, after))
        events = look.events(stored)
        edition = found.process.edition(case.version)
        brought = () if case.imported is None else events_after(connection, case_id, case.imported - 1, 1)
        came = look.events(opened(connection, parts, case, brought))
        words = _words(connection, found.process, edition, (*events, *came), case.imported)
        page = CasePage(
            case=case_view(connection, parts, caller, look, found.head, known=known),
            explained=explanation_view(explained_to(look, found, now), caller.language),
            process=edition,
            way=way(found.process, case, now),
            days=known_days(found.process, case),
            happened=words.told(reversed(events)),
            came=next(map(words.of, came), None),
            more=after > 0,
            changes=words.changes,
            materials=handed_in(edition, events, words.kept),
            whole=_whole(edition, case, known),
            next_moment=waiting(found.process, case, now).next_moment,
        )
        return page, look.reason

    return await disclosures.read_noted(parts, work)


async def documents_of(parts: Parts, caller: Caller, case_id: str) -> tuple[HandedIn, ...]:
    """Return the documents of a case alone, as its page shows them. Raises NotFound.

    A look at sensitive events for a stated reason is written down.
    """

    def work(connection: Connection) -> tuple[tuple[HandedIn, ...], str | None]:
        found, look = look_into(connection, parts, caller, case_id)
        case = found.case
        latest = events_after(connection, case_id, max(0, case.seq - _SHOWN))
        events = look.events(opened(connection, parts, case, latest))
        kept = materials.by_digest(connection, digests_in(events))
        return handed_in(found.process.edition(case.version), events, kept), look.reason

    return await disclosures.read_noted(parts, work)


async def happened_between(
    parts: Parts, caller: Caller, case_id: str, after: int, until: int
) -> tuple[Happened, ...]:
    """Return what happened after one event up to another, latest first, at most as much as a page shows.

    Raises NotFound. A look at sensitive events for a stated reason is written down.
    """

    def work(connection: Connection) -> tuple[tuple[Happened, ...], str | None]:
        found, look = look_into(connection, parts, caller, case_id)
        some = max(after, until - _SHOWN)
        stored = opened(connection, parts, found.case, events_after(connection, case_id, some, until - some))
        events = look.events(stored)
        case = found.case
        words = _words(connection, found.process, found.process.edition(case.version), events, case.imported)
        return words.told(reversed(events)), look.reason

    if until <= after:
        return ()
    return await disclosures.read_noted(parts, work)


async def in_words(parts: Parts, case: CaseView, events: Iterable[AnyEventView]) -> tuple[Happened, ...]:
    """Return events of a case in words, as far as they were shown; what follows from others is left out."""
    shown = tuple(events)[-_SINCE:]
    process = parts.library.find(case.process.id, case.process.version)

    def work(connection: Connection) -> tuple[Happened, ...]:
        return _words(connection, process, process, shown).told(shown)

    return await parts.read(work)


@dataclass(frozen=True)
class _Words:
    """What events of one case are told with."""

    process: Process
    edition: Process
    names: Mapping[str, str]
    kept: Mapping[str, Material]
    changes: tuple[Changed, ...]
    imported: int | None

    def of(self, event: AnyEventView) -> Happened:
        """Return an event in words."""
        # A step that only the rules had by which the case began is told in their words.
        is_gone = event.step in self.process.steps and event.step not in self.edition.steps
        edition = self.process if is_gone else self.edition
        return happened(edition, event, self.names, self.kept, imported=self.imported, changes=self.changes)

    def told(self, events: Iterable[AnyEventView]) -> tuple[Happened, ...]:
        """Return events in words, in the same order; what follows from others is left out."""
        return tuple(self.of(one) for one in events if is_told(one))


def _words(
    connection: Connection,
    process: Process,
    edition: Process,
    events: tuple[AnyEventView, ...],
    imported: int | None = None,
) -> _Words:
    kept = materials.by_digest(connection, digests_in(events))
    names = organisation.names_of(connection, people_in(events))
    return _Words(process, edition, names, kept, changes_in(edition, events, names, kept), imported)


async def possible_acts(parts: Parts, caller: Caller, case_id: str) -> tuple[str, ...]:
    """Return the kinds of act on the whole case that the caller may do. Raises NotFound."""

    def work(connection: Connection) -> tuple[str, ...]:
        found = cases.find_case(
            connection, parts.library, case_id, scope_of(connection, caller, parts.today())
        )
        today = ActedOn(on=parts.today(), today=parts.today())
        known = registers.circumstances(connection, found.process, found.case, caller.person, today)
        return _whole(found.edition, found.case, known)

    return await parts.read(work)


def _whole(edition: Process, case: Case, known: Circumstances) -> tuple[str, ...]:
    """Return the kinds of act on the whole case for which the caller has the post or the part."""
    outcome = edition.outcomes.get(case.outcome or "")
    closed = ("correct", "appeal") if outcome is not None and outcome.kind == "refused" else ("correct",)
    kinds = _POSSIBLE.get(case.status, closed)
    return tuple(kind for kind in kinds if _may(edition, case, kind, known))


def _may(edition: Process, case: Case, kind: str, known: Circumstances) -> bool:
    by = {str(name): actors for name, actors in edition.whole_case.items()}.get(kind)
    if by is None:
        return False
    try:
        sign(edition, case, None, by, known)
    except RuleViolation:
        return False
    return True
