"""`accede backup` and `accede restore` as people meet them."""

import base64
import json
import os
import signal
import subprocess
import time
from datetime import date

import pytest

from records.database import Database
from services.documents import StoredDocuments
from services.person_keys import PersonKeys
from services.sealing import Sealer, key_in
from tests.builders import READING_CIRCLE, noon
from tests.cli.running import COMMAND, accede, environment
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.services.keeping import LETTERS, digest, everything, fill


@pytest.fixture
def processes(tmp_path):
    """A folder in which the definition of the builders is published."""
    folder = tmp_path / "processes" / "reading-circle"
    folder.mkdir(parents=True)
    text = READING_CIRCLE.format(version="1", first="2020-01-01", replaces="")
    (folder / "1.yaml").write_text(text, "utf-8")
    return folder.parent


@pytest.fixture
async def furnished(tmp_path, migrated_sqlite, processes):
    """The settings of an installation with a bit of everything."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "accede.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database.open(f"sqlite:///{data / 'accede.db'}")
    await fill(database, StoredDocuments.at((data / "materials").as_uri()))
    await database.close()
    return {"data_dir": data, "processes_dir": processes}


@pytest.fixture
def elsewhere(tmp_path, processes):
    """The settings of an empty place."""
    return {"data_dir": tmp_path / "elsewhere", "processes_dir": processes}


def rows_at(settings):
    database = Database.open(f"sqlite:///{settings['data_dir'] / 'accede.db'}")
    try:
        return database.read_now(everything)
    finally:
        database.close_now()


@pytest.mark.parametrize("name", ["copy", "copy.tar"])
def test_a_backup_is_a_folder_or_one_file_and_is_restored_from_either(furnished, elsewhere, tmp_path, name):
    done = accede("backup", "--to", str(tmp_path / name), **furnished)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 cases" in done.stdout
    assert "password hashes" in done.stdout
    assert (tmp_path / name).stat().st_mode & 0o077 == 0

    assert accede("restore", "--check", str(tmp_path / name), **elsewhere).returncode == 0
    assert not (elsewhere["data_dir"] / "accede.db").exists()
    done = accede("restore", str(tmp_path / name), **elsewhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 cases are open" in done.stdout
    before, after = rows_at(furnished), rows_at(elsewhere)
    left_behind = {"sessions", "login_attempts", "familiar_places", "unfinished"}
    assert all(after[table] == [] for table in left_behind)
    # That it was restored is written down, once.
    assert after["administration"][:-1] == before["administration"]
    assert json.loads(after["administration"][-1])[1] == "record-restored"
    same = set(before) - {"outbox", "obligations", "administration", *left_behind}
    assert len(same) > 12
    assert {table: after[table] for table in same} == {table: before[table] for table in same}
    assert accede("db", "check", **elsewhere).returncode == 0
    letter = digest(LETTERS[0])
    kept = elsewhere["data_dir"] / "materials" / letter[:2] / letter[2:4] / letter
    assert kept.read_bytes() == LETTERS[0]


def test_a_folder_that_is_there_gets_a_backup_under_its_time(furnished, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    told = json.loads(accede("backup", "--to", str(folder), "--json", **furnished).stdout)
    assert [str(path) for path in folder.iterdir()] == [told["backup"]]
    told = json.loads(accede("backup", "--json", **furnished).stdout)
    assert told["backup"].startswith(str(furnished["data_dir"] / "backups" / "accede-"))


def test_a_backup_whose_words_would_not_open_is_restored_only_where_that_is_said(
    furnished, elsewhere, tmp_path
):
    keys = PersonKeys(Sealer(key_in(furnished["data_dir"] / "secret.key")))
    database = Database.open(f"sqlite:///{furnished['data_dir'] / 'accede.db'}")
    database.write_now(lambda connection: keys.key_of(connection, "of-case-0", noon(date(2026, 3, 2))))
    database.close_now()
    backup = str(tmp_path / "copy")
    assert accede("backup", "--to", backup, **furnished).returncode == 0

    here = elsewhere["data_dir"] / "secret.key"
    for told in ({}, {"secret_keys": base64.b64encode(bytes(32)).decode()}):
        done = accede("restore", backup, **elsewhere, **told)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert f"put the secret.key of then at {here}" in done.stderr
        assert not here.exists()
        assert not (elsewhere["data_dir"] / "accede.db").exists()
    anyway = {**elsewhere, "data_dir": tmp_path / "anyway"}
    assert accede("restore", backup, "--without-keys", **anyway).returncode == 0

    here.write_text((furnished["data_dir"] / "secret.key").read_text())
    assert accede("restore", backup, **elsewhere).returncode == 0


def test_nothing_is_overwritten(furnished, elsewhere, tmp_path):
    (tmp_path / "copy").write_text("mine")
    done = accede("backup", "--to", str(tmp_path / "copy"), **furnished)
    assert done.returncode == 2
    assert (tmp_path / "copy").read_text() == "mine"

    backup = accede("backup", "--to", str(tmp_path / "whole"), **furnished)
    assert backup.returncode == 0
    before = rows_at(furnished)
    done = accede("restore", str(tmp_path / "whole"), **furnished)
    assert done.returncode == 2
    assert done.stderr.startswith("accede: there is a record already")
    assert done.stderr.count("\n") == 1
    assert rows_at(furnished) == before


def test_what_is_no_backup_or_spoilt_is_refused_in_one_line(furnished, elsewhere, tmp_path):
    assert accede("backup", "--to", str(tmp_path / "copy"), **furnished).returncode == 0
    part = tmp_path / "copy" / "tables" / "events.jsonl.gz"
    part.write_bytes(part.read_bytes()[:-1])
    (tmp_path / "half.tar").write_bytes(b"half a file")
    for wrong, said in (
        (tmp_path / "copy", "tables/events.jsonl.gz has"),
        (tmp_path / "half.tar", "cannot be unpacked"),
        (tmp_path / "nowhere", "there is no backup at"),
        (tmp_path / "processes", "is no backup, or not a whole one"),
    ):
        done = accede("restore", str(wrong), **elsewhere)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert said in done.stderr
        assert not (elsewhere["data_dir"] / "accede.db").exists()
    assert accede("restore", "--check", str(tmp_path / "copy"), **elsewhere).returncode == 2


def test_half_a_backup_never_has_the_name_of_a_whole_one(furnished, tmp_path):
    """Killed at any moment, there is nothing, or everything."""
    folder = tmp_path / "backups"
    folder.mkdir()
    whole = 0
    for number in range(4):
        place = folder / f"copy-{number}"
        process = subprocess.Popen(
            [*COMMAND, "backup", "--to", str(place)],
            env=environment(**furnished),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        give_up_at = time.monotonic() + 30
        # Later each time, counted in files that are there and not in seconds.
        while len(list(folder.glob(f".copy-{number}.partial-*/**/*.gz"))) < 4 * number + 1:
            if process.poll() is not None or time.monotonic() > give_up_at:
                break
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL) if process.poll() is None else None
        process.wait()
        if place.exists():
            whole += 1
            assert accede("restore", "--check", str(place), **furnished).returncode == 0
    assert whole < 4


def test_a_document_that_is_gone_is_named_with_exit_code_1(furnished, elsewhere, tmp_path):
    gone = digest(LETTERS[1])
    (furnished["data_dir"] / "materials" / gone[:2] / gone[2:4] / gone).unlink()
    done = accede("backup", "--to", str(tmp_path / "copy"), **furnished)
    assert done.returncode == 1
    assert done.stderr == f"document {gone}: missing, or not what was handed in\n"
    assert accede("restore", str(tmp_path / "copy"), **elsewhere).returncode == 1
    assert len(rows_at(elsewhere)["cases"]) == 3


def test_held_messages_wait_for_a_word(furnished, elsewhere, tmp_path):
    accede("backup", "--to", str(tmp_path / "copy"), **furnished)
    told = json.loads(accede("restore", str(tmp_path / "copy"), "--json", **elsewhere).stdout)
    assert told["held"] > 0
    assert accede("restore", "--resume-mail", "--leave-mail", **elsewhere).returncode == 2
    assert accede("restore", str(tmp_path / "copy"), "--resume-mail", **elsewhere).returncode == 2
    done = accede("restore", "--resume-mail", **elsewhere)
    assert done.stdout.startswith(f"{told['held']} messages")
    assert accede("restore", "--leave-mail", **elsewhere).stdout.startswith("0 messages")


def test_restore_says_what_it_needs(elsewhere):
    done = accede("restore", **elsewhere)
    assert (done.returncode, done.stderr) == (2, "accede: name the backup: accede restore FROM\n")


def test_a_definition_that_cases_follow_and_that_was_changed_is_named_before_anything_starts(furnished):
    file = furnished["processes_dir"] / "reading-circle" / "1.yaml"
    as_it_was = file.read_text("utf-8")
    file.write_text(as_it_was.replace("en: Reading circle", "en: Circle of readers", 1), "utf-8")
    for command in (("api",), ("db", "check")):
        done = accede(*command, **furnished)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "cases follow reading-circle 1 as it was with the digest" in done.stderr
        assert "put its file back" in done.stderr
    told = json.loads(accede("doctor", "--json", temporal_address="127.0.0.1:1", **furnished).stdout)
    (found,) = [one for one in told if one["what"] == "cases"]
    assert (found["state"], "reading-circle 1" in found["found"]) == ("wrong", True)
    file.write_text(f"# A comment changes nothing.\n{as_it_was}", "utf-8")
    told = json.loads(accede("doctor", "--json", temporal_address="127.0.0.1:1", **furnished).stdout)
    assert "cases" not in {one["what"] for one in told}
