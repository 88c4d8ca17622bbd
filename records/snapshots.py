"""Makes the snapshot of a case, and reads it, one of an earlier release too.

A snapshot only saves reading the events again, so one that does not fit this release is no fault of the case.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final

from pydantic import ValidationError
from sqlalchemy import Connection

from domain.case import Case
from domain.events import CaseStarted, Event
from domain.evolving import replay
from domain.library import Library
from records.problems import NotFound
from records.stored import events_after


class Readings:
    """What the latest snapshots read as, one of each case: a pure function of its text never gets stale.

    Cases are values, so whoever acts on a case next may go on with the very one that was written, and finds
    again what was worked out of it (`domain/remembering.py`).
    """

    def __init__(self, most: int) -> None:
        """Keep up to `most`; those that were not asked for longest go first."""
        self._most = most
        self._kept: dict[str, tuple[str, Case]] = {}
        self._changing = threading.Lock()

    def find(self, case_id: str, snapshot: str) -> Case | None:
        """Return the case of a snapshot, if it is known."""
        with self._changing:
            kept = self._kept.get(case_id)
            if kept is None or kept[0] != snapshot:
                return None
            self._kept[case_id] = self._kept.pop(case_id)
            return kept[1]

    def latest(self, case_id: str) -> Case | None:
        """Return a case as it was when last read or written here; others may have acted on it since."""
        kept = self._kept.get(case_id)
        return None if kept is None else kept[1]

    def keep(self, snapshot: str, case: Case) -> None:
        """Keep what a snapshot reads as."""
        with self._changing:
            self._kept.pop(case.id, None)
            self._kept[case.id] = (snapshot, case)
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]


_READINGS: Final = Readings(500)


def snapshot_of(case: Case) -> str:
    """Return a case as JSON. What is as it begins (nothing, mostly) is left out: a third of the size."""
    snapshot = case.model_dump_json(exclude_defaults=True)
    _READINGS.keep(snapshot, case)
    return snapshot


def read_snapshot(connection: Connection, library: Library, case_id: str, snapshot: str) -> Case:
    """Return the case of a snapshot; fields this release does not know are left out.

    Where that is not enough the case is made from its events, in the caller's transaction; the next act, or
    `rebuild`, writes its row anew.

    Raises:
        NotFound: the snapshot cannot be read, and there are no events.
        domain.library.UnknownProcess: the same, and its definition is not published here.
    """
    known = _READINGS.find(case_id, snapshot)
    if known is not None:
        return known
    try:
        case = Case.model_validate_json(snapshot, extra="ignore")
    except ValidationError:
        return case_of(library, (stored.event for stored in events_after(connection, case_id)))
    _READINGS.keep(snapshot, case)
    return case


def latest(case_id: str) -> Case | None:
    """Return a case as this process last read or wrote it, if it did: a guess, until its row is locked."""
    return _READINGS.latest(case_id)


def case_of(library: Library, events: Iterable[Event]) -> Case:
    """Return the case that all its events lead to. Raises NotFound without a beginning, UnknownProcess."""
    every = tuple(events)
    begun = every[0].body if every else None
    if not isinstance(begun, CaseStarted):
        raise NotFound("the case has no beginning")
    return replay(library.by_digest(begun.digest), every)
