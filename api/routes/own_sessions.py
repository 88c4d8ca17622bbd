"""One's own sessions and tokens: which there are, and ending them."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.bounds import Id
from api.callers import By, Here, secret_of, signed_in
from api.login_bodies import TokenBody
from services import own_tokens, sessions
from services.own_tokens import NewToken, TokenView
from services.sessions import SessionView
from services.views import Page

router = APIRouter(prefix="/v1/sessions", tags=["session"], dependencies=signed_in)


@router.get("", summary="List one's sessions and tokens")
async def list_sessions(request: Request, parts: Here, caller: By) -> Page[SessionView]:
    """Return what still works of the caller's sessions and tokens, latest first."""
    return await sessions.listed(parts, caller, secret_of(request) or "")


@router.post("", status_code=201, summary="Make a token")
async def make_token(request: Request, body: TokenBody, parts: Here, _caller: By) -> TokenView:
    """Return a token for a program, once. For whoever has just come in himself."""
    return await own_tokens.make(parts, secret_of(request), NewToken(**body.model_dump()))


@router.delete("", status_code=204, summary="End all other sessions and tokens")
async def end_others(request: Request, parts: Here, caller: By) -> None:
    """End every session and token of the caller but the one he asks with."""
    await sessions.end_others(parts, caller, secret_of(request) or "")


@router.delete("/{session_id}", status_code=204, summary="End a session or token")
async def end(session_id: Id, parts: Here, caller: By) -> None:
    """End one of the caller's sessions or tokens at once."""
    await sessions.end(parts, caller, session_id)
