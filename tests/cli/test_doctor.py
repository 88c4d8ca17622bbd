"""The doctor: content with what is well, and each of its looks seen to find what it looks for."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import SecretStr

from commands import inside, outside
from commands.findings import Finding
from records import organisation
from records.database import Database
from services.connecting import connect
from services.person_keys import PersonKeys
from services.sealing import Sealer
from services.telling import wake_courier
from settings import Settings
from tests.cli.running import COMMAND, accede, environment
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.mail_peer import Peer, listening
from tests.temporal_server import TemporalServer, free_port

PACKAGED = Path(str(files("tzdata") / "zoneinfo"))


@pytest.fixture(scope="module")
def temporal(tmp_path_factory):
    """A real Temporal server for all tests here."""
    server = TemporalServer(tmp_path_factory.mktemp("temporal") / "temporal.db")
    server.start()
    yield server
    server.kill()


def of(findings: list[Finding], what: str) -> Finding:
    return next(one for one in findings if one.what == what)


def settings(**given) -> Settings:
    return Settings(**{"temporal_address": f"127.0.0.1:{free_port()}"} | given)


def test_every_part_has_its_line_with_what_to_do(tmp_path):
    done = accede("doctor", "--json", data_dir=tmp_path, temporal_address=f"127.0.0.1:{free_port()}")
    assert done.returncode == 1
    found = {one["what"]: one for one in json.loads(done.stdout)}
    assert {"settings", "definitions", "record", "SQLite", "Temporal", "mail", "disk", "time"} <= set(found)
    assert all(one["do"] for one in found.values() if one["state"] != "well")
    assert "accede db upgrade" in found["record"]["do"]


def test_settings_that_cannot_be_read_are_a_finding_with_an_exit_code_of_its_own(tmp_path):
    secret = accede("doctor", "--json", data_dir=tmp_path, smtp_url="imap://user:hunter2@host")
    assert (secret.returncode, "hunter2" in secret.stdout + secret.stderr) == (2, False)
    wrong = accede("doctor", "--json", data_dir=tmp_path, time_zone="Mars/Olympus")
    assert wrong.returncode == 2
    (finding,) = json.loads(wrong.stdout)
    assert (finding["what"], finding["state"]) == ("settings", "wrong")
    assert "ACCEDE_TIME_ZONE" in finding["found"]
    assert "Mars" not in wrong.stdout


@pytest.mark.parametrize(
    "given, says",
    [
        ({}, ""),
        ({"host": "0.0.0.0"}, "ACCEDE_PUBLIC_URL"),  # noqa: S104 - compared, not bound
        ({"clock_ahead": 60}, "ACCEDE_CLOCK_AHEAD"),
        ({"demo": True}, "ACCEDE_DEMO"),
    ],
)
async def test_settings_that_do_not_go_together_are_named(given, says):
    found = await inside.settings_agree(settings(**given))
    assert found.state == ("weak" if says else "well")
    assert says in found.do


async def test_a_definition_that_cannot_be_read_is_wrong(tmp_path):
    assert (await inside.definitions_are_sound(settings())).state == "well"
    (tmp_path / "club").mkdir()
    (tmp_path / "club" / "1.yaml").write_text("process: [", "utf-8")
    assert (await inside.definitions_are_sound(settings(processes_dir=tmp_path))).state == "wrong"


async def test_tables_of_another_release_are_wrong(address, empty_address):
    assert (await inside.record_has_its_tables(settings(database_url=address))).state == "well"
    found = await inside.record_has_its_tables(settings(database_url=empty_address))
    assert (found.state, "accede db upgrade" in found.do) == ("wrong", True)


async def test_a_record_that_does_not_answer_is_wrong():
    nobody = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/accede"
    found = await inside.record_has_its_tables(settings(database_url=nobody))
    assert (found.state, found.found) == ("wrong", "the database does not answer")
    assert (await outside.clock_of_the_record(settings(database_url=nobody))).state == "wrong"


@pytest.mark.parametrize(
    "version, state",
    [
        ((3, 6, 23), "well"),
        ((3, 7, 0), "weak"),
        ((3, 40, 1), "weak"),
        ((3, 51, 2), "weak"),
        ((3, 51, 3), "well"),
    ],
)
async def test_a_sqlite_with_the_fault_is_weak(version, state):
    found = await inside.sqlite_is_safe(settings(), found=version)
    assert (found.state, "pysqlite3" in found.do) == (state, state == "weak")


@pytest.mark.postgres
async def test_a_clock_that_differs_from_the_records_is_wrong(postgres_server):
    assert (await outside.clock_of_the_record(settings(database_url=postgres_server))).state == "well"
    ahead = settings(database_url=postgres_server, clock_ahead=60)
    found = await outside.clock_of_the_record(ahead)
    assert (found.state, "NTP" in found.do, "60 seconds" in found.found) == ("wrong", True, True)


async def test_temporal_that_answers_is_well_and_nobody_working_is_weak(temporal):
    found = await outside.temporal_is_there(settings(temporal_address=temporal.address))
    assert of(found, "Temporal").state == "well"
    assert of(found, "workers").state == "weak"
    assert "accede worker" in of(found, "workers").do
    assert "not compared" in of(found, "clock of Temporal").found


async def test_a_clock_that_differs_from_temporals_is_wrong(temporal):
    await wake_courier(await connect(temporal.address, lazy=False), "accede")
    level = await outside.temporal_is_there(settings(temporal_address=temporal.address))
    assert "seconds apart" in of(level, "clock of Temporal").found
    assert of(level, "clock of Temporal").state == "well"
    behind = settings(temporal_address=temporal.address, clock_ahead=-90)
    found = of(await outside.temporal_is_there(behind), "clock of Temporal")
    assert (found.state, "90 seconds" in found.found) == ("wrong", True)


async def test_temporal_away_a_namespace_that_is_not_there_and_tls_where_none_is_spoken_are_named(temporal):
    (away,) = await outside.temporal_is_there(settings())
    assert (away.state, "ACCEDE_TEMPORAL_ADDRESS" in away.do) == ("weak", True)
    other = settings(temporal_address=temporal.address, temporal_namespace="elsewhere")
    (missing,) = await outside.temporal_is_there(other)
    assert (missing.state, "ACCEDE_TEMPORAL_NAMESPACE" in missing.do) == ("wrong", True)
    (secret,) = await outside.temporal_is_there(
        settings(temporal_address=temporal.address, temporal_tls=True)
    )
    assert (secret.state, "ACCEDE_TEMPORAL_TLS" in secret.do) == ("weak", True)


async def test_a_mail_server_is_greeted_and_sent_nothing():
    async with listening(Peer()) as peer:
        url = SecretStr(f"smtp://somebody:hunter2@127.0.0.1:{peer.port}")
        found = await outside.mail_server_greets(settings(smtp_url=url))
        assert (found.state, peer.taken) == ("well", [])
        assert "hunter2" not in found.found


async def test_no_mail_server_a_dead_one_and_one_without_tls_are_told_apart():
    assert (await outside.mail_server_greets(settings())).state == "weak"
    dead = SecretStr(f"smtp://127.0.0.1:{free_port()}")
    assert (await outside.mail_server_greets(settings(smtp_url=dead))).state == "wrong"
    async with listening(Peer()) as peer:
        plain = SecretStr(f"smtp+starttls://127.0.0.1:{peer.port}")
        found = await outside.mail_server_greets(settings(smtp_url=plain))
        assert (found.state, found.found) == ("wrong", "no greeting: SMTPNotSupportedError")


async def test_a_mail_server_that_says_nothing_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = SecretStr(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        async with asyncio.timeout(10):
            assert (await outside.mail_server_greets(settings(smtp_url=url))).state == "wrong"


async def test_a_disk_without_room_and_one_that_takes_no_writes_are_wrong(tmp_path):
    assert (await inside.disk_takes_writes(settings(data_dir=tmp_path / "new"))).state == "well"
    full = await inside.disk_takes_writes(settings(data_dir=tmp_path), free_in=lambda _: 1000)
    assert (full.state, "make room" in full.do) == ("wrong", True)
    # A place where nobody, however mighty, makes files.
    closed = await inside.disk_takes_writes(settings(data_dir=Path("/proc")))
    assert (closed.state, "takes no writes" in closed.found) == ("wrong", True)


def test_time_zones_that_differ_from_those_the_package_brings_are_weak(tmp_path):
    zones = tmp_path / "zones" / "Asia"
    zones.mkdir(parents=True)
    shutil.copy(PACKAGED / "Asia" / "Tokyo", zones / "Shanghai")
    found = {}
    for name, path in (("well", None), ("other", zones.parent)):
        more = {} if path is None else {"PYTHONTZPATH": str(path)}
        env = environment(data_dir=tmp_path, temporal_address="127.0.0.1:1") | more
        done = subprocess.run([*COMMAND, "doctor", "--json"], check=False, capture_output=True, env=env)
        found[name] = next(one for one in json.loads(done.stdout) if one["what"] == "time")
    assert found["well"]["state"] == "well"
    assert (found["other"]["state"], "tzdata" in found["other"]["do"]) == ("weak", True)


async def test_a_year_whose_holidays_are_not_known_is_weak():
    far = settings(clock_ahead=timedelta(days=365 * 20).total_seconds())
    found = await inside.time_is_known(far)
    assert (found.state, "provisional" in found.do) == ("weak", True)


async def test_what_is_kept_in_the_open_for_want_of_a_key_is_weak_and_a_lost_key_is_wrong(address, tmp_path):
    here = settings(database_url=address, data_dir=tmp_path)
    (found,) = await inside.what_is_personal_is_sealed(here)
    assert found.state == ("well" if here.is_embedded else "weak")
    if not here.is_embedded:
        assert "ACCEDE_SECRET_KEYS" in found.do
    first, other = ("A" * 43 + "=", "B" * 42 + "A=")
    database = Database.open(address)

    def plant(connection):
        organisation.add_person(connection, id="li", name="李")
        PersonKeys(Sealer(first)).key_of(connection, "li", datetime(2025, 3, 10, tzinfo=UTC))

    await database.write(plant)
    await database.close()
    for secret, state in ((first, "well"), (other, "wrong"), (f"{other},{first}", "well")):
        (found,) = await inside.what_is_personal_is_sealed(
            here.model_copy(update={"secret_keys": SecretStr(secret)})
        )
        assert found.state == state
    (found,) = await inside.what_is_personal_is_sealed(here)
    assert found.state == "wrong"
    # A new key would open nothing of what lies there sealed.
    assert "key of before" in found.do
