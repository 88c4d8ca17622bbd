"""Other browsers than the one a test begins with, and what they are answered."""

from __future__ import annotations

import httpx

from tests.api.world import World


def problem(answer: httpx.Response) -> tuple[int, str | None]:
    """Status and kind of a refusal."""
    return answer.status_code, answer.json().get("type")


def another_browser(world: World) -> httpx.AsyncClient:
    """A browser at another address, with no cookies yet."""
    transport = httpx.ASGITransport(world.client._transport.app, client=("192.0.2.9", 50_000))  # type: ignore[attr-defined]  # the client of every test world
    return httpx.AsyncClient(transport=transport, base_url="http://accede.test")
