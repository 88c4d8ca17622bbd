"""A real mail server for tests, which misbehaves as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


class Peer:
    """Answers as told, and remembers what it took."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.rcpt_answers: list[str] = []
        self.data_answers: list[str | None] = []
        """None: take the message, and then fall silent."""
        self.port = 0
        self._closing = asyncio.Event()
        self._connections: list[SMTP] = []

    @property
    def ids(self) -> list[str]:
        return [message_from_bytes(content, policy=default)["Message-ID"] for content in self.taken]

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt_answers.pop(0) if self.rcpt_answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.data_answers.pop(0) if self.data_answers else "250 taken"
        if answer is None or answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(envelope.content)
        if answer is None:
            await self._closing.wait()
            return "451 too late"
        return answer

    def connection(self) -> SMTP:
        made = SMTP(self, hostname="peer.example", loop=asyncio.get_running_loop())
        self._connections.append(made)
        return made

    async def close(self) -> None:
        self._closing.set()
        for connection in self._connections:
            if isinstance(connection.transport, asyncio.Transport):
                connection.transport.abort()
        await asyncio.sleep(0.05)


@asynccontextmanager
async def listening(peer: Peer, port: int = 0) -> AsyncIterator[Peer]:
    """Let the peer listen on a port of this machine, and cut everybody off at the end."""
    server = await asyncio.get_running_loop().create_server(peer.connection, host="127.0.0.1", port=port)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        await peer.close()
        await server.wait_closed()
