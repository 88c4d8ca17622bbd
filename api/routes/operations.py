"""For those who run the service: is it alive, is it ready, and what are its numbers."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request, Response

from api.callers import Here
from api.language import language_of
from domain.addresses import is_loopback
from services import readiness
from services.refusals import NotFound
from services.views import AliveView, ReadyView
from telemetry import metrics

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="Alive")
async def alive() -> AliveView:
    """Return as long as the process answers at all."""
    return AliveView()


@router.get("/readyz", summary="Ready", responses={503: {"model": ReadyView}})
async def ready(request: Request, response: Response, parts: Here) -> ReadyView:
    """Return whether acts can be recorded, and how each part is. Only what acts need makes this 503."""
    view = await readiness.looked_at(parts, language_of(request))
    if view.status == "unready":
        response.status_code = 503
    return view


@router.get("/metrics", summary="Numbers", response_class=Response)
async def numbers(request: Request, parts: Here) -> Response:
    """Return the service's numbers as Prometheus text, to this machine or to the token set for it."""
    if not _may_read_numbers(request):
        raise NotFound
    await readiness.look_at_numbers(parts)
    return Response(metrics.as_text(), media_type=metrics.MEDIA_TYPE)


def _may_read_numbers(request: Request) -> bool:
    token: str | None = request.app.state.metrics_token
    if token is not None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    return request.client is not None and is_loopback(request.client.host)
