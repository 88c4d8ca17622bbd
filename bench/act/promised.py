"""What is promised of an act over HTTP, as ratios between systems that were measured in turns."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.act.measuring import Round
from bench.promises import Promise

OURS: Final = "accede"
ALONE: Final = 1
CROWD: Final = 50

Place = tuple[str, str, int]
"""Database, system, callers."""
Results = Mapping[Place, Sequence[Round]]


@dataclass(frozen=True)
class Floor:
    """A ratio between us and a peer that has to be reached."""

    peer: str
    says: str
    callers: int
    bound: float
    figure: Callable[[Round], float]
    at_most: bool


def _throughput(found: Round) -> float:
    return found.per_second


def _median_wait(found: Round) -> float:
    return found.wait(0.5)


FLOORS: Final = (
    Floor(
        "temporal", "acts a second, of a minimal Temporal service's", CROWD, 1.8, _throughput, at_most=False
    ),
    Floor("dbos", "acts a second, of a DBOS service's", CROWD, 5.0, _throughput, at_most=False),
    Floor("temporal", "median wait, of a minimal Temporal service's", ALONE, 0.7, _median_wait, at_most=True),
    Floor("plain", "median wait, of a plain transaction's", ALONE, 2.0, _median_wait, at_most=True),
)


def promises(results: Results) -> list[Promise]:
    """Return every promise that these results can say something about."""
    return [*_floors(results), *_nothing_amiss(results)]


def ratio(ours: Sequence[Round], theirs: Sequence[Round], figure: Callable[[Round], float]) -> float:
    """Return the median of the ratios of rounds that were measured one after the other."""
    return statistics.median(figure(one) / figure(other) for one, other in zip(ours, theirs, strict=True))


def _floors(results: Results) -> Iterator[Promise]:
    for database in sorted({place[0] for place in results}):
        for floor in FLOORS:
            ours = results.get((database, OURS, floor.callers))
            theirs = results.get((database, floor.peer, floor.callers))
            if ours and theirs:
                yield Promise(
                    id=f"{floor.peer}-{floor.callers}-{database}",
                    says=f"{floor.says}, {floor.callers} caller{'s' * (floor.callers > 1)} on {database}",
                    figure=round(ratio(ours, theirs, floor.figure), 2),
                    bound=floor.bound,
                    unit="x",
                    at_most=floor.at_most,
                )


def _nothing_amiss(results: Results) -> Iterator[Promise]:
    rounds = [found for some in results.values() for found in some]
    ours = [found for place, some in results.items() if place[1] == OURS for found in some]
    acts = sum(found.acts for found in rounds)
    if rounds:
        wrong = sum(found.wrong for found in rounds)
        yield Promise("acts-in-the-rows", f"acknowledged acts amiss in the rows, of {acts}", wrong, 0, "acts")
    if ours:
        left = sum(found.left for found in ours)
        yield Promise("effects-done", "effects not done when a round's time ended", left, 0, "effects")
