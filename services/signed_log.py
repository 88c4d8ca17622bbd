"""Verifies what was signed of the log: keys, each named by the one before; checkpoints; witnesses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from sqlalchemy import Connection

from domain.chain import moment_text
from domain.checkpoints import Checkpoint, handover_text, read_checkpoint
from domain.notes import BadNote, VerifierKey, read_note
from domain.verifying import LogReader, Tampered
from records import audited, checkpoints
from records.checkpoints import KeptCheckpoint, KeptKey

_PAGE: Final = 1_000


@dataclass
class Verified:
    """What was looked at, and what somebody should know although nothing is wrong."""

    events: int = 0
    waiting: int = 0
    """Events that have no place in the log yet."""
    rights: int = 0
    """Posts and delegations that are as was noted of them last."""
    cases: int = 0
    checkpoints: int = 0
    cosigned: dict[str, int] = field(default_factory=dict)
    """Of each witness whose key was given: the longest log he signed below."""
    documents: int = 0
    root: str = ""
    remarks: list[str] = field(default_factory=list)


def check_signed(
    connection: Connection, held: Sequence[str], witnesses: Sequence[VerifierKey], found: Verified
) -> LogReader:
    """Check keys and checkpoints, and return a reader that knows what was signed."""
    try:
        keys = _keys(connection, found)
        told = list(_checkpoints(connection, keys, witnesses, found))
    except ValueError as error:
        raise Tampered("a key or a checkpoint of the log cannot be read") from error
    return LogReader([*told, *(_held(whole, keys) for whole in held)])


def _keys(connection: Connection, found: Verified) -> list[VerifierKey]:
    known = checkpoints.log_keys_of(connection)
    for name, verifier in audited.key_names(connection):
        if (own := VerifierKey.read(verifier).id.hex()) != name:
            raise Tampered(f"a key of the log is kept under another id: {name}", should_be=own)
    _check_handovers(known, found)
    return [key.verifier for key in known]


def _checkpoints(
    connection: Connection, keys: list[VerifierKey], witnesses: Sequence[VerifierKey], found: Verified
) -> Iterator[Checkpoint]:
    size = -1
    while page := checkpoints.checkpoints_after(connection, size, _PAGE):
        for kept in page:
            yield _as_signed(kept, keys)
            _count_witnesses(kept, witnesses, found)
            found.checkpoints += 1
        size = page[-1].size
    for key in witnesses:
        if key.name not in found.cosigned:
            found.remarks.append(f"the witness {key.name} signed below no checkpoint of this log")


def _as_signed(kept: KeptCheckpoint, keys: list[VerifierKey]) -> Checkpoint:
    """Return what a kept checkpoint says, once its row says the same as what was signed."""
    try:
        read = read_checkpoint(kept.note, keys)
    except BadNote as error:
        raise Tampered(f"the checkpoint over {kept.size} events is not as it was signed: {error}") from error
    proven = read.checkpoint
    if kept.key_id not in {key.id.hex() for key in read.keys}:
        raise Tampered(
            f"the row of the checkpoint over {kept.size} events names another key than signed it",
            should_be=read.keys[0].id.hex(),
        )
    if (proven.size, proven.root.hex()) != (kept.size, kept.root):
        raise Tampered(
            f"the row of the checkpoint over {kept.size} events says something else than its note",
            should_be=f"size {proven.size}, root {proven.root.hex()}",
        )
    return proven


def _count_witnesses(kept: KeptCheckpoint, witnesses: Sequence[VerifierKey], found: Verified) -> None:
    """Check what witnesses whose key is known signed below a checkpoint, and note how far each signed."""
    try:
        by = read_note(kept.whole).signed_by(witnesses)
    except BadNote as error:
        raise Tampered(
            f"what a witness signed below the checkpoint over {kept.size} events does not hold: {error}",
            should_be="the line he signed",
        ) from error
    for key in by:
        found.cosigned[key.name] = max(kept.size, found.cosigned.get(key.name, 0))


def _held(whole: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    try:
        return read_checkpoint(whole, keys).checkpoint
    except BadNote as error:
        raise Tampered(
            f"the checkpoint that was kept elsewhere does not belong to this log: {error}",
            should_be="signed by one of the keys of this log",
        ) from error


def _check_handovers(known: Sequence[KeptKey], found: Verified) -> None:
    for before, key in pairwise(known):
        if key.handover is None:
            found.remarks.append(f"no earlier key vouches for the key {key.verifier.id.hex()}")
            continue
        try:
            note = read_note(key.handover)
            holds = note.signed_by([before.verifier]) and note.text == handover_text(
                key.verifier, moment_text(key.from_at)
            )
        except BadNote:
            holds = False
        if not holds:
            raise Tampered(
                f"the key {key.verifier.id.hex()} is not the one that the key before it named",
                should_be=f"named by {before.verifier.id.hex()}",
            )
