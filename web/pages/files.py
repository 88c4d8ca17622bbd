"""What pages load besides themselves."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.refusals import NotFound
from web.served import files

router = APIRouter(prefix="/static")

_FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/{digest}/{name:path}")
async def served(digest: str, name: str, request: Request) -> Response:
    """Return a file as long as its content is the one the address names."""
    file = files().get(name)
    if file is None or file.digest != digest:
        raise NotFound
    headers = {"cache-control": _FOR_EVER, "vary": "Accept-Encoding", "content-type": file.media_type}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers=headers | {"content-encoding": "gzip"})
    return Response(file.content, headers=headers)
