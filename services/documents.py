"""Where documents are kept: by digest, written once, on any store obstore knows."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, MemoryStore, from_url

_NO_SPACE = f"os error {errno.ENOSPC}"
"""How the store's own errors name it."""


class Documents(Protocol):
    """A place for documents, by SHA-256."""

    async def keep(self, sha256: str, content: bytes | BinaryIO) -> None:
        """Keep a document. Keeping it again changes nothing."""

    def read(self, sha256: str) -> AsyncIterator[bytes]:
        """Return a document in pieces. Raises FileNotFoundError."""
        ...

    async def remove(self, sha256: str) -> None:
        """Remove a document for good. Raises FileNotFoundError."""


class NoRoom(Exception):
    """There is no room left where documents are kept. Nothing of the document counts."""


class StoredDocuments:
    """Documents in an object store: a local folder, S3 and the like, or memory."""

    def __init__(
        self, store: obstore.store.ObjectStore, *, made_lasting: Callable[[str], None] | None = None
    ) -> None:
        """Keep documents in this store; `made_lasting` is called with a path before it is promised."""
        self._store = store
        self._made_lasting = made_lasting

    @classmethod
    def at(cls, url: str) -> StoredDocuments:
        """Open the store at a `file:`, `memory:` or `s3:` address. A local folder is made when missing."""
        parts = urlsplit(url)
        if parts.scheme == "file":
            folder = Path(unquote(parts.path))
            folder.mkdir(parents=True, exist_ok=True)
            return cls(LocalStore(folder), made_lasting=lambda path: reach_the_disk(folder, path))
        if parts.scheme == "memory":
            return cls(MemoryStore())
        return cls(from_url(url))

    async def keep(self, sha256: str, content: bytes | BinaryIO) -> None:
        """Keep a document. Keeping it again changes nothing: equal digests are equal documents.

        Raises NoRoom.
        """
        path = _path(sha256)
        try:
            with suppress(AlreadyExistsError):
                await obstore.put_async(self._store, path, content, mode="create", use_multipart=False)
            # One that was there may have come a moment ago, and not have reached the disk either.
            if self._made_lasting is not None:
                await asyncio.to_thread(self._made_lasting, path)
        except (BaseError, OSError) as trouble:
            if getattr(trouble, "errno", None) == errno.ENOSPC or _NO_SPACE in str(trouble):
                raise NoRoom from trouble
            raise

    async def read(self, sha256: str) -> AsyncIterator[bytes]:
        """Return a document in pieces. Raises FileNotFoundError."""
        found = await obstore.get_async(self._store, _path(sha256))
        async for piece in found.stream():
            yield bytes(piece)

    async def remove(self, sha256: str) -> None:
        """Remove a document for good. Raises FileNotFoundError."""
        await obstore.delete_async(self._store, _path(sha256))


def reach_the_disk(folder: Path, path: str) -> None:
    """Return once a file below a folder, and its name in every folder on the way, survive a power cut.

    The store writes and links without waiting for the disk, while the record's row about it does wait.
    """
    file = folder / path
    for place in (file, *file.parents):
        opened = os.open(place, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
        if place == folder:
            return


def _path(sha256: str) -> str:
    # Two levels, because folders with a million entries are slow everywhere.
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
