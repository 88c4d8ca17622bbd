"""What the look for patterns asks for. How to look is handed in: activities know only the record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from temporalio import activity

from workflows.contract import PatternsAsked, PatternsSeen

Look = Callable[[Callable[..., None]], Awaitable[PatternsSeen]]
"""Looks over all cases, telling what it looks at and how many are done."""


class PatternLooks:
    """Has the cases looked over for patterns; twice does no harm."""

    def __init__(self, look: Look) -> None:
        """Take what looks."""
        self._look = look

    @activity.defn(name="look_for_patterns")
    async def look_for_patterns(self, asked: PatternsAsked) -> PatternsSeen:  # noqa: ARG002 - the contract's own
        """Look over all cases once, with a sign of life after each part of them."""
        return await self._look(activity.heartbeat)
