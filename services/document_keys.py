"""Documents as the services keep them: sealed where there are keys, and opened for whoever may read.

Each document has a key of its own, wrapped by the key of the person a case that names it is about; by that
of whoever handed it in until a case does. The record names documents by the digest of what was handed in.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection

from records import document_keys, materials
from records.document_keys import DocumentKey
from records.prepared import at_once
from services import sealed_bytes
from services.parts import Parts
from services.person_keys import HeldKeys
from services.sealing import Unreadable

_NONCE: Final = 12


class Closed(FileNotFoundError):
    """A document lies there sealed, and nothing here opens it, or it is not what was sealed."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A document that lies sealed in its store, and the key that opens it."""

    sha256: str
    sealed_as: str
    key: bytes
    in_place_of: str | None = None
    """Under which digest it lay before, and was lost."""


async def keep(parts: Parts, content: BinaryIO, sha256: str) -> Laid | None:
    """Keep a document; its row has to be noted with what is returned. None: it lies in the open.

    So it does without keys, and where the same document lay in the open before there were any. Raises NoRoom.
    """
    before, in_the_open = await parts.read(lambda connection: _before(connection, parts, sha256))
    if before is not None and await _is_there(parts, before.sealed_as):
        return before
    if parts.keys is None or in_the_open:
        await parts.documents.keep(sha256, content)
        return None
    key = sealed_bytes.new_key()
    sealed_as, made = await asyncio.to_thread(sealed_bytes.sealed, content, key, sha256)
    with made:
        await parts.documents.keep(sealed_as, made)  # type: ignore[arg-type]  # a spooled file is one, too
    return Laid(sha256, sealed_as, key, None if before is None else before.sealed_as)


def note(connection: Connection, parts: Parts, laid: Laid | None, person: str) -> None:
    """Note that a document that was kept opens with a person's key. Raises Erased, NotReady.

    What was lost is put back for all who had it.
    """
    if laid is None or parts.keys is None:
        return
    people = [person]
    if laid.in_place_of is not None:
        people += document_keys.forget(connection, laid.sha256, laid.in_place_of)
    held = HeldKeys(parts.keys, connection, parts.clock())
    document_keys.keep_keys(connection, [_wrapped(held, laid, one) for one in dict.fromkeys(people)])


def give_to(connection: Connection, held: HeldKeys, subject: str, digests: Sequence[str]) -> None:
    """Let documents that a case names open with the key of the person it is about, and with no uploader's.

    Raises Erased, NotReady.
    """
    if not digests:
        return
    theirs, some, people = document_keys.at_hand(connection, digests, subject)
    held.note(people)
    his = {one.sha256 for one in theirs if one.person == subject}
    others = [one for one in theirs if one.person != subject]
    given = []
    for sha256 in sorted({one.sha256 for one in some} - his):
        first = [one for one in (*others, *some) if one.sha256 == sha256]
        laid = _laid(held, first) or _laid(held, document_keys.keys_of(connection, (sha256,)))
        if laid is not None:
            given.append(_wrapped(held, laid, subject))
            his.add(sha256)
    with at_once(connection, put_off=True):
        document_keys.keep_keys(connection, given)
        document_keys.let_go(connection, [one for one in others if one.sha256 in his])


async def read(parts: Parts, sha256: str) -> AsyncIterator[bytes]:
    """Return a document in pieces. Raises FileNotFoundError, of which Closed is a kind."""
    known, laid = await parts.read(lambda connection: _known(connection, parts, sha256))
    try:
        if laid is None:
            async for piece in parts.documents.read(sha256):
                yield piece
        else:
            stored = parts.documents.read(laid.sealed_as)
            async for piece in sealed_bytes.opened(stored, laid.key, sha256):
                yield piece
    except Unreadable as error:
        raise Closed(sha256) from error
    except FileNotFoundError as error:
        if laid is None and known:
            raise Closed(sha256) from error
        raise


def _before(connection: Connection, parts: Parts, sha256: str) -> tuple[Laid | None, bool]:
    known, laid = _known(connection, parts, sha256)
    return laid, not known and bool(materials.by_digest(connection, (sha256,)))


def _known(connection: Connection, parts: Parts, sha256: str) -> tuple[bool, Laid | None]:
    """Return whether a document is sealed for anybody, and with what it is opened."""
    rows = document_keys.keys_of(connection, (sha256,))
    laid = None if parts.keys is None else _laid(HeldKeys(parts.keys, connection, parts.clock()), rows)
    return any(one.wrapped is not None for one in rows), laid


def _laid(held: HeldKeys, rows: Iterable[DocumentKey]) -> Laid | None:
    for one in rows:
        if one.wrapped is None:
            continue
        try:
            cipher = held.known_key(one.person)
            if cipher is not None:
                whole = base64.b64decode(one.wrapped)
                key = cipher.decrypt(whole[:_NONCE], whole[_NONCE:], _about(one.sha256, one.sealed_as))
                return Laid(one.sha256, one.sealed_as, key)
        except (InvalidTag, ValueError, Unreadable):
            # Somebody else's may still open it.
            continue
    return None


def _wrapped(held: HeldKeys, laid: Laid, person: str) -> DocumentKey:
    nonce = secrets.token_bytes(_NONCE)
    cipher = held.key_of(person)
    wrapped = nonce + cipher.encrypt(nonce, laid.key, _about(laid.sha256, laid.sealed_as))
    return DocumentKey(laid.sha256, laid.sealed_as, person, base64.b64encode(wrapped).decode())


def _about(sha256: str, sealed_as: str) -> bytes:
    return f"document {sha256} sealed as {sealed_as}".encode()


async def _is_there(parts: Parts, sealed_as: str) -> bool:
    try:
        async for _ in parts.documents.read(sealed_as):
            return True
    except FileNotFoundError:
        return False
    return True
