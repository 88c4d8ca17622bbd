"""Which pictures are drawn from which results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bench.plots.choosing import share, worth_showing
from bench.plots.drawing import COLOURS, Chart

Results = Mapping[str, Any]
"""What `bench.promises.report` wrote."""

_NAMES: Final = {
    "accede": "Accede",
    "temporal": "Temporal, Update + SQL",
    "plain": "plain transaction",
    "dbos": "DBOS",
    "viewflow": "viewflow",
}
_DATABASES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_COLOUR: Final = dict(zip(_NAMES, COLOURS, strict=False))
_GROUPS: Final = dict(zip(("api", "worker", "server", "database", "client"), COLOURS, strict=False))


def act_figures(results: Results) -> Iterator[tuple[str, str]]:
    """Yield name and SVG of each picture of acts over HTTP."""
    rows = results["details"]["results"]
    for callers in sorted({row["callers"] for row in rows}):
        some = [row for row in rows if row["callers"] == callers]
        who = "one caller" if callers == 1 else f"{callers} callers"
        yield f"act-throughput-{callers}", _throughput(some, who)
        yield f"act-wait-{callers}", _waits(some, who)
        yield f"act-cpu-{callers}", _cpu(some, who)


def promises_figure(results: Results) -> str:
    """Return a picture of a part's promises: each figure as a share of its bound."""
    promises = [one for one in worth_showing(results["promises"]) if one["bound"]]
    top = max([1.25, *(share(one) for one in promises)]) * 1.05
    chart = Chart(
        f"{results['part']}: what was measured, as a share of what is promised",
        "What does not cross the line is kept. Where a figure has to be large, its bound is divided by it.",
        top=min(top, 3),
    )
    chart.bound(1, rows=len(promises))
    for one in promises:
        side = "≤" if one["at_most"] else "≥"
        colour = COLOURS[2] if one["kept"] else COLOURS[0]
        chart.bar(one["id"], share(one), colour, f"{one['figure']:g} {side} {one['bound']:g} {one['unit']}")
    return chart.svg()


def _throughput(rows: Sequence[Mapping[str, Any]], who: str) -> str:
    chart = Chart(
        f"Acts a second, {who}",
        "Over HTTP, until every effect of every act is done. More is better.",
        top=max(row["per_second"] for row in rows) * 1.05,
    )
    for row in _grouped(chart, rows):
        chart.bar(
            _NAMES[row["system"]], row["per_second"], _COLOUR[row["system"]], f"{row['per_second']:.0f}"
        )
    return chart.svg()


def _waits(rows: Sequence[Mapping[str, Any]], who: str) -> str:
    chart = Chart(
        f"How long a caller waits, {who}",
        "Milliseconds, logarithmic: half of the callers (large dot), 95 and 99 of 100. Less is better.",
        top=max(row["p99_ms"] for row in rows) * 1.2,
        bottom=min(row["p50_ms"] for row in rows) * 0.8,
    )
    for row in _grouped(chart, rows):
        waits = [row[name] for name in ("p50_ms", "p95_ms", "p99_ms")]
        behind = " / ".join(f"{wait:.1f}" if wait < 10 else f"{wait:.0f}" for wait in waits)
        chart.span(_NAMES[row["system"]], waits, _COLOUR[row["system"]], behind)
    return chart.svg()


def _cpu(rows: Sequence[Mapping[str, Any]], who: str) -> str:
    spent = [{name: row["cpu_ms_per_act"].get(name, 0) for name in _GROUPS} for row in rows]
    chart = Chart(
        f"Processor time of an act, {who}",
        "Milliseconds by group of processes. Less is better; SQLite is inside API and worker.",
        top=max(sum(one.values()) for one in spent) * 1.05,
    )
    for row in _grouped(chart, rows):
        parts = {name: row["cpu_ms_per_act"].get(name, 0) for name in _GROUPS}
        chart.stack(_NAMES[row["system"]], parts, _GROUPS, f"{sum(parts.values()):.1f}")
    chart.legend(_GROUPS)
    return chart.svg()


def _grouped(chart: Chart, rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for database, name in _DATABASES.items():
        some = [row for row in rows if row["database"] == database]
        if some:
            chart.group(name)
        yield from some
