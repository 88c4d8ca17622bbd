"""This installation as a witness of others' logs: signs below their checkpoints (C2SP `tlog-witness`)."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from api.callers import By, Here, signed_in
from api.problems import Problem, answered
from domain.witnessing import NotWitnessed
from services import witnessing
from services.witnessing import WitnessView

router = APIRouter(tags=["audit"])

_CONFLICT: Final = 409
_SIZE: Final = "text/x.tlog.size"


@router.post(
    "/v1/witness/add-checkpoint",
    summary="Sign below a checkpoint of another log",
    response_class=Response,
    responses={409: {"description": "the size of the log that was signed last", "content": {_SIZE: {}}}},
)
async def add_checkpoint(request: Request, parts: Here) -> Response:
    """Return the line in which this installation signs below a checkpoint, as C2SP `tlog-witness` has it.

    Nobody signs in: the checkpoint is signed by the key of its log, which has to be trusted here. Where it
    does not continue what was signed before, 409 tells the size of that, or 422 that the proof does not hold.
    """
    try:
        line = await witnessing.cosign(parts, await request.body())
    except NotWitnessed as refused:
        if refused.why == "forked" and not refused.is_same_size:
            return answered(request, Problem("log-forked"))
        return Response(f"{refused.size}\n", _CONFLICT, media_type=_SIZE)
    return Response(line, media_type="text/plain; charset=utf-8")


@router.post("/v1/witness/add-key", summary="Follow another log to its next key", status_code=204)
async def add_key(request: Request, parts: Here) -> None:
    """Trust the key that the log's own key names, in a signed note, as the one after it.

    Nobody signs in: the note is signed by a key of the log that is trusted here. A key names one.
    """
    await witnessing.follow(parts, await request.body())


@router.get("/v1/audit/witness", summary="This installation as a witness", dependencies=signed_in)
async def witness(parts: Here, caller: By) -> WitnessView:  # noqa: ARG001 - somebody has to be signed in
    """Return below which logs this installation signs, what it saw last of each, and what contradicted."""
    return await witnessing.told(parts)
