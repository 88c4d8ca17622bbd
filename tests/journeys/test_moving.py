"""From one machine to several: the embedded record goes to PostgreSQL, its cases to another Temporal."""

from __future__ import annotations

import pytest
from temporalio.service import RPCError

from commands.data_lock import DataLock
from records.database import Database
from records.engines import database_url
from services.connecting import connect
from services.documents import StoredDocuments
from services.driving import Driver
from services.sealing import key_in
from settings import Settings
from tests.builders import READING_CIRCLE
from tests.cli.running import accede
from tests.databases import KINDS
from tests.journeys.household import known_case, until
from tests.services.keeping import LETTERS, LIBRARY, digest, everything, fill, postpone
from worker import a_worker
from workflows.definitions import KNOWN

ON_POSTGRESQL = [kind for kind in KINDS if kind.id == "postgresql"]


@pytest.fixture
async def here(tmp_path, migrated_sqlite):
    """The settings of an embedded installation with a bit of everything."""
    processes = tmp_path / "processes" / "reading-circle"
    processes.mkdir(parents=True)
    text = READING_CIRCLE.format(version="1", first="2020-01-01", replaces="")
    (processes / "1.yaml").write_text(text, "utf-8")
    data = tmp_path / "data"
    data.mkdir()
    (data / "accede.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database.open(f"sqlite:///{data / 'accede.db'}")
    await fill(database, StoredDocuments.at((data / "materials").as_uri()))
    await database.close()
    key_in(data / "secret.key")
    return {"data_dir": data, "processes_dir": processes.parent}


def rows_at(address):
    database = Database.open(address)
    try:
        return database.read_now(lambda connection: everything(connection, ("login_attempts", "unfinished")))
    finally:
        database.close_now()


@pytest.mark.parametrize("empty_address", ON_POSTGRESQL, indirect=True)
async def test_everything_is_there_in_the_other_place_and_the_source_is_as_it_was(
    here, empty_address, tmp_path, temporal
):
    source = f"sqlite:///{here['data_dir'] / 'accede.db'}"
    letters = (tmp_path / "letters").as_uri()
    before = rows_at(source)
    arguments = ("--to-materials", letters, "--to-temporal", temporal.address)
    moving = {**here, "to_database": empty_address}
    done = accede("move", *arguments, **moving)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 open cases, 3 workflows started there" in done.stdout
    # What was sealed here by the key of the folder opens there only with it.
    assert f'ACCEDE_SECRET_KEYS="$(cat {here["data_dir"] / "secret.key"})"' in done.stdout
    assert rows_at(source) == before
    assert rows_at(empty_address) == before
    assert len(before["sessions"]) == 1
    there = StoredDocuments.at(letters)
    for letter in LETTERS:
        assert b"".join([piece async for piece in there.read(digest(letter))]) == letter

    again = accede("move", *arguments, **moving)
    assert again.returncode == 0
    assert "was there already, compared again" in again.stdout

    await every_workflow_comes_to_life(empty_address, temporal)

    refused = accede("move", *arguments, **moving)
    assert refused.returncode == 2
    assert refused.stderr.startswith("accede: the other database has a record that is not this one")
    assert refused.stderr.count("\n") == 1


async def every_workflow_comes_to_life(address, temporal):
    KNOWN.fill(LIBRARY)
    database = Database.open(address)
    client = await connect(temporal.address, lazy=False)
    async with (
        Driver(client, database, relay_every=0.2, relay_after=0) as driver,
        a_worker(client, database, LIBRARY, settings=Settings(), driver=driver),
    ):
        seq = (await postpone(database, "case-0")).seq

        async def every_case_is_known() -> bool:
            try:
                cases = [await known_case(client, f"case-{number}") for number in range(3)]
            except RPCError:
                return False
            return all(cases) and cases[0] is not None and cases[0].seq == seq

        await until(every_case_is_known, within=30)
    await database.close()


@pytest.mark.parametrize("empty_address", ON_POSTGRESQL, indirect=True)
def test_what_cannot_be_moved_is_told_in_one_line_before_anything_is_copied(here, empty_address):
    for arguments, settings, told in (
        (("--to-temporal", "127.0.0.1:1"), {"to_database": empty_address}, "Temporal does not answer at"),
        ((), {"to_database": "sqlite:///other.db"}, "--to-database names a SQLite file"),
        ((), {"to_database": empty_address, "database_url": empty_address}, "the record is in PostgreSQL"),
        ((), {"to_database": empty_address, "data_dir": here["data_dir"] / "none"}, "There is no database"),
    ):
        done = accede("move", *arguments, **{**here, **settings})
        assert done.returncode == 2
        assert told in done.stderr
        assert done.stderr.count("\n") == 1
    lock = DataLock(here["data_dir"])
    lock.take()
    try:
        done = accede("move", **here, to_database=empty_address)
        assert (done.returncode, done.stderr.startswith("accede: already up on")) == (2, True)
    finally:
        lock.release()


@pytest.mark.parametrize("empty_address", ON_POSTGRESQL, indirect=True)
def test_a_password_is_not_printed(here, empty_address):
    # The server trusts whoever comes through its socket, whatever password is said.
    named = database_url(empty_address).set(password="hunter2").render_as_string(hide_password=False)
    assert "hunter2" in named
    done = accede("move", **here, to_database=named)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ACCEDE_DATABASE_URL=postgresql+psycopg://" in done.stdout
    assert "hunter2" not in done.stdout
