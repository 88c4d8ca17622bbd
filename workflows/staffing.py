"""Has all open cases looked over, by a schedule, for steps that will not have their people."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows import contract
    from workflows.contract import StaffingAsked, StaffingSeen


@workflow.defn(name=contract.STAFFING)
class StaffingWorkflow:
    """One look over all open cases. Safe at any time, as often as one likes: nobody is told twice."""

    @workflow.run
    async def run(self, asked: StaffingAsked) -> StaffingSeen:
        """Have the cases looked over. Returns what was found."""
        seen = await workflow.execute_activity_method(
            contract.StaffingActivities.look_at_staffing,
            asked,
            start_to_close_timeout=timedelta(hours=12),
            heartbeat_timeout=timedelta(minutes=2),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=10)),
            summary="look who will be missing",
        )
        workflow.set_current_details(
            f"{seen.open_cases} open cases: {seen.short} will be short of people, {seen.told} notices"
        )
        return seen
