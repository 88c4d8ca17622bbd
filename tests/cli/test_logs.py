"""What the programs say while they run, in both forms."""

import contextlib
import json
import signal
import subprocess
import sys

import pytest

from tests.cli.running import COMMAND, environment
from tests.databases import migrated_sqlite, sqlite_address  # noqa: F401 - fixtures are found by their names
from tests.temporal_server import free_port

TALK = """
import logging, structlog
from services.logs import set_up_logs
ours = structlog.get_logger("ours")
set_up_logs({level!r}, {form!r})
ours.info("working", case="c1")
logging.getLogger("theirs").info("started %d", 5)
try:
    secret = "typed by somebody"
    1 / 0
except ZeroDivisionError:
    logging.getLogger("theirs").exception("broken")
    ours.exception("broken")
"""


def said(level, form):
    program = TALK.format(level=level, form=form)
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == ""
    return done.stderr


def test_json_is_one_object_a_line_whoever_says_it():
    lines = [json.loads(line) for line in said("info", "json").splitlines()]
    assert [(line["logger"], line["level"], line["event"]) for line in lines] == [
        ("ours", "info", "working"),
        ("theirs", "info", "started 5"),
        ("theirs", "error", "broken"),
        ("ours", "error", "broken"),
    ]
    assert lines[0]["case"] == "c1"
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert all("ZeroDivisionError" in line["exception"] for line in lines[2:])
    assert "typed by somebody" not in json.dumps(lines)


def test_text_is_for_people_and_has_no_colours():
    lines = said("info", "text").splitlines()
    assert "working" in lines[0]
    assert "case=c1" in lines[0]
    assert "started 5" in lines[1]
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_below_the_level_is_not_said(form):
    quiet = said("error", form)
    assert "working" not in quiet
    assert "started" not in quiet
    assert "ZeroDivisionError" in quiet


@pytest.mark.parametrize("program, last", [("api", "Application startup complete."), ("worker", "Temporal")])
def test_the_programs_speak_as_the_settings_say(program, last, tmp_path, sqlite_address):  # noqa: F811
    env = environment(
        data_dir=tmp_path,
        database_url=sqlite_address,
        temporal_address=f"127.0.0.1:{free_port()}",
        port=0,
        log_format="json",
    )
    running = subprocess.Popen([*COMMAND, program], env=env, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    try:
        for line in running.stderr:
            spoken = json.loads(line)
            if last in json.dumps(spoken):
                break
        else:
            pytest.fail(f"{program} ended without saying {last}")
    finally:
        running.send_signal(signal.SIGINT)
        with contextlib.closing(running.stderr):
            running.wait(30)
