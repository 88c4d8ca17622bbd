"""Whether the real thing came to the same as the rules alone: the record event by event, and the workflow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle
from temporalio.service import RPCError

from commands.playing import Player
from domain.events import Event
from domain.rehearsing import Timeline
from workflows.contract import CaseEnd, case_workflow_id

_PUNCTUAL = timedelta(minutes=70)
"""How far apart the same event may be recorded: reminders are spread over an hour, by the id of the case."""
_PATIENCE = timedelta(seconds=20)


async def differences(client: Client, player: Player, expected: Timeline) -> tuple[str, ...]:
    """Return where record or workflow differ from what the rules alone came to, a sentence each."""
    recorded = await player.recorded()
    found = list(_between(recorded, expected.events))
    if player.case_id:
        handle = client.get_workflow_handle(case_workflow_id(player.case_id), result_type=CaseEnd)
        found.extend(await _of_workflow(handle, recorded[-1].seq, expected))
    return tuple(found)


def _between(recorded: tuple[Event, ...], expected: tuple[Event, ...]) -> Iterator[str]:
    for number, (real, alone) in enumerate(zip_longest(recorded, expected), 1):
        if real is None or alone is None:
            more = "rules alone" if real is None else "record"
            yield f"from event {number} on only the {more} has any: {_named(real or alone)}"
            return
        if _bare(real) != _bare(alone):
            yield f"event {number} differs: recorded {_named(real)}, by the rules alone {_named(alone)}"
            return
        if abs(real.recorded_at - alone.recorded_at) > _PUNCTUAL:
            yield (
                f"event {number}, {_named(real)}: recorded at {real.recorded_at:%Y-%m-%d %H:%M}, "
                f"but it came at {alone.recorded_at:%Y-%m-%d %H:%M} UTC"
            )


def _bare(event: Event) -> dict[str, Any]:
    told = event.model_dump(mode="json", exclude={"recorded_at"})
    # Every case has an id of its own.
    told["body"].pop("case", None)
    return told


def _named(event: Event | None) -> str:
    return "nothing" if event is None else f"{event.type} {event.step or ''} on {event.occurred_on}"


async def _of_workflow(handle: WorkflowHandle[Any, CaseEnd], seq: int, expected: Timeline) -> list[str]:
    """Ask the case's workflow how far it came; end it where the scenario leaves the case open."""
    closed = expected.case is not None and expected.case.is_closed
    try:
        if closed:
            end = await handle.result(rpc_timeout=_PATIENCE)
            outcome = expected.report.outcome
            wrong = (end.outcome, end.seq) != (outcome, seq)
            return [f"the workflow ended with {end}, not {outcome} after event {seq}"] if wrong else []
        known = await _at_rest(handle, seq)
        status = (await handle.describe()).status
        await handle.terminate("the scenario ends here")
    except (RPCError, WorkflowFailureError) as error:
        return [f"the workflow does not answer: {error}"]
    if known != seq or status is not WorkflowExecutionStatus.RUNNING:
        return [f"the workflow knows {known} of {seq} events"]
    return []


async def _at_rest(handle: WorkflowHandle[Any, CaseEnd], seq: int) -> int:
    """Return the last event the workflow knows, once it knows all or had time to.

    A workflow that is ended in the middle of an activity would stop the server from skipping time ever after.
    """
    give_up_at = time.monotonic() + _PATIENCE.total_seconds()
    known: int = await handle.query("seq", rpc_timeout=_PATIENCE)
    while known < seq and time.monotonic() < give_up_at:
        await asyncio.sleep(0.02)
        known = await handle.query("seq", rpc_timeout=_PATIENCE)
    return known
