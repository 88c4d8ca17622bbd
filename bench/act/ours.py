"""Accede as users run it: `accede up` with its SQLite file, or its processes beside a PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionStatus

from bench.act.client import Connection, request
from bench.act.furnishing import furnish, password_of
from bench.act.organisation import Organisation, login_for
from bench.act.running import DidNotStart, Process, environment, free_port, listens
from bench.act.systems import AtWork, Kept, System
from bench.act.walking import STEPS, ActRefused, Script, documents_needed
from commands.embedded import server_argv, server_environment
from records.engines import open_engine
from records.tables import events, obligations, outbox
from workflows.contract import case_workflow_id

_ACCEDE = (sys.executable, "-P", "-m", "cli")
_AT_ONCE = 16
_LOOKS = 0.05
"""Seconds between two looks at workflows that have something to do."""
_FIRST_DAY = "2023-06-01"


class Accede(System):
    """What both installations have in common: how they are asked, and how their rows are read."""

    name = "accede"
    database: str
    temporal: str

    def __init__(self, folder: Path, scenery: Organisation) -> None:
        super().__init__(folder, scenery)
        self._documents: dict[tuple[str, str], str] = {}
        self._identify: dict[str, bytes] = {}

    async def log_in(self) -> None:
        """Open a session for each login, hand in a document of each kind, and put the requests together."""
        self._engine = open_engine(self.database, role="reader")
        self._client = await Client.connect(self.temporal)
        connection = await Connection.to(self.address)
        for login in self.scenery.logins():
            body = json.dumps({"login": login, "password": password_of(login)}).encode()
            answer = await connection.ask(request("POST", "/v1/session", body=body))
            self._identify[login] = b"Cookie: " + answer.cookie.split(b";")[0] + b"\r\n"
        for login, kind in documents_needed(self.scenery.branches):
            self._documents[login, kind] = await self._hand_in(connection, login, kind)
        connection.close()
        self.script = Script(self.walk, self.scenery, self._identify, self._documents)

    def start_request(self, subject: str, branch: int) -> bytes:
        """Return the request that starts a case, on the first day of the tour."""
        said = {"process": "membership-development", "subject": subject, "unit": self.scenery.units[branch]}
        said |= self.walk.dated(_FIRST_DAY)
        secretary = login_for("secretary", branch)
        letter = self._documents[secretary, "application-letter"]
        body = json.dumps(said | {"materials": {"application-letter": [letter]}}).encode()
        return request("POST", "/v1/cases", self._identify[secretary], body)

    async def left(self, cases: Collection[str]) -> int:  # noqa: ARG002 - nobody else acts
        """Return how many cases are untold and messages undelivered."""
        waiting = sa.select(sa.func.count()).where(obligations.c.status == "waiting")
        behind = sa.select(sa.func.count()).where(outbox.c.driven_seq < outbox.c.seq)
        with self._engine.connect() as connection:
            return sum(connection.execute(query).scalar_one() for query in (waiting, behind))

    async def at_work(self, cases: Collection[str]) -> AtWork:
        """Wait until no workflow has a task or an activity; its history says when the last of them ended."""
        give_up_at = time.monotonic() + self.patience
        while (  # noqa: ASYNC110 - what is awaited happens in other processes
            busy := await self._busy(cases)
        ) and time.monotonic() < give_up_at:
            await asyncio.sleep(_LOOKS)
        some = asyncio.Semaphore(_AT_ONCE)
        latest = max(await asyncio.gather(*(self._latest(case, some) for case in cases)), default=0.0)
        return AtWork(busy, time.monotonic() - (time.time() - latest))

    def kept(self, cases: Collection[str]) -> Mapping[str, Kept]:
        """Return what the rows say of these cases."""
        kept = events.c
        columns = (kept.case_id, kept.hash, kept.type, kept.actor, kept.step)
        found = {case: Kept() for case in cases}
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(*columns).order_by(kept.case_id, kept.seq))
            for row in rows:
                if (case := found.get(row.case_id)) is None:
                    continue
                case.heads.append(row.hash)
                if row.type == "step-completed" and row.actor and row.step in STEPS:
                    case.steps.append(row.step)
        return found

    async def _busy(self, cases: Collection[str]) -> int:
        """Return how many workflows have a task or an activity that is not done."""
        some = asyncio.Semaphore(_AT_ONCE)

        async def is_busy(case: str) -> bool:
            async with some:
                said = await self._client.get_workflow_handle(case_workflow_id(case)).describe()
            raw = said.raw_description
            at_work = raw.HasField("pending_workflow_task") or bool(raw.pending_activities)
            return at_work and said.status is WorkflowExecutionStatus.RUNNING

        return sum(await asyncio.gather(*map(is_busy, cases)))

    async def _latest(self, case: str, some: asyncio.Semaphore) -> float:
        """Return when the last event of a workflow's history was written, in seconds since 1970."""
        asked = GetWorkflowExecutionHistoryReverseRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(workflow_id=case_workflow_id(case)),
            maximum_page_size=1,
        )
        async with some:
            told = await self._client.workflow_service.get_workflow_execution_history_reverse(asked)
        moment = told.history.events[0].event_time
        return moment.seconds + moment.nanos / 1e9

    async def _hand_in(self, connection: Connection, login: str, kind: str) -> str:
        border = "a-border-of-the-bench"
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{kind}.txt"\r\n'
        content = f"{head}Content-Type: text/plain\r\n\r\n{kind}\r\n--{border}--\r\n".encode()
        media_type = f"multipart/form-data; boundary={border}"
        asked = request("POST", "/v1/materials", self._identify[login], content, media_type)
        answer = await connection.ask(asked)
        if answer.status != 201:
            raise ActRefused(f"{kind}: {answer.status}")
        return str(answer.json()["id"])


class AccedeUp(Accede):
    """`accede up`: the record in a SQLite file, an embedded Temporal, two workers and the API."""

    _house: Process | None = None

    async def start(self) -> None:
        """Found the organisation, start everything, and read what it says."""
        data = self.folder / "data"
        data.mkdir()
        self.database = f"sqlite:///{data / 'accede.db'}"
        await asyncio.to_thread(furnish, self.database, self.scenery)
        self._house = house = Process(
            "accede-up",
            [*_ACCEDE, "up", "--data", str(data), "--port", "0", "--json"],
            self.folder,
            environment(),
        )
        await house.until(lambda: _has_told(house))
        told = _told(house)
        self.address, self.temporal, self._pids = told["api"], told["temporal"], told["pids"]
        await self.log_in()

    async def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self._house is not None:
            await asyncio.to_thread(self._house.stop)

    def groups(self) -> Mapping[str, Collection[int]]:
        """Return the processes; the database is inside the API and the workers."""
        workers = [pid for name, pid in self._pids.items() if name.startswith("worker")]
        return {"api": [self._pids["api"]], "worker": workers, "server": [self._pids["temporal"]]}


async def _has_told(house: Process) -> bool:
    return "\n" in house.said() and bool(_told(house))


def _told(house: Process) -> dict[str, Any]:
    for line in house.said().splitlines():
        if line.startswith("{"):
            return dict(json.loads(line))
    return {}


class AccedeApart(Accede):
    """Temporal, two workers and the API started one by one, on whatever database is given."""

    def __init__(
        self,
        folder: Path,
        scenery: Organisation,
        database: str,
        *,
        servers: Mapping[str, Collection[int]] | None = None,
        workers: int = 2,
        api: tuple[str, ...] = (*_ACCEDE, "api"),
    ) -> None:
        super().__init__(folder, scenery)
        self.database = database
        self._servers = dict(servers or {})
        self._worker_count = workers
        self._api_argv = api
        self._server: TemporalServer | None = None
        self._workers: list[Process] = []
        self._api: Process | None = None

    async def start(self) -> None:
        """Found the organisation, start each process, and wait until it answers."""
        await asyncio.to_thread(furnish, self.database, self.scenery)
        self._server = server = await start_temporal(self.folder)
        self.temporal = server.address
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        set_so = environment(
            data_dir=self.folder, database_url=self.database, temporal_address=self.temporal, port=port
        )
        run = partial(Process, folder=self.folder, env=set_so)
        for number in range(self._worker_count):
            self._workers.append(run(name=f"worker-{number}", argv=[*_ACCEDE, "worker"]))
        self._api = api = run(name="api", argv=self._api_argv)
        await api.until(listens(port))
        await self.log_in()

    async def lose_workers(self) -> None:
        """Stop every worker for good: nothing is driven from now on."""
        for process in self._workers:
            await asyncio.to_thread(process.stop)
        self._workers = []

    async def stop(self) -> None:
        """Stop each process that was started."""
        server = None if self._server is None else self._server.process
        for process in (self._api, *self._workers, server):
            if process is not None:
                await asyncio.to_thread(process.stop)

    def groups(self) -> Mapping[str, Collection[int]]:
        """Return the processes."""
        server = None if self._server is None else self._server.process
        return {
            "api": _ids(self._api),
            "worker": _ids(*self._workers),
            "server": _ids(server),
            **self._servers,
        }


def _ids(*processes: Process | None) -> list[int]:
    return [process.pid for process in processes if process is not None]


class TemporalServer:
    """A dev server with the settings of `accede up`."""

    def __init__(self, process: Process, address: str) -> None:
        self.process = process
        self.address = address


async def start_temporal(folder: Path) -> TemporalServer:
    """Start a durable dev server in a folder, set as `accede up` sets it. Raises DidNotStart."""
    port = free_port()
    argv = server_argv(folder / "temporal.db", port=port, ui_port=free_port(), namespace="default")
    process = Process("temporal", argv, folder, server_environment(environment()))
    try:
        await process.until(listens(port))
    except BaseException:
        # Nobody knows of it yet who would stop it.
        await asyncio.to_thread(process.stop)
        raise
    return TemporalServer(process, f"127.0.0.1:{port}")


__all__ = ["AccedeApart", "AccedeUp", "DidNotStart", "start_temporal"]
