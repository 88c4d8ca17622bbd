"""The end of a run: everything told and delivered, and a day that passes at once."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from bench.chaos.checker import stored
from bench.chaos.household import Household

DAY = 86_400.0
_PATIENCE = 240.0
"""Seconds in which nothing changes of what waits, before it is given up: many mails take their time."""
_AT_MOST = 1200.0
"""Seconds until it is given up in any case."""
_PUNCTUAL = 5.0
"""Seconds by which something may happen later than its moment, in a run that goes on meanwhile."""


class NoRest(Exception):
    """Something was still waiting, and nothing had become of it for minutes."""


async def come_to_rest(household: Household, *, mails: bool = False) -> float:
    """Wait until every workflow was told everything, and what is due happened (and every mail is sent).

    Returns seconds.
    """
    began = changed = time.monotonic()
    before = ""
    while waiting := await asyncio.to_thread(_waiting, household, mails=mails):
        now = time.monotonic()
        if waiting != before:
            before, changed = waiting, now
        if now - changed > _PATIENCE or now - began > _AT_MOST:
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


def _waiting(household: Household, *, mails: bool) -> str:
    """Return what still waits, in words; nothing when nothing does."""
    address = household.addresses.database
    # Whoever was nudged has not yet recorded what came due in a day that passed at once.
    now = datetime.now(UTC) + timedelta(seconds=household.clock_ahead - _PUNCTUAL)
    coming = stored.count(
        address, f"SELECT count(*) FROM cases WHERE next_moment <= '{now:%Y-%m-%dT%H:%M:%S.%fZ}'"
    )
    untold = stored.count(address, "SELECT count(*) FROM outbox WHERE waiting_since IS NOT NULL")
    unsent = (
        stored.count(address, "SELECT count(*) FROM obligations WHERE status = 'waiting'") if mails else 0
    )
    if not (coming or untold or unsent):
        return ""
    return f"{coming} cases due, {untold} cases to be told, {unsent} mails to be sent"
