"""What the cradle loads, in which order, and what it must have loaded before somebody is born of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import environment

_ROOT = Path(__file__).resolve().parents[2]
_WATCHED = ("commands.preparing", "worker", "commands.api", "api.app")
_LATER = ("holidays", "openpyxl", "pypinyin", "opentelemetry.sdk")
_TOLD = f"""
import json, sys, threading
from commands.cradle import load
told = []
for role in load():
    told.append((role, [name for name in {_WATCHED} if name in sys.modules], threading.active_count()))
    if role == "prepare":
        from services.passwords import nobodys
        hashes = nobodys.cache_info().misses
from api.app import ways
print(json.dumps(told))
print(json.dumps([name for name in {_LATER} if name in sys.modules]))
print(ways.cache_info().misses, hashes)
"""


@pytest.fixture(scope="module")
def told():
    argv = [sys.executable, "-P", "-c", _TOLD]
    return subprocess.run(
        argv, cwd=_ROOT, env=environment(), capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_while_the_record_is_prepared_and_workers_begin_the_next_ones_are_loaded(told):
    loaded = {role: modules for role, modules, _ in json.loads(told[0]) if role is not None}
    assert loaded == {
        "prepare": ["commands.preparing"],
        "worker": ["commands.preparing", "worker"],
        "api": list(_WATCHED),
    }


def test_no_thread_runs_when_somebody_may_be_born(told):
    assert {threads for _, _, threads in json.loads(told[0])} == {1}


def test_the_longest_part_is_loaded_in_parts_between_which_somebody_may_be_born(told):
    roles = [role for role, _, _ in json.loads(told[0])]
    assert roles[-1] == "api"
    assert roles[roles.index("worker") :].count(None) > 5


def test_what_most_processes_never_need_is_not_loaded(told):
    """Hundreds of modules, which would be a part of each start; who needs one of them loads it."""
    assert json.loads(told[1]) == []


def test_routes_are_made_and_the_hash_that_no_password_fits_before_the_first_who_has_it_is_born(told):
    """Whoever opens the record has that hash; making it takes longer than all else a worker does at first."""
    assert told[2] == "1 1"
