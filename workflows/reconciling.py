"""Looks, by a schedule, for open cases that nobody drives or that are not driven far enough."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows import contract
    from workflows.contract import ReconcileAsked, Reconciled


@workflow.defn(name=contract.RECONCILING)
class ReconcilingWorkflow:
    """One look over all open cases. Safe at any time, as often as one likes."""

    @workflow.run
    async def run(self, asked: ReconcileAsked) -> Reconciled:
        """Have the cases looked over. Returns what was found and done."""
        done = await workflow.execute_activity_method(
            contract.ReconcilingActivities.reconcile,
            asked,
            start_to_close_timeout=timedelta(hours=6),
            heartbeat_timeout=timedelta(minutes=2),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=10)),
            summary="look over all open cases",
        )
        workflow.set_current_details(
            f"{done.open_cases} open cases: {done.started} started, {done.nudged} nudged, "
            f"{done.restarted} started again, {done.unknown} could not be asked"
        )
        return done
