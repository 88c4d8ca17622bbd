"""Documents lie sealed with the key of the person concerned; what events name is what was handed in."""

import hashlib
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from domain.verifying import Tampered
from records import keys
from records.document_keys import all_stored
from records.prepared import watched
from records.privacy_tables import document_keys as wrappings
from records.privacy_tables import person_keys
from records.tables import people as persons
from services.backups import back_up
from services.document_keys import Closed, give_to, read
from services.documents import StoredDocuments
from services.manifests import read_manifest
from services.person_keys import Erased, HeldKeys
from services.restoring import restore_documents
from services.verifying import CannotVerify, verify
from tests.api.world import HOST, NOON, SECRETARY, SUBJECT, a_world
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.services.sealed_world import with_keys

SCAN = "政审材料：他的叔叔在国外。".encode() * 9_000
"""More than one piece of it is sealed by itself."""
DIGEST = hashlib.sha256(SCAN).hexdigest()


@pytest.fixture
async def world(database):
    made = await a_world(database)
    with_keys(made, "a")
    yield made
    await made.client.aclose()


async def hand_in(world, who):
    answer = await world.client.post("/v1/materials", files={"file": ("a.txt", SCAN)}, headers=world.by(who))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def named(world, person, material):
    return await world.start(person, by=person, materials={"scan": [material["id"]]})


async def whole(world, sha256=DIGEST):
    return b"".join([piece async for piece in read(world.parts, sha256)])


async def in_store(world):
    names = await world.parts.read(all_stored)
    return {name: b"".join([piece async for piece in world.parts.documents.read(name)]) for name in names}


async def whose(world):
    query = sa.select(wrappings.c.person_id).where(wrappings.c.wrapped.is_not(None))
    return set(await world.parts.read(lambda connection: connection.execute(query).scalars().all()))


async def destroy(world, person):
    await world.parts.write(lambda connection: keys.destroy_key(connection, person, "e", NOON))


async def test_what_lies_in_the_store_says_nothing_and_the_case_names_what_was_handed_in(world):
    material = await hand_in(world, SUBJECT)
    case = await named(world, SUBJECT, material)
    (lies,) = (await in_store(world)).values()
    assert SCAN[:60] not in lies
    assert material["sha256"] == DIGEST
    answer = await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)
    assert DIGEST in answer.text
    content = await world.get(f"/v1/materials/{DIGEST}/content", SECRETARY)
    assert (content.content, content.headers["content-length"]) == (SCAN, str(len(SCAN)))


async def test_a_case_takes_the_document_over_from_whoever_handed_it_in(world):
    await hand_in(world, SECRETARY)
    assert await whose(world) == {SECRETARY}
    material = await hand_in(world, SUBJECT)
    assert await whose(world) == {SECRETARY, SUBJECT}
    await named(world, SUBJECT, material)
    assert await whose(world) == {SUBJECT}
    await named(world, HOST, await hand_in(world, HOST))
    assert await whose(world) == {SUBJECT, HOST}
    assert await whole(world) == SCAN
    assert len(await in_store(world)) == 1


async def opening_for(world, subject):
    """Let the document open for the person a case that names it is about, as an act on that case does."""
    await world.parts.write(
        lambda connection: give_to(
            connection, HeldKeys(world.parts.keys, connection, world.clock()), subject, [DIGEST]
        )
    )


async def test_a_document_is_given_to_nobody_whose_key_was_destroyed_and_by_no_such_key(world):
    await hand_in(world, SECRETARY)
    await destroy(world, SUBJECT)
    with pytest.raises(Erased):
        await opening_for(world, SUBJECT)
    await destroy(world, SECRETARY)
    await opening_for(world, HOST)
    assert await whose(world) == {SECRETARY}
    with pytest.raises(Closed):
        await whole(world)


async def test_a_document_is_given_with_one_look_at_all_the_keys_it_takes(world):
    await hand_in(world, SECRETARY)
    sent: list[str] = []

    def give(connection):
        held = HeldKeys(world.parts.keys, connection, NOON)
        with watched(sent.append):
            give_to(connection, held, SUBJECT, [DIGEST])
            held.key_of(SUBJECT)

    await world.parts.write(lambda connection: world.parts.keys.key_of(connection, SUBJECT, NOON))
    await world.parts.write(give)
    assert [text.split()[0] for text in sent] == ["SELECT", "INSERT", "DELETE"]
    assert await whose(world) == {SUBJECT}


async def crowded(world):
    """Have many more people wrappings of the document than are tried at once, all of them spoilt."""

    def spoil(connection):
        row = connection.execute(sa.select(wrappings)).first()
        people = [f"aa-{number:02}" for number in range(40)]
        connection.execute(
            sa.insert(persons), [{"id": one, "name": one, "name_search": one} for one in people]
        )
        spoilt = {"sha256": row.sha256, "sealed_as": row.sealed_as, "wrapped": "c3BvaWx0IHNwb2lsdCBzcG9pbHQ="}
        connection.execute(sa.insert(wrappings), [spoilt | {"person_id": one} for one in people])
        for one in people:
            world.parts.keys.key_of(connection, one, NOON)

    await world.parts.write(spoil)


async def test_among_many_keys_of_a_document_one_that_opens_it_is_found(world):
    await hand_in(world, SECRETARY)
    await crowded(world)
    await opening_for(world, SUBJECT)
    assert await whole(world) == SCAN
    assert SUBJECT in await whose(world)


async def test_of_a_document_for_many_only_who_handed_it_in_and_is_no_subject_of_it_loses_his_key(world):
    material = await hand_in(world, SECRETARY)
    await hand_in(world, HOST)
    await crowded(world)
    await named(world, HOST, material | {"id": (await hand_in(world, HOST))["id"]})
    before = await whose(world)
    assert SECRETARY not in before
    assert len(before) == 41
    await opening_for(world, SUBJECT)
    assert await whose(world) == before | {SUBJECT}


async def test_with_the_key_of_the_one_it_is_about_it_is_gone_and_with_another_s_it_stays(world):
    for person in (SUBJECT, HOST):
        await named(world, person, await hand_in(world, person))
    await destroy(world, SUBJECT)
    assert await whole(world) == SCAN
    await destroy(world, HOST)
    with pytest.raises(Closed):
        await whole(world)
    gone = await world.get(f"/v1/materials/{DIGEST}/content", HOST)
    assert gone.status_code == 404


async def test_a_copy_without_the_table_of_keys_opens_nothing(world):
    await named(world, SUBJECT, await hand_in(world, SUBJECT))
    await world.parts.write(lambda connection: connection.execute(sa.delete(person_keys)))
    with pytest.raises(Closed):
        await whole(world)


async def test_what_lay_in_the_open_before_there_were_keys_stays_readable(database):
    world = await a_world(database)
    await named(world, SUBJECT, await hand_in(world, SUBJECT))
    with_keys(world, "a")
    assert await whole(world) == SCAN
    await named(world, HOST, await hand_in(world, HOST))
    assert (await whole(world), await whose(world)) == (SCAN, set())
    assert await in_store(world) == {DIGEST: SCAN}
    await world.client.aclose()


async def test_what_is_lost_in_the_store_is_kept_anew_when_it_is_handed_in_again(world):
    await named(world, SUBJECT, await hand_in(world, SUBJECT))
    (name,) = await in_store(world)
    await world.parts.documents.remove(name)
    await hand_in(world, SECRETARY)
    assert await whole(world) == SCAN
    assert await whose(world) == {SUBJECT, SECRETARY}


async def test_the_record_is_verified_with_its_documents_and_what_was_put_in_their_place_is_seen(world):
    await named(world, SUBJECT, await hand_in(world, SUBJECT))
    await world.parts.notary.make()
    assert (await verify(world.parts)).documents == 1
    with_keys(world)
    assert any("ACCEDE_SECRET_KEYS" in one for one in (await verify(world.parts)).remarks)
    with_keys(world, "a")
    (name,) = await in_store(world)
    await world.parts.documents.remove(name)
    await world.parts.documents.keep(name, b"something else")
    with pytest.raises((Tampered, CannotVerify), match="sealed"):
        await verify(world.parts)


async def test_a_backup_holds_documents_as_they_lie_and_brings_them_back(world, tmp_path):
    await named(world, SUBJECT, await hand_in(world, SUBJECT))
    parts = world.parts
    made = await back_up(parts.database, parts.documents, tmp_path, now=datetime.now(UTC), version="1")
    assert (made.documents.number, made.documents.missing) == (1, ())
    assert not any(SCAN[:60] in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    there = StoredDocuments.at("memory:///")
    await restore_documents(tmp_path, read_manifest(tmp_path), there)
    (name,) = await in_store(world)
    assert b"".join([piece async for piece in there.read(name)]) == (await in_store(world))[name]
