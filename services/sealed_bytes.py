"""How a document is sealed: in pieces, so that one of many megabytes is read without being held whole.

AES-GCM with a key that seals this document and nothing else. Each piece is bound to the document, to its
place, and to whether it is the last: none can be changed, moved, left out or added unseen.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.sealing import Unreadable

_MAGIC: Final = b"accede sealed 1\n"
_PIECE: Final = 1 << 16
_TAG: Final = 16
_KEY: Final = 32
_NUMBER: Final = 11
"""Bytes of a piece's number in its nonce; one more says whether it is the last."""
_IN_MEMORY: Final = 1 << 20


def new_key() -> bytes:
    """Return a key for one document."""
    return secrets.token_bytes(_KEY)


def sealed(content: BinaryIO, key: bytes, sha256: str) -> tuple[str, IO[bytes]]:
    """Return a file with a document sealed, at its beginning, and its digest. Whoever uses it closes it."""
    out: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - handed to whoever stores it
    made, cipher = hashlib.sha256(), AESGCM(key)

    def put(some: bytes) -> None:
        made.update(some)
        out.write(some)

    put(_MAGIC)
    for number, piece, is_last in _numbered(content):
        put(cipher.encrypt(_nonce(number, is_last=is_last), piece, sha256.encode()))
    out.seek(0)
    return made.hexdigest(), out


async def opened(stored: AsyncIterator[bytes], key: bytes, sha256: str) -> AsyncIterator[bytes]:
    """Return a sealed document in pieces. Raises Unreadable where it is not whole, or another."""
    cipher, held, number = AESGCM(key), bytearray(), 0
    async for some in stored:
        held += some
        if number == 0 and len(held) >= len(_MAGIC):
            if held[: len(_MAGIC)] != _MAGIC:
                raise Unreadable
            del held[: len(_MAGIC)]
            number = 1
        # One piece is held back: only the end of the file tells whether it is the last.
        while number and len(held) > _PIECE + _TAG:
            yield _piece(cipher, bytes(held[: _PIECE + _TAG]), number, sha256, is_last=False)
            del held[: _PIECE + _TAG]
            number += 1
    if not number:
        raise Unreadable
    yield _piece(cipher, bytes(held), number, sha256, is_last=True)


def _piece(cipher: AESGCM, piece: bytes, number: int, sha256: str, *, is_last: bool) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, is_last=is_last), piece, sha256.encode())
    except InvalidTag as error:
        raise Unreadable from error


def _numbered(content: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    content.seek(0)
    number, piece = 1, content.read(_PIECE)
    while True:
        following = content.read(_PIECE)
        yield number, piece, not following
        if not following:
            return
        number, piece = number + 1, following


def _nonce(number: int, *, is_last: bool) -> bytes:
    # The key is new for each document, so a counter never comes twice under one.
    return number.to_bytes(_NUMBER) + bytes([is_last])
