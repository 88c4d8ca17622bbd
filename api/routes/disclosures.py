"""Looking into sensitive material as an auditor: stating why, and who did."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.bounds import Asked, Id, Storable
from api.callers import By, Here, Key, signed_in
from api.paging import Cursor, Limit
from services import disclosures
from services.disclosures import DisclosureView, Stating
from services.views import Page

router = APIRouter(prefix="/v1", tags=["audit"], dependencies=signed_in)


class DisclosureBody(Asked):
    """Why an auditor looks into a case: a sentence, not a sign."""

    reason: Annotated[str, Field(min_length=10, max_length=2_000, pattern=r"\S.*\S"), Storable]


@router.post("/cases/{case_id}/disclosures", status_code=201, summary="State why one looks into a case")
async def state(
    case_id: Id, body: DisclosureBody, parts: Here, caller: By, key: Key = None
) -> DisclosureView:
    """Let an auditor read what is sensitive in a case for an hour. The reason and every look are kept."""
    return await disclosures.state(parts, caller, Stating(case=case_id, reason=body.reason), key=key)


@router.get("/disclosures", summary="Who looked into sensitive material, and why")
async def list_disclosures(
    parts: Here, caller: By, case: Id | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[DisclosureView]:
    """Return reasons and looks in cases below the caller's posts as an auditor, latest first."""
    return await disclosures.listed(parts, caller, case=case, cursor=cursor, limit=limit)
