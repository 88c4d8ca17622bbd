"""One courier for everybody: has what waits in the record delivered, in batches.

One activity per message would cost more than the act that caused it, so cases only wake the courier. What is
to be delivered, to whom, how often it was tried, is in the record; a courier that is lost and started again
knows as much as the one before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows import contract
    from workflows.contract import CourierStart, DeliverAsked, Delivered
    from workflows.labels import moment_label

HISTORY_LIMIT = 200
"""Events of one run."""
ROUND = timedelta(minutes=10)
"""The courier looks this often even when nobody wakes it: a wake may be lost in a crash."""
PAUSE = timedelta(seconds=0.5)
"""Between two batches when nothing more is waiting: gathers what comes in a burst."""
SILENCE = timedelta(seconds=5)
"""A worker of which nothing is heard for this long while it delivers is taken for dead, and another delivers.
What it had claimed stays claimed for its time: it may be alive, and at it still."""

AGAIN = timedelta(seconds=5)
"""Until a round that failed is begun again, at most. There is one courier, so that asking costs little.

Where a worker died in a round, the next one has no more to wait for than the one before.
"""

_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=AGAIN)


@workflow.defn(name=contract.COURIER)
class CourierWorkflow:
    """Delivers what waits, sleeps until it is woken or until something is to be tried again."""

    @workflow.init
    def __init__(self, start: CourierStart) -> None:
        self._runs = start.runs
        self._woken = False

    @workflow.run
    async def run(self, start: CourierStart) -> None:  # noqa: ARG002 - the same arguments as __init__ takes
        """Go round for ever, a few hundred events of history at a time."""
        while not self._is_long():
            batch = await self._deliver()
            if not batch.more:
                await self._until_woken_or(batch.next_at)
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(CourierStart(runs=self._runs + 1))

    @workflow.signal(name=contract.WOKEN)
    def woken(self) -> None:
        """Take note that something waits. Many wakes lead to one round."""
        self._woken = True

    async def _deliver(self) -> Delivered:
        # Forgotten before the batch is read: who wakes us from here on may have missed it.
        self._woken = False
        return await workflow.execute_activity_method(
            contract.CourierActivities.deliver_batch,
            DeliverAsked(),
            start_to_close_timeout=timedelta(minutes=10),
            heartbeat_timeout=SILENCE,
            retry_policy=_RETRY,
            summary="deliver what waits",
        )

    async def _until_woken_or(self, next_at: datetime | None) -> None:
        now = workflow.now()
        moment = min(now + ROUND, next_at or now + ROUND)
        workflow.set_current_details(f"{moment_label(moment)}, or until woken")
        await workflow.sleep(PAUSE)
        if self._woken:
            return
        try:
            await workflow.wait_condition(
                lambda: self._woken,
                timeout=max(moment - workflow.now(), PAUSE),
                timeout_summary=moment_label(moment),
            )
        except TimeoutError:
            return

    def _is_long(self) -> bool:
        info = workflow.info()
        return info.get_current_history_length() >= HISTORY_LIMIT or info.is_continue_as_new_suggested()
