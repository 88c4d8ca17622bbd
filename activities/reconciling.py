"""What the reconciling asks for. How to reach Temporal is handed in: activities know only the record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from temporalio import activity

from telemetry import metrics
from workflows.contract import ReconcileAsked, Reconciled

Reconcile = Callable[[bool, Callable[[int], None]], Awaitable[Reconciled]]
"""Looks over all open cases: thoroughly or not, telling how many it has looked at."""


class ReconcileActivities:
    """Has the cases looked over; twice does no harm."""

    def __init__(self, reconcile: Reconcile) -> None:
        self._reconcile = reconcile

    @activity.defn(name="reconcile")
    async def reconcile(self, asked: ReconcileAsked) -> Reconciled:
        """Look over all open cases, and heartbeat after each page of them."""
        found = await self._reconcile(asked.deep, activity.heartbeat)
        metrics.reconciled(found.model_dump(exclude={"open_cases"}), deep=asked.deep)
        return found
