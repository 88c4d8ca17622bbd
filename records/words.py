"""Words about people that are said by hand: reasons, and where something is known from.

They stand in rows that only grow, so they are sealed with the keys of those they are about: what is said of
two is gone with either. Who seals is handed in by whoever opens a transaction; without, words are kept as
they are said, and what was kept so stays readable.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol, cast

from sqlalchemy import Connection

MARK: Final = "\x1esealed."
"""What begins with it is sealed; nobody can say it, because requests hold no control characters."""

_SEALER: Final = "accede.words"
Kept = tuple[tuple[str, ...], str | None]
"""Whom something kept is about, and what was kept."""


class WordSealer(Protocol):
    """Seals with the keys of people, and opens."""

    def seal_words(self, connection: Connection, people: Sequence[str], words: str, now: datetime) -> str:
        """Return words sealed for people, in order."""

    def open_words(
        self, connection: Connection, kept: Sequence[tuple[tuple[str, ...], str]]
    ) -> list[str | None]:
        """Return what was sealed; None where one of its keys is gone, or does not open it."""


def seal_with(connection: Connection, sealer: WordSealer | None) -> None:
    """Seal and open words on this connection from now on."""
    connection.info[_SEALER] = sealer


def sealed(connection: Connection, people: Sequence[str], words: str | None, now: datetime) -> str | None:
    """Return words about people as they are to be kept."""
    sealer = _sealer_of(connection)
    if not words or sealer is None:
        return words
    return MARK + sealer.seal_words(connection, people, words, now)


def opened(connection: Connection, kept: Sequence[Kept]) -> list[str | None]:
    """Return words as they were said, in order; None where nothing was said, or where it is gone."""
    closed = [(people, words[len(MARK) :]) for people, words in kept if words and words.startswith(MARK)]
    if not closed:
        return [words for _, words in kept]
    sealer = _sealer_of(connection)
    found = iter([None] * len(closed) if sealer is None else sealer.open_words(connection, closed))
    return [next(found) if words and words.startswith(MARK) else words for _, words in kept]


def _sealer_of(connection: Connection) -> WordSealer | None:
    return cast("WordSealer | None", connection.info.get(_SEALER))
