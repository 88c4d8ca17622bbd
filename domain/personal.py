"""What of an event is personal and free: set apart, so that it can be erased and the chain stays whole.

The rest of an event names it by a commitment: SHA-256 over the canonical JSON of a salt and the parts. Who
has both can check that nothing was changed; whoever has only the digest learns nothing from it, because the
salt is 128 random bits. What is hashed into the chain is the rest with the commitment, for good.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from domain.chain import canonical
from domain.events import Event

APART: Final = "personal"
"""The key of an event's data under which the commitment stands."""

NAMED: Final = "personal_documents"
"""The key under which documents stand that the parts name: by digest they say nothing, and are to be kept."""

_EMPTY: Final[Mapping[str, Any]] = {"texts": {}, "reason": None, "text": None}
"""What stands in the place of a part that every kind of event has in the same form."""

Parts = dict[str, Any]
"""Parts by their path in an event's data, such as `reason` or `change.value`."""


def personal_parts(event: Event) -> Parts:
    """Return what of an event is free text, or says of members why they were left out of a vote."""
    data: dict[str, Any] = event.data
    found = {path: data[path] for path, empty in _EMPTY.items() if data.get(path, empty) != empty}
    if data.get("in_text"):
        found |= {"change.value": data["change"]["value"], "old": data["old"]}
    meeting = data.get("meeting")
    if meeting and meeting["excluded"]:
        found["meeting.excluded"] = meeting["excluded"]
    return found


def commitment(salt: str, parts: Mapping[str, Any]) -> str:
    """Return the digest by which the rest of an event names its parts, 64 hexadecimal digits."""
    return hashlib.sha256(canonical({"salt": salt, "parts": dict(parts)})).hexdigest()


def without(data: Mapping[str, Any], parts: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """Return the data of an event with its parts taken out, and the commitment to them in."""
    named = _documents(parts)
    rest = _put(data, {path: _empty(value) for path, value in parts.items()})
    return rest | {APART: digest} | ({NAMED: named} if named else {})


def together(data: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of an event with its parts put back, or without them where there are none any more."""
    return _put({key: value for key, value in data.items() if key not in {APART, NAMED}}, parts)


def _documents(parts: Mapping[str, Any]) -> list[str]:
    """Return the documents behind members who were left out, and those a correction proposes."""
    proposed = parts.get("change.value")
    left_out = parts.get("meeting.excluded", ())
    backings = (one.get(kind) for one in left_out for kind in ("consent", "resolution"))
    backing = {one["material"] for one in backings if one and one.get("material")}
    return sorted(backing.union(proposed if isinstance(proposed, list | tuple) else ()))


def _empty(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return type(value)() if isinstance(value, dict | list | tuple) else None


def _put(data: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(data)
    for path, value in parts.items():
        outer, _, inner = path.partition(".")
        made[outer] = {**made[outer], inner: value} if inner else value
    return made
