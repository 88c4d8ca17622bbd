"""What a check found: how much was compared, and every place where two accounts differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

KINDS: Final = ("lost", "doubled", "different", "late", "missed", "stale")
"""lost: acknowledged and not there. doubled: there more than once. different: there, and not as acknowledged.
late: its author did not see it at once. missed: a duty to inform that was not met. stale: a workflow that
does not know what is recorded, or an outbox that says so.
"""
_SHOWN: Final = 20


@dataclass
class Findings:
    """Counts what was compared, and keeps the first places of each kind of finding."""

    found: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)
    compared: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, place: str) -> None:
        """Note one finding."""
        if kind not in KINDS:
            raise KeyError(kind)
        self.found[kind] += 1
        self.places.setdefault(kind, [])
        if len(self.places[kind]) < _SHOWN:
            self.places[kind].append(place)

    def differ(self, place: str, said: object, there: object) -> None:
        """Note a difference where there is one."""
        if said != there:
            self.add("different", f"{place}: {said!r} was said, {there!r} is there")

    def as_json(self) -> dict[str, object]:
        """Return everything as plain JSON."""
        return {
            **{kind: self.found[kind] for kind in KINDS},
            "places": self.places,
            "compared": dict(self.compared),
        }
