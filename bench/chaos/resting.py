"""The end of a run: everything told and delivered, and a day that passes at once."""

from __future__ import annotations

import asyncio
import time

from bench.chaos.checker import stored
from bench.chaos.household import Household

DAY = 86_400.0
_PATIENCE = 240.0


class NoRest(Exception):
    """Something was still waiting after minutes."""


async def come_to_rest(household: Household, *, mails: bool = False) -> float:
    """Wait until every workflow was told everything (and every mail is sent). Returns seconds."""
    began = time.monotonic()
    while waiting := await asyncio.to_thread(_waiting, household.addresses.database, mails=mails):
        if time.monotonic() - began > _PATIENCE:
            raise NoRest(waiting)
        await asyncio.sleep(0.1)
    return time.monotonic() - began


async def let_a_day_pass(household: Household) -> None:
    """Start the product again on a clock that is a day ahead, and have late cases looked for.

    Nobody waits for the hour at which that is done by itself. Mail whose next try is later is due then, too.
    """
    household.clock_ahead = DAY
    for kind in ("api", "worker"):
        await household.restart(kind)
    await household.until_ready()
    await household.reconcile()


def _waiting(address: str, *, mails: bool) -> str:
    """Return what still waits, in words; nothing when nothing does."""
    untold = stored.count(address, "SELECT count(*) FROM outbox WHERE waiting_since IS NOT NULL")
    unsent = (
        stored.count(address, "SELECT count(*) FROM obligations WHERE status = 'waiting'") if mails else 0
    )
    return f"{untold} cases to be told, {unsent} mails to be sent" if untold or unsent else ""
