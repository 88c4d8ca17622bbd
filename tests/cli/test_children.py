"""The child processes of `accede up`, tried on programs of a line or two."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from commands.children import Child, Children
from commands.data_lock import DataLock
from commands.failures import CommandFailed

SLEEPS = "import time; print('here', flush=True); time.sleep(60)"


def a_child(folder, name="sleeper", program=SLEEPS):
    log = folder / f"{name}.log"

    async def has_spoken():
        return log.exists() and "here" in log.read_text()

    return Child(
        name=name, argv=[sys.executable, "-c", program], env=dict(os.environ), log=log, is_ready=has_spoken
    )


@asynccontextmanager
async def a_house(folder, **options):
    lock = DataLock(folder)
    lock.take()
    said: list[str] = []
    children = Children(lock_fd=lock.fd, say=said.append, **options)
    try:
        yield children, said
    finally:
        await children.stop()
        lock.release()


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(condition, within=10):
    give_up_at = time.monotonic() + within
    while not condition():
        assert time.monotonic() < give_up_at
        await asyncio.sleep(0.02)


async def test_a_child_that_dies_is_started_again(tmp_path):
    async with a_house(tmp_path) as (children, said):
        await children.start(a_child(tmp_path))
        first = children.pids["sleeper"]
        os.kill(first, signal.SIGKILL)
        await until(lambda: children.pids.get("sleeper", first) != first)
        assert "signal SIGKILL" in said[0]


async def test_stopping_leaves_no_child(tmp_path):
    async with a_house(tmp_path) as (children, _):
        await children.start(a_child(tmp_path, "one"), a_child(tmp_path, "two"))
        pids = children.pids.values()
        assert len(pids) == 2
        await children.stop()
        assert not any(is_alive(pid) for pid in pids)


async def test_a_child_that_does_not_listen_is_killed(tmp_path):
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPS
    async with a_house(tmp_path, stops_in=0.3) as (children, said):
        await children.start(a_child(tmp_path, program=deaf))
        pid = children.pids["sleeper"]
        await children.stop()
        assert not is_alive(pid)
        assert "did not stop" in said[-1]


async def test_a_child_that_cannot_start_is_reported_with_its_last_words(tmp_path):
    async with a_house(tmp_path) as (children, _):
        with pytest.raises(CommandFailed, match="no bread"):
            await children.start(a_child(tmp_path, program="import sys; sys.exit('no bread')"))


async def test_children_share_one_process_group_that_is_not_ours(tmp_path):
    async with a_house(tmp_path) as (children, _):
        await children.start(a_child(tmp_path, "one"), a_child(tmp_path, "two"))
        groups = {os.getpgid(pid) for pid in children.pids.values()}
        assert len(groups) == 1
        assert os.getpgid(0) not in groups


PARENT = """
import asyncio, os, sys
from pathlib import Path
from commands.children import Child, Children
from commands.data_lock import DataLock

async def main(folder):
    lock = DataLock(folder)
    lock.take()
    async def ready():
        return True
    child = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ),
                  folder / "log", ready)
    children = Children(lock_fd=lock.fd, say=print)
    await children.start(child)
    print(children.pids["sleeper"], flush=True)
    await asyncio.sleep(60)

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_children_end_when_the_parent_is_killed_and_the_folder_is_free_again(tmp_path):
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), stdout=subprocess.PIPE
    )
    assert parent.stdout
    child = int(await parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    await parent.wait()
    await until(lambda: not is_alive(child))
    again = DataLock(tmp_path)
    again.take(patience=5)
    again.release()


def test_a_second_holder_is_told_who_the_first_one_is(tmp_path):
    first = DataLock(tmp_path)
    first.take()
    first.describe({"pid": os.getpid(), "api": "http://127.0.0.1:1"})
    with pytest.raises(CommandFailed, match=rf"already up .*process {os.getpid()}, at http://127\.0\.0\.1:1"):
        DataLock(tmp_path).take(patience=5)
    first.release()
    second = DataLock(tmp_path)
    second.take()
    second.release()
