"""A mail server in a process of its own: takes mail, writes down what it took, and misbehaves on command.

`python -m bench.chaos.peer PORT TAKEN MOOD`. What it accepted is in the file TAKEN, one line each, on the
disk before the sender is told. MOOD is a file with one word, looked at for each message: `well`, `busy`
(4xx), `silent` (takes the message, then says nothing). Refused connections are made by killing this process.
"""

from __future__ import annotations

import asyncio
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.chaos.acknowledgements import SyncedLog

_SILENCE = 40.0
"""Seconds without an answer: longer than any sender waits."""


class Peer:
    """Answers as its mood says."""

    def __init__(self, taken: SyncedLog, mood: Path) -> None:
        self._taken = taken
        self._mood = mood

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd hands it over
        session: Session,  # noqa: ARG002 - the same
        envelope: Envelope,
    ) -> str:
        """Take a message, or do not."""
        mood = self._mood.read_text("utf-8").strip() if self._mood.exists() else "well"
        if mood == "busy":
            return "451 not now"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=default)
        self._taken.write(message_id=mail["Message-ID"].strip("<>"), to=envelope.rcpt_tos, mood=mood)
        if mood == "silent":
            await asyncio.sleep(_SILENCE)
        return "250 taken"


async def main(port: int, taken: Path, mood: Path) -> None:
    """Listen until the process ends."""
    with SyncedLog(taken) as log:
        peer = Peer(log, mood)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(peer, hostname="peer.example", loop=loop), host="127.0.0.1", port=port
        )
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])))
