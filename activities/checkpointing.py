"""What the making of checkpoints asks for. Keys and places outside are handed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from temporalio import activity

from telemetry import metrics
from workflows.contract import CheckpointAsked, CheckpointMade

Make = Callable[[], Awaitable[CheckpointMade]]
"""Makes a checkpoint, or says why it does not."""


class CheckpointActivities:
    """Has checkpoints made; twice does no harm."""

    def __init__(self, make: Make) -> None:
        self._make = make

    @activity.defn(name="make_checkpoint")
    async def make_checkpoint(self, asked: CheckpointAsked) -> CheckpointMade:  # noqa: ARG002 - the contract's own argument
        """Make a checkpoint over everything committed by now, and publish it."""
        made = await self._make()
        metrics.checkpoint_made(made.size, refused=bool(made.refused))
        return made
