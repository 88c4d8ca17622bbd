"""Moves a record from one database to another, and compares the two before anybody believes it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from records import copying, engines
from records.copying import Heads, PlainRow, Shape, Watch
from records.database import Database
from services.backups import Progress, say_nothing
from services.documents import Documents

LEFT_OUT = ("login_attempts", "unfinished")
"""Failed tries to log in are numbered by each database for itself, and forgotten after a day."""


class MovedOtherwise(Exception):
    """The other database has a record that is not this one. The message names a table."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What the other database holds by now, compared row by row."""

    heads: Heads
    rows: int
    again: bool
    """Whether it held all of this before: an earlier move got that far."""


def move_rows(address: str, database: Database, progress: Progress = say_nothing) -> Moved:
    """Copy every row of the SQLite file at an address, which nobody can change meanwhile.

    All rows come or none; a place that has the same ones already is left as it is. The source is only read.
    Raises MovedOtherwise, DatabaseUnavailable.
    """
    engine = engines.open_engine(address)
    try:
        # A transaction that may write, because it keeps others from writing until its end.
        with engine.connect() as source, source.begin() as held:
            moved = database.write_now(lambda target: _moved(source, target, progress))
            held.rollback()
    finally:
        engine.dispose()
    return moved


async def move_documents(
    named: tuple[str, ...], source: Documents, target: Documents, progress: Progress = say_nothing
) -> tuple[str, ...]:
    """Copy documents by digest, and return those that are not in the source, or not as they were."""
    missing = []
    for sha256 in named:
        content = await _content(source, sha256)
        if content is None:
            missing.append(sha256)
        else:
            await target.keep(sha256, content)
        progress("documents", 1, len(named))
    return tuple(missing)


def _moved(source: Connection, target: Connection, progress: Progress) -> Moved:
    shapes = copying.shapes(leave_out=LEFT_OUT)
    total = 3 * sum(copying.count_of(source, shape) for shape in shapes)

    def watch(more: int) -> None:
        progress("rows", more, total)

    copying.keep_others_out(target, shapes)
    again = copying.table_with_rows(target) is not None
    if not again:
        for shape in shapes:
            copying.insert_all(target, shape, _watched(copying.rows_of(source, shape), watch))
    rows = sum(_same(source, target, shape, watch) for shape in shapes)
    heads = copying.heads(target)
    if heads != copying.heads(source):
        raise MovedOtherwise("cases do not end there as they end here: nothing was changed")
    return Moved(heads, rows, again)


def _same(source: Connection, target: Connection, shape: Shape, watch: Watch) -> int:
    """Return how many rows a table has in both. Raises MovedOtherwise where they are not the same."""
    here, there = copying.sum_of(source, shape, watch), copying.sum_of(target, shape, watch)
    if (here.rows, here.digest) != (there.rows, there.digest):
        raise MovedOtherwise(
            f"the other database has a record that is not this one (the table {shape.name} differs): "
            "nothing was changed"
        )
    return here.rows


async def _content(documents: Documents, sha256: str) -> bytes | None:
    try:
        content = b"".join([piece async for piece in documents.read(sha256)])
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def _watched(rows: Iterator[PlainRow], watch: Watch) -> Iterator[PlainRow]:
    for row in rows:
        watch(1)
        yield row
