"""The whole service in one process: door, driver, worker and mail server, on a real Temporal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from api.app import create_app
from services.connecting import connect
from services.driving import Driver
from services.parts import NullDriver
from settings import Settings
from tests.api.world import SUBJECT, World, a_world
from tests.mail_peer import Peer, listening
from worker import a_worker
from workflows.definitions import KNOWN

QUEUE = "seen"


@dataclass
class Served:
    """A small organisation that is served, and what is to be known of it."""

    world: World
    peer: Peer

    async def start(self, **headers: str) -> httpx.Response:
        asked = {"process": "reading-circle", "subject": SUBJECT, "unit": "circle-1"}
        answer = await self.world.post("/v1/cases", SUBJECT, asked, **headers)
        assert answer.status_code == 201, answer.text
        return answer


async def a_door(database, driver: Any = None) -> World:
    """The door alone; what is recorded there waits in the outbox unless somebody drives."""
    world = await a_world(database)
    KNOWN.fill(world.parts.library)
    await world.client.aclose()
    world.parts = replace(world.parts, driver=driver or NullDriver(), clock=lambda: datetime.now(UTC))
    transport = httpx.ASGITransport(create_app(world.parts), client=("127.0.0.1", 50_000))
    world.client = httpx.AsyncClient(transport=transport, base_url="http://accede.test")
    return world


@asynccontextmanager
async def driven(database, temporal, library, peer: Peer) -> AsyncIterator[Driver]:
    """A driver and a worker, which know nothing but the record."""
    client = await connect(temporal.address, lazy=False)
    settings = Settings(task_queue=QUEUE, smtp_url=SecretStr(f"smtp://127.0.0.1:{peer.port}"))
    driver = Driver(client, database, task_queue=QUEUE, relay_every=0.1, relay_after=0.0)
    async with driver, a_worker(client, database, library, settings=settings, driver=driver):
        yield driver


class Later:
    """A driver that is put in once there is one."""

    def __init__(self) -> None:
        self.real: Driver | None = None

    def soon(self, case_id, events, *, is_to_carry=True) -> None:
        assert self.real is not None
        self.real.soon(case_id, events, is_to_carry=is_to_carry)


@asynccontextmanager
async def a_service(database, temporal) -> AsyncIterator[Served]:
    """Everything: served, driven and mailed to."""
    later = Later()
    world = await a_door(database, later)
    async with (
        world.client,
        listening(Peer()) as peer,
        driven(database, temporal, world.parts.library, peer) as later.real,
    ):
        yield Served(world, peer)
