"""Whether a JSON body is one that every later reader agrees on: RFC 8259 without its ambiguities.

Refused: bytes that are not UTF-8, NaN and infinities (also as 1e400), whole numbers beyond 2^53, NUL and lone
surrogates, a key twice in one object, nesting and sizes beyond what any of our bodies needs.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from api.bounds import SAFE_INTEGER

DEEPEST = 16
_LONGEST_NUMBER = 40
_LONGEST_KEY = 200
_MOST_VALUES = 20_000


class NotJson(ValueError):
    """The body is not JSON at all, or is ambiguous."""


class NotStorable(ValueError):
    """The body is JSON, and holds a text or number that cannot be kept."""


def read_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value. Raises NotJson or NotStorable.

    An empty body passes, as None: whether one is needed is said elsewhere.
    """
    if not body.strip():
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJson from error
    try:
        value = json.loads(
            text,
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_finite,
            object_pairs_hook=_each_key_once,
        )
    except (NotJson, NotStorable):
        raise
    except (ValueError, RecursionError) as error:
        raise NotJson from error
    _check_values(value)
    return value


def _check_values(value: Any) -> None:  # noqa: ANN401 - any JSON value
    level = [value]
    seen = 0
    for _ in range(DEEPEST):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below.extend(one)
                below.extend(one.values())
            elif isinstance(one, list):
                below.extend(one)
            elif isinstance(one, str):
                _check_text(one)
        seen += len(below)
        if seen > _MOST_VALUES:
            raise NotStorable
        if not below:
            return
        level = below
    raise NotStorable


def _check_text(text: str) -> None:
    if "\x00" in text or (not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)):
        raise NotStorable


def _no_constant(_name: str) -> NoReturn:
    raise NotJson


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER or abs(number := int(digits)) > SAFE_INTEGER:
        raise NotStorable
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotStorable
    return number


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotJson
    if any(len(key) > _LONGEST_KEY for key in made):
        raise NotStorable
    return made
