"""Backups: the same rows in another place, or none at all."""

import asyncio
import gzip
import json
from datetime import UTC, date, datetime
from functools import partial

import pytest

from records import holding, rebuilding
from records.database import Database
from services.backups import back_up
from services.documents import StoredDocuments
from services.manifests import LEFT_OUT, MANIFEST, BackupSpoilt, document_file, read_manifest
from services.restoring import PlaceNotEmpty, check_parts, documents_in, restore_documents, restore_rows
from tests.services.keeping import LETTERS, begin, digest, everything, fill, postpone
from tests.thorough import EVERY_BIT

TODAY = date(2026, 6, 1)
"""The organisation's day when a backup is restored; by the clock it is another."""


@pytest.fixture
def documents():
    return StoredDocuments.at("memory:///")


@pytest.fixture
def empty(other_address):
    """An open database with tables and no rows, once on SQLite and once on PostgreSQL."""
    opened = Database.open(other_address)
    yield opened
    opened.close_now()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "backup"
    made.mkdir()
    return made


@pytest.fixture
async def kept(sqlite_database, documents, folder):
    """The folder of a backup."""
    await fill(sqlite_database, documents)
    await back_up(sqlite_database, documents, folder, now=datetime.now(UTC), version="1")
    return folder


async def restore(folder, database, documents, *, hold_mail=False):
    manifest = read_manifest(folder)
    check_parts(folder, manifest)
    await restore_documents(folder, manifest, documents)
    now = datetime.now(UTC)
    return await restore_rows(folder, manifest, database, now=now, on=TODAY, hold_mail=hold_mail)


async def test_what_was_in_one_database_is_row_by_row_in_any_other(database, empty, documents, folder):
    await fill(database, documents)
    made = await back_up(database, documents, folder, now=datetime.now(UTC), version="1")
    there = StoredDocuments.at("memory:///")
    await restore(folder, empty, there)

    before, after = await database.read(everything), await empty.read(everything)
    assert all(before[name] for name in LEFT_OUT)
    for name in before:
        if name in {"outbox", "administration"}:
            continue
        assert after[name] == ([] if name in LEFT_OUT else before[name]), name
    # That it was restored is the only thing that was done to it.
    (done,) = after["administration"][len(before["administration"]) :]
    assert json.loads(done)[1:3] == ["record-restored", TODAY.isoformat()]
    for case_id in ("case-0", "case-1", "case-2"):
        assert await empty.read(partial(rebuilding.verify, case_id=case_id)) == ()
    for letter in LETTERS:
        assert b"".join([piece async for piece in there.read(digest(letter))]) == letter
    assert (made.heads.cases, made.events, made.documents.number) == (3, len(before["events"]), 3)
    assert made.heads.agree
    # And it can be acted on.
    assert (await postpone(empty, "case-0")).seq > 3


async def test_the_same_rows_make_the_same_manifest_on_both_databases(database, empty, documents, tmp_path):
    await fill(database, documents)
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    first = await back_up(database, documents, one, now=datetime.now(UTC), version="1")
    await restore(one, empty, documents)
    second = await back_up(empty, documents, other, now=datetime.now(UTC), version="1")
    assert second.heads == first.heads
    digests = [{part.shape.name: part.digest for part in made.tables} for made in (first, second)]
    differ = {name for name in digests[0] if digests[0][name] != digests[1][name]}
    assert differ == {"outbox", "administration"}


async def test_acts_go_on_while_a_backup_is_made_and_what_was_acknowledged_before_is_in_it(
    database, empty, documents, folder
):
    await fill(database, documents, cases=8)
    stop = asyncio.Event()
    acknowledged: dict[str, int] = {}

    async def act(case_id):
        while not stop.is_set():
            acknowledged[case_id] = (await postpone(database, case_id)).seq

    acting = [asyncio.create_task(act(f"case-{number}")) for number in range(8)]
    async with asyncio.timeout(30):
        while sum(acknowledged.values()) < 100:  # noqa: ASYNC110 - rare, and an event would say less
            await asyncio.sleep(0.01)
    before = dict(acknowledged)
    made = await back_up(database, documents, folder, now=datetime.now(UTC), version="1")
    after = dict(acknowledged)
    stop.set()
    await asyncio.gather(*acting)

    await restore(folder, empty, documents)
    assert made.heads.agree
    there = (await empty.read(everything))["cases"]
    seqs = {row[0]: max(part for part in row if isinstance(part, int)) for row in map(json.loads, there)}
    assert sum(after.values()) > sum(before.values())
    assert all(before[case_id] <= seqs[case_id] for case_id in before)
    for case_id in before:
        assert await empty.read(partial(rebuilding.verify, case_id=case_id)) == ()


async def test_a_backup_opens_no_session(sqlite_database, documents, folder):
    secret = await fill(sqlite_database, documents)
    await back_up(sqlite_database, documents, folder, now=datetime.now(UTC), version="1")
    (hashed,) = [json.loads(row)[0] for row in (await sqlite_database.read(everything))["sessions"]]
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert len(files) > 15
    for file in files:
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        assert secret.encode() not in content
        assert hashed.encode() not in content


async def test_a_place_with_a_record_is_left_alone(kept, empty, documents):
    await fill(empty, documents, cases=1)
    before = await empty.read(everything)
    with pytest.raises(PlaceNotEmpty, match="there is a record already"):
        await restore(kept, empty, documents)
    assert await empty.read(everything) == before


async def test_a_document_that_its_store_lost_is_named_and_the_rest_is_kept(
    sqlite_database, folder, documents, empty
):
    await fill(sqlite_database, documents)

    class Forgetful:
        def read(self, sha256):
            return documents.read("0" * 64 if sha256 == digest(LETTERS[0]) else sha256)

        async def remove(self, sha256):
            raise AssertionError

        async def keep(self, sha256, content):
            raise AssertionError

    made = await back_up(sqlite_database, Forgetful(), folder, now=datetime.now(UTC), version="1")
    assert (made.documents.number, made.documents.missing) == (2, (digest(LETTERS[0]),))
    there = StoredDocuments.at("memory:///")
    await restore(folder, empty, there)
    with pytest.raises(FileNotFoundError):
        await anext(there.read(digest(LETTERS[0])))


async def test_a_document_that_changed_in_its_store_counts_as_lost(sqlite_database, folder, documents):
    await fill(sqlite_database, documents)

    class Forging:
        async def read(self, sha256):
            yield b"another letter"

        async def remove(self, sha256):
            raise AssertionError

        async def keep(self, sha256, content):
            raise AssertionError

    made = await back_up(sqlite_database, Forging(), folder, now=datetime.now(UTC), version="1")
    assert made.documents.number == 0
    assert len(made.documents.missing) == len(LETTERS)
    assert list(documents_in(folder, made)) == []


async def test_a_spoilt_part_is_refused_and_the_place_stays_empty(kept, empty, documents):
    files = [*(kept / "tables").iterdir(), document_file(kept, digest(LETTERS[0]))]
    assert len(files) > 15
    for file in files:
        whole = file.read_bytes()
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        for spoilt in (flipped, whole[:middle], whole + b"x", None):
            if spoilt is None:
                file.unlink()
            else:
                file.write_bytes(spoilt)
            with pytest.raises(BackupSpoilt) as refused:
                await restore(kept, empty, documents)
            assert file.name.removesuffix(".gz") in str(refused.value)
        file.write_bytes(whole)
    assert not any((await empty.read(everything)).values())
    await restore(kept, empty, documents)


def test_every_changed_byte_of_the_manifest_is_seen(kept):
    """All of them with EVERY_BIT=1, and else one in 41."""
    file = kept / MANIFEST
    whole = file.read_bytes()
    assert read_manifest(kept).seal in whole.decode()
    for place in range(0, len(whole), 1 if EVERY_BIT else 41):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BackupSpoilt, match=MANIFEST):
            read_manifest(kept)
    for end in (0, 1, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:end])
        with pytest.raises(BackupSpoilt, match=MANIFEST):
            read_manifest(kept)


async def test_rows_that_are_not_those_of_the_manifest_are_refused_whatever_the_files_say(
    kept, empty, documents
):
    """As when the database spoils what it is given: the files are whole, the rows are not."""
    manifest = read_manifest(kept)
    part = next(part for part in manifest.tables if part.shape.name == "people")
    lines = gzip.decompress((kept / part.file).read_bytes()).replace("张三".encode(), "张四".encode())
    (kept / part.file).write_bytes(gzip.compress(lines))
    with pytest.raises(BackupSpoilt, match="rows of people"):
        await restore_rows(kept, manifest, empty, now=datetime.now(UTC), on=TODAY, hold_mail=False)
    assert not any((await empty.read(everything)).values())


async def test_a_part_that_ends_early_while_it_is_read_leaves_the_place_empty(kept, empty):
    manifest = read_manifest(kept)
    part = next(part for part in manifest.tables if part.shape.name == "events")
    whole = (kept / part.file).read_bytes()
    (kept / part.file).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupSpoilt, match="events"):
        await restore_rows(kept, manifest, empty, now=datetime.now(UTC), on=TODAY, hold_mail=False)
    assert not any((await empty.read(everything)).values())


async def test_messages_that_waited_are_held_until_somebody_says_what_becomes_of_them(kept, empty, documents):
    begun = await restore(kept, empty, documents, hold_mail=True)
    assert begun.open_cases == 3
    assert begun.held > 0
    assert await statuses(empty) == {"held": begun.held}

    await begin(empty, "case-later")
    later = (await statuses(empty))["waiting"]
    assert later > 0
    assert await empty.write(partial(holding.send_held, now=datetime.now(UTC))) == begun.held
    assert await statuses(empty) == {"waiting": begun.held + later}


async def test_messages_that_were_held_can_be_given_up(kept, empty, documents):
    begun = await restore(kept, empty, documents, hold_mail=True)
    assert await empty.write(holding.leave_held) == begun.held
    assert await statuses(empty) == {"failed": begun.held}


async def test_after_a_restore_every_open_case_is_told_to_its_workflow_again(kept, empty, documents):
    await restore(kept, empty, documents)
    rows = [json.loads(row) for row in (await empty.read(everything))["outbox"]]
    assert [(row[0], row[2]) for row in rows] == [("case-0", 0), ("case-1", 0), ("case-2", 0)]
    assert all(row[3] for row in rows)


async def statuses(database):
    found: dict[str, int] = {}
    for row in (await database.read(everything))["obligations"]:
        status = next(
            part for part in json.loads(row) if part in {"waiting", "held", "sent", "failed", "nobody"}
        )
        found[status] = found.get(status, 0) + 1
    return {status: number for status, number in found.items() if status != "nobody"}
