"""The file of the record is damaged: commands say so in one line, with what to do, and end with 2."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.running import accede
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.temporal_server import free_port

SAYS = "accede: The record is damaged: "
DOES = "restore the last backup there (accede restore)."


@pytest.fixture
def record(sqlite_address):
    return Path(sqlite_address.removeprefix("sqlite:///"))


def is_no_database(path):
    with path.open("wb") as file:
        file.write(b"no database" * 10_000)


def is_cut_off(path):
    with path.open("r+b") as file:
        file.truncate(file.seek(0, 2) // 2)


def has_spoilt_cases(path):
    """Spoil what only those notice who read cases."""
    connection = sqlite3.connect(path)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'cases'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"Z" * size)


def run(record, *command):
    nowhere = f"127.0.0.1:{free_port()}"
    return accede(*command, within=60, database_url=f"sqlite:///{record}", temporal_address=nowhere)


def is_one_line_that_says_what_to_do(said, record, says=SAYS):
    line = said.strip()
    return "\n" not in line and line.startswith(f"{says}{record} ") and line.endswith(DOES)


@pytest.mark.parametrize("damage", [is_no_database, is_cut_off])
def test_a_worker_that_finds_no_database_ends(record, damage):
    damage(record)
    ended = run(record, "worker")
    assert ended.returncode == 2
    assert is_one_line_that_says_what_to_do(ended.stderr, record, SAYS.removeprefix("accede: "))


@pytest.mark.parametrize(
    "command",
    ["api", "db upgrade", "db check", "db rebuild", "org check", "audit rules --all", "demo", "token li"],
)
@pytest.mark.parametrize("damage", [is_no_database, has_spoilt_cases])
def test_a_command_that_opens_it_says_so_and_ends(record, damage, command):
    damage(record)
    ended = run(record, *command.split())
    assert ended.returncode == 2
    assert is_one_line_that_says_what_to_do(ended.stderr, record), ended.stderr


@pytest.mark.parametrize("damage", [is_no_database, is_cut_off, has_spoilt_cases])
def test_the_doctor_names_it(record, damage):
    damage(record)
    ended = run(record, "doctor", "--json")
    (found,) = [one for one in json.loads(ended.stdout) if one["what"] == "record"]
    assert (ended.returncode, found["state"], found["found"]) == (1, "wrong", "its file is damaged")
    assert found["do"].endswith(DOES)


@pytest.mark.parametrize("damage", [is_no_database, has_spoilt_cases])
def test_up_says_it_once_and_ends_everything(record, tmp_path, damage):
    damage(record)
    ended = accede("up", "--port", "0", "--data", str(tmp_path), within=120)
    assert ended.returncode == 2
    assert is_one_line_that_says_what_to_do(ended.stderr, record), ended.stderr
    assert not any("Traceback" in log.read_text("utf-8") for log in tmp_path.rglob("*.log"))
