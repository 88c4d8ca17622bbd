"""What an installation uses while nobody acts, and when that has begun."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import httpx

_CALM: Final = 0.1
"""Of a core: what is used at most while nothing but the rest goes on."""
_LOOKS: Final = 2.0
"""Seconds between two looks whether it is calm."""
_UNREST: Final = 0.02
"""Seconds between two questions of somebody who was planted, and keeps everything from resting."""


class Used(Protocol):
    """What runs, as far as it is to be known what it uses."""

    def cpu(self) -> dict[str, float]:
        """Return processor seconds used so far, by name of the process."""
        ...


async def rest(running: Used, midnight: datetime, seconds: float) -> dict[str, float]:
    """Return what each process uses while nobody acts, in percent of a core.

    Raises RuntimeError where midnight comes before that is over.
    """
    if datetime.now(UTC) + timedelta(seconds=seconds + 2) > midnight:
        raise RuntimeError(
            "midnight comes too soon to rest before it: give more seconds with --until-midnight"
        )
    used, begun = running.cpu(), time.monotonic()
    await asyncio.sleep(seconds)
    return shares(used, running.cpu(), time.monotonic() - begun)


def shares(before: Mapping[str, float], after: Mapping[str, float], seconds: float) -> dict[str, float]:
    """Return the percent of a core that each process used, by its processor seconds before and after."""
    return {name: round((used - before[name]) / seconds * 100, 3) for name, used in after.items()}


async def settled(running: Used, midnight: datetime, seconds: float, *, looks: float = _LOOKS) -> None:
    """Wait until little was done for so many seconds in a row: what had been begun has ended.

    Raises RuntimeError where midnight comes first.
    """
    used = sum(running.cpu().values())
    calm_for = 0.0

    async def calm() -> bool:
        nonlocal used, calm_for
        await asyncio.sleep(looks)
        used, before = sum(running.cpu().values()), used
        calm_for = calm_for + looks if used - before < looks * _CALM else 0.0
        return calm_for >= seconds

    await until(calm, midnight, pause=0)


async def until(holds: Callable[[], Awaitable[bool]], midnight: datetime, *, pause: float = 0.5) -> None:
    """Wait until something holds. Raises RuntimeError where midnight comes first."""
    while not await holds():
        if datetime.now(UTC) > midnight:
            raise RuntimeError(
                "midnight came before all cases were open: give more seconds with --until-midnight"
            )
        await asyncio.sleep(pause)


@asynccontextmanager
async def unrest(api: str) -> AsyncIterator[None]:
    """Have somebody ask all the time whether the service is ready, as long as the context is open."""

    async def ask() -> None:
        async with httpx.AsyncClient(base_url=api, trust_env=False, timeout=60) as client:
            while True:
                (await client.get("/readyz")).raise_for_status()
                await asyncio.sleep(_UNREST)

    asking = asyncio.create_task(ask())
    try:
        yield
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
