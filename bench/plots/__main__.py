"""`python -m bench.plots`: draws what the last run found into docs/pictures/performance-*.svg."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.plots.figures import Results, act_figures, promises_figure
from bench.promises import RESULTS

_PARTS = ("act", "growth", "waiting", "startup")
_PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def main(argv: Sequence[str] | None = None) -> int:
    """Draw, and return the exit code: 1 where there is nothing to draw."""
    parser = argparse.ArgumentParser(prog="bench.plots", description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--into", type=Path, default=_PICTURES)
    given = parser.parse_args(argv)
    drawn = [_write(given.into, name, svg) for name, svg in figures(given.results)]
    print("\n".join(drawn) or f"no results in {given.results}: run `make bench` first")
    return 0 if drawn else 1


def figures(results: Path) -> Iterator[tuple[str, str]]:
    """Yield name and SVG of every picture that these results allow."""
    for part in _PARTS:
        path = results / f"{part}.json"
        if not path.exists():
            continue
        found: Results = json.loads(path.read_text("utf-8"))
        if part == "act":
            yield from act_figures(found)
        yield part, promises_figure(found)


def _write(folder: Path, name: str, svg: str) -> str:
    path = folder / f"performance-{name}.svg"
    path.write_text(svg, "utf-8")
    return path.name


if __name__ == "__main__":
    sys.exit(main())
