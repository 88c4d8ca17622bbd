"""What is noted of a post or a delegation whenever it changes, and whether the registers still say the same.

An entry in the chain of what administrators did says how the row stands from then on, so the last one about a
row is what it is compared with. Days and moments are noted as the text they are kept as.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final, Literal
from uuid import uuid4

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy import Column, Connection, RowMapping, Select, Table

from domain.batches import in_batches
from domain.chain import canonical
from records.administration import Kind, Noted, alone, note_all
from records.dialects import is_among
from records.log_tables import administration
from records.tables import delegations, posts
from records.unit_changes import Said

What = Literal["post", "delegation"]
Change = Literal["given", "ended"]

_SOME: Final = 5_000
"""Rows that are noted together."""
_STREAMED: Final = {"stream_results": True, "yield_per": 1_000}
_GIVEN: Final[Mapping[str, Any]] = {
    name: name for name in ("from_on", "to_on", "granted_by", "granted_at", "revoked_at")
}


@dataclass(frozen=True, slots=True)
class _Register:
    """A table, who is given a right by a row of it, and by which names the rest of a row is noted."""

    table: Table
    holder: Column[Any]
    noted: Mapping[str, str]
    given: Kind
    ended: Kind
    stood: Kind

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of entry about it."""
        return self.given, self.ended, self.stood

    def asked(self) -> Select[Any]:
        """Return the query for its rows, as they are kept."""
        columns = (sa.type_coerce(self.table.c[name], sa.Text).label(name) for name in self.noted)
        return sa.select(self.table.c.id, self.holder.label("holder"), *columns)

    def says(self, row: RowMapping) -> dict[str, JsonValue]:
        """Return what is noted of a row, but for its id."""
        return {"person": row["holder"], **{told: row[name] for name, told in self.noted.items()}}


_REGISTERS: Final[Mapping[What, _Register]] = {
    "post": _Register(
        posts,
        posts.c.person_id,
        {"role": "role", "unit_id": "unit", **_GIVEN},
        "post-given",
        "post-ended",
        "post-stood",
    ),
    "delegation": _Register(
        delegations,
        delegations.c.substitute_id,
        {
            "post_id": "post",
            "absence_id": "absence",
            "processes": "processes",
            "stages": "stages",
            "units": "units",
            **_GIVEN,
        },
        "delegation-given",
        "delegation-ended",
        "delegation-stood",
    ),
}


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A row that is not what was noted of it last."""

    what: What
    id: str
    seq: int | None
    """The last entry about it; None where there is none."""
    noted: Mapping[str, JsonValue] | None
    """What is different, as it was noted; None where the row is gone."""


def keep_others_out(connection: Connection) -> None:
    """Let nobody else change a post or a delegation until the end of the transaction.

    Asked for before a row is changed or locked, so that two never wait for one another.
    """
    alone(connection)


def keep_row(connection: Connection, what: What, row_id: str) -> None:
    """Have others who end the same post or delegation wait until this transaction is over."""
    keep_others_out(connection)
    table = _REGISTERS[what].table
    connection.execute(sa.select(table.c.id).where(table.c.id == row_id).with_for_update())


def put_noted(connection: Connection, what: What, given: str | None, values: Mapping[str, object]) -> str:
    """Add a row that says by whom it was given and when; return its id, which is made unless it is given.

    Without a moment it came with the installation.
    """
    keep_others_out(connection)
    made, by, at = given or uuid4().hex, values["granted_by"], values["granted_at"]
    connection.execute(sa.insert(_REGISTERS[what].table).values(id=made, **values))
    said = Said(None if by is None else str(by), at) if isinstance(at, datetime) else None
    note_rows(connection, what, "given", (made,), said)
    return made


def end_noted(  # noqa: PLR0917 - what ends, when and how, and who says so
    connection: Connection,
    what: What,
    row_id: str,
    to_on: date,
    revoked_at: datetime | None,
    said: Said | None,
) -> None:
    """Write down the last day of a row, and the moment where it was taken at once."""
    table = _REGISTERS[what].table
    query = sa.update(table).where(table.c.id == row_id)
    connection.execute(query.values(to_on=to_on, revoked_at=revoked_at))
    note_rows(connection, what, "ended", (row_id,), said)


def note_rows(
    connection: Connection, what: What, change: Change, ids: Collection[str], said: Said | None
) -> None:
    """Write down how rows stand now, by whom and when; without `said` they came with the installation.

    The day of an entry is the first of what was given, the last of what was ended.
    """
    register = _REGISTERS[what]
    kind = register.given if change == "given" else register.ended
    for some in in_batches(sorted(ids), _SOME):
        rows = connection.execute(register.asked().where(is_among(connection, register.table.c.id, some)))
        found = sorted(rows.mappings(), key=lambda row: str(row["id"]))
        note_all(connection, (_noted(register, what, kind, row, said) for row in found))


def told_otherwise(connection: Connection) -> Generator[Otherwise, None, None]:
    """Yield the rows of both registers that are not as they were noted last, and those that are gone.

    Whoever stops looking closes the generator, which holds a cursor.
    """
    for what, register in _REGISTERS.items():
        noted = _last_noted(connection, what, register)
        query = register.asked().order_by(register.table.c.id)
        with connection.execute(query, execution_options=_STREAMED) as rows:
            for row in rows.mappings():
                seq, digest = noted.pop(row["id"], (None, b""))
                stands = register.says(row)
                if digest != _digest(canonical({what: row["id"], **stands})):
                    says = _said_in(connection, seq)
                    different = {name: says.get(name) for name in stands if says.get(name) != stands[name]}
                    yield Otherwise(what, row["id"], seq, different)
        yield from (Otherwise(what, gone, seq, None) for gone, (seq, _) in noted.items())


def count(connection: Connection) -> int:
    """Return how many posts and delegations there are."""
    queries = (sa.select(sa.func.count()).select_from(one.table) for one in _REGISTERS.values())
    return sum(connection.execute(query).scalar_one() for query in queries)


def _last_noted(connection: Connection, what: What, register: _Register) -> dict[str, tuple[int, bytes]]:
    """Return the last entry about each row that was ever there, with a digest of what it says."""
    query = sa.select(administration.c.seq, administration.c.data)
    query = query.where(administration.c.type.in_(register.kinds)).order_by(administration.c.seq)
    found = {}
    for row in connection.execute(query, execution_options=_STREAMED):
        found[str(json.loads(row.data)[what])] = row.seq, _digest(row.data.encode())
    return found


def _said_in(connection: Connection, seq: int | None) -> dict[str, JsonValue]:
    query = sa.select(administration.c.data).where(administration.c.seq == seq)
    data = None if seq is None else connection.execute(query).scalar_one()
    return {} if data is None else dict(json.loads(data))


def _digest(data: bytes) -> bytes:
    """Return what stands for an entry: of very many, what each says would take gigabytes."""
    return hashlib.sha256(data).digest()


def _noted(register: _Register, what: What, kind: Kind, row: RowMapping, said: Said | None) -> Noted:
    first, last = date.fromisoformat(row["from_on"]), row["to_on"]
    on = first if kind == register.given or last is None else date.fromisoformat(last)
    at = datetime.combine(on, time(), UTC) if said is None else said.at
    by = None if said is None else said.by
    return Noted(kind, on, at, by, {what: row["id"], **register.says(row)})
