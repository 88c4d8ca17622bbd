"""Verifies the whole record against itself and what was kept elsewhere; the first thing wrong is raised.

Nothing is written. What is looked at, in this order: keys and checkpoints; every event in the order of the
log, up to each checkpoint; the kept parts of the tree; events without a place; posts and delegations beside
what was noted of them; rows; documents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Row

from domain.chain import GENESIS, canonical
from domain.library import UnknownProcess
from domain.notes import VerifierKey
from domain.verifying import LogReader, Tampered, check_event
from records import audited, log, post_notes, rebuilding
from records.administration import CHAIN
from records.stored import events_after, written_image
from services import document_keys
from services.document_keys import Closed
from services.parts import Parts
from services.sealing import Unreadable
from services.signed_log import Verified, check_signed

_PAGE: Final = 1_000

Progress = Callable[[str, int, int | None], None]
"""Told what is looked at, how many are done, and of how many, where that is known."""


def _say_nothing(_what: str, _done: int, _of: int | None) -> None:
    """Be the progress nobody watches."""


class CannotVerify(Exception):
    """Something is missing without which nothing can be said. The message says what, and what to do."""


async def verify(
    parts: Parts,
    *,
    held: Sequence[str] = (),
    witnesses: Sequence[VerifierKey] = (),
    thorough: bool = True,
    progress: Progress = _say_nothing,
) -> Verified:
    """Verify the record; `held` are checkpoints somebody kept, `witnesses` keys of those who sign below.

    Not `thorough`: without rows and documents.

    Raises Tampered with the first thing wrong, CannotVerify, DatabaseUnavailable.
    """
    found = Verified()
    reader = await parts.database.read(lambda connection: check_signed(connection, held, witnesses, found))
    await parts.database.read(lambda connection: read_log(connection, reader, found, progress))
    if thorough:
        await _compare_rows(parts, found, progress)
        await _read_documents(parts, found, progress)
    return found


def read_log(
    connection: Connection, reader: LogReader, found: Verified, progress: Progress = _say_nothing
) -> None:
    """Read every event in the order of the log, and compare the tree and the heads. Raises Tampered."""
    whole = log.log_size(connection)
    position = 0
    while page := audited.placed_events(connection, position, _PAGE):
        for row in page:
            _read_placed(row, reader)
        position += len(page)
        progress("events", position, whole)
    reader.end()
    _check_subtrees(connection, reader.size)
    heads = dict(reader.heads)
    for row in audited.unplaced_events(connection):
        image = _image(row)
        check_event(image, row.hash, heads.get(row.case_id, (0, GENESIS)))
        heads[row.case_id] = row.seq, row.hash
        found.waiting += 1
    found.events, found.root = reader.size, reader.root.hex()
    _check_heads(connection, heads)
    for seq in audited.told_of_others(connection):
        raise Tampered("its row is about somebody else than was recorded", case=CHAIN, seq=seq)
    with closing(post_notes.told_otherwise(connection)) as otherwise:
        for wrong in otherwise:
            raise _told_otherwise(wrong)
    found.rights = post_notes.count(connection)


def _told_otherwise(wrong: post_notes.Otherwise) -> Tampered:
    """Return what is the matter with a post or a delegation that is not what was noted of it."""
    if wrong.seq is None:
        return Tampered(
            f"nobody noted that there is the {wrong.what} {wrong.id}",
            should_be="given by the service, which notes it in the same transaction",
        )
    if wrong.noted is None:
        return Tampered(
            f"the {wrong.what} {wrong.id} is gone",
            should_be="as the last entry about it says",
            case=CHAIN,
            seq=wrong.seq,
        )
    should_be = ", ".join(f"{name} {value}" for name, value in wrong.noted.items())
    return Tampered(
        f"the {wrong.what} {wrong.id} is not what was noted of it last",
        should_be=should_be,
        case=CHAIN,
        seq=wrong.seq,
    )


def _check_subtrees(connection: Connection, size: int) -> None:
    """Compare the kept parts of the tree with the events, which were read by now."""
    kept = {(level, number): own for level, number, own in log.kept_subtrees(connection)}
    for level, number in sorted(kept.keys() ^ set(log.complete_subtrees(size))):
        raise Tampered(
            f"a kept part of the tree is missing, or there is one too many: level {level}, {number}"
        )
    for (level, number), own in kept.items():
        made = log.computed_subtree(connection, level, number).hex()
        if made != own:
            raise Tampered(f"a kept part of the tree is another: level {level}, {number}", should_be=made)


def _read_placed(row: Row[Any], reader: LogReader) -> None:
    if row.position != reader.size:
        raise Tampered("an event was taken out of the log", should_be=f"an event at position {reader.size}")
    if row.seq is None:
        raise Tampered(
            "it stands in the log, and the event is gone",
            should_be=f"an event with the hash {row.leaf_hash}",
            case=row.leaf_case,
            seq=row.leaf_seq,
        )
    if row.hash != row.leaf_hash:
        raise Tampered(
            "its hash is not the one that stands in the log",
            should_be=row.leaf_hash,
            case=row.case_id,
            seq=row.seq,
        )
    reader.add(_image(row), row.hash)


def _image(row: Row[Any]) -> dict[str, Any]:
    try:
        image = written_image(row)
        same = canonical(image["data"]).decode() == row.data
    except ValueError as error:
        raise Tampered("it cannot be read", case=row.case_id, seq=row.seq) from error
    if not same:
        raise Tampered(
            "its data is not written as it was recorded",
            should_be="the canonical form",
            case=row.case_id,
            seq=row.seq,
        )
    return image


def _check_heads(connection: Connection, heads: dict[str, tuple[int, str]]) -> None:
    """Compare the last event of each case with what its row says."""
    left = {case: head for case, head in heads.items() if case != CHAIN}
    for row in audited.case_heads(connection):
        told = left.pop(row.id, None)
        if told is None:
            raise Tampered("it has a row and no events", case=row.id)
        if told != (row.seq, row.head):
            raise Tampered(
                f"its row says that it ends with event {row.seq} and the head {row.head}",
                should_be=f"event {told[0]} and the head {told[1]}",
                case=row.id,
            )
    for case in left:
        raise Tampered("it has events and no row", case=case)


async def _compare_rows(parts: Parts, found: Verified, progress: Progress) -> None:
    """Compare the rows of each case with those its events lead to."""
    after = ""
    while page := await parts.database.read(partial(rebuilding.case_ids, after=after, limit=50)):
        await parts.database.read(partial(_compare, parts=parts, case_ids=page))
        after, found.cases = page[-1], found.cases + len(page)
        progress("cases", found.cases, None)


def _compare(connection: Connection, parts: Parts, case_ids: Sequence[str]) -> None:
    for case_id in case_ids:
        try:
            made = rebuilding.rebuilt(connection, parts.library, case_id)
        except UnknownProcess as error:
            raise CannotVerify(f"case {case_id} follows a definition that is not published here") from error
        _check_personal(connection, parts, case_id, made.case["subject_id"])
        for table, rows in audited.rows_made_of(connection, case_id):
            for what, should_be in _differences(table, rows, audited.as_rows(made, table)):
                raise Tampered(what, should_be=should_be, case=case_id)


def _check_personal(connection: Connection, parts: Parts, case_id: str, subject: str) -> None:
    """Check that what is personal is what the chain commits to, where its key is there."""
    if parts.keys is None:
        return
    try:
        parts.keys.checked(connection, subject, events_after(connection, case_id))
    except Unreadable as error:
        raise Tampered(
            "what is personal in it is not what was recorded",
            should_be="what its events commit to",
            case=case_id,
        ) from error


def _differences(
    table: str, kept: list[dict[str, Any]], made: list[dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    if table == "cases":
        for name, value in made[0].items():
            if kept[0][name] != value:
                # A snapshot is long, and may hold what not everybody should read.
                should_be = "what its events lead to" if name == "snapshot" else str(value)
                yield f"its row in `cases` has another `{name}`", should_be
        return
    missing = [row for row in made if row not in kept]
    if missing or len(kept) != len(made):
        yield (
            f"its rows in `{table}` are not those its events lead to",
            f"{len(made)} rows, as `accede db rebuild` makes them",
        )


async def _read_documents(parts: Parts, found: Verified, progress: Progress) -> None:
    digests = await parts.database.read(audited.documents_named)
    closed = 0
    for digest in digests:
        made = hashlib.sha256()
        try:
            async for piece in document_keys.read(parts, digest):
                made.update(piece)
        except Closed:
            if parts.keys is not None:
                raise Tampered(
                    "a document lies sealed, and is not what was sealed, or its key is not",
                    should_be=f"one with the SHA-256 {digest}",
                ) from None
            closed += 1
            continue
        except FileNotFoundError:
            raise Tampered(
                "a document that cases name is missing", should_be=f"one with the SHA-256 {digest}"
            ) from None
        if made.hexdigest() != digest:
            raise Tampered(
                f"a document was replaced: its SHA-256 is {made.hexdigest()}",
                should_be=f"one with the SHA-256 {digest}",
            )
        found.documents += 1
        progress("documents", found.documents, len(digests))
    if closed:
        found.remarks.append(
            f"{closed} documents lie sealed and were not read: ACCEDE_SECRET_KEYS is not set"
        )
