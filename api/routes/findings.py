"""What audits find: evaluations of a case, findings, and what people say of them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from api.bounds import Asked, Id, Label, Reason, Seq
from api.callers import By, Here, Key, signed_in
from api.paging import Cursor, Limit
from domain.auditing.lives import FindingState
from domain.values import Level
from services import auditing, findings
from services.auditing import EvaluationView
from services.finding_views import FindingDetail, FindingView, Told
from services.findings import FindingFilter, Raised
from services.views import Page

router = APIRouter(prefix="/v1", tags=["audit"], dependencies=signed_in)

_Rule = Annotated[
    str | None,
    Query(
        pattern=r"^([A-Z](\d{2})?|[a-z]+(-[a-z]+)*)$",
        description="A rule, a letter for all of one, `hand`, or a pattern.",
    ),
]


class SayingBody(Asked):
    """What somebody says of a finding."""

    reason: Reason


class RaisingBody(Asked):
    """What an auditor noticed himself, and the event it is about."""

    detail: Annotated[Reason, Field(min_length=10)]
    seq: Seq | None = None


@router.get("/findings", summary="List findings")
async def list_findings(  # noqa: PLR0913 - one parameter for each filter
    parts: Here,
    caller: By,
    *,
    unit: Id | None = None,
    process: Label | None = None,
    kind: Literal["rule", "pattern", "hand"] | None = None,
    level: Level | None = None,
    rule: _Rule = None,
    state: FindingState | None = None,
    present: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[FindingView]:
    """Return findings in cases seen by a post, and patterns in units of one's posts, latest first.

    Of a unit and all below it, if one is given. A page may be shorter than `limit` and still have a `next`.
    """
    narrowed = FindingFilter(
        unit=unit, process=process, kind=kind, level=level, rule=rule, state=state, present=present
    )
    return await findings.listed(parts, caller, narrowed, cursor=cursor, limit=limit)


@router.get("/findings/{finding_id}", summary="A finding with its life")
async def get_finding(finding_id: Id, parts: Here, caller: By) -> FindingDetail:
    """Return what was found, what it rests on, every word about it, and what the caller may say."""
    return await findings.one(parts, caller, finding_id)


@router.post("/findings/{finding_id}/{saying}", summary="Say something of a finding")
async def say(  # noqa: PLR0917 - FastAPI names them
    finding_id: Id,
    saying: Literal["explain", "accept", "remedy", "dismiss"],
    body: SayingBody,
    parts: Here,
    caller: By,
    key: Key = None,
) -> FindingDetail:
    """Explain a finding or say how it was remedied (the case's unit); accept or dismiss it (a unit above)."""
    told = Told(finding=finding_id, saying=saying, reason=body.reason)
    return await findings.say(parts, caller, told, key=key)


@router.get("/cases/{case_id}/findings", summary="Findings in a case")
async def findings_of_case(
    case_id: Id, parts: Here, caller: By, cursor: Cursor = None, limit: Limit = 50
) -> Page[FindingView]:
    """Return everything that was ever found in a case, latest raised first."""
    return await findings.of_case(parts, caller, case_id, cursor=cursor, limit=limit)


@router.post("/cases/{case_id}/findings", status_code=201, summary="Raise a finding by hand")
async def raise_finding(
    case_id: Id, body: RaisingBody, parts: Here, caller: By, key: Key = None
) -> FindingDetail:
    """Write down what an auditor noticed himself. It changes nothing in the case."""
    raised = Raised(case=case_id, detail=body.detail, seq=body.seq)
    return await findings.raise_by_hand(parts, caller, raised, key=key)


@router.post("/cases/{case_id}/audit", summary="Evaluate a case by the audit rules")
async def evaluate(case_id: Id, parts: Here, caller: By) -> EvaluationView:
    """Judge the case by the audit rules now. Earlier evaluations stay."""
    return await auditing.evaluate_now(parts, caller, case_id)


@router.get("/cases/{case_id}/audit", summary="Evaluations of a case")
async def list_evaluations(
    case_id: Id, parts: Here, caller: By, cursor: Cursor = None, limit: Limit = 50
) -> Page[EvaluationView]:
    """Return every evaluation of a case, latest first: by which rules, and what became of each."""
    return await auditing.listed(parts, caller, case_id, cursor=cursor, limit=limit)
