"""The chain of a case's events: what is hashed, and how, so that anybody can compute it again.

The hash of an event is SHA-256 over the canonical JSON (RFC 8785) of one object with exactly the keys of
`preimage`. Each event names the hash of the one before it; the first names `GENESIS`. The hash of the last
event is the case's head.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import rfc8785
from pydantic import JsonValue

from domain.events import Event

GENESIS = "0" * 64
"""What stands in the place of a previous hash before the first event of a case."""


class NotCanonical(ValueError):
    """A value has no canonical form: an integer beyond 2^53, a fraction, half a character."""


_LARGEST = 2**53 - 1
_TEXT: Final = frozenset({str})

_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
)
"""Writes what `_is_plain` finds as RFC 8785 asks, several times sooner than a program in Python does."""


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return the canonical JSON of `value`, UTF-8. Raises NotCanonical; fractions are refused, too.

    A fraction would be hashed in one language's rendering of it and doubted in another's.
    """
    try:
        if _is_plain(value):
            return _ENCODER.encode(value).encode()
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise NotCanonical(str(error)) from error


@lru_cache(maxsize=256)  # an act writes the same few moments some twenty times
def moment_text(moment: datetime) -> str:
    """Return a moment as it is hashed and stored: UTC, always six digits of the second, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def preimage(prev_hash: str, case_id: str, event: Event) -> dict[str, JsonValue]:
    """Return the object whose canonical JSON is hashed."""
    return {
        "case": case_id,
        "seq": event.seq,
        "type": event.type,
        "step": event.step,
        "round": event.round,
        "occurred_on": event.occurred_on.isoformat(),
        "recorded_at": moment_text(event.recorded_at),
        "actor": event.actor,
        "post": event.post,
        "on_behalf_of": event.on_behalf_of,
        "data": event.data,
        "prev_hash": prev_hash,
    }


def event_hash(prev_hash: str, case_id: str, event: Event) -> str:
    """Return the hash of one event, 64 hexadecimal digits. Raises NotCanonical."""
    return hash_of(preimage(prev_hash, case_id, event))


def hash_of(image: Mapping[str, JsonValue]) -> str:
    """Return the hash of a preimage, 64 hexadecimal digits: what a verifier computes from a stored row."""
    return hashlib.sha256(canonical(dict(image))).hexdigest()


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether the standard library writes a value canonically. Raises NotCanonical for a fraction.

    It sorts keys by code points and RFC 8785 by UTF-16, which agree on ASCII; it also takes what is no JSON.
    """
    sort = type(value)
    if sort is str or value is None or sort is bool:
        return True
    if sort is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    if sort is dict:
        plain = _all_plain(value.values())
        return plain and set(map(type, value)) <= _TEXT and "".join(value).isascii()
    if sort is list or sort is tuple:
        return _all_plain(value)
    if isinstance(value, float):
        raise NotCanonical("fractions are not recorded: write them as text")
    if isinstance(value, Mapping):
        _all_plain(value.values())
    elif isinstance(value, list | tuple):
        _all_plain(value)
    return False


def _all_plain(values: Iterable[Any]) -> bool:
    """Whether all are plain; all are looked at, for a fraction may stand behind what is not."""
    plain = True
    for value in values:
        if type(value) is not str and value is not None:  # most are, and a call for each would take longer
            plain = _is_plain(value) and plain
    return plain
