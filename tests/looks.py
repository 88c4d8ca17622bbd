"""Looks for patterns that were kept, for tests that only show them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.patterns.thresholds import limits
from records import pattern_findings, pattern_runs, pattern_tables
from records.pattern_runs import Result, Run
from services.parts import Parts

ID = "0" * 32


async def a_kept_look(
    parts: Parts,
    unit: str,
    *,
    case: str | None = None,
    person: str = "",
    process: str = "",
    ago: timedelta = timedelta(),
) -> str:
    """Keep a look that found two things in a unit some time ago, and return its id."""
    looked = {"last-day": 12, "copied-texts": 12}
    run = Run(ID, parts.clock() - ago, parts.today(), None, None, _told(looked))
    of: dict[str, Any] = {"process": process, "narrowed": "", "people": []}
    of["cases"] = [] if case is None else [case]
    late = of | {
        "person": person,
        "population": 40,
        "figure": 0.9,
        "threshold": 0.6,
        "chance": 0.00002,
        "pairs": [],
    }
    place = [case or "gone", 1, "texts.letter"]
    alike = of | {"person": "", "population": 12, "figure": 5, "threshold": 3, "chance": None}
    alike |= {"pairs": [[place, place], [place, ["gone", 1, "reason"]]], "days": ["2024-01-01", "2024-06-30"]}
    found = (Result(1, "last-day", unit, late), Result(2, "copied-texts", unit, alike))
    await parts.write(lambda connection: pattern_runs.keep(connection, run, found))
    return run.id


async def a_kept_pattern(
    parts: Parts, unit: str, *, case: str | None = None, pattern: str = "last-day"
) -> str:
    """Keep a look that found one thing in a unit, raised as a finding, and return the id of the finding."""
    told: dict[str, Any] = {"process": "", "person": "", "narrowed": "", "people": [], "pairs": []}
    told |= {"population": 40, "figure": 0.9, "threshold": 0.6, "chance": 0.00002}
    told["cases"] = [] if case is None else [case]
    run = Run(uuid.uuid4().hex, parts.clock() - timedelta(days=1), parts.today(), None, None, _told({}))

    def keep(connection: Connection) -> str:
        results = (Result(1, pattern, unit, told),)
        pattern_runs.keep(connection, run, results)
        pattern_findings.keep(connection, run.id, results, run.made_at)
        kept = pattern_tables.pattern_findings
        query = sa.select(kept.c.id).where(kept.c.pattern == pattern)
        return str(connection.execute(query).scalar_one())

    return await parts.write(keep)


def _told(looked_at: dict[str, int]) -> dict[str, Any]:
    """What a look says of itself."""
    return {
        "thresholds": limits(),
        "looked_at": looked_at,
        "cases": 240,
        "events": 3_100,
        "texts": 420,
        "unread": 2,
    }
