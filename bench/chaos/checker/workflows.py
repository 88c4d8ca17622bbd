"""Temporal against the record: does every workflow know its case to the last event?"""

from __future__ import annotations

import asyncio

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError, WorkflowQueryFailedError
from temporalio.service import RPCError

from bench.chaos.checker.findings import Findings
from bench.chaos.checker.stored import Stored

_RUNNING = WorkflowExecutionStatus.RUNNING
_COMPLETED = WorkflowExecutionStatus.COMPLETED
_AT_ONCE = 16
_TRIES = 4


async def check(address: str, stored: Stored, findings: Findings) -> None:
    """Ask every workflow which event it knows last. Workers have to run for that."""
    for case, row in stored.outbox.items():
        if row["driven_seq"] != row["seq"] or row["waiting_since"] is not None:
            findings.add("stale", f"outbox of case {case}: told {row['driven_seq']} of {row['seq']}")
    client = await Client.connect(address)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def compare(case: str) -> None:
        row = stored.cases[case]
        async with gate:
            known = await _known(client, case, closed=row["status"] == "closed")
        if known != row["seq"]:
            findings.add("stale", f"workflow of case {case}: knows {known} of {row['seq']}")
        findings.compared["workflows"] += 1

    await asyncio.gather(*(compare(case) for case in stored.cases))


async def _known(client: Client, case: str, *, closed: bool) -> int | str:
    handle = client.get_workflow_handle(f"case/{case}")
    trouble = ""
    for _ in range(_TRIES):
        try:
            status = (await handle.describe()).status
            # One that was ended from outside still answers queries.
            if status is not (_COMPLETED if closed else _RUNNING):
                trouble = f"is {status.name if status else 'nowhere'}"
            elif closed:
                end = await handle.result()
                return int(end["seq"])
            else:
                return int(await handle.query("seq"))
        except (RPCError, WorkflowQueryFailedError, WorkflowFailureError) as error:
            trouble = type(error).__name__
        await asyncio.sleep(1)
    return trouble
