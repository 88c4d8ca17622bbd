"""Gives each activity a place, so that what it says in the log is bound together also where nobody traces."""

from __future__ import annotations

from typing import Any

from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from telemetry import tracing


class PlacedActivities(Interceptor):
    """For a worker: one place for each run of an activity."""

    def intercept_activity(
        self,
        next: ActivityInboundInterceptor,  # noqa: A002 - the SDK's own name
    ) -> ActivityInboundInterceptor:
        """Return what gives an activity its place."""
        return _Placed(next)


class _Placed(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - the SDK's own
        # Each activity runs in a task of its own, so nothing has to be put back afterwards.
        tracing.arrive(tracing.here() or tracing.a_place())
        return await self.next.execute_activity(input)
