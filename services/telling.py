"""How a workflow is told: by a signal, with which it is started where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.events import CaseStarted, Event
from workflows import contract
from workflows.contract import CaseStart, CourierStart, Facts

_PATIENCE: Final = timedelta(seconds=5)
"""How long one call to Temporal may take."""
TASK_TIMEOUT: Final = timedelta(seconds=8)
"""How long a worker may take over one task of a workflow; then, for it may be dead, another gets it."""
_REMEMBERED: Final = 20_000
"""Cases remembered to have a workflow, at most."""


class Telling:
    """Tells workflows of cases. Remembers who has one: a plain signal costs the server less."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue
        self._running: set[str] = set()

    async def tell(self, case_id: str, events: Sequence[Event]) -> None:
        """Signal the workflow, or start it, unless it ended and knows all of this already.

        Raises RPCError or RuntimeError when Temporal is away.
        """
        facts = Facts.of(events)
        if case_id in self._running and await self._signal(case_id, facts):
            return
        try:
            await self._start_with(
                case_id, events, facts, WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY, events[0].seq - 1
            )
        except WorkflowAlreadyStartedError:
            if await self._ended_knowing(case_id) < events[-1].seq:
                reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE
                await self._start_with(case_id, events, facts, reuse, events[-1].seq)

    async def _signal(self, case_id: str, facts: Facts) -> bool:
        """Signal a workflow that was running when last seen. Returns False where it is no longer."""
        handle = self._client.get_workflow_handle(contract.case_workflow_id(case_id))
        try:
            await handle.signal(contract.RECORDED, facts, rpc_timeout=_PATIENCE)
        except RPCError as trouble:
            if trouble.status is not RPCStatusCode.NOT_FOUND:
                raise
            self._running.discard(case_id)
            return False
        return True

    async def _start_with(
        self, case_id: str, events: Sequence[Event], facts: Facts, reuse: WorkflowIDReusePolicy, seq: int
    ) -> None:
        first = events[0].body
        await self._client.start_workflow(
            contract.CASE,
            CaseStart(case_id=case_id, seq=seq),
            id=contract.case_workflow_id(case_id),
            task_queue=self._task_queue,
            id_reuse_policy=reuse,
            start_signal=contract.RECORDED,
            start_signal_args=[facts],
            task_timeout=TASK_TIMEOUT,
            static_summary=f"{first.process} {first.version}" if isinstance(first, CaseStarted) else None,
            rpc_timeout=_PATIENCE,
        )
        if len(self._running) >= _REMEMBERED:
            self._running.clear()
        self._running.add(case_id)

    async def _ended_knowing(self, case_id: str) -> int:
        """Return the last fact the ended workflow knew; 0 where it cannot say."""
        handle = self._client.get_workflow_handle(
            contract.case_workflow_id(case_id), result_type=contract.CaseEnd
        )
        try:
            end: contract.CaseEnd = await handle.result(rpc_timeout=_PATIENCE)
        except WorkflowFailureError:
            return 0
        return end.seq


async def wake_courier(client: Client, task_queue: str) -> None:
    """Wake the courier, or start it. Raises RPCError when Temporal is away."""
    await client.start_workflow(
        contract.COURIER,
        CourierStart(),
        id=contract.COURIER,
        task_queue=task_queue,
        start_signal=contract.WOKEN,
        static_summary="delivers what waits",
        rpc_timeout=_PATIENCE,
    )
