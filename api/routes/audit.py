"""Proofs for whoever audits: checkpoints of the log over all events, keys, and paths through its tree."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.bounds import Id
from api.callers import By, Here, signed_in
from api.paging import Cursor, Limit
from services import administration, log_proofs
from services.administration import DoneView
from services.log_proofs import (
    CheckpointView,
    ConsistencyView,
    InclusionView,
    LeafProofView,
    LeafView,
    LogKeyView,
    PlaceView,
)
from services.views import Page

router = APIRouter(prefix="/v1/audit", tags=["audit"], dependencies=signed_in)

_Size = Annotated[int, Query(ge=0, le=2**53 - 1)]
_Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@router.get("/checkpoints", summary="Checkpoints of the log")
async def list_checkpoints(
    parts: Here,
    caller: By,  # noqa: ARG001 - somebody has to be signed in
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CheckpointView]:
    """Return signed checkpoints of the log over all events, latest first, with what witnesses signed."""
    return await log_proofs.listed(parts, cursor=cursor, limit=limit)


@router.get("/checkpoints/latest", summary="The latest checkpoint")
async def latest_checkpoint(parts: Here, caller: By) -> CheckpointView:  # noqa: ARG001 - as above
    """Return the checkpoint over most events. Keep it elsewhere: it shows later what was there today."""
    return await log_proofs.latest(parts)


@router.get("/places", summary="Where checkpoints go outside")
async def list_places(parts: Here, caller: By) -> Page[PlaceView]:  # noqa: ARG001 - as above
    """Return witnesses, and mail to auditors: which checkpoint each has, and why not a later one."""
    return await log_proofs.places(parts)


@router.get("/keys", summary="Keys that sign checkpoints")
async def list_keys(parts: Here, caller: By) -> Page[LogKeyView]:  # noqa: ARG001 - as above
    """Return every key that ever signed, with its days; each is named by the one before it."""
    return await log_proofs.keys(parts)


@router.get("/administration", summary="What administrators did")
async def list_administration(
    parts: Here, caller: By, cursor: Cursor = None, limit: Limit = 50
) -> Page[DoneView]:
    """Return what administrators and commands did to the installation itself, latest first.

    To people in the units one audits and below them, or all of it; whoever audits nothing is shown nothing.
    """
    return await administration.listed(parts, caller, cursor=cursor, limit=limit)


@router.get("/leaves", summary="Lines of the log")
async def list_leaves(
    parts: Here,
    caller: By,  # noqa: ARG001 - as above
    first: Annotated[int, Query(alias="from", ge=0, le=2**53 - 1)] = 0,
    limit: Limit = 200,
) -> Page[LeafView]:
    """Return lines of the log from a position on: hashes of events, and not whose they are."""
    return await log_proofs.leaves(parts, first, limit)


@router.get("/leaves/{position}", summary="Prove a line of the log")
async def leaf(
    parts: Here,
    caller: By,  # noqa: ARG001 - as above
    position: Annotated[int, Path(ge=0, le=2**53 - 1)],
) -> LeafProofView:
    """Return a line of the log with the path to the root of a signed checkpoint."""
    return await log_proofs.leaf(parts, position)


@router.get("/proofs/inclusion", summary="Prove that an event stands in the log")
async def inclusion(parts: Here, caller: By, case: Id, seq: _Number = None) -> InclusionView:
    """Return the path from an event of a case, its last where none is named, to a signed checkpoint."""
    return await log_proofs.inclusion(parts, caller, case, seq)


@router.get("/proofs/consistency", summary="Prove that nothing was taken away from the log")
async def consistency(
    parts: Here,
    caller: By,  # noqa: ARG001 - as above
    earlier: _Size,
    later: _Size,
) -> ConsistencyView:
    """Return the path between the logs of two sizes, such as those of two checkpoints."""
    return await log_proofs.consistency(parts, earlier, later)
