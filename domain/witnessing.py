"""A witness's signature below a checkpoint, in the form of C2SP `tlog-witness`: asked for, and given.

Whoever asks says what the witness signed last, proves that the log only grew since, and shows the checkpoint.
A witness remembers the longest log of each name that he signed, and signs no other.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoints import Checkpoint
from domain.notes import COSIGNING, BadNote, Signature, VerifierKey, cosigned, verifier_of
from domain.tree import EMPTY_ROOT, is_consistent

LONGEST_ANSWER: Final = 16_384
"""Bytes of an answer that are looked at."""
LONGEST_REQUEST: Final = 65_536
"""Bytes of a request that are looked at: its proof has at most 63 hashes."""

Unwitnessed = Literal["other-size", "rolled-back", "forked"]
"""Why a witness does not sign: he remembers another size; the log became shorter; it is another one."""

_HASH: Final = 32
_LONGEST_PATH: Final = 63


def request_for(old: int, path: Iterable[bytes], note: str) -> bytes:
    """Return the body of `add-checkpoint`: the size the witness saw last, the proof since, the checkpoint."""
    proof = "".join(f"{base64.b64encode(node).decode()}\n" for node in path)
    return f"old {old}\n{proof}\n{note}".encode()


def cosignature_in(answer: str, key: VerifierKey, text: str) -> str:
    """Return the line in which a witness signed the text of a checkpoint. Raises BadNote where none holds."""
    for line in answer.splitlines():
        try:
            signature = Signature.read(line)
        except BadNote:
            continue
        if signature.holds(key, text):
            return signature.line
    raise BadNote(f"no signature of {key.name} in the answer holds")


def size_in(answer: str) -> int | None:
    """Return the size of the log a witness says he saw last; None where he says nothing of the sort."""
    told = answer.strip()
    return int(told) if told.isascii() and told.isdigit() and len(told) <= len(str(2**53)) else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks a witness to sign."""

    old: int
    """How many leaves the log had when the witness signed last, as whoever asks has it."""
    path: tuple[bytes, ...]
    note: str


class NotWitnessed(Exception):
    """A witness does not sign. `size` is what he signed last."""

    def __init__(self, why: Unwitnessed, size: int, *, is_same_size: bool = False) -> None:
        """Say why; `is_same_size`: what was shown is as long as what he signed."""
        super().__init__(why)
        self.why = why
        self.size = size
        self.is_same_size = is_same_size


def read_request(body: bytes) -> Asked:
    """Return what the body of `add-checkpoint` asks for. Raises BadNote."""
    try:
        head, between, note = body[: LONGEST_REQUEST + 1].decode().partition("\n\n")
    except UnicodeDecodeError as error:
        raise BadNote("it is no text") from error
    first, *hashes = head.split("\n")
    old = size_in(first.removeprefix("old "))
    if len(body) > LONGEST_REQUEST or not between or not first.startswith("old ") or old is None:
        raise BadNote("it is no request: the size signed last, a proof, an empty line, and a checkpoint")
    if len(hashes) > _LONGEST_PATH:
        raise BadNote("the proof is longer than one can be")
    return Asked(old, tuple(map(_hash_in, hashes)), note)


def check_continues(asked: Asked, told: Checkpoint, seen: Checkpoint | None) -> None:
    """Check that a checkpoint is of the log that was signed last, `seen`, with more at its end.

    Raises NotWitnessed; BadNote where the request contradicts itself.
    """
    size, root = (0, EMPTY_ROOT) if seen is None else (seen.size, seen.root)
    if asked.old > told.size:
        raise BadNote("the size that was signed last is larger than that of the checkpoint")
    if told.size < size:
        raise NotWitnessed("rolled-back", size)
    if told.size == size and told.root != root:
        raise NotWitnessed("forked", size, is_same_size=True)
    if asked.old != size:
        raise NotWitnessed("other-size", size)
    if not is_consistent(size, root, told.size, told.root, asked.path):
        raise NotWitnessed("forked", size)


def cosignature(text: str, name: str, private: Ed25519PrivateKey, moment: int) -> Signature:
    """Return what a witness signs below the text of a checkpoint, seen at a moment, in seconds."""
    key = verifier_of(name, private, COSIGNING)
    made = moment.to_bytes(8, "big") + private.sign(cosigned(text, moment))
    return Signature(name, key.id, made)


def _hash_in(line: str) -> bytes:
    try:
        found = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("a line of the proof is not base64") from error
    if len(found) != _HASH:
        raise BadNote("a line of the proof is no hash")
    return found
