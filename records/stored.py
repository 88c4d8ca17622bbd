"""Events as they are stored: from a row to an event and back, without loss."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, Row, select

from domain.chain import canonical, chained, moment_text
from domain.events import Event
from records.tables import events


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event with its place in the chain. The hash of a case's last event is the case's head."""

    event: Event
    prev_hash: str
    hash: str

    @property
    def seq(self) -> int:
        """The number of the event in its case, from 1, without gaps."""
        return self.event.seq

    @property
    def item(self) -> dict[str, JsonValue]:
        """The event as programs read it: every value that was hashed, but for the case's id."""
        event = self.event
        return {
            "seq": event.seq,
            "type": event.type,
            "step": event.step,
            "round": event.round,
            "occurred_on": event.occurred_on.isoformat(),
            "recorded_at": moment_text(event.recorded_at),
            "actor": event.actor,
            "post": event.post,
            "on_behalf_of": event.on_behalf_of,
            "data": event.data,
            "prev_hash": self.prev_hash,
            "hash": self.hash,
        }


def linked(prev_hash: str, case_id: str, new: Iterable[Event]) -> tuple[StoredEvent, ...]:
    """Return events with their place in the chain that ends in `prev_hash` so far."""
    return tuple(StoredEvent(*link) for link in chained(prev_hash, case_id, new))


def event_row(case_id: str, stored: StoredEvent) -> dict[str, Any]:
    """Return the row of an event."""
    event = stored.event
    return {
        "case_id": case_id,
        "seq": event.seq,
        "type": event.type,
        "step": event.step,
        "round": event.round,
        "occurred_on": event.occurred_on,
        "recorded_at": event.recorded_at,
        "actor": event.actor,
        "post": event.post,
        "on_behalf_of": event.on_behalf_of,
        "data": canonical(event.data).decode(),
        "prev_hash": stored.prev_hash,
        "hash": stored.hash,
    }


def stored_event(row: Row[Any]) -> StoredEvent:
    """Return the event of a row of `events`. Raises ValueError where the row was tampered with."""
    event = Event.model_validate(
        {
            "seq": row.seq,
            "step": row.step,
            "round": row.round,
            "occurred_on": row.occurred_on,
            "recorded_at": row.recorded_at,
            "actor": row.actor,
            "post": row.post,
            "on_behalf_of": row.on_behalf_of,
            "body": {**json.loads(row.data), "type": row.type},
        }
    )
    return StoredEvent(event, row.prev_hash, row.hash)


def events_after(
    connection: Connection, case_id: str, seq: int = 0, limit: int | None = None
) -> tuple[StoredEvent, ...]:
    """Return the events of a case with a number above `seq`, in order; none for an unknown case."""
    query = select(events).where(events.c.case_id == case_id, events.c.seq > seq).order_by(events.c.seq)
    return tuple(stored_event(row) for row in connection.execute(query.limit(limit)))
