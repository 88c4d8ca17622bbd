"""Several machines in small: two API processes and three workers on PostgreSQL, one Temporal over TCP."""

from __future__ import annotations

import asyncio
import itertools
import json
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from temporalio.service import RPCError

from records import accounts, migrating
from records.database import Database
from services.connecting import connect
from services.documents import StoredDocuments
from tests.builders import READING_CIRCLE, SECRETARY
from tests.cli.forks import Forked
from tests.cli.running import accede_running
from tests.databases import KINDS
from tests.journeys.household import known_case, until
from tests.services.keeping import LIBRARY, everything, fill
from tests.temporal_server import free_port
from workflows.definitions import KNOWN

ON_POSTGRESQL = [kind for kind in KINDS if kind.id == "postgresql"]
CASES = [f"case-{number}" for number in range(4)]
ACTS_BETWEEN_KILLS = 8

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


class Program:
    """A process of ours on a machine of its own, as far as others can tell."""

    def __init__(self, command, log, settings, port=None):
        self.command, self.log, self.settings, self.port = command, log, settings, port
        self.process: Forked | None = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.process = accede_running(self.command, log=self.log, **self.settings)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    async def works(self):
        """Whether it does what it is for, as its own words or its door say."""
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text("utf-8")
        if self.port is None:
            return b"working" in self.log.read_bytes()
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
                return (await client.get(f"{self.url}/readyz")).is_success
        except httpx.HTTPError:
            return False


@pytest.fixture
def programs(tmp_path, empty_address, temporal):
    """Two API processes and three workers, which share nothing but the settings."""
    processes = tmp_path / "processes" / "reading-circle"
    processes.mkdir(parents=True)
    text = READING_CIRCLE.format(version="1", first="2020-01-01", replaces="")
    (processes / "1.yaml").write_text(text, "utf-8")
    shared = {
        "database_url": empty_address,
        "materials_url": (tmp_path / "letters").as_uri(),
        "temporal_address": temporal.address,
        "processes_dir": processes.parent,
    }

    def one(name, command, port=None):
        own = {"data_dir": tmp_path / name, "port": port or 0}
        return Program(command, tmp_path / f"{name}.log", shared | own, port)

    doors = [one(f"api-{number}", "api", free_port()) for number in range(2)]
    workers = [one(f"worker-{number}", "worker") for number in range(3)]
    yield doors, workers
    for program in (*doors, *workers):
        program.kill()


class Load:
    """People who act, again with the same key on another machine where no answer came."""

    def __init__(self, doors, token):
        self.doors = doors
        self.headers = {"authorization": f"Bearer {token}"}
        self.acknowledged: dict[str, list[int]] = {case_id: [] for case_id in CASES}
        self.stop = asyncio.Event()
        self.turns = itertools.count()

    @property
    def number(self):
        return sum(map(len, self.acknowledged.values()))

    async def keep_acting(self, case_id):
        async with httpx.AsyncClient(trust_env=False, timeout=20, headers=self.headers) as client:
            seen = await self.answer(client, "GET", f"/v1/cases/{case_id}")
            head = seen.json()["head"]
            while not self.stop.is_set():
                done = await self.answer(
                    client,
                    "POST",
                    f"/v1/cases/{case_id}/steps/talk",
                    json={"outcome": "postponed"},
                    headers={"if-match": f'"{head}"', "idempotency-key": uuid4().hex},
                )
                head = done.json()["case"]["head"]
                self.acknowledged[case_id] += [event["seq"] for event in done.json()["events"]]

    async def answer(self, client, method, path, **more):
        """Ask one door after the other until one answers."""
        while True:
            door = self.doors[next(self.turns) % len(self.doors)]
            try:
                answer = await client.request(method, f"{door.url}{path}", **more)
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code == 503:
                await asyncio.sleep(0.05)
                continue
            assert answer.is_success, answer.text
            return answer


@pytest.mark.parametrize("empty_address", ON_POSTGRESQL, indirect=True)
async def test_no_act_is_lost_and_no_workflow_left_behind_while_each_process_dies_in_turn(
    programs, empty_address, temporal, tmp_path
):
    doors, workers = programs
    migrating.upgrade(empty_address)
    database = Database.open(empty_address)
    await fill(database, StoredDocuments.at((tmp_path / "letters").as_uri()), cases=len(CASES))
    before = await seqs(database)
    token = await database.write(a_token)
    for program in (*doors, *workers):
        program.start()
    for program in (*doors, *workers):
        await until(program.works, within=60)

    load = Load(doors, token)
    acting = [asyncio.create_task(load.keep_acting(case_id)) for case_id in CASES]
    for victim in (workers[0], doors[0], workers[1], workers[2], doors[1]):
        await some_more(load, acting)
        if victim is doors[1]:
            await until(doors[0].works, within=60)
        victim.kill()
        await some_more(load, acting)
        victim.start()
    await some_more(load, acting)
    load.stop.set()
    await asyncio.gather(*acting)

    after = await seqs(database)
    for case_id in CASES:
        assert load.acknowledged[case_id] == list(range(before[case_id] + 1, after[case_id] + 1))
    await until(lambda: every_workflow_knows(temporal, after), within=60)
    await database.close()


def a_token(connection):
    accounts.add_account(
        connection, login="secretary", person=SECRETARY, password_hash="none", now=datetime.now(UTC)
    )
    return accounts.begin(connection, login="secretary", now=datetime.now(UTC), kind="token", lasts=None)


async def some_more(load, acting):
    """Wait until more acts were acknowledged, whatever time that takes."""
    goal = load.number + ACTS_BETWEEN_KILLS

    async def there_are():
        for task in acting:
            if task.done():
                task.result()
        return load.number >= goal

    await until(there_are, within=60)


async def seqs(database):
    rows = (json.loads(row) for row in (await database.read(everything))["outbox"])
    return {row[0]: row[1] for row in rows}


async def every_workflow_knows(temporal, seqs):
    KNOWN.fill(LIBRARY)
    client = await connect(temporal.address, lazy=False)
    for case_id, seq in seqs.items():
        try:
            known = await known_case(client, case_id)
        except RPCError:
            return False
        if known is None or known.seq != seq:
            return False
    return True
