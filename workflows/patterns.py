"""Has all cases looked over for patterns, by a schedule or because an auditor asked."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows import contract
    from workflows.contract import PatternsAsked, PatternsSeen


@workflow.defn(name=contract.PATTERNS)
class PatternsWorkflow:
    """One look over all cases. Safe at any time: what is found again is no second finding."""

    @workflow.run
    async def run(self, asked: PatternsAsked) -> PatternsSeen:
        """Have the cases looked over. Returns what was found."""
        seen = await workflow.execute_activity_method(
            contract.PatternActivities.look_for_patterns,
            asked,
            start_to_close_timeout=timedelta(hours=6),
            heartbeat_timeout=timedelta(minutes=5),
            retry_policy=RetryPolicy(initial_interval=timedelta(minutes=1), maximum_attempts=5),
            summary="look for patterns over many cases",
        )
        workflow.set_current_details(
            f"{seen.cases} cases: {seen.found} patterns, {seen.new} new findings, {seen.again} open again, "
            f"{seen.gone} no longer found"
        )
        return seen
