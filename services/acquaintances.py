"""Who came by before: for whom, and for what, a session or token stood when it was looked up last."""

from __future__ import annotations

import hashlib

from services.token_scopes import TokenScope

_MOST = 10_000


class Acquaintances:
    """People by the digest of a secret, in the memory of one process. Says nothing of whether it still works.

    A secret never stands for another person than it did, nor for more or less, so a request can be prepared
    in his name while the record is asked, together with all else it needs, whether it still works.
    """

    def __init__(self, most: int = _MOST) -> None:
        """Remember up to `most` secrets."""
        self._most = most
        self._people: dict[bytes, tuple[str, TokenScope | None]] = {}

    def known(self, secret: str) -> tuple[str, TokenScope | None] | None:
        """Return for whom a secret stood and its scope, or None where it was not seen to work here."""
        return self._people.get(_digest(secret))

    def meet(self, secret: str, person: str, scope: TokenScope | None) -> None:
        """Remember a secret that was just seen to work."""
        if len(self._people) >= self._most:
            self._people.clear()
        self._people[_digest(secret)] = (person, scope)

    def forget(self, secret: str) -> None:
        """Forget a secret that works no longer."""
        self._people.pop(_digest(secret), None)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
