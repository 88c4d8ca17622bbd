"""The words that published processes have for units, posts, standings and what bars people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.library import Library

NO_STANDING: Final = "none"
"""The standing of somebody who belongs to a unit and is on no way."""


@dataclass(frozen=True)
class Vocabulary:
    """What published processes know."""

    kinds: frozenset[str]
    roles: frozenset[str]
    """As `kind.role`."""
    standings: Mapping[str, frozenset[str]]
    """By standing: the processes that have it."""
    restrictions: frozenset[str]
    processes: frozenset[str]
    stages: frozenset[str]

    @classmethod
    def of(cls, library: Library) -> Vocabulary:
        """Gather it."""
        standings: dict[str, frozenset[str]] = {}
        for process in library:
            for standing in process.standings:
                standings[standing] = standings.get(standing, frozenset()) | {process.process}
        return cls(
            frozenset(kind for process in library for kind in process.unit_kinds),
            library_roles(library),
            standings,
            frozenset(name for process in library for name in process.restrictions),
            frozenset(library.processes),
            frozenset(stage.id for process in library for stage in process.stages),
        )

    def processes_of(self, standing: str) -> frozenset[str]:
        """Return the processes in which a standing excludes others; that of nobody excludes all."""
        if standing == NO_STANDING:
            return frozenset(process for these in self.standings.values() for process in these)
        return self.standings.get(standing, frozenset())


def library_roles(library: Library) -> frozenset[str]:
    """Return every post that some process knows, as `kind.role`."""
    roles = {actor for process in library for actor in process.roles}
    members = {
        f"{body.unit}.{role}"
        for process in library
        for body in process.bodies.values()
        for role in body.roles
    }
    return frozenset(roles | members)
