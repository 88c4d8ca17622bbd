"""Makes the snapshot of a case, and reads it, one of an earlier release too.

A snapshot only saves reading the events again, so one that does not fit this release is no fault of the case.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError
from sqlalchemy import Connection

from domain.case import Case
from domain.events import CaseStarted, Event
from domain.evolving import replay
from domain.library import Library
from records.problems import NotFound
from records.stored import events_after


def snapshot_of(case: Case) -> str:
    """Return a case as JSON. What is as it begins (nothing, mostly) is left out: a third of the size."""
    return case.model_dump_json(exclude_defaults=True)


def read_snapshot(connection: Connection, library: Library, case_id: str, snapshot: str) -> Case:
    """Return the case of a snapshot; fields this release does not know are left out.

    Where that is not enough the case is made from its events, in the caller's transaction; the next act, or
    `rebuild`, writes its row anew.

    Raises:
        NotFound: the snapshot cannot be read, and there are no events.
        domain.library.UnknownProcess: the same, and its definition is not published here.
    """
    try:
        return Case.model_validate_json(snapshot, extra="ignore")
    except ValidationError:
        return case_of(library, (stored.event for stored in events_after(connection, case_id)))


def case_of(library: Library, events: Iterable[Event]) -> Case:
    """Return the case that all its events lead to. Raises NotFound without a beginning, UnknownProcess."""
    every = tuple(events)
    begun = every[0].body if every else None
    if not isinstance(begun, CaseStarted):
        raise NotFound("the case has no beginning")
    return replay(library.by_digest(begun.digest), every)
