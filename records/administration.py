"""What was done to the installation itself, and by whom: a chain of its own in the log over all events.

Each entry is written in the transaction of what it tells, and hashed with the one before it as an event is.
It finds its place in the log like one, so that the checkpoints signed over the log are over it, too. Entries
name people by their ids only, and say nothing that anybody typed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy import Connection, Row

from domain.chain import GENESIS, canonical, hash_of, moment_text
from records.copying import pour
from records.cursors import Page, cursor_of, number_of
from records.dialects import is_among
from records.log_tables import administration, log_leaves
from records.tables import cases, posts, standings, unit_closure

CHAIN: Final = "administration"
"""What stands in the log, and in what is hashed, where events name their case: no id of a case is like it."""
_LOCK: Final = zlib.crc32(b"accede administration")

Kind = Literal[
    "account-made",
    "account-shut",
    "password-set",
    "factors-forgotten",
    "sessions-ended",
    "token-made",
    "token-ended",
    "person-erased",
    "definition-installed",
    "record-restored",
    "post-given",
    "post-ended",
    "post-stood",
    "delegation-given",
    "delegation-ended",
    "delegation-stood",
]


@dataclass(frozen=True, slots=True)
class Noted:
    """What is to be written down: `on` is the day it is about; `says` has in `person` to whom it was done."""

    kind: Kind
    on: date
    at: datetime
    by: str | None
    says: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Done:
    """One entry. `by` is None where a command on the machine did it; `person` is whom it was done to."""

    seq: int
    kind: str
    on: date
    at: datetime
    by: str | None
    person: str | None
    says: dict[str, JsonValue]
    """What else is known of it: ids, numbers and names of the installation's own."""
    hash: str


def note(  # noqa: PLR0917 - what was done, when, by whom, to whom
    connection: Connection,
    kind: Kind,
    on: date,
    at: datetime,
    by: str | None = None,
    person: str | None = None,
    **says: JsonValue,
) -> None:
    """Write down what is done in this transaction: nobody else writes another until its end."""
    note_all(connection, (Noted(kind, on, at, by, {"person": person, **says}),))


def note_all(connection: Connection, done: Iterable[Noted]) -> None:
    """Write down several things that are done in this transaction, in their order."""
    alone(connection)
    query = sa.select(administration.c.seq, administration.c.hash)
    last = connection.execute(query.order_by(administration.c.seq.desc()).limit(1)).first()
    seq, before = (0, GENESIS) if last is None else (last.seq, last.hash)
    rows = []
    for number, one in enumerate(done, seq + 1):
        rows.append(_row(one, number, before))
        before = rows[-1]["hash"]
    pour(connection, administration, rows)


def alone(connection: Connection) -> None:
    """Let nobody else write an entry until the end of the transaction; on SQLite nobody else writes."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def is_there(connection: Connection) -> bool:
    """Whether the record has the table: one that was restored may be older."""
    return sa.inspect(connection).has_table(administration.name)


def listed(
    connection: Connection,
    *,
    below: Collection[str] | None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Done]:
    """Return entries, latest first; with `below` those about people of these units and the units below them.

    Raises BadCursor.
    """
    query = sa.select(administration)
    if below is not None:
        query = query.where(_about(connection, below))
    if cursor is not None:
        query = query.where(administration.c.seq < number_of(cursor))
    rows = connection.execute(query.order_by(administration.c.seq.desc()).limit(limit + 1)).all()
    following = cursor_of(str(rows[limit - 1].seq)) if len(rows) > limit else None
    return Page(tuple(map(_done, rows[:limit])), following)


def installed(connection: Connection) -> frozenset[str]:
    """Return the digests of definitions that were noted as installed."""
    query = sa.select(administration.c.data).where(administration.c.type == "definition-installed")
    return frozenset(str(json.loads(data)["digest"]) for data in connection.execute(query).scalars())


def without_place(connection: Connection, limit: int) -> list[tuple[int, str]]:
    """Return number and hash of the first entries that have no place in the log, in their order."""
    query = sa.select(administration.c.seq, administration.c.hash).where(administration.c.seq > _PLACED)
    rows = connection.execute(query.order_by(administration.c.seq).limit(limit))
    return [(row.seq, row.hash) for row in rows]


def is_behind(connection: Connection) -> bool:
    """Whether an entry has no place yet."""
    query = sa.select(administration.c.seq).where(administration.c.seq > _PLACED).limit(1)
    return connection.execute(query).first() is not None


_PLACED: Final = (
    sa.select(sa.func.coalesce(sa.func.max(log_leaves.c.seq), 0))
    .where(log_leaves.c.case_id == CHAIN)
    .scalar_subquery()
)


def _about(connection: Connection, tops: Collection[str]) -> sa.ColumnElement[bool]:
    inside = sa.select(unit_closure.c.unit_id).where(is_among(connection, unit_closure.c.ancestor_id, tops))
    belongs = (
        (standings.c.person_id, standings.c.unit_id),
        (posts.c.person_id, posts.c.unit_id),
        (cases.c.subject_id, cases.c.unit_id),
    )
    return sa.or_(
        *(
            administration.c.person_id.in_(sa.select(person).where(unit.in_(inside)))
            for person, unit in belongs
        )
    )


def _row(one: Noted, seq: int, before: str) -> dict[str, Any]:
    image: dict[str, JsonValue] = {
        "case": CHAIN,
        "seq": seq,
        "type": one.kind,
        "step": None,
        "round": None,
        "occurred_on": one.on.isoformat(),
        "recorded_at": moment_text(one.at),
        "actor": one.by,
        "post": None,
        "on_behalf_of": None,
        "data": dict(one.says),
        "prev_hash": before,
    }
    return {
        "seq": seq,
        "type": one.kind,
        "occurred_on": one.on,
        "recorded_at": one.at,
        "actor": one.by,
        "person_id": one.says.get("person"),
        "data": canonical(image["data"]).decode(),
        "prev_hash": before,
        "hash": hash_of(image),
    }


def _done(row: Row[Any]) -> Done:
    says = json.loads(row.data)
    says.pop("person", None)
    return Done(row.seq, row.type, row.occurred_on, row.recorded_at, row.actor, row.person_id, says, row.hash)
