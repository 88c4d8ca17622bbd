"""Verifying a log, event by event in its order, up to its checkpoints; the first thing wrong is named.

An event is right where it has the very keys that are hashed, follows the event before it in its case, and
has the hash that its content gives. The log is right where the tree over these hashes has the root that each
signed checkpoint says, and where there is no checkpoint of a longer log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import JsonValue

from domain.chain import GENESIS, NotCanonical, canonical, hash_of
from domain.checkpoints import Checkpoint
from domain.tree import Growing, leaf_hash

HASHED: Final = frozenset(
    {
        "case",
        "seq",
        "type",
        "step",
        "round",
        "occurred_on",
        "recorded_at",
        "actor",
        "post",
        "on_behalf_of",
        "data",
        "prev_hash",
    }
)
"""The keys of an event that are hashed, no more and no fewer."""


class Tampered(Exception):
    """The first thing that is wrong. The message is a sentence without personal data."""

    def __init__(
        self, what: str, *, should_be: str = "", case: str | None = None, seq: int | None = None
    ) -> None:
        """Say what is wrong, what it should have been, and with which event."""
        self.what = what
        self.should_be = should_be
        self.case = case
        self.seq = seq
        where = "" if case is None else f"case {case}, event {seq}: " if seq else f"case {case}: "
        super().__init__(f"{where}{what}" + (f"; it should have been {should_be}" if should_be else ""))


class LogReader:
    """Reads a log from its first event on, and raises Tampered at the first that is wrong."""

    def __init__(self, checkpoints: Iterable[Checkpoint] = ()) -> None:
        """Take checkpoints whose signatures were checked. Raises Tampered where two contradict each other."""
        self._tree = Growing()
        self._heads: dict[str, tuple[int, str]] = {}
        self._checkpoints: dict[int, Checkpoint] = {}
        for one in checkpoints:
            other = self._checkpoints.setdefault(one.size, one)
            if other != one:
                raise Tampered(f"two checkpoints over {one.size} events differ: the log was split in two")

    @property
    def size(self) -> int:
        """How many events were read."""
        return self._tree.size

    @property
    def root(self) -> bytes:
        """The root over them."""
        return self._tree.root

    @property
    def heads(self) -> Mapping[str, tuple[int, str]]:
        """The number and hash of the last event of each case."""
        return self._heads

    def copy(self) -> LogReader:
        """Return another reader that goes on from here."""
        made = LogReader()
        made._tree, made._heads = self._tree.copy(), dict(self._heads)
        made._checkpoints = self._checkpoints
        return made

    def add_line(self, line: bytes) -> None:
        """Read one event as an export writes it: canonical JSON of what is hashed, and its hash."""
        image, own = read_line(line)
        self.add(image, own)

    def add(self, image: Mapping[str, JsonValue], own: str) -> None:
        """Read one event: what was hashed, and the hash that stands beside it."""
        case = str(image["case"])
        check_event(image, own, self._heads.get(case, (0, GENESIS)))
        self._heads[case] = (int(str(image["seq"])), own)
        self.add_leaf(own)

    def add_leaf(self, own: str) -> None:
        """Take one event into the tree by its hash, and compare the root where a checkpoint tells it."""
        self._tree.add(leaf_hash(bytes.fromhex(own)))
        told = self._checkpoints.get(self._tree.size)
        if told is not None and told.root != self._tree.root:
            raise Tampered(
                f"the first {self._tree.size} events are not those the checkpoint over them was signed for",
                should_be=f"a log with the root {told.root.hex()}, and its root is {self._tree.root.hex()}",
            )

    def end(self) -> None:
        """Say that no more events follow: no checkpoint may tell of more."""
        longest = max(self._checkpoints, default=0)
        if longest > self._tree.size:
            raise Tampered(
                f"the log ends after {self._tree.size} events: its end was cut off, or an older copy is back",
                should_be=f"at least {longest} events long, as a signed checkpoint says",
            )


def check_event(image: Mapping[str, JsonValue], own: str, before: tuple[int, str]) -> None:
    """Check one event against its own hash and the number and hash of the one before it. Raises Tampered."""
    case, seq = str(image.get("case")), image.get("seq")
    known = seq if isinstance(seq, int) else None
    if image.keys() != HASHED:
        raise Tampered("it has other keys than an event has", case=case, seq=known)
    if seq != before[0] + 1 or isinstance(seq, bool):
        raise Tampered(
            "it is not the next of its case", should_be=f"event {before[0] + 1}", case=case, seq=known
        )
    if image["prev_hash"] != before[1]:
        raise Tampered("it does not follow the event before it", should_be=before[1], case=case, seq=known)
    try:
        made = hash_of(image)
    except NotCanonical as error:
        raise Tampered("it holds what cannot be recorded", case=case, seq=known) from error
    if made != own:
        raise Tampered(
            "it is not what was recorded",
            should_be=f"what has the hash {own}, and it has {made}",
            case=case,
            seq=known,
        )


def read_line(line: bytes) -> tuple[dict[str, JsonValue], str]:
    """Return what was hashed and the hash of a line of an export. Raises Tampered."""
    try:
        read: Any = json.loads(line)
        if not isinstance(read, dict) or canonical(read) != line:
            raise Tampered("a line is not as it was written: it is no canonical JSON of an event")
    except (ValueError, RecursionError) as error:
        raise Tampered("a line is not as it was written: it cannot be read") from error
    own = read.pop("hash", None)
    if not isinstance(own, str) or not isinstance(read.get("case"), str):
        raise Tampered("a line names no case, or has no hash")
    return read, own


def line_of(image: Mapping[str, JsonValue], own: str) -> bytes:
    """Return an event as an export writes it, without the end of the line."""
    return canonical({**image, "hash": own})
