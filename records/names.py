"""Names made searchable: in characters, in pinyin and by its initials, in any case and width."""

from __future__ import annotations

import unicodedata

from pypinyin import Style, lazy_pinyin


def searchable(name: str) -> str:
    """Return what a search looks at: the name, its pinyin and its initials, one after another."""
    spelled = lazy_pinyin(name)
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return " ".join((searched(name), searched("".join(spelled)), searched(initials)))


def searched(text: str) -> str:
    """Return typed text as it is compared: one width, small letters, no spaces, no middle dots."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if not letter.isspace() and letter != "·")
