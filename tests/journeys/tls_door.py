"""A door of TLS before a Temporal server, and the certificates to come through it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import trustme

NAME = "temporal.example"


@dataclass(frozen=True)
class Certificates:
    """Files in PEM form, and what the door needs."""

    ca: Path
    cert: Path
    key: Path
    door: ssl.SSLContext


def make_certificates(folder: Path, *, asks_who_we_are: bool) -> Certificates:
    """Make an authority, a certificate for the door under its NAME, and one for us."""
    authority = trustme.CA()
    ours = authority.issue_cert("worker.example")
    ca, cert, key = folder / "ca.pem", folder / "cert.pem", folder / "key.pem"
    authority.cert_pem.write_to_path(str(ca))
    ours.cert_chain_pems[0].write_to_path(str(cert))
    ours.private_key_pem.write_to_path(str(key))
    door = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(door)
    door.set_alpn_protocols(["h2"])
    if asks_who_we_are:
        authority.configure_trust(door)
        door.verify_mode = ssl.CERT_REQUIRED
    return Certificates(ca, cert, key, door)


class Door:
    """Lets through what speaks TLS, and counts whom."""

    def __init__(self, behind: str) -> None:
        host, _, port = behind.rpartition(":")
        self._behind = (host, int(port))
        self._connections: set[asyncio.Task[None]] = set()
        self.port = 0
        self.let_in = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        self.let_in += 1
        inside_reader, inside_writer = await asyncio.open_connection(*self._behind)
        try:
            await asyncio.gather(self._carry(reader, inside_writer), self._carry(inside_reader, writer))
        finally:
            for each in (writer, inside_writer):
                each.transport.abort()
            self._connections.discard(task)

    async def close(self) -> None:
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError, ssl.SSLError):
            while piece := await source.read(1 << 16):
                target.write(piece)
                await target.drain()
        target.transport.abort()


@asynccontextmanager
async def a_door(behind: str, certificates: Certificates) -> AsyncIterator[Door]:
    """Open a door on a port of this machine, as long as the block."""
    door = Door(behind)
    server = await asyncio.start_server(door.welcome, "127.0.0.1", 0, ssl=certificates.door)
    door.port = server.sockets[0].getsockname()[1]
    try:
        yield door
    finally:
        server.close()
        await door.close()
        await server.wait_closed()
