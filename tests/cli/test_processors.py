"""Workers and Temporal leave a processor to an API in which many act."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api import app as api_app
from api.app import opened
from commands import api, cradle, processors
from commands.nursery import Nursery
from commands.preparing import prepare_record
from services.driving import Driver
from settings import read_settings
from tests.cli.test_children import a_child, a_house, until

OURS = processors.ours()
with_two_processors = pytest.mark.skipif(
    len(OURS) < 2, reason="THERE IS ONE PROCESSOR: nothing can be left to anybody"
)
THREADS = """
import threading, time
for _ in range(2):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print('here', flush=True)
time.sleep(60)
"""


def may_use(pid: int) -> Iterator[frozenset[int]]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        yield frozenset(os.sched_getaffinity(int(thread.name)))


async def hear(nursery: Nursery, *news: bytes) -> None:
    """Have a nursery hear what a cradle says."""
    reader = asyncio.StreamReader()
    reader.feed_data(b"".join(news))
    reader.feed_eof()
    await nursery._hear(reader)


def a_making_child(folder, name):
    child = a_child(folder, name, THREADS)
    child.makes_room = True
    return child


@with_two_processors
async def test_while_one_is_crowded_those_who_make_room_leave_a_processor_and_take_it_again(tmp_path):
    async with a_house(tmp_path) as (children, _):
        await children.start(a_making_child(tmp_path, "worker-1"), a_child(tmp_path, "api", THREADS))
        worker, crowd = children.pids["worker-1"], children.pids["api"]
        await hear(children.nursery, b'{"crowded": %d}\n' % crowd)
        assert list(may_use(worker)) == [processors.all_but_one(OURS)] * 3
        assert list(may_use(crowd)) == [OURS] * 3
        await hear(children.nursery, b'{"calm": %d}\n' % crowd)
        assert list(may_use(worker)) == [OURS] * 3


@with_two_processors
async def test_one_that_has_ended_meanwhile_is_no_trouble(tmp_path):
    async with a_house(tmp_path) as (children, _):
        await children.start(a_making_child(tmp_path, "worker-1"))
        gone = children.pids["worker-1"]
        os.kill(gone, 9)
        await until(lambda: children.pids.get("worker-1", gone) != gone)
        processors.keep_to(OURS, [gone])
        await hear(children.nursery, b'{"crowded": 1}\n')
        assert set(may_use(children.pids["worker-1"])) == {processors.all_but_one(OURS)}


async def test_it_is_crowded_from_the_first_to_the_last_who_says_so_or_dies():
    told: list[bool] = []
    nursery = Nursery({}, crowded=told.append)
    await hear(nursery, b'{"crowded": 7}\n', b'{"crowded": 8}\n', b'{"calm": 7}\n')
    assert told == [True]
    await hear(nursery, b'{"ended": 8, "code": -9}\n')
    assert told == [True, False]
    await hear(nursery, b'{"crowded": 9}\n')
    nursery._mourn()
    assert told == [True, False, True, False]


def test_one_processor_is_left_to_all():
    assert processors.all_but_one(frozenset({3})) == {3}
    assert processors.all_but_one(frozenset({1, 4, 6})) == {4, 6}


@pytest.fixture
def prepared(monkeypatch, tmp_path):
    """An empty record that the environment names."""
    for name in [name for name in os.environ if name.startswith("ACCEDE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ACCEDE_DATA_DIR", str(tmp_path))
    settings = read_settings()
    asyncio.run(prepare_record(settings))
    return settings


def test_the_api_tells_the_nursery(monkeypatch, prepared):
    """From the application, as uvicorn has it made, to the words that go to the nursery."""

    def run(server: Any) -> None:
        server.started = True
        server.config.app()

    monkeypatch.setattr(api_app, "main", lambda crowded: [crowded(True), crowded(False)])
    monkeypatch.setattr(api._Server, "run", run)
    said: list[str] = []
    cradle._ROLES["api"](said.append)
    assert said == ["crowded", "calm"]


def test_what_gathers_the_acts_tells_the_application(prepared):
    told: list[bool] = []

    async def note() -> None:
        async with opened(prepared, told.append) as parts:
            assert isinstance(parts.driver, Driver)
            parts.driver._gathering._note_crowding(is_crowded=True)

    asyncio.run(note())
    assert told == [True]


def test_nobody_waits_for_a_nursery_that_does_not_listen():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for _ in range(100_000):
            cradle.mention(theirs, crowded=1)
        assert ours.recv(64).startswith(b'{"crowded": 1}\n')


def test_nobody_is_troubled_by_a_nursery_that_is_gone():
    ours, theirs = socket.socketpair()
    with theirs:
        ours.close()
        cradle.mention(theirs, calm=1)
    cradle.mention(theirs, calm=1)
