"""What of a case a caller is shown: the one place where the table of `domain/seeing.py` is applied.

Events go out through here, from wherever they were read: histories, answers to acts, what happened since a
head. So do documents, the people of a case and what is proposed in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from domain.case import Case
from domain.circumstances import Circumstances
from domain.events import CorrectionProposed, Event
from domain.process import Process
from domain.recusing import recused
from domain.seeing import Group, Marked, Viewer, roles_shown, viewer_of
from domain.silence import NOT_FOR_ALL, Corrected, Correcting, is_absent
from domain.withholding import Place, group_of_document, seen
from domain.withholding import Seen as Shown
from records import cases, problems, registers, sensitivity
from records import disclosures as kept
from records.cases import FoundCase
from records.materials import Material
from records.problems import NotFound
from records.registers import ActedOn, Surroundings
from records.stored import StoredEvent, events_after, events_back, events_numbered
from services.act_sealing import ActSealing
from services.parts import Caller, Parts
from services.refusals import HeadMoved
from services.scoping import scope_of
from services.views import EventView, PartEventView, ProvenEventView, SealedEventView, WithheldEventView

AnyEventView = PartEventView | EventView
Seen = WithheldEventView | SealedEventView | ProvenEventView
"""An event of a history, as far as somebody may see it."""

_PROTECTED: tuple[Group, ...] = ("political-review", "informants")
"""A document of one of these is shown by nothing else it may have been handed in for as well."""


_NOTHING_MARKED = Marked()


@dataclass(frozen=True)
class Look:
    """One person's look at one case."""

    case: Case
    viewer: Viewer
    place: Place
    reason: str | None = None
    """The id of the reason an auditor stated, where he is shown something by it."""
    read: Callable[[int], Event | None] = lambda _seq: None
    """Reads an event of the case, for what is told of corrections of it."""
    known: Circumstances | None = None
    """What the registers say today of the viewer and the case; None where nobody looks himself."""

    @property
    def is_told_of_all(self) -> bool:
        """Whether there is no event of which the viewer would not be told."""
        return self.viewer.alone is None and self.viewer.sees("comments")

    def is_told_of(self, event: Event) -> bool:
        """Whether the viewer is told that an event is there."""
        return not is_absent(self.place, self.viewer, event, self._corrected_by(event))

    def events(self, stored: Iterable[StoredEvent]) -> tuple[AnyEventView, ...]:
        """Return those facts the viewer is told of, each as he sees it."""
        return tuple(self.event(one.event) for one in stored if self.is_told_of(one.event))

    def event(self, event: Event) -> AnyEventView:
        """Return a fact as the viewer sees it."""
        shown = seen(self.place, self.viewer, event, event.data)
        parts = _envelope(event, shown)
        if not shown.withheld:
            return EventView.trusted(**parts)
        return PartEventView(**parts, groups=shown.withheld)

    def proven(self, stored: StoredEvent) -> Seen:
        """Return the same with its place in the chain, whose hash is of the whole."""
        shown = seen(self.place, self.viewer, stored.event, stored.data)
        parts = _envelope(stored.event, shown) | {"prev_hash": stored.prev_hash, "hash": stored.hash}
        if shown.withheld:
            return WithheldEventView(**parts, groups=shown.withheld)
        if stored.sealed is None:
            return ProvenEventView(**parts)
        return SealedEventView(**parts, hashed=stored.hashed, salt=stored.salt)

    def history(self, stored: Iterable[StoredEvent]) -> tuple[Seen, ...]:
        """Return those the viewer is told of, with their places in the chain."""
        return tuple(self.proven(one) for one in stored if self.is_told_of(one.event))

    def people(self) -> dict[str, tuple[str, ...]]:
        """Return who holds the case roles, as far as the viewer is shown them."""
        return roles_shown(self.viewer, self.place.marked, self.case)

    def sees_proposals(self) -> bool:
        """Whether the viewer is shown what waits for a second person."""
        return self.viewer.sees("corrections")

    def _corrected_by(self, event: Event) -> Corrected | None:
        """Return what a correction is of, for the person concerned: for others it makes no difference."""
        if self.viewer.alone != "subject" or not isinstance(event.body, Correcting):
            return None
        proposed = event if isinstance(event.body, CorrectionProposed) else self.read(event.body.proposal)
        if proposed is None or not isinstance(proposed.body, CorrectionProposed):
            return None
        change = proposed.body.change
        of = self.read(change.seq)
        return None if of is None else Corrected(path=change.path, event=of)


def marked_in(parts: Parts, process: str) -> Marked:
    """Return what of a process belongs to another group than its place says."""
    marked = parts.marked.get(process, _NOTHING_MARKED)
    sensitive: dict[str, Group] = dict.fromkeys(parts.sensitive.get(process, ()), "political-review")
    if not sensitive:
        return marked
    return marked.model_copy(update={"steps": {**marked.steps, **sensitive}})


def look_by(parts: Parts, process: Process, case: Case, around: Surroundings) -> Look:
    """Return the look of somebody whose posts of today are known; nothing is read for it.

    Whoever was a relative at any time in the case keeps out of looking at it, too.
    """
    marked = marked_in(parts, case.process)
    place = Place.trusted(process=process, case=case, marked=marked)
    keeps_out = around.known.actor in recused(process.edition(case.version), case, around.ever_related)
    viewer = viewer_of(process, case, around.known, recused=keeps_out)
    return Look(case, viewer, place, known=around.known)


def look_of_subject(parts: Parts, process: Process, case: Case) -> Look:
    """Return the look of the person a case is about, whoever asks."""
    place = Place.trusted(process=process, case=case, marked=marked_in(parts, case.process))
    return Look(case, Viewer(person=case.subject, ways=("subject",)), place)


def look_at(connection: Connection, parts: Parts, caller: Caller, process: Process, case: Case) -> Look:
    """Return a caller's look at a case within his scope, with the reason he stated for it, if any."""
    today = ActedOn(on=parts.today(), today=parts.today())
    around = registers.surroundings(connection, process, case, caller.person, today)
    look = _reading(connection, look_by(parts, process, case, around))
    if not look.place.is_sensitive or look.viewer.cell("political-review") != "reason":
        return look
    reason = kept.open_one(connection, case.id, caller.person, parts.clock())
    viewer = look.viewer.model_copy(update={"stated": reason is not None})
    return replace(look, viewer=viewer, reason=reason)


def look_into(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> tuple[FoundCase, Look]:
    """Return a case within a caller's scope, as far as he is told of it, and his look at it.

    Raises NotFound.
    """
    found = cases.find_case(connection, parts.library, case_id, scope_of(connection, caller, parts.today()))
    return as_told(connection, parts, found, look_at(connection, parts, caller, found.process, found.case))


def as_told(connection: Connection, parts: Parts, found: FoundCase, look: Look) -> tuple[FoundCase, Look]:
    """Return a case as the last event left it of which a viewer is told, and his look at that.

    Number, head and what is open move for him with what he is told of. Else they would tell whoever keeps
    out, and the person concerned, that others answered. Who is told of everything costs no question.
    """
    look = _reading(connection, replace(look, case=found.case))
    if found.last_type not in NOT_FOR_ALL or look.is_told_of_all:
        return found, look
    back = events_back(connection, found.case.id, found.case.seq)
    last = next((one.seq for one in back if look.is_told_of(one.event)), found.case.seq)
    if last == found.case.seq:
        return found, look
    told = cases.case_after(connection, parts.library, found, last)
    return told, replace(look, case=told.case)


def head_moved(
    connection: Connection, parts: Parts, look: Look, moved: problems.HeadMoved
) -> HeadMoved | None:
    """Return what somebody is told who acted on an older head: his present one, and what he may see since.

    None where he is told of nothing since: what he acted on is all there is for him.
    """
    told = [one for one in moved.events if look.is_told_of(one.event)]
    if not told:
        return None
    since = opened(connection, parts, look.case, told)
    return HeadMoved(told[-1].hash, list(look.events(since)))


def opened(
    connection: Connection, parts: Parts, case: Case, found: Sequence[StoredEvent]
) -> tuple[StoredEvent, ...]:
    """Return events of a case with what is personal in them, as far as the person's key is there."""
    return tuple(found) if parts.keys is None else parts.keys.opened(connection, case.subject, found)


def sealing_of(parts: Parts) -> ActSealing:
    """Return what seals for one act, as far as there are keys."""
    return ActSealing(parts.keys, parts.clock)


def reasons_needed(
    connection: Connection, parts: Parts, caller: Caller, material: Material
) -> tuple[str, ...]:
    """Return the cases for one of which a reason has to be stated before a document is read; else none.

    Raises the record's NotFound where no case shows it to the caller, who did not hand it in either.
    """
    if material.created_by == caller.person:
        return ()
    scope, needed = scope_of(connection, caller, parts.today()), []
    for case_id in sensitivity.cases_with(connection, material.sha256, scope):
        found = cases.find_case(connection, parts.library, case_id, scope)
        look = look_at(connection, parts, caller, found.process, found.case)
        groups = _groups_of(connection, look, material.sha256)
        if groups is None or any(look.viewer.cell(group) == "visible" for group in groups):
            return ()
        if any(look.viewer.cell(group) == "reason" for group in groups):
            needed.append(case_id)
    if not needed:
        raise NotFound("no such material")
    return tuple(needed)


def _reading(connection: Connection, look: Look) -> Look:
    def read(seq: int) -> Event | None:
        return next((one.event for one in events_after(connection, look.case.id, seq - 1, limit=1)), None)

    return replace(look, read=read)


def _groups_of(connection: Connection, look: Look, sha256: str) -> frozenset[Group] | None:
    """Return the groups by which a case shows a document; None where the viewer handed it in."""
    groups: set[Group] = set()
    numbers = sensitivity.numbers_naming(connection, look.case.id, sha256)
    for stored in events_numbered(connection, look.case.id, numbers):
        if look.viewer.person in {stored.event.actor, stored.event.on_behalf_of}:
            return None
        group = group_of_document(look.place, stored.event, sha256)
        groups |= set() if group is None else {group}
    return frozenset(groups.intersection(_PROTECTED) or groups)


def _envelope(event: Event, shown: Shown) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "type": event.type,
        "step": event.step,
        "round": event.round,
        "occurred_on": event.occurred_on,
        "recorded_at": event.recorded_at,
        "actor": shown.actor,
        "post": shown.post,
        "on_behalf_of": shown.on_behalf_of,
        "data": shown.data,
    }
