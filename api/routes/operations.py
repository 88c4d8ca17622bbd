"""For those who run the service: is it alive, is it ready, and what are its numbers."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response

from api import metrics
from api.callers import Here
from services import readiness
from services.refusals import NotFound
from services.views import AliveView, ReadyView

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="Alive")
async def alive() -> AliveView:
    """Return as long as the process answers at all."""
    return AliveView()


@router.get("/readyz", summary="Ready", responses={503: {"model": ReadyView}})
async def ready(response: Response, parts: Here) -> ReadyView:
    """Return whether acts can be recorded. Without Temporal they can: that is degraded, not unready."""
    view = await readiness.looked_at(parts)
    if view.status == "unready":
        response.status_code = 503
    return view


@router.get("/metrics", summary="Numbers", response_class=Response)
async def numbers(request: Request, parts: Here) -> Response:
    """Return the service's numbers as Prometheus text, to this machine or to the token set for it."""
    if not _may_read_numbers(request):
        raise NotFound
    waiting = await readiness.backlog(parts)
    metrics.OUTBOX.set(waiting.outbox)
    metrics.OBLIGATIONS.set(waiting.obligations)
    return Response(metrics.as_text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read_numbers(request: Request) -> bool:
    token: str | None = request.app.state.metrics_token
    if token is not None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
