"""Things go by themselves once no rule keeps them, and what a rule keeps never does."""

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa
from obstore.store import MemoryStore

from domain.retention import Keep, KeepCase, Retention
from records.door_tables import drafts
from records.privacy_tables import document_removals
from records.tables import materials, obligations
from services.clearing import Rules, clear, expire
from services.document_keys import read
from services.documents import StoredDocuments
from services.verifying import verify
from tests.api.world import HOST, NOBODY, NOON, SECRETARY, SUBJECT, a_world
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.services.sealed_world import with_keys

SCAN, SHARED, LOOSE = b"his own scan", b"what two cases name", b"named by nobody"
WITHDRAWN = KeepCase(years=3, basis="7", documents=Keep(years=1, basis="8"), notices=Keep(days=30, basis="9"))
RULES = Rules(
    {"reading-circle": Retention(otherwise=KeepCase(basis="36"), outcomes={"withdrawn": WITHDRAWN})},
    {"drafts": Keep(days=10, basis="local"), "documents-of-no-case": Keep(days=400, basis="local")},
)


@pytest.fixture
async def world(database):
    """The subject's case is withdrawn, another that names one of his documents goes on."""
    world = await a_world(database)
    with_keys(world, "a")
    ids = [await hand_in(world, SUBJECT, content) for content in (SCAN, SHARED)]
    for one in ids:
        case = await world.start(materials={"scan": [one]})
        seen = f'"{case["head"]}"'
        await world.post(f"/v1/cases/{case['id']}/withdraw", SUBJECT, {"reason": "x"}, if_match=seen)
    await world.start(HOST, by=HOST, materials={"scan": [await hand_in(world, HOST, SHARED)]})
    await hand_in(world, NOBODY, LOOSE)
    yield world
    await world.client.aclose()


async def hand_in(world, who, content):
    answer = await world.client.post("/v1/materials", files={"file": ("a", content)}, headers=world.by(who))
    return answer.json()["id"]


async def nights_later(world, days):
    now = NOON + timedelta(days=days)
    parts = world.parts
    await clear(parts.database, now, RULES)
    return await expire(parts.database, parts.documents, RULES, now=now, zone=parts.zone)


async def left(world):
    found = set()
    for content in (SCAN, SHARED, LOOSE):
        try:
            pieces = [piece async for piece in read(world.parts, hashlib.sha256(content).hexdigest())]
        except FileNotFoundError:
            continue
        found.add(b"".join(pieces))
    return found


async def test_documents_go_the_night_after_their_last_day_and_what_another_case_needs_stays(world):
    assert await nights_later(world, 364) == 0
    assert await left(world) == {SCAN, SHARED, LOOSE}
    assert await nights_later(world, 365) == 1
    assert await left(world) == {SHARED, LOOSE}
    assert await nights_later(world, 365) == 0
    assert await nights_later(world, 401) == 1
    assert await left(world) == {SHARED}


async def test_why_a_document_went_is_kept_and_the_record_is_whole_without_it(world):
    await nights_later(world, 365)
    rows = await world.parts.read(lambda connection: connection.execute(sa.select(document_removals)).all())
    assert [(row.sha256, row.rule, row.basis) for row in rows] == [
        (hashlib.sha256(SCAN).hexdigest(), "retention.reading-circle.withdrawn.documents", "8")
    ]
    await world.parts.notary.make()
    assert (await verify(world.parts)).documents == 1
    again = await hand_in(world, SECRETARY, SCAN)
    assert (await world.get(f"/v1/materials/{again}/content", SECRETARY)).content == SCAN


async def test_bytes_that_a_fault_left_behind_go_the_next_night(world):
    class Stuck(StoredDocuments):
        async def remove(self, sha256):
            raise OSError(sha256)

    with pytest.raises(OSError):  # noqa: PT011 - whatever a store says
        await expire(
            world.parts.database,
            Stuck(MemoryStore()),
            RULES,
            now=NOON + timedelta(days=365),
            zone=world.parts.zone,
        )
    rows = await world.parts.read(
        lambda c: c.execute(sa.select(materials.c.sha256).distinct()).scalars().all()
    )
    assert hashlib.sha256(SCAN).hexdigest() not in rows
    await nights_later(world, 366)
    store = world.parts.documents._store
    names = [one["path"].rsplit("/", 1)[-1] for page in store.list() for one in page]
    assert len(names) == 2


async def test_when_a_message_was_read_is_forgotten_after_its_days(world):
    def read_all(connection):
        connection.execute(sa.update(obligations).values(read_at=NOON + timedelta(hours=1), failure="no"))

    await world.parts.write(read_all)
    query = sa.select(obligations.c.case_id).where(obligations.c.failure.is_not(None))

    async def noted():
        return await world.parts.read(lambda connection: len(connection.execute(query).all()))

    before = await noted()
    await nights_later(world, 29)
    assert await noted() == before
    await nights_later(world, 30)
    assert 0 < await noted() < before


async def test_drafts_go_after_their_days_and_without_a_rule_they_stay(world):
    row = {
        "id": "d",
        "person_id": SUBJECT,
        "kind": "x",
        "content": "{}",
        "created_at": NOON,
        "changed_at": NOON,
    }
    await world.parts.write(lambda connection: connection.execute(sa.insert(drafts).values(row)))
    await clear(world.parts.database, NOON + timedelta(days=4000))
    await clear(world.parts.database, NOON + timedelta(days=10), RULES)
    query = sa.select(drafts.c.id)
    assert await world.parts.read(lambda connection: connection.execute(query).all())
    await clear(world.parts.database, NOON + timedelta(days=10, seconds=1), RULES)
    assert not await world.parts.read(lambda connection: connection.execute(query).all())
