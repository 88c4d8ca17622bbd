"""`python -m bench.plots`: what the last run found, as pictures and figures of docs/performance.md."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.__main__ import PARTS
from bench.plots.figures import Results, act_figures, promises_figure
from bench.plots.page import with_figures
from bench.promises import RESULTS

_DOCS = Path(__file__).parents[2] / "docs"


def main(argv: Sequence[str] | None = None) -> int:
    """Draw and write, and return the exit code: 1 where there is nothing that may be published."""
    parser = argparse.ArgumentParser(prog="bench.plots", description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--docs", type=Path, default=_DOCS)
    given = parser.parse_args(argv)
    found = list(_read(given.results))
    if unfit := [one["part"] for one in found if not _is_publishable(one)]:
        print(f"not published: {', '.join(unfit)} was a small run, or had a fault planted")
        return 1
    drawn = [_write(given.docs, name, svg) for one in found for name, svg in figures(one)]
    if found:
        page = given.docs / "performance.md"
        page.write_text(with_figures(page.read_text("utf-8"), found, drawn), "utf-8")
    print("\n".join(drawn) or f"no results in {given.results}: run `make bench` first")
    return 0 if drawn else 1


def figures(results: Results) -> Iterator[tuple[str, str]]:
    """Yield name and SVG of every picture of a part."""
    if results["part"] == "act":
        yield from act_figures(results)
    yield results["part"], promises_figure(results)


def _read(folder: Path) -> Iterator[Results]:
    for part in PARTS:
        path = folder / f"{part}.json"
        if path.exists():
            yield json.loads(path.read_text("utf-8"))


def _is_publishable(results: Results) -> bool:
    details = results["details"]
    return not details.get("planted") and not details.get("small")


def _write(docs: Path, name: str, svg: str) -> str:
    path = docs / "pictures" / f"performance-{name}.svg"
    path.write_text(svg, "utf-8")
    return path.name


if __name__ == "__main__":
    sys.exit(main())
