"""Whose turn it is to write a SQLite file, among processes: the locks are each process's own."""

import subprocess
import sys
from contextlib import contextmanager

import pytest

from records.database import Database
from records.turns import ENDING, Turns
from tests.records.rows_of_people import add, people

DOOR, TURN = 0, 1

LOOKS = """
import fcntl, sys
with open(sys.argv[1], "a") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(sys.argv[2]))
    except OSError:
        print("held")
    else:
        print("free")
"""

HOLDS = """
import fcntl, sys
with open(sys.argv[1], "a") as file:
    fcntl.lockf(file, fcntl.LOCK_EX, 1, int(sys.argv[2]))
    print("holds", flush=True)
    sys.stdin.read()
"""

WRITES = """
import sys
from records.turns import Turns
with Turns(sys.argv[1], patience_seconds=60).taken():
    with open(sys.argv[2], "a") as order:
        order.write("other ")
"""


def program(text, *given):
    return [sys.executable, "-c", text, *map(str, given)]


def is_held(path, place):
    """Whether another process finds it locked."""
    looked = subprocess.run(program(LOOKS, path, place), capture_output=True, text=True, check=True)
    return looked.stdout == "held\n"


@contextmanager
def somebody_holding(path, place):
    with subprocess.Popen(
        program(HOLDS, path, place), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "holds\n"
        yield
        other.stdin.close()


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / f"accede.db{ENDING}")


def test_who_has_just_written_comes_after_whoever_waits_already(path, tmp_path):
    order = tmp_path / "order"
    turns = Turns(path, patience_seconds=60)
    with turns.taken():
        other = subprocess.Popen(program(WRITES, path, order))
        while not is_held(path, DOOR):
            assert other.poll() is None
    with turns.taken(), order.open("a") as file:
        file.write("self")
    assert other.wait(60) == 0
    assert order.read_text() == "other self"


def test_what_was_taken_is_let_go_also_where_the_work_failed(path):
    def work():
        with Turns(path).taken():
            assert is_held(path, TURN)
            assert not is_held(path, DOOR)
            raise LookupError

    with pytest.raises(LookupError):
        work()
    assert not is_held(path, TURN)


@pytest.mark.parametrize("place", [DOOR, TURN])
def test_whoever_stands_still_in_the_line_holds_others_up_once_and_not_again_and_again(
    path, place, monkeypatch
):
    turns = Turns(path, patience_seconds=0.01)
    with somebody_holding(path, place), turns.taken():
        pass
    assert not is_held(path, DOOR)
    monkeypatch.setattr(turns, "_take", lambda: pytest.fail("it stood in line again"))
    with turns.taken():
        pass


def test_without_a_place_for_the_line_everybody_writes_all_the_same(tmp_path):
    with Turns(str(tmp_path / "nowhere" / "turns")).taken():
        pass


def test_the_writer_of_a_database_has_the_turn_while_it_writes(sqlite_database, sqlite_address):
    line = f"{sqlite_address.removeprefix('sqlite:///')}{ENDING}"
    assert sqlite_database.write_now(lambda _connection: is_held(line, TURN))
    assert not is_held(line, TURN)


def test_a_database_is_written_while_the_line_stands_still(sqlite_address):
    line = f"{sqlite_address.removeprefix('sqlite:///')}{ENDING}"
    database = Database.open(sqlite_address)
    with somebody_holding(line, TURN):
        assert database.write_now(add("a")) == "a"
    assert people(database) == ["a"]
    database.close_now()
