"""A backup made after an erasure holds nothing of the person, and all is proven from it all the same."""

import base64
import gzip
import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from api.app import create_app
from domain.dossiers import check_dossier
from records import accounts, people_over_time, rebuilding, restrictions
from records.database import Database
from records.document_keys import all_stored
from records.tables import metadata
from records.unit_changes import Said
from services.bringing_in import read_files
from services.documents import StoredDocuments
from services.manifests import read_manifest
from services.restoring import check_parts, restore_documents, restore_rows
from services.verifying import verify
from tests.api.test_erasing import LETTER, NAME, SCAN, case, erased, later, world  # noqa: F401 - fixtures
from tests.api.world import ADMIN, NOON, SECRETARY, SUBJECT, a_notary
from tests.cli.running import accede
from tests.services.sealed_world import everything_stored

BAR, KIN, FILE, REASON = "受过处分的缘由", "他的姐姐在此任职", "张三的体检表", "家中有事"
ADDRESS, BIRTHDAY, BEFORE = f"{SUBJECT}@example.org", "1990-01-01", "张三丰"
WORDS = (NAME, "zhangsan", BEFORE, LETTER, REASON, BAR, KIN, FILE, ADDRESS, SCAN, BIRTHDAY)
"""Everything that is said of him anywhere; nobody else has this birthday."""


async def said_of_him(office):
    """All that can be said beside a case: names of before, restrictions, relatives, documents."""
    answer = await office.post(f"/v1/people/{SUBJECT}/relations", SUBJECT, _kin())
    assert answer.status_code == 201, answer.text

    def bar(connection):
        people = metadata.tables["people"]
        other = sa.update(people).where(people.c.id != SUBJECT)
        connection.execute(other.values(born_on=NOON.date() - timedelta(days=9_000)))
        said = Said(ADMIN, NOON, BAR)
        restrictions.add_restriction(connection, SUBJECT, "suspended", NOON.date(), None, said)
        for name in (BEFORE, NAME):
            people_over_time.change_person(connection, SUBJECT, {"name": name}, said)

    await office.parts.write(bar)
    files = {"file": (f"{FILE}.txt", SCAN.encode() * 2)}
    await office.client.post("/v1/materials", files=files, headers=office.by(SUBJECT))


def _kin():
    return {"relative": SECRETARY, "kind": "sibling", "source": KIN, "reason": KIN}


def needles():
    for word in WORDS:
        plain = word.encode()
        yield word, plain
        yield word, json.dumps(word)[1:-1].encode()
        yield word, base64.b64encode(plain)[:-4]


def found_in(content):
    return {word for word, spelled in needles() if len(spelled) > 3 and spelled in content}


def contents(folder):
    for file in folder.rglob("*"):
        if file.is_file():
            raw = file.read_bytes()
            yield raw
            if file.suffix == ".gz":
                yield gzip.decompress(raw)


@pytest.fixture
def elsewhere(tmp_path, migrated_sqlite):
    """An open database with tables and no rows."""
    there = shutil.copy(migrated_sqlite, tmp_path / "there.db")
    opened = Database.open(f"sqlite:///{there}")
    yield opened
    opened.close_now()


async def test_a_backup_made_after_an_erasure_holds_nothing_of_the_person_and_all_is_proven_from_it(
    world,  # noqa: F811 - the fixture
    case,  # noqa: F811 - the fixture
    address,
    elsewhere,
    tmp_path,
):
    before, folder = world.parts.documents, StoredDocuments.at((tmp_path / "materials").as_uri())
    for name in await world.parts.read(all_stored):
        await folder.keep(name, b"".join([piece async for piece in before.read(name)]))
    world.parts = replace(world.parts, documents=folder)
    world.client._transport.app.state.parts = world.parts
    await said_of_him(world)
    kept = await world.parts.notary.make()
    first = await back_up(tmp_path / "before", address, tmp_path)
    assert {NAME, "zhangsan", BIRTHDAY} <= first
    later(world, 4)
    await erased(world)
    assert await back_up(tmp_path / "after", address, tmp_path) == set()

    manifest = read_manifest(tmp_path / "after")
    check_parts(tmp_path / "after", manifest)
    there = StoredDocuments.at("memory:///")
    await restore_documents(tmp_path / "after", manifest, there)
    now = datetime.now(UTC)
    await restore_rows(tmp_path / "after", manifest, elsewhere, now=now, on=now.date(), hold_mail=False)
    world.parts = replace(
        world.parts, database=elsewhere, documents=there, notary=a_notary(elsewhere, world.clock)
    )
    assert found_in((await everything_stored(world)).encode()) == set()
    await proven(world, case, kept.note)


async def back_up(folder, address, data):
    """Make a backup as an operator does, and return which words it holds."""
    made = accede(
        "backup",
        "--to",
        str(folder),
        database_url=address,
        data_dir=data,
        materials_url=(data / "materials").as_uri(),
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return set().union(*map(found_in, contents(folder)))


async def proven(office, led, checkpoint):
    """Chain, tree, checkpoints, the one that was kept elsewhere, rows, documents and a dossier."""
    assert await office.parts.read(lambda connection: rebuilding.verify(connection, led["id"])) == ()
    found = await verify(office.parts, held=[checkpoint])
    assert found.events >= 3
    office.client._transport.app = create_app(office.parts)
    office.tokens[SECRETARY] = await office.parts.write(
        lambda connection: accounts.begin(
            connection, login=SECRETARY, now=office.clock(), kind="token", lasts=None
        )
    )
    answer = await office.get(f"/v1/cases/{led['id']}/dossier", SECRETARY)
    assert answer.status_code == 200, answer.text
    files = read_files(io.BytesIO(answer.content))
    assert found_in(b"".join(files.values())) == set()
    checked = check_dossier(files)
    assert (checked.dossier.case, checked.dossier.seq) == (led["id"], len(checked.events))
