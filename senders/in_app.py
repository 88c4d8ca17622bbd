"""The list people see when they log in: always there, and enough where no mail server is set up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from senders.messages import Message, Round


class InAppSender:
    """Delivers by doing nothing: the obligation itself is what the list shows."""

    channel = "in-app"

    @asynccontextmanager
    async def round(self) -> AsyncIterator[Round]:
        """Open a round."""
        yield _InAppRound()


class _InAppRound:
    async def send(self, message: Message) -> None:
        """Take the message: it is in the list already."""
