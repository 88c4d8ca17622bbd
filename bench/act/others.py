"""The peers: how each is started, and how its rows are read."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from abc import abstractmethod
from collections.abc import Collection, Mapping
from pathlib import Path

import sqlalchemy as sa

from bench.act.client import request
from bench.act.organisation import COMMITTEE, DEPARTMENT, Organisation, login_for
from bench.act.ours import TemporalServer, start_temporal
from bench.act.peers import store
from bench.act.running import Process, free_port, listens
from bench.act.systems import Kept, System
from bench.act.walking import STEPS, Script, documents_needed

_PEERS = "bench.act.peers"
PEERS_PYTHON = Path(__file__).parents[2] / ".venv-peers" / "bin" / "python"
"""The Python beside the peers' own libraries; .ci/install-peers makes it."""


class Peer(System):
    """A peer that keeps the rows of `bench.act.peers.store`."""

    python = sys.executable

    def __init__(
        self,
        folder: Path,
        scenery: Organisation,
        database: str,
        servers: Mapping[str, Collection[int]] | None = None,
    ) -> None:
        super().__init__(folder, scenery)
        self.database = database
        self._servers = dict(servers or {})
        self._processes: dict[str, list[Process]] = {}
        self._tokens = {login: f"token-of-{login}" for login in scenery.logins()}

    async def start(self) -> None:
        """Make tables and rows, start the processes, and put the requests together."""
        await asyncio.to_thread(store.furnish, self.database, self._scenery_file())
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        await self.start_processes(port)
        self._engine = store.open_engine(self.database, 1, writes=False)
        identify = {
            login: f"Authorization: Bearer {token}\r\n".encode() for login, token in self._tokens.items()
        }
        self._identify = identify
        needed = documents_needed(self.scenery.branches)
        self.script = Script(
            self.walk, self.scenery, identify, {(login, kind): f"document-{kind}" for login, kind in needed}
        )

    @abstractmethod
    async def start_processes(self, port: int) -> None:
        """Start what serves, with the API at a port. Raises DidNotStart."""

    async def stop(self) -> None:
        """Stop each process, the API first."""
        for processes in self._processes.values():
            for process in processes:
                await asyncio.to_thread(process.stop)

    def groups(self) -> Mapping[str, Collection[int]]:
        """Return the processes."""
        started = {name: [one.pid for one in some] for name, some in self._processes.items()}
        return {**started, **self._servers}

    async def left(self, cases: Collection[str]) -> int:  # noqa: ARG002 - the rows are there with the answer
        """Return nothing: an answer is sent after everything is done."""
        return 0

    def kept(self, cases: Collection[str]) -> Mapping[str, Kept]:
        """Return what the rows say of these cases."""
        kept = store.events.c
        query = sa.select(kept.case_id, kept.hash, kept.step).order_by(kept.case_id, kept.seq)
        found = {case: Kept() for case in cases}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                if (case := found.get(row.case_id)) is not None:
                    case.heads.append(row.hash)
                    case.steps += [row.step] if row.step in STEPS else []
        return found

    def start_request(self, subject: str, branch: int) -> bytes:
        """Return the request that starts a case."""
        body = json.dumps({"subject": subject, "unit": self.scenery.units[branch]}).encode()
        return request("POST", "/v1/cases", self._identify[login_for("secretary", branch)], body)

    def run(self, group: str, module: str, *arguments: str) -> Process:
        """Start a module of the peers, on the database of this one."""
        argv = [self.python, "-m", f"{_PEERS}.{module}", "--database", self.database, *arguments]
        process = Process(module, argv, self.folder, os.environ)
        self._processes.setdefault(group, []).append(process)
        return process

    def _scenery_file(self) -> Path:
        units = [(COMMITTEE, DEPARTMENT), *((unit, COMMITTEE) for unit in self.scenery.units)]
        people = self.scenery.logins()
        tokens = {token: people[login] for login, token in self._tokens.items()}
        # The tour calls the secretary of the committee by the committee's name.
        named = {("secretary", COMMITTEE): "committee"}
        posts = [(who, named.get((role, unit), role), unit) for who, role, unit in self.scenery.posts()]
        path = self.folder / "scenery.json"
        path.write_text(json.dumps({"units": units, "posts": posts, "tokens": tokens}), "utf-8")
        return path


class Plain(Peer):
    """FastAPI and a SQLAlchemy transaction, no engine."""

    name = "plain"
    fastest = 1500.0

    async def start_processes(self, port: int) -> None:
        """Start the API."""
        await self.run("api", "plain", "--port", str(port)).until(listens(port))


class Temporal(Peer):
    """A minimal Temporal service: an Update whose handler writes in a local activity."""

    name = "temporal"
    fastest = 250.0

    async def start_processes(self, port: int) -> None:
        """Start a Temporal server of its own, a worker, and the API."""
        server: TemporalServer = await start_temporal(self.folder)
        address = ("--temporal", server.address)
        await self.run("api", "temporal_api", "--port", str(port), *address).until(listens(port))
        self.run("worker", "temporal_worker", *address)
        self._processes["server"] = [server.process]


class Dbos(Peer):
    """A DBOS service: a workflow for each act."""

    name = "dbos"
    fastest = 150.0
    python = str(PEERS_PYTHON)

    async def start_processes(self, port: int) -> None:
        """Start the API, which is its worker too."""
        await self.run("api", "apart.dbos_api", "--port", str(port)).until(listens(port))


class Viewflow(Peer):
    """A Django site whose approvals are a flow of viewflow."""

    name = "viewflow"
    fastest = 250.0
    python = str(PEERS_PYTHON)

    async def start_processes(self, port: int) -> None:
        """Start gunicorn."""
        await self.run("api", "apart.viewflow_api", "--port", str(port)).until(listens(port))
