"""`accede api`: serves the HTTP API."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import typer
import uvicorn

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts, require_definitions
from domain.addresses import is_loopback
from services.demo import has_demo_logins
from services.logs import set_up_logs
from settings import Settings
from telemetry.switching import CannotTrace, traced

app = typer.Typer(rich_markup_mode=None)

_TICK = 5
"""Tenths of a second; each tenth of them the server writes its Date anew."""
_NOT_STARTED = 3
"""The exit code where the port was taken, or the like."""

_STOPS_IN = 8
"""Seconds that requests under way may take to finish."""


@app.command()
def api() -> None:
    """Serve the HTTP API at ACCEDE_HOST and ACCEDE_PORT."""
    serve()


def serve(crowded: Callable[[bool], None] = lambda _: None) -> None:
    """Serve the HTTP API until SIGINT or SIGTERM.

    Calls `crowded` when so many begin to act that this process could use a processor for itself, and when
    that ends.
    """
    settings = installation()
    set_up_logs(settings.log_level, settings.log_format)
    asyncio.run(_check(settings))
    try:
        with traced(settings.traces_url, program="api", share=settings.traces_share):
            _serve(settings, crowded)
    except CannotTrace as missing:
        raise CommandFailed(str(missing)) from None


class _Server(uvicorn.Server):
    """Asks itself twice a second whether it is to end: ten times was most of what it did at rest."""

    async def main_loop(self) -> None:
        """Wait until it is to end."""
        tenths = 0
        while not await self.on_tick(tenths):
            await asyncio.sleep(_TICK / 10)
            tenths += _TICK


def _serve(settings: Settings, crowded: Callable[[bool], None]) -> None:
    from api.app import main  # noqa: PLC0415 - it takes long to load, and `--help` has no need of it

    config = uvicorn.Config(
        lambda: main(crowded),
        factory=True,
        host=settings.host,
        port=settings.port,
        # Its own set-up of logs would take its lines out of ours.
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=_STOPS_IN,
    )
    server = _Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise typer.Exit(_NOT_STARTED)


async def _check(settings: Settings) -> None:
    """Fail in one line where the service could not work, or published passwords would let others in."""
    async with opened_parts(settings) as parts:
        await require_definitions(parts)
        if not is_loopback(settings.host) and await has_demo_logins(parts):
            raise CommandFailed(
                "this record holds the demonstration, whose passwords are public: serve it on 127.0.0.1 "
                "(ACCEDE_HOST), or use another record"
            )
