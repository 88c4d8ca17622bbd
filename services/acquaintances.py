"""Who came by before: for whom a session or token stood when it was looked up last."""

from __future__ import annotations

import hashlib

_MOST = 10_000


class Acquaintances:
    """People by the digest of a secret, in the memory of one process. Says nothing of whether it still works.

    A secret never stands for another person than it did, so a request can be prepared in his name while the
    record is asked, together with all else the request needs, whether the secret still works.
    """

    def __init__(self, most: int = _MOST) -> None:
        """Remember up to `most` secrets."""
        self._most = most
        self._people: dict[bytes, str] = {}

    def person(self, secret: str) -> str | None:
        """Return for whom a secret stood, or None where it was not seen to work here."""
        return self._people.get(_digest(secret))

    def meet(self, secret: str, person: str) -> None:
        """Remember a secret that was just seen to work."""
        if len(self._people) >= self._most:
            self._people.clear()
        self._people[_digest(secret)] = person

    def forget(self, secret: str) -> None:
        """Forget a secret that works no longer."""
        self._people.pop(_digest(secret), None)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
