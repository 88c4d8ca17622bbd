"""Processes that come out of the nursery: ready in no time, told of when they end, gone when it goes."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
import pytest_asyncio

from commands.children import Child, Children
from commands.cradle import HOLDS_DEMO
from commands.nursery import Nursery
from commands.opening import opened_parts
from records.database import Database
from services import accounts, demo
from services.demo_organisation import demo_id
from settings import read_settings
from tests.cli.running import environment

pytestmark = [pytest.mark.xdist_group("nursery"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def nursery():
    """One for all tests: loading takes longer than all they do with it."""
    opened = Nursery(environment())
    yield opened
    await opened.close()


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def until(condition, within=30):
    give_up_at = time.monotonic() + within
    while not condition():
        assert time.monotonic() < give_up_at
        await asyncio.sleep(0.02)


def with_no_temporal(folder):
    """A worker waits as long as it takes for a Temporal that never comes."""
    return environment(data_dir=folder, temporal_address="127.0.0.1:1")


async def a_waiting_worker(nursery, folder):
    env = with_no_temporal(folder)
    prepared = await nursery.bear("prepare", env=env)
    assert await prepared.wait() == 0
    worker = await nursery.bear("worker", env=env, log=folder / "worker.log")
    await until(
        lambda: (folder / "worker.log").exists() and "127.0.0.1:1" in (folder / "worker.log").read_text()
    )
    return worker


async def hold_the_demonstration(folder):
    """Have a record say that it holds the demonstration; tests/journeys/test_up.py fills one."""
    last = demo.LOGINS[-1]
    async with opened_parts(read_settings(data_dir=folder)) as parts:
        await parts.write(demo.fill_organisation)
        await accounts.add_account(
            parts, last.login, demo_id("person", last.name), last.password, even_if_known=True
        )


async def test_a_prepared_record_has_its_tables_and_says_whether_it_holds_the_demonstration(
    nursery, tmp_path
):
    async def prepared(*, demo):
        born = await nursery.bear("prepare", env=environment(data_dir=tmp_path, demo=demo))
        return await born.wait()

    assert await prepared(demo=False) == 0
    Database.open(f"sqlite:///{tmp_path / 'accede.db'}").close_now()
    await hold_the_demonstration(tmp_path)
    assert await prepared(demo=True) == HOLDS_DEMO
    assert await prepared(demo=False) == HOLDS_DEMO


async def test_what_fails_says_why_in_one_line_and_ends_with_2(nursery, tmp_path):
    log = tmp_path / "log"
    failed = await nursery.bear("api", env=environment(port="many"), log=log)
    assert await failed.wait() == 2
    assert log.read_text().startswith("accede: ")
    assert log.read_text().count("\n") == 1


async def test_what_fails_for_a_fault_nobody_foresaw_leaves_its_traceback(nursery, tmp_path):
    log = tmp_path / "log"
    # Loaded in the end, and nothing that a process could be.
    failed = await nursery.bear("everything", env=environment(data_dir=tmp_path), log=log)
    assert await failed.wait() == 1
    assert "Traceback" in log.read_text()
    assert "KeyError: 'everything'" in log.read_text()


async def test_a_damaged_record_is_no_such_fault(nursery, tmp_path):
    log = tmp_path / "log"
    (tmp_path / "accede.db").write_bytes(b"no database at all" * 1000)
    failed = await nursery.bear("prepare", env=environment(data_dir=tmp_path), log=log)
    assert await failed.wait() == 2
    assert "Traceback" not in log.read_text()


async def test_a_process_that_is_killed_is_known_to_be_dead_and_the_next_one_is_there_at_once(
    nursery, tmp_path
):
    worker = await a_waiting_worker(nursery, tmp_path)
    assert worker.returncode is None
    assert not worker.is_ready
    worker.kill()
    assert await asyncio.wait_for(worker.wait(), 5) == -signal.SIGKILL
    again = await nursery.bear("worker", env=with_no_temporal(tmp_path), log=tmp_path / "again.log")
    assert again.pid != worker.pid
    # A fork of the same cradle, which had nothing to load.
    assert parent_of(again.pid) == nursery.pid


async def test_when_the_cradle_is_killed_children_are_started_again_from_another_one(tmp_path):
    said: list[str] = []
    children = Children(lock_fd=os.open(tmp_path, os.O_RDONLY), say=said.append, env=environment())
    log = tmp_path / "worker.log"

    async def has_spoken():
        return log.exists() and "127.0.0.1:1" in log.read_text()

    try:
        prepared = await children.nursery.bear("prepare", env=with_no_temporal(tmp_path))
        assert await prepared.wait() == 0
        await children.start(
            Child("worker", [], with_no_temporal(tmp_path), log, is_ready=has_spoken, role="worker")
        )
        first, cradle = children.pids["worker"], children.nursery.pid
        assert cradle
        os.kill(cradle, signal.SIGKILL)
        await until(lambda: children.pids.get("worker", first) != first, within=60)
        await until(lambda: not is_alive(first))
        assert children.nursery.pid != cradle
    finally:
        await children.stop()
    assert children.pids == {}


# The last of this module, because it closes what the others share.
async def test_what_was_born_ends_when_the_nursery_does(nursery, tmp_path):
    worker = await a_waiting_worker(nursery, tmp_path)
    await nursery.close()
    await until(lambda: not is_alive(worker.pid))
