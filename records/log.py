"""The log over all events: gives each event its place after it was committed, and knows the tree over them.

An act asks for no place: that would make all acts wait for one another. What was committed is put at the end
afterwards, seconds later, by whoever comes first; nobody else does so at the same moment.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from domain.chain import moment_text
from domain.tree import Fetch, leaf_hash, node_hash, root, subtree_over
from records import administration
from records.log_tables import log_leaves, log_nodes
from records.problems import NotFound
from records.tables import events, outbox

_STEP: Final = 8
"""Levels from one kept subtree to the next above it: a subtree over 256 below is one row."""
_CASES: Final = 50
"""Cases whose events find their places in one transaction, so that it is short."""
_ENTRIES: Final = 1_000
"""Entries of administration that find theirs in one: a book brings tens of thousands along."""
_LOCK: Final = zlib.crc32(b"accede log")
"""What PostgreSQL knows the right to append by, and ..."""
_SIGNING: Final = zlib.crc32(b"accede log keys")
"""... the right to sign."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What found its place in one transaction."""

    events: int
    size: int
    """Events in the log afterwards."""
    more: bool
    """There may be others without a place."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One event's place."""

    position: int
    case: str
    seq: int
    hash: str


def is_behind(connection: Connection) -> bool:
    """Whether an event has no place yet."""
    query = sa.select(outbox.c.case_id).where(sa.text("seq > logged_seq")).limit(1)
    return connection.execute(query).first() is not None or administration.is_behind(connection)


def place_events(connection: Connection) -> Placed:
    """Give events of some cases their places at the end of the log; none while somebody else does so."""
    if not _alone(connection):
        return Placed(0, log_size(connection), more=True)
    before = log_size(connection)
    waiting = sa.select(outbox.c.case_id, outbox.c.logged_seq).where(sa.text("seq > logged_seq"))
    page = connection.execute(waiting.order_by(outbox.c.case_id).limit(_CASES)).all()
    found = _in_order(connection, [row.case_id for row in page]) if page else []
    # Where a case's row was made anew, nobody noted that its events have places.
    new = [(row.case_id, row.seq, row.hash) for row in found if row.position is None]
    entries = administration.without_place(connection, _ENTRIES)
    new += [(administration.CHAIN, seq, own) for seq, own in entries]
    rows = [
        {"position": before + place, "case_id": case, "seq": seq, "hash": own}
        for place, (case, seq, own) in enumerate(new)
    ]
    if rows:
        connection.execute(sa.insert(log_leaves), rows)
    if found:
        _note_placed(connection, found)
    size = before + len(rows)
    keep_subtrees(connection, before, size)
    return Placed(len(rows), size, more=len(page) == _CASES or len(entries) == _ENTRIES)


def log_size(connection: Connection) -> int:
    """Return how many events stand in the log."""
    last = connection.execute(sa.select(sa.func.max(log_leaves.c.position))).scalar()
    return 0 if last is None else int(last) + 1


def keep_others_from_signing(connection: Connection) -> None:
    """Let nobody else sign or change keys until the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SIGNING)))


def tree_of(connection: Connection) -> Fetch:
    """Return what knows every complete subtree of the log, as it is kept or computed of what is kept.

    What it is asked for is read by tiles of 256 hashes that stand side by side, so a path through a log of
    millions of events takes three or four reads. Raises NotFound where a part of the log is missing.
    """
    known: dict[tuple[int, int], bytes] = {}

    def fetch(level: int, number: int) -> bytes:
        if (level, number) not in known:
            below = level // _STEP * _STEP
            known.update(_tile(connection, below, number >> (_STEP - level + below)))
        if (level, number) not in known:
            raise NotFound("a part of the log is missing")
        return known[level, number]

    return fetch


def keep_subtrees(connection: Connection, before: int, size: int) -> None:
    """Keep what became complete when the log grew: over 256 leaves, over 256 of these, and so on."""
    level = _STEP
    while size >> level:
        made = [
            {"level": level, "number": number, "hash": _made_of(connection, level, number).hex()}
            for number in range(before >> level, size >> level)
        ]
        if made:
            connection.execute(sa.insert(log_nodes), made)
        level += _STEP


def leaf_of(connection: Connection, case_id: str, seq: int) -> Leaf:
    """Return the place of an event. Raises NotFound where it has none yet."""
    query = sa.select(log_leaves).where(log_leaves.c.case_id == case_id, log_leaves.c.seq == seq)
    for row in connection.execute(query):
        return _leaf(row)
    raise NotFound("the event has no place in the log")


def leaves_of(connection: Connection, case_id: str) -> tuple[Leaf, ...]:
    """Return the places of a case's events, in their order."""
    query = sa.select(log_leaves).where(log_leaves.c.case_id == case_id).order_by(log_leaves.c.seq)
    return tuple(_leaf(row) for row in connection.execute(query))


def leaves_from(connection: Connection, position: int, limit: int) -> tuple[Leaf, ...]:
    """Return what stands in the log from a position on."""
    query = sa.select(log_leaves).where(log_leaves.c.position >= position).order_by(log_leaves.c.position)
    return tuple(_leaf(row) for row in connection.execute(query.limit(limit)))


def kept_subtrees(connection: Connection) -> Iterator[tuple[int, int, str]]:
    """Yield level, number and hash of every subtree that is kept."""
    for row in connection.execute(sa.select(log_nodes).order_by(log_nodes.c.level, log_nodes.c.number)):
        yield row.level, row.number, row.hash


def complete_subtrees(size: int) -> Iterator[tuple[int, int]]:
    """Yield level and number of every subtree that is kept of a log of this size."""
    level = _STEP
    while size >> level:
        yield from ((level, number) for number in range(size >> level))
        level += _STEP


def tree_root(connection: Connection, size: int) -> bytes:
    """Return the root over the first `size` events. Raises NotFound where a part is missing."""
    return root(size, tree_of(connection))


def computed_subtree(connection: Connection, level: int, number: int) -> bytes:
    """Return the hash of a subtree from what is kept below it, whatever is kept of itself."""
    return _made_of(connection, level, number)


def _alone(connection: Connection) -> bool:
    """Whether nobody else gives places until the end of the transaction; on SQLite nobody else writes."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))).scalar())


def _in_order(connection: Connection, case_ids: list[str]) -> list[Row[Any]]:
    """Return events of these cases that may have no place, as they were recorded, each case's in order."""
    place = sa.and_(log_leaves.c.case_id == events.c.case_id, log_leaves.c.seq == events.c.seq)
    query = (
        sa.select(events.c.case_id, events.c.seq, events.c.hash, events.c.recorded_at, log_leaves.c.position)
        .join(outbox, outbox.c.case_id == events.c.case_id)
        .outerjoin(log_leaves, place)
        .where(outbox.c.case_id.in_(case_ids), events.c.seq > outbox.c.logged_seq)
        .order_by(events.c.case_id, events.c.seq)
    )
    found: list[tuple[str, str, int, Any]] = []
    latest: dict[str, str] = {}
    for row in connection.execute(query):
        # A clock that was put back must not put an event before the one it follows.
        latest[row.case_id] = max(moment_text(row.recorded_at), latest.get(row.case_id, ""))
        found.append((latest[row.case_id], row.case_id, row.seq, row))
    return [row for *_, row in sorted(found, key=lambda each: each[:3])]


def _note_placed(connection: Connection, found: list[Row[Any]]) -> None:
    last: dict[str, int] = {}
    for row in found:
        last[row.case_id] = max(row.seq, last.get(row.case_id, 0))
    query = sa.update(outbox).where(outbox.c.case_id == sa.bindparam("of_case"))
    # In the order in which whoever notes what workflows were told takes the same rows.
    told = [{"of_case": case, "up_to": seq} for case, seq in sorted(last.items())]
    connection.execute(query.values(logged_seq=sa.bindparam("up_to")), told)


def _tile(connection: Connection, level: int, tile: int) -> dict[tuple[int, int], bytes]:
    """Return the hashes of one level that stand in a tile, and of all complete subtrees over them."""
    made = dict(_hashes(connection, level, tile << _STEP, (tile + 1) << _STEP))
    found = {(level, number): own for number, own in made.items()}
    for above in range(level + 1, level + _STEP):
        pairs = [number for number in made if not number & 1 and number + 1 in made]
        made = {number >> 1: node_hash(made[number], made[number + 1]) for number in pairs}
        found |= {(above, number): own for number, own in made.items()}
    return found


def _hashes(connection: Connection, level: int, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and hash of the subtrees of a level that is kept, from one up to another."""
    if level == 0:
        place, column = log_leaves.c.position, log_leaves.c.hash
        query = sa.select(place, column).where(place >= begin, place < end).order_by(place)
        for number, own in connection.execute(query):
            yield number, leaf_hash(bytes.fromhex(own))
    else:
        place, column = log_nodes.c.number, log_nodes.c.hash
        here = (log_nodes.c.level == level, place >= begin, place < end)
        query = sa.select(place, column).where(*here).order_by(place)
        for number, own in connection.execute(query):
            yield number, bytes.fromhex(own)


def _made_of(connection: Connection, level: int, number: int) -> bytes:
    """Return the hash of a subtree from what is kept below it."""
    below = (level - 1) // _STEP * _STEP if level else 0
    begin, end = number << (level - below), (number + 1) << (level - below)
    hashes = [own for _, own in _hashes(connection, below, begin, end)]
    if len(hashes) != end - begin:
        raise NotFound("a part of the log is missing")
    return subtree_over(hashes)


def _leaf(row: Row[Any]) -> Leaf:
    return Leaf(row.position, row.case_id, row.seq, row.hash)
