"""What a seeded record lacks that pages are about: a finding, a look for patterns, a draft, a document."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy import Connection

from bench.pages.visiting import COOKIE, Visitor
from domain.patterns.thresholds import limits
from records import pattern_runs
from records.finding_tables import findings
from records.pattern_runs import Result, Run
from records.pattern_tables import pattern_runs as runs
from services.drafts import StartDraft, begun, listed
from services.parts import Caller, Parts

_RUN = "0" * 32


async def furnish(parts: Parts, client: httpx.AsyncClient, people: Sequence[Visitor]) -> list[Visitor]:
    """Return the visitors with everything there is to look at; what an earlier time left is used again."""
    known = {one.name: one for one in people}
    auditor, subject = known["everything"], known["subject"]
    draft = StartDraft(process=subject.things["process"], unit=subject.things["unit"], subject=subject.person)
    document = await _posted(client, subject, "/v1/materials", files={"file": ("letter", b"a letter")})
    more = {
        "finding": await _a_finding(parts, client, auditor),
        "look": await _a_look(parts, auditor),
        "draft": await _a_draft(parts, Caller(subject.person), draft),
        "material": str(document["id"]),
    }
    return [replace(one, things={**more, **one.things}) for one in people]


async def _a_draft(parts: Parts, caller: Caller, draft: StartDraft) -> str:
    kept = next((one.id for one in await listed(parts, caller) if one.content == draft), None)
    return kept or await begun(parts, caller, draft)


async def _a_finding(parts: Parts, client: httpx.AsyncClient, auditor: Visitor) -> str:
    query = sa.select(findings.c.id).where(findings.c.case_id == auditor.things["case"]).limit(1)
    kept = await parts.read(lambda connection: connection.execute(query).scalar())
    if kept is not None:
        return str(kept)
    said = {"detail": "申请书没有写明日期，需要补充。", "seq": 1}
    raised = await _posted(client, auditor, f"/v1/cases/{auditor.things['case']}/findings", json=said)
    return str(raised["id"])


async def _a_look(parts: Parts, auditor: Visitor) -> str:
    told = {
        "thresholds": limits(),
        "looked_at": {"last-day": 12},
        "cases": 240,
        "events": 3_100,
        "texts": 420,
        "unread": 2,
    }
    found = {
        "process": "",
        "narrowed": "",
        "people": [],
        "pairs": [],
        "cases": [auditor.things["case"]],
        "person": "",
        "population": 40,
        "figure": 0.9,
        "threshold": 0.6,
        "chance": 0.00002,
    }
    run = Run(_RUN, parts.clock(), parts.today(), None, None, told)

    def keep(connection: Connection) -> None:
        if connection.execute(sa.select(runs.c.id).limit(1)).first() is None:
            results = (Result(1, "last-day", auditor.things["unit"], found),)
            pattern_runs.keep(connection, run, results)

    await parts.write(keep)
    return _RUN


async def _posted(client: httpx.AsyncClient, by: Visitor, path: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401 - as httpx takes it
    headers = {"cookie": f"{COOKIE}={by.secret}", "idempotency-key": uuid.uuid4().hex}
    answer = await client.post(path, headers=headers, **body)
    assert answer.status_code in {200, 201}, answer.text  # noqa: S101 - the bench cannot go on without it
    found: dict[str, Any] = answer.json()
    return found
