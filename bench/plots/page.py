"""Writes what a run found into docs/performance.md, between two marks: no figure is copied by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bench.plots.choosing import worth_showing

BEGIN: Final = "<!-- what the last run found: written by bench.plots -->\n"
END: Final = "<!-- end of what the last run found -->\n"


class NoPlace(Exception):
    """The page has no marks to write between."""


def with_figures(page: str, found: Sequence[Mapping[str, Any]], pictures: Sequence[str]) -> str:
    """Return the page with these results, part by part, in place of earlier ones. Raises NoPlace."""
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise NoPlace("docs/performance.md has lost its marks")
    parts = "\n".join("\n".join(_part(results, pictures)) + "\n" for results in found)
    return f"{before}{BEGIN}\n{parts}\n{END}{after}"


def _part(results: Mapping[str, Any], pictures: Sequence[str]) -> Iterator[str]:
    machine = results["machine"]
    yield f"### bench.{results['part']}, {results['at'][:10]}"
    yield ""
    yield (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}, Python {machine['python']}."
    )
    yield ""
    yield "| promise | found | bound | |"
    yield "|---|---|---|---|"
    shown = worth_showing(results["promises"])
    for one in shown:
        side = "at most" if one["at_most"] else "at least"
        verdict = "kept" if one["kept"] else "**missed**"
        yield f"| {one['says']} | {one['figure']:g} {one['unit']} | {side} {one['bound']:g} | {verdict} |"
    if others := len(results["promises"]) - len(shown):
        yield ""
        yield f"And {others} more, all kept, and none nearer to its bound than these."
    if results["part"] == "act":
        yield from _places(results["details"]["results"])
    for name in pictures:
        if name.startswith(f"performance-{results['part']}"):
            yield ""
            yield f"![{name.removeprefix('performance-').removesuffix('.svg')}](pictures/{name})"


def _places(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield ""
    yield "| database | callers | | acts/s | answered/s | p50 ms | p95 ms | p99 ms | processor ms an act |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in sorted(rows, key=lambda row: (row["database"], row["callers"])):
        speed = f"{row['per_second']:.0f} | {row['acknowledged_per_second']:.0f}"
        waits = " | ".join(f"{row[name]:.1f}" for name in ("p50_ms", "p95_ms", "p99_ms"))
        spent = ", ".join(f"{name} {ms:.1f}" for name, ms in row["cpu_ms_per_act"].items())
        where = f"{row['database']} | {row['callers']} | {row['system']}"
        yield f"| {where} | {speed} | {waits} | {spent} |"
