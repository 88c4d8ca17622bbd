"""A planted fault: our API with a pause before each act, for proving that the measurement would notice."""

from __future__ import annotations

import asyncio
import os

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import main as application

_PAUSE = 0.03


class Slow:
    """Waits before each act on a step."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, an act later than others."""
        if scope["type"] == "http" and "/steps/" in scope["path"]:
            await asyncio.sleep(_PAUSE)
        await self._app(scope, receive, send)


if __name__ == "__main__":
    port = int(os.environ["ACCEDE_PORT"])
    uvicorn.run(Slow(application()), port=port, access_log=False, log_level="warning")
