"""Asking a witness for his signature below a checkpoint, in the form of C2SP `tlog-witness`."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Final

from domain.notes import BadNote, Signature, VerifierKey

LONGEST_ANSWER: Final = 16_384
"""Bytes of an answer that are looked at."""


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
