"""The results of a run as a table for people, and as plain values for a file."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.act.measuring import Round
from bench.act.promised import Results

_HEAD = (
    "database",
    "callers",
    "system",
    "acts/s",
    "answered/s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "CPU ms per act",
)


def table(results: Results) -> str:
    """Return the medians over the rounds, one line for each place."""
    lines = [_HEAD, *(_cells(place, rounds) for place, rounds in sorted(results.items(), key=_order))]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def values(results: Results) -> list[dict[str, Any]]:
    """Return medians and every round, as JSON can hold them."""
    return [
        {
            "database": database,
            "system": system,
            "callers": callers,
            **medians(rounds),
            "cpu_ms_per_act": cpu(rounds),
            "rounds": [_round(found) for found in rounds],
        }
        for (database, system, callers), rounds in results.items()
    ]


def medians(rounds: Sequence[Round]) -> dict[str, float]:
    """Return the medians over rounds: acts a second, waits in milliseconds."""
    of: Mapping[str, Callable[[Round], float]] = {
        "per_second": lambda found: found.per_second,
        "acknowledged_per_second": lambda found: found.acknowledged_per_second,
        "p50_ms": lambda found: found.wait(0.5),
        "p95_ms": lambda found: found.wait(0.95),
        "p99_ms": lambda found: found.wait(0.99),
    }
    return {
        name: round(statistics.median(figure(found) for found in rounds), 2) for name, figure in of.items()
    }


def cpu(rounds: Sequence[Round]) -> dict[str, float]:
    """Return the median processor milliseconds of an act, by group of processes."""
    each = [found.cpu_per_act() for found in rounds]
    return {name: round(statistics.median(one[name] for one in each), 2) for name in each[0]}


def _cells(place: tuple[str, str, int], rounds: Sequence[Round]) -> tuple[str, ...]:
    database, system, callers = place
    found = medians(rounds)
    figures = [f"{found[name]:.0f}" for name in ("per_second", "acknowledged_per_second")]
    figures += [f"{found[name]:.1f}" for name in ("p50_ms", "p95_ms", "p99_ms")]
    spent = " ".join(f"{name} {spent:.1f}" for name, spent in cpu(rounds).items())
    return (database, str(callers), system, *figures, spent)


def _order(item: tuple[tuple[str, str, int], object]) -> tuple[str, int]:
    return item[0][0], item[0][2]


def _round(found: Round) -> dict[str, object]:
    return {
        "acts": found.acts,
        "acting_seconds": round(found.acting, 3),
        "settling_seconds": round(found.settling, 3),
        "per_second": round(found.per_second, 1),
        "p50_ms": round(found.wait(0.5), 2),
        "p99_ms": round(found.wait(0.99), 2),
        "seen_again": found.seen_again,
        "left": found.left,
        "wrong": found.wrong,
        "median_ms_by_step": {step: round(s * 1000, 2) for step, s in found.waits_by_step.items()},
    }
