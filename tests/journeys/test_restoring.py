"""A backup taken under load, brought into an empty place beside a Temporal that knows nothing."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from temporalio.service import RPCError

from records import outbox, rebuilding
from records.database import Database
from services.connecting import connect
from services.documents import StoredDocuments
from services.driving import Driver
from services.manifests import read_manifest
from services.reconciling import reconcile
from settings import Settings
from tests.builders import READING_CIRCLE
from tests.cli.running import accede
from tests.databases import KINDS
from tests.journeys.household import known_case, until
from tests.mail_peer import Peer, listening
from tests.services.keeping import LIBRARY, begin, everything, fill, postpone
from tests.temporal_server import TemporalServer
from worker import a_worker
from workflows.definitions import KNOWN

CASES = 6
QUEUE = "journey"
THINKS = 0.03
"""Seconds before the next act: load enough, and room for the backup beside it."""
# Rows go from either kind to either in the tests of the services.
SAME_KIND = [pytest.param(kind.values[0], kind.values[0], id=kind.id, marks=kind.marks) for kind in KINDS]


@pytest.fixture
def place(tmp_path, empty_address):
    """The settings of an empty place, with the address of its record."""
    processes = tmp_path / "processes" / "reading-circle"
    processes.mkdir(parents=True)
    text = READING_CIRCLE.format(version="1", first="2020-01-01", replaces="")
    (processes / "1.yaml").write_text(text, "utf-8")
    return {
        "data_dir": tmp_path / "there",
        "database_url": empty_address,
        "processes_dir": processes.parent,
    }


@asynccontextmanager
async def serving(database, temporal, peer):
    """A driver and a worker with mail, as long as the block."""
    KNOWN.fill(LIBRARY)
    smtp_url = SecretStr(f"smtp://127.0.0.1:{peer.port}")
    settings = Settings(task_queue=QUEUE, smtp_url=smtp_url)
    client = await connect(temporal.address, lazy=False)
    async with (
        Driver(client, database, task_queue=QUEUE, relay_every=0.2, relay_after=0.5) as driver,
        a_worker(client, database, LIBRARY, settings=settings, driver=driver),
    ):
        yield client, driver


async def accede_beside(*arguments, **settings):
    """Run a command beside everything else, and return what it says in JSON."""
    done = await asyncio.to_thread(accede, *arguments, "--json", within=90, **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def keep_acting(database, driver, acknowledged, stop):
    """Act on every case in turn, and begin a new one now and then, until told to stop."""
    number = 0
    while not stop.is_set():
        for case_id in [f"case-{each}" for each in range(CASES)]:
            done = await postpone(database, case_id)
            acknowledged[case_id] = done.seq
            driver.wake()
            await asyncio.sleep(THINKS)
        await begin(database, f"new-{number}")
        acknowledged[f"new-{number}"] = 2
        number += 1


async def begin_overdue(database):
    """Begin a case that is overdue, and whose workflow nobody starts until cases are reconciled."""
    await begin(database, "overdue", datetime.now(UTC) - timedelta(days=40))
    await database.write(partial(outbox.driven, told={"overdue": 1000}))


async def _is_overdue(database):
    return any(b"became-overdue" in row for row in (await database.read(everything))["events"])


async def seqs(database):
    rows = (json.loads(row) for row in (await database.read(everything))["outbox"])
    return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("address, empty_address", SAME_KIND, indirect=True)
async def test_a_backup_taken_under_load_goes_on_elsewhere_and_mails_nothing_twice(
    address, place, tmp_path, temporal
):
    documents = StoredDocuments.at((tmp_path / "letters").as_uri())
    here = {**place, "database_url": address, "materials_url": (tmp_path / "letters").as_uri()}
    database = Database.open(address)
    await fill(database, documents, cases=CASES)
    await begin_overdue(database)
    acknowledged: dict[str, int] = {}
    stop = asyncio.Event()
    async with listening(Peer()) as peer:
        backup = tmp_path / "backup"
        async with serving(database, temporal, peer) as (client, driver):
            acting = asyncio.create_task(keep_acting(database, driver, acknowledged, stop))
            before = await _once_there_is_something(acknowledged, peer)
            made = await accede_beside("backup", "--to", str(backup), **here)
            during = dict(acknowledged)
            stop.set()
            await acting
            # It becomes overdue here, and people are told so, after the backup was made.
            await reconcile(client, database, LIBRARY, today=datetime.now(UTC).date(), task_queue=QUEUE)
            await until(lambda: _is_overdue(database))
            driver.wake()
            await until(lambda: _everything_mailed(database))
        temporal.kill()
        kept = await seqs(database)
        manifest = read_manifest(backup)
        assert sum(during.values()) > sum(before.values())

        other = TemporalServer(tmp_path / "other.db")
        other.start()
        try:
            told = await accede_beside("restore", str(backup), **place)
            assert (told["cases"], told["events"]) == (made["cases"], made["events"])
            assert told["held"] > 0
            await _same_as_then(Path(backup), manifest, place["database_url"], before, kept)
            assert told["open_cases"] > CASES
            mailed = len(peer.ids)
            await _goes_on(place["database_url"], other, peer)
            assert len(peer.ids) > mailed
        finally:
            other.kill()
        assert len(peer.ids) == len(set(peer.ids))
    await database.close()


async def test_reconcile_alone_brings_every_workflow_back(sqlite_address, tmp_path, temporal, place):
    """Where the outbox is believed to be told already, as in a copy made with other tools."""
    database = Database.open(sqlite_address)
    await fill(database, StoredDocuments.at("memory:///"), cases=CASES)
    KNOWN.fill(LIBRARY)
    client = await connect(temporal.address, lazy=False)
    settings = Settings(task_queue=QUEUE)
    async with (
        Driver(client, database, task_queue=QUEUE, relay_every=0) as driver,
        a_worker(client, database, LIBRARY, settings=settings, driver=driver),
    ):
        found = await reconcile(client, database, LIBRARY, today=datetime.now(UTC).date(), task_queue=QUEUE)
        assert (found.open_cases, found.started) == (CASES, CASES)
        await until(lambda: _every_workflow_knows_its_case(client, database), within=30)
    await database.close()


async def _same_as_then(backup, manifest, address, before, kept):
    """The restored cases end as in the backup, which is between what was before and what was after it."""
    database = Database.open(address)
    try:
        there = await seqs(database)
        assert all(there[case_id] >= seq for case_id, seq in before.items())
        assert all(kept[case_id] >= seq for case_id, seq in there.items())
        for case_id in there:
            assert await database.read(partial(rebuilding.verify, case_id=case_id)) == ()
    finally:
        await database.close()
    assert manifest.heads.agree


async def _goes_on(address, temporal, peer):
    """Every workflow comes back by itself, and what is decided from now on is mailed."""
    database = Database.open(address)
    async with serving(database, temporal, peer) as (client, driver):
        await until(lambda: _every_workflow_knows_its_case(client, database), within=40)
        today = datetime.now(UTC).date()
        found = await reconcile(client, database, LIBRARY, today=today, task_queue=QUEUE)
        assert (found.started, found.nudged, found.restarted, found.unknown) == (0, 0, 0, 0)
        await begin(database, "after-the-restore")
        driver.wake()
        await until(lambda: _everything_mailed(database, of_case="after-the-restore"), within=60)
    await database.close()


async def _once_there_is_something(acknowledged, peer):
    async def enough():
        return len(acknowledged) > CASES + 2 and len(peer.taken) > CASES

    await until(enough)
    return dict(acknowledged)


async def _everything_mailed(database, of_case=None):
    rows = (json.loads(row) for row in (await database.read(everything))["obligations"])
    return not any("waiting" in row for row in rows if of_case is None or of_case in row)


async def _every_workflow_knows_its_case(client, database):
    for case_id, seq in (await seqs(database)).items():
        try:
            known = await known_case(client, case_id)
        except RPCError:
            # It has none yet.
            return False
        if known is None or known.seq != seq:
            return False
    return True
