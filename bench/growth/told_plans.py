"""Writes into docs/performance.md how each list is found: by which indexes, on which database."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from bench.growth.asking import ask_all
from bench.growth.plans import Statement, overheard
from bench.growth.questions import World, questions
from records.engines import open_engine
from services.parts import Parts

BEGIN: Final = "<!-- plans: written by bench.growth -->\n"
END: Final = "<!-- end of plans -->\n"
PAGE: Final = Path(__file__).parents[2] / "docs" / "performance.md"

_SEARCH = re.compile(
    r"^(?:SEARCH|SCAN) (\w+)(?: EXISTS)?(?: USING (?:COVERING )?(?:INDEX (\w+)|(PRIMARY KEY)))?"
)
_OWN_KEY = re.compile(r"^sqlite_autoindex_|^pk_")
_NUMBERED = re.compile(r"_\d+$")

Ways = Mapping[str, Mapping[str, set[str]]]
"""By list, then by table: the indexes it is reached by."""


class NoPlace(Exception):
    """The page has no marks to write between."""


async def heard_by_list(parts: Parts, world: World) -> dict[str, dict[str, Statement]]:
    """Ask one round of questions, and return the statements that were heard, by the kind of list."""
    found: defaultdict[str, dict[str, Statement]] = defaultdict(dict)
    for question in questions(world, 0):
        with overheard() as heard:
            await ask_all(parts, ((question,),))
        found[question.kind].update(heard)
    return dict(found)


def ways(address: str, heard: Mapping[str, Mapping[str, Statement]]) -> dict[str, dict[str, set[str]]]:
    """Return the indexes by which each list reaches the tables of ours, as the database says."""
    engine = open_engine(address, role="reader")
    found: dict[str, dict[str, set[str]]] = {}
    with engine.connect() as connection:
        told = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
        for kind, statements in heard.items():
            reached = found.setdefault(kind, defaultdict(set))
            for statement in statements.values():
                for table, index in told(connection, statement):
                    reached[table].add(index)
    engine.dispose()
    return found


def _on_sqlite(connection: Connection, statement: Statement) -> Iterator[tuple[str, str]]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.text}", statement.parameters)
    for row in rows:
        match = _SEARCH.match(str(row[3]))
        if match is not None and not match[1].startswith(("anon", "CONSTANT")):
            yield _NUMBERED.sub("", match[1]), _index(match[2] or match[3])


def _on_postgresql(connection: Connection, statement: Statement) -> Iterator[tuple[str, str]]:
    plan = connection.exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {statement.text}", statement.parameters
    ).scalar()
    found = plan if isinstance(plan, list) else json.loads(str(plan))
    yield from _reached(found[0]["Plan"], None)


def _reached(node: Mapping[str, Any], table: str | None) -> Iterator[tuple[str, str]]:
    table = node.get("Relation Name", table)
    below = node.get("Plans", ())
    if "Index Name" in node and table is not None:
        yield table, _index(node["Index Name"])
    elif "Relation Name" in node and not below:
        yield table or "", _index(None)
    for one in below:
        yield from _reached(one, table if node["Node Type"].startswith("Bitmap") else None)


def _index(name: str | None) -> str:
    if name is None:
        return "read through"
    return "its key" if name == "PRIMARY KEY" or _OWN_KEY.match(name) else name.removeprefix("ix_")


def with_plans(page: str, found: Mapping[str, Ways]) -> str:
    """Return the page with these plans in place of earlier ones. `found` is by database. Raises NoPlace."""
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise NoPlace("docs/performance.md has lost its marks")
    return f"{before}{BEGIN}\n" + "\n".join(_lines(found)) + f"\n\n{END}{after}"


def _lines(found: Mapping[str, Ways]) -> Iterator[str]:
    yield "| list | database | tables, and the indexes by which their rows are found |"
    yield "|---|---|---|"
    for kind in sorted({kind for by_list in found.values() for kind in by_list}):
        for database, by_list in found.items():
            tables = "; ".join(
                f"`{table}`: {', '.join(sorted(indexes))}"
                for table, indexes in sorted(by_list.get(kind, {}).items())
            )
            yield f"| {kind} | {database} | {tables} |"
