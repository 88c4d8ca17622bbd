"""Checkpoints: what a log says of itself at one size: a signed note in the form of C2SP `tlog-checkpoint`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from domain.notes import ED25519, BadNote, Note, VerifierKey, read_note

_LINES: Final = 3
_HASH: Final = 32
_HANDS_OVER: Final = "key handover"
_HANDOVER: Final = 5
"""Lines of a handover: the log, what it is, the key, the moment, and nothing."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which log, how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """Return the checkpoint of a note's text. Raises BadNote."""
        lines = text.split("\n")
        if len(lines) <= _LINES or not all(lines[:_LINES]):
            raise BadNote("it is no checkpoint: an origin, a size and a root are missing")
        origin, size, encoded = lines[:_LINES]
        if not (size.isascii() and size.isdecimal()) or str(int(size)) != size:
            raise BadNote("the size of the checkpoint is no number")
        try:
            root = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadNote("the root of the checkpoint is not base64") from error
        if len(root) != _HASH or base64.b64encode(root).decode() != encoded:
            raise BadNote("the root of the checkpoint is not 32 bytes in base64")
        return cls(origin, int(size), root)


@dataclass(frozen=True, slots=True)
class Proven:
    """A checkpoint whose signature was checked, with the keys that signed it."""

    checkpoint: Checkpoint
    note: Note
    keys: tuple[VerifierKey, ...]


def read_checkpoint(whole: str, keys: Iterable[VerifierKey]) -> Proven:
    """Return what a signed checkpoint says. Raises BadNote unless a key signed it for its origin."""
    note = read_note(whole)
    checkpoint = Checkpoint.read(note.text)
    by = note.signed_by(keys)
    if not any(key.name == checkpoint.origin for key in by):
        raise BadNote("no key that is known here signed it")
    return Proven(checkpoint, note, by)


def handover_text(successor: VerifierKey, from_at: str) -> str:
    """Return what the key before signs, so that whoever trusts it may trust the one after it."""
    return f"{successor.name}\n{_HANDS_OVER}\n{successor.text}\n{from_at}\n"


@dataclass(frozen=True, slots=True)
class Handover:
    """A key of a log names the one after it. `note` is what it signed."""

    before: VerifierKey
    after: VerifierKey
    note: str


def read_handover(whole: str, keys: Iterable[VerifierKey]) -> Handover:
    """Return what a signed handover says. Raises BadNote unless one of these keys of its log signed it."""
    note = read_note(whole)
    lines = note.text.split("\n")
    if len(lines) != _HANDOVER or lines[1] != _HANDS_OVER:
        raise BadNote("it is no handover of a key")
    after = VerifierKey.read(lines[2])
    if note.text != handover_text(after, lines[3]) or after.kind != ED25519:
        raise BadNote("the handover names no key that signs checkpoints")
    by = [key for key in note.signed_by(keys) if key.name == after.name and key != after]
    if not by:
        raise BadNote("no key that is known here signed the handover")
    before = by[0]
    lines_of_it = (one.line for one in note.signatures if one.is_by(before))
    return Handover(before, after, f"{note.text}\n{''.join(lines_of_it)}")


def keys_followed(trusted: Iterable[VerifierKey], notes: Iterable[str]) -> tuple[VerifierKey, ...]:
    """Return the trusted keys and those that handovers lead to from one of them, however often.

    A handover that leads from nowhere is passed over: its key is trusted no more, or never was.
    """
    known = list(trusted)
    left = list(notes)
    found = True
    while found:
        found = False
        for note in tuple(left):
            try:
                handover = read_handover(note, known)
            except BadNote:
                continue
            left.remove(note)
            if handover.after not in known:
                known.append(handover.after)
            found = True
    return tuple(known)
