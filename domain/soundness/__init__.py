"""Soundness: what makes a well-formed definition impossible to live with.

Every check is a generator of flaws; one module holds one family. A flaw names the place, so that whoever
wrote the definition is shown the line.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.process import Process
from domain.soundness import actors, asks, conditions, days, names, ways
from domain.soundness.flaws import Flaw
from domain.soundness.order import Order


def problems(process: Process) -> tuple[Flaw, ...]:
    """Return every flaw of a definition, each once; empty where it is sound."""
    too_large = tuple(names.size(process))
    return too_large or tuple(dict.fromkeys(_flaws(process)))


def _flaws(process: Process) -> Iterator[Flaw]:
    order = Order(process)
    yield from names.names(process)
    yield from names.settings(process)
    yield from ways.stages(process)
    yield from ways.order_of_steps(process, order)
    yield from ways.outcomes(process, order)
    yield from actors.posts(process)
    yield from actors.case_roles(process, order)
    yield from actors.actors(process, order)
    yield from conditions.conditions(process, order)
    yield from asks.materials(process, order)
    yield from asks.fields(process)
    yield from asks.rules(process, order)
    yield from asks.thresholds(process)
    yield from days.anchors(process, order)
    yield from days.lengths(process)
    yield from days.deadlines(process, order)


__all__ = ["Flaw", "problems"]
