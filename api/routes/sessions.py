"""Logging in and out, and who one is."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.arriving import answered
from api.bodies import LogIn
from api.callers import By, Here, parts_of, secret_of, signed_in
from api.cookies import end_session, place_of
from api.language import language_of
from services import accounts, logging_in
from services.logging_in import Knock
from services.views import Me

router = APIRouter(prefix="/v1", tags=["session"])


@router.post("/session", summary="Log in", response_model=Me)
async def log_in(body: LogIn, request: Request, response: Response) -> Me | Response:
    """Begin a session: sets a cookie that pages use. Programs take a token instead."""
    parts = parts_of(request)
    knock = Knock(body.login, body.password.get_secret_value(), place_of(request), language_of(request))
    return answered(request, response, parts, await logging_in.log_in(parts, knock))


@router.delete("/session", status_code=204, summary="Log out")
async def log_out(request: Request, response: Response) -> None:
    """End the session at once. Nothing happens where there is none."""
    secret = secret_of(request)
    if secret:
        await accounts.log_out(parts_of(request), secret)
    end_session(request, response)


@router.get("/me", summary="Who am I", dependencies=signed_in)
async def me(parts: Here, caller: By) -> Me:
    """Return the caller and the posts he may act by today, his own and those lent to him."""
    return await accounts.me(parts, caller)
