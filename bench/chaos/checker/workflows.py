"""Temporal against the record: does every workflow know its case to the last event?"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.service import RPCError

from bench.chaos.checker.findings import Findings
from bench.chaos.checker.stored import Stored

_RUNNING = WorkflowExecutionStatus.RUNNING
_COMPLETED = WorkflowExecutionStatus.COMPLETED
_AT_ONCE = 16
_AGAIN_IN = 0.5
"""Seconds until a workflow is asked once more."""
_LEFT_TO_DO = (_RUNNING, _COMPLETED)
"""As what a workflow may be found that comes to know everything; as anything else it never will."""
PATIENCE = 60.0
"""Seconds until a workflow knows what it was told: its task may wait ten for a worker that was killed, and
then takes another one as long as it needs to read and replay the history."""


async def check(address: str, stored: Stored, findings: Findings, patience: float) -> None:
    """Ask every workflow which event it knows last, for so many seconds. Workers have to run for that."""
    for case, row in stored.outbox.items():
        if row["driven_seq"] != row["seq"] or row["waiting_since"] is not None:
            findings.add("stale", f"outbox of case {case}: told {row['driven_seq']} of {row['seq']}")
    client = await Client.connect(address)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def compare(case: str) -> None:
        row = stored.cases[case]
        async with gate:
            known = await _known(client, case, row["seq"], patience, closed=row["status"] == "closed")
        if known != row["seq"]:
            findings.add("stale", f"workflow of case {case}: knows {known} of {row['seq']}")
        findings.compared["workflows"] += 1

    await asyncio.gather(*(compare(case) for case in stored.cases))


async def _known(client: Client, case: str, seq: int, patience: float, *, closed: bool) -> int | str:
    """Return the last event a workflow knows, as soon as that is `seq`; or what it knew or was in the end."""
    handle = client.get_workflow_handle(f"case/{case}")
    given_up_at = time.monotonic() + patience
    while True:
        known, stays = await _found(handle, _COMPLETED if closed else _RUNNING)
        # What it knows it never forgets.
        stays = stays or (isinstance(known, int) and known > seq)
        if known == seq or stays or time.monotonic() > given_up_at:
            return known
        await asyncio.sleep(_AGAIN_IN)


async def _found(handle: WorkflowHandle[Any, Any], wanted: WorkflowExecutionStatus) -> tuple[int | str, bool]:
    """Return the last event a workflow knows, or what it is instead; and whether it stays that for ever."""
    try:
        status = (await handle.describe()).status
        # One that was ended from outside still answers queries.
        if status is not wanted:
            return f"is {status.name if status else 'nowhere'}", status not in _LEFT_TO_DO
        if status is _COMPLETED:
            return int((await handle.result())["seq"]), False
        return int(await handle.query("seq")), False
    except (RPCError, WorkflowQueryFailedError, WorkflowFailureError) as error:
        return type(error).__name__, False
