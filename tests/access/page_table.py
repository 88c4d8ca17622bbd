"""Reads tests/access/pages: who is shown which page. The callers are those of the great table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.access.table import FILE, Row, Unclear, read_row

FOLDER = Path(__file__).with_name("pages")


@dataclass(frozen=True)
class PageRow:
    """One question to a page: how it is asked, and what each caller is answered."""

    row: Row
    asks: str
    form: Mapping[str, str] | None
    uses: tuple[str, ...]


@cache
def page_rows() -> dict[str, PageRow]:
    """Every row by its name. Raises Unclear."""
    given = {**_yaml(FILE), **_yaml(FOLDER / "patterns.yaml")}
    found: dict[str, PageRow] = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        for row in _yaml(file).get("rows", ()):
            one = _page_row(given, row)
            if one.row.name in found:
                raise Unclear(f"asked twice: {one.row.name}")
            found[one.row.name] = one
    return found


def the_pages() -> tuple[Row, ...]:
    """Return the rows alone, by their pages."""
    return tuple(
        sorted((one.row for one in page_rows().values()), key=lambda row: row.route.partition(" ")[2])
    )


def _page_row(given: dict[str, Any], row: dict[str, Any]) -> PageRow:
    asking = {name: row[name] for name in ("asks", "form", "uses") if name in row}
    plain = {name: value for name, value in row.items() if name not in asking}
    method, _, path = row["route"].partition(" ")
    form = asking.get("form", {} if method == "POST" else None)
    return PageRow(read_row(given, plain), asking.get("asks", path), form, tuple(asking.get("uses", ())))


def _yaml(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe", pure=True).load(file.read_text("utf-8"))
    return read
