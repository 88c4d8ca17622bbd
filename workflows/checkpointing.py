"""Has checkpoints of the log over all events made, by a schedule."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows import contract
    from workflows.contract import CheckpointAsked, CheckpointMade


@workflow.defn(name=contract.CHECKPOINTING)
class CheckpointingWorkflow:
    """One checkpoint. Safe at any time, as often as one likes: without news there is no new one."""

    @workflow.run
    async def run(self, asked: CheckpointAsked) -> CheckpointMade:
        """Have a checkpoint made and published. Returns which is the latest, or why there is none."""
        made = await workflow.execute_activity_method(
            contract.CheckpointingActivities.make_checkpoint,
            asked,
            start_to_close_timeout=timedelta(minutes=30),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=5)),
            summary="make a checkpoint of the log",
        )
        workflow.set_current_details(made.refused or f"the latest checkpoint is over {made.size} events")
        return made
