"""Checkpoints: what a log says of itself at one size: a signed note in the form of C2SP `tlog-checkpoint`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from domain.notes import BadNote, Note, VerifierKey, read_note

_LINES: Final = 3
_HASH: Final = 32


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
    return f"{successor.name}\nkey handover\n{successor.text}\n{from_at}\n"
