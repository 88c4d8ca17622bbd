"""How the embedded Temporal server is started: queues in one part, unless its file knows others."""

import sqlite3
from contextlib import closing

import pytest

from commands import embedded

ONE_PART = "matching.numTaskqueueReadPartitions=1"
IN_PARTS = b"\x01\xa2/_sys/accede/2\x01"
WHOLE = b"\x01\xa2accede\x01"


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr(embedded, "program", lambda name: name)


def argv(file):
    return embedded.server_argv(file, port=1, ui_port=2, namespace="default")


def a_file(folder, *queues, tables=("task_queues", "task_queues_v2")):
    file = folder / "temporal.db"
    with closing(sqlite3.connect(file)) as opened, opened:
        for table in tables:
            opened.execute(f"CREATE TABLE {table} (task_queue_id VARBINARY(272) NOT NULL)")
            opened.executemany(f"INSERT INTO {table} VALUES (?)", [(queue,) for queue in queues])  # noqa: S608 - a name of ours
    return file


def test_a_new_server_has_queues_in_one_part(tmp_path):
    assert ONE_PART in argv(tmp_path / "temporal.db")
    assert not (tmp_path / "temporal.db").exists()


def test_so_has_one_that_never_had_others(tmp_path):
    assert ONE_PART in argv(a_file(tmp_path, WHOLE))


def test_a_server_that_had_queues_in_several_parts_keeps_them_for_a_task_may_wait_there(tmp_path):
    assert ONE_PART not in argv(a_file(tmp_path, WHOLE, IN_PARTS))


def test_so_does_one_whose_file_cannot_be_read(tmp_path):
    file = tmp_path / "temporal.db"
    file.write_bytes(b"no database " * 100)
    assert ONE_PART not in argv(file)


def test_so_does_one_of_another_release_with_other_tables(tmp_path):
    assert ONE_PART not in argv(a_file(tmp_path, WHOLE, tables=("task_queues",)))


@pytest.mark.parametrize("value", embedded._DYNAMIC + embedded._ONE_PART)
def test_each_value_is_a_flag_of_its_own(tmp_path, value):
    flags = argv(tmp_path / "temporal.db")
    assert flags[flags.index(value) - 1] == "--dynamic-config-value"
