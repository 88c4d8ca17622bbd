"""Where in which trace an act was recorded, so that its effects are found there, also after a crash.

Written only while spans are made, and forgotten after a month: nothing depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from records.tables import places
from telemetry import tracing


def keep_place(connection: Connection, case_id: str, seq: int, now: datetime) -> None:
    """Write down where the act is traced whose last event is `seq`; nothing where nobody traces."""
    if not tracing.is_on() or not (place := tracing.here()):
        return
    connection.execute(sa.insert(places).values(case_id=case_id, seq=seq, place=place, created_at=now))


def places_after(
    connection: Connection, case_id: str, seq: int, limit: int = tracing.MOST_LINKS
) -> list[str]:
    """Return where the acts of a case are traced that came after an event, the first one first."""
    query = sa.select(places.c.place).where(places.c.case_id == case_id, places.c.seq > seq)
    return list(connection.execute(query.order_by(places.c.seq).limit(limit)).scalars())


def places_of(connection: Connection, asked: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], str]:
    """Return where the acts are traced that left these events behind, by case and event, where known."""
    lowest: dict[str, int] = {}
    for case_id, seq in asked:
        lowest[case_id] = min(seq, lowest.get(case_id, seq))
    if not lowest:
        return {}
    known: dict[str, list[tuple[int, str]]] = {}
    query = sa.select(places.c.case_id, places.c.seq, places.c.place).where(
        sa.or_(*(sa.and_(places.c.case_id == case, places.c.seq >= seq) for case, seq in lowest.items()))
    )
    for case_id, last, place in connection.execute(query.order_by(places.c.case_id, places.c.seq)):
        known.setdefault(case_id, []).append((last, place))
    found: dict[tuple[str, int], str] = {}
    for case_id, seq in asked:
        # An act leaves several events behind, and its place stands beside the last of them.
        behind = next((place for last, place in known.get(case_id, ()) if last >= seq), None)
        if behind is not None:
            found[case_id, seq] = behind
    return found


def forget_places(connection: Connection, before: datetime) -> int:
    """Forget places from before a moment and return how many there were."""
    return connection.execute(sa.delete(places).where(places.c.created_at < before)).rowcount
