"""Where documents are kept: by digest, written once, on any store obstore knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, MemoryStore, from_url


class Documents(Protocol):
    """A place for documents, by SHA-256."""

    async def keep(self, sha256: str, content: bytes | BinaryIO) -> None:
        """Keep a document. Keeping it again changes nothing."""

    def read(self, sha256: str) -> AsyncIterator[bytes]:
        """Return a document in pieces. Raises FileNotFoundError."""
        ...


class StoredDocuments:
    """Documents in an object store: a local folder, S3 and the like, or memory."""

    def __init__(self, store: obstore.store.ObjectStore) -> None:
        """Keep documents in this store."""
        self._store = store

    @classmethod
    def at(cls, url: str) -> StoredDocuments:
        """Open the store at a `file:`, `memory:` or `s3:` address. A local folder is made when missing."""
        parts = urlsplit(url)
        if parts.scheme == "file":
            folder = Path(unquote(parts.path))
            folder.mkdir(parents=True, exist_ok=True)
            return cls(LocalStore(folder))
        if parts.scheme == "memory":
            return cls(MemoryStore())
        return cls(from_url(url))

    async def keep(self, sha256: str, content: bytes | BinaryIO) -> None:
        """Keep a document. Keeping it again changes nothing: equal digests are equal documents."""
        try:
            await obstore.put_async(self._store, _path(sha256), content, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return

    async def read(self, sha256: str) -> AsyncIterator[bytes]:
        """Return a document in pieces. Raises FileNotFoundError."""
        found = await obstore.get_async(self._store, _path(sha256))
        async for piece in found.stream():
            yield bytes(piece)


def _path(sha256: str) -> str:
    # Two levels, because folders with a million entries are slow everywhere.
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
