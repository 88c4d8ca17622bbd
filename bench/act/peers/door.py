"""What a peer's HTTP service is asked, and how it answers: the same requests as ours, as far as measured."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from bench.act.peers.store import Refused, furnish


class NewCase(BaseModel):
    """The start of a case."""

    subject: str = Field(max_length=64)
    unit: str = Field(max_length=64)


class Vote(BaseModel):
    """The figures of a meeting."""

    eligible: int = Field(ge=0)
    present: int = Field(ge=0)
    written: int = Field(default=0, ge=0)
    yes: int = Field(ge=0)
    no: int = Field(default=0, ge=0)
    abstain: int = Field(default=0, ge=0)


class Asked(BaseModel):
    """An act on a step."""

    occurred_on: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    outcome: str | None = Field(default=None, max_length=80)
    reason: str | None = Field(default=None, max_length=2000)
    fields: dict[str, str | int | bool] = {}
    materials: dict[str, tuple[str, ...]] = {}
    people: tuple[str, ...] = ()
    meeting: Vote | None = None


Bearer = Annotated[str, Header(alias="authorization")]
Head = Annotated[str, Header(alias="if-match")]


def token_in(authorization: str) -> str:
    """Return the bare token."""
    return authorization.removeprefix("Bearer ")


def head_in(if_match: str) -> str:
    """Return the bare head."""
    return if_match.strip('"')


def answered(case: dict[str, Any], status: int = 200) -> Response:
    """Return a case as an answer with its head."""
    return JSONResponse({"case": case, "id": case["id"]}, status, {"ETag": f'"{case["head"]}"'})


def answer_refusals(app: FastAPI) -> None:
    """Answer what the store refuses with its status."""

    async def refused(_: Request, why: Exception) -> Response:
        assert isinstance(why, Refused)  # noqa: S101 - registered for it alone
        return JSONResponse({"status": why.status}, why.status)

    app.add_exception_handler(Refused, refused)


def arguments() -> argparse.Namespace:
    """Return what a peer is started with: `--database`, `--port`, `--scenery`, `--temporal`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--temporal", default="")
    parser.add_argument("--scenery", type=Path)
    given = parser.parse_args()
    if given.scenery:
        furnish(given.database, given.scenery)
    return given


def serve(app: FastAPI, port: int) -> None:
    """Serve as our own API is served: uvicorn, uvloop, no access log."""
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")
