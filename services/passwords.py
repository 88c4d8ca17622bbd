"""Passwords: argon2, because people choose what they can remember."""

from __future__ import annotations

import asyncio
import secrets
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

_AT_ONCE = 2
"""Each check takes 64 MiB and a tenth of a second of a core: more at once would starve everybody else."""


class Passwords:
    """Hashes and checks passwords beside the event loop, a few at a time."""

    def __init__(self, hashing: PasswordHash | None = None) -> None:
        """Take the hashing to use; tests hand in a cheaper one."""
        self._hashing = hashing or recommended()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = nobodys(self._hashing)

    async def hashed(self, password: str) -> str:
        """Return the hash to keep."""
        async with self._turn:
            return await asyncio.to_thread(self._hashing.hash, password)

    async def fits(self, password: str, kept: str | None) -> bool:
        """Whether the password belongs to the kept hash. Takes as long where there is none."""
        async with self._turn:
            return await asyncio.to_thread(self._verify, password, kept)

    def _verify(self, password: str, kept: str | None) -> bool:
        try:
            fits = self._hashing.verify(password, kept or self._nobodys)
        except UnknownHashError:
            return False
        return fits and kept is not None


@cache
def recommended() -> PasswordHash:
    """Return the hashing of an installation."""
    return PasswordHash.recommended()


@cache
def nobodys(hashing: PasswordHash) -> str:
    """Return a hash that no password fits, made once for a process and those that come of it by forks."""
    return hashing.hash(secrets.token_hex(16))
