"""Events as they are stored: from a row to an event and back, without loss."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, cast

from pydantic import JsonValue
from sqlalchemy import Connection, Row, select

from domain.batches import in_batches
from domain.case import Case
from domain.chain import canonical, hash_of, moment_text, preimage
from domain.events import Event
from domain.personal import together
from records.tables import events


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is kept of an event that holds something personal."""

    data: dict[str, JsonValue]
    """What is hashed as its data: without it, and with the commitment to it."""
    text: str
    """What is personal, sealed."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event with its place in the chain. The hash of a case's last event is the case's head.

    `image` is what was hashed, as it was stored: a later release may read an event with more keys than it was
    recorded with, but it never recomputes what was hashed from what it reads.
    """

    event: Event
    image: dict[str, JsonValue]
    hash: str
    sealed: str | None = None
    """What is personal in it, where that was kept apart; `event` is without it until it was opened."""
    opened: Mapping[str, JsonValue] | None = None
    """Its data with what is personal put back."""
    salt: str | None = None
    """What the commitment in the image was made with, once it was opened."""

    @property
    def hashed(self) -> dict[str, JsonValue]:
        """Its data as it was hashed."""
        return cast("dict[str, JsonValue]", self.image["data"])

    @property
    def data(self) -> Mapping[str, JsonValue]:
        """The data to be shown to who sees all of it: as it was hashed, or as it was opened."""
        if self.opened is not None:
            return self.opened
        return self.hashed if self.sealed is None else together(self.hashed, {})

    def with_data(self, data: Mapping[str, JsonValue], salt: str) -> StoredEvent:
        """Return the event with what is personal in it."""
        body = {**data, "type": self.event.type}
        event = Event.model_validate({**dict(self.event), "body": body})
        return StoredEvent(event, self.image, self.hash, self.sealed, data, salt)

    @property
    def prev_hash(self) -> str:
        """The hash of the event before it."""
        return str(self.image["prev_hash"])

    @property
    def seq(self) -> int:
        """The number of the event in its case, from 1, without gaps."""
        return self.event.seq

    @property
    def item(self) -> dict[str, JsonValue]:
        """The event as programs read it: every value that was hashed, but for the case's id."""
        return {key: value for key, value in self.image.items() if key != "case"} | {"hash": self.hash}


Sealing = Callable[[Connection, Case, Sequence[Event]], Mapping[int, Sealed]]
"""Seals what is personal in the events of a case, and returns those it found something in, by number."""


def linked(
    prev_hash: str, case_id: str, new: Iterable[Event], apart: Mapping[int, Sealed] = MappingProxyType({})
) -> tuple[StoredEvent, ...]:
    """Return events with their place in the chain that ends in `prev_hash` so far.

    `apart` holds, by number, those of which what is personal is kept sealed.
    """
    links: list[StoredEvent] = []
    for event in new:
        image = preimage(prev_hash, case_id, event)
        sealed = apart.get(event.seq)
        if sealed is not None:
            image = {**image, "data": sealed.data}
        link = StoredEvent(event, image, hash_of(image))
        links.append(link if sealed is None else replace(link, sealed=sealed.text, opened=event.data))
        prev_hash = links[-1].hash
    return tuple(links)


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
        "data": canonical(stored.image["data"]).decode(),
        "prev_hash": stored.prev_hash,
        "hash": stored.hash,
        "sealed": stored.sealed,
    }


def stored_image(row: Row[Any]) -> dict[str, JsonValue]:
    """Return what was hashed for a row of `events`. Raises ValueError where its data is no JSON any more."""
    return _image(row, row.occurred_on.isoformat(), moment_text(row.recorded_at))


def written_image(row: Row[Any]) -> dict[str, JsonValue]:
    """Return the same of a row whose day and moment are the text they are kept as, to the letter.

    Some texts are read as the same moment and are not the one that was hashed. Raises ValueError.
    """
    return _image(row, row.occurred_on, row.recorded_at)


def _image(row: Row[Any], occurred_on: str, recorded_at: str) -> dict[str, JsonValue]:
    return {
        "case": row.case_id,
        "seq": row.seq,
        "type": row.type,
        "step": row.step,
        "round": row.round,
        "occurred_on": occurred_on,
        "recorded_at": recorded_at,
        "actor": row.actor,
        "post": row.post,
        "on_behalf_of": row.on_behalf_of,
        "data": json.loads(row.data),
        "prev_hash": row.prev_hash,
    }


def stored_event(row: Row[Any]) -> StoredEvent:
    """Return the event of a row of `events`. Raises ValueError where it cannot be read any more."""
    image = stored_image(row)
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
            "body": {**together(cast("dict[str, Any]", image["data"]), {}), "type": row.type},
        }
    )
    return StoredEvent(event, image, row.hash, row.sealed)


def events_after(
    connection: Connection, case_id: str, seq: int = 0, limit: int | None = None
) -> tuple[StoredEvent, ...]:
    """Return the events of a case with a number above `seq`, in order; none for an unknown case."""
    query = select(events).where(events.c.case_id == case_id, events.c.seq > seq).order_by(events.c.seq)
    return tuple(stored_event(row) for row in connection.execute(query.limit(limit)))


def events_numbered(connection: Connection, case_id: str, numbers: Iterable[int]) -> tuple[StoredEvent, ...]:
    """Return the events of a case that have these numbers, in order."""
    found: list[StoredEvent] = []
    for some in in_batches(sorted(set(numbers)), _NUMBERS):
        query = select(events).where(events.c.case_id == case_id, events.c.seq.in_(some))
        found += map(stored_event, connection.execute(query.order_by(events.c.seq)))
    return tuple(found)


def events_back(connection: Connection, case_id: str, seq: int) -> Iterator[StoredEvent]:
    """Yield the events of a case from one on backwards; they are read a few at a time."""
    while seq > 0:
        query = select(events).where(events.c.case_id == case_id, events.c.seq <= seq)
        rows = connection.execute(query.order_by(events.c.seq.desc()).limit(_BACK)).all()
        yield from map(stored_event, rows)
        seq -= _BACK


_NUMBERS: Final = 500
"""Numbers in one question."""
_BACK: Final = 8
"""Mostly the last event is the one that is looked for."""
