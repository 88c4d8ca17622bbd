"""Names made searchable: in characters, in pinyin and by its initials, in any case and width."""

from __future__ import annotations

import unicodedata

from records.tables import ENDING


def searchable(name: str) -> str:
    """Return what a search looks at: the name, its pinyin and its initials, one after another."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - takes a third of a second, and most processes no names

    spelled = lazy_pinyin(name)
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return " ".join((searched(name), searched("".join(spelled)), searched(initials)))


def endings(search: str) -> frozenset[str]:
    """Return the endings of every word of a searchable name, as far as they are kept."""
    return frozenset(word[place:][:ENDING] for word in search.split() for place in range(len(word)))


def searched(text: str) -> str:
    """Return typed text as it is compared: one width, small letters, no spaces, no middle dots."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if not letter.isspace() and letter != "·")
