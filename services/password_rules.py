"""Which passwords are taken: long ones, that are not among the first that anybody tries.

By length and by what has leaked, as NIST SP 800-63B asks; no rules about kinds of letters, which make people
write `Password1!`. Guessers know the same words with digits around them, so those are looked for and not a
list of each spelling.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from domain.values import Text
from services.refusals import InvalidInput

SHORTEST: Final = 10
"""Letters. NIST SP 800-63B asks for eight; a guess here opens a personnel file."""
LONGEST: Final = 200
"""Letters: more only makes the hashing slow."""

_LIST: Final = Path(__file__).with_name("common_passwords.txt")
_AS_DIGITS: Final = (str.maketrans("013457@$!", "oieastasi"), str.maketrans("013457@$!", "oleastasl"))
_NOT_LETTERS: Final = re.compile(r"[\W\d_]+")
_SHORTEST_NAME: Final = 4
_FEW: Final = 4
"""So many different letters are too few, however often they come."""


def check_password(password: str, *, about: Iterable[str] = ()) -> None:
    """Raise InvalidInput where a password is too short or too easily guessed.

    `about` is what a guesser would try first for this person: the login, names.
    """
    if len(password) < SHORTEST:
        raise InvalidInput(
            "password", Text(zh=f"至少需要{SHORTEST}个字符", en=f"needs at least {SHORTEST} characters")
        )
    if len(password) > LONGEST:
        raise InvalidInput(
            "password", Text(zh=f"最多{LONGEST}个字符", en=f"has at most {LONGEST} characters")
        )
    if is_easily_guessed(password, about=about):
        raise InvalidInput(
            "password",
            Text(
                zh="是常见或已泄露的密码，或者容易被猜到；请用几个互不相关的词",
                en="is common, known to have leaked, or easily guessed; take some words that have "
                "nothing to do with each other",
            ),
        )


def is_easily_guessed(password: str, *, about: Iterable[str] = ()) -> bool:
    """Whether a password is among the first that are tried."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    squeezed = re.sub(r"\s", "", plain)
    if len(set(squeezed)) <= _FEW or _is_a_walk(squeezed) or not re.search(r"[^\W\d_]", squeezed):
        # Digits alone are days, telephone numbers and numbers of identity cards.
        return True
    spelt = {word.casefold() for word in about}
    bare = {_NOT_LETTERS.sub("", word) for word in spelt}
    known = _known() | {word for word in spelt | bare if len(word) >= _SHORTEST_NAME}
    return any(_is_made_of(word, known) for word in _readings(squeezed))


def _readings(text: str) -> Iterator[str]:
    """Yield what may have been meant: as it is, without what is no letter, with digits read as letters."""
    yield text
    yield _NOT_LETTERS.sub("", text)
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    for table in _AS_DIGITS:
        for spelt in (text, core):
            yield _NOT_LETTERS.sub("", spelt.translate(table))


def _is_made_of(text: str, known: set[str] | frozenset[str]) -> bool:
    """Whether a text is one known word, or two, or the same one again and again."""
    if text in known:
        return True
    again = re.fullmatch(r"(.+?)\1+", text)
    if again is not None and (again.group(1) in known or len(again.group(1)) <= _FEW):
        return True
    return any(text[:place] in known and text[place:] in known for place in range(1, len(text)))


def _is_a_walk(text: str) -> bool:
    """Whether each sign follows the one before it, up or down, as in 23456789ab or 9876543210."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(text)}
    return steps <= {1} or steps <= {-1}


@cache
def _known() -> frozenset[str]:
    lines = _LIST.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
