"""What is said of people by hand is sealed with their keys, in rows that only grow, and gone with them."""

import json

import pytest
import sqlalchemy as sa

from records import keys, restrictions
from records.privacy_tables import person_keys
from records.unit_changes import Said
from tests.api.world import ADMIN, HOST, NOON, SECRETARY, SUBJECT, a_world
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.services.sealed_world import everything_stored, with_keys

WORD = "因私事被谈话"
"""What nobody but those who may should read."""


@pytest.fixture
async def world(database):
    made = await a_world(database)
    with_keys(made, "a")
    yield made
    await made.client.aclose()


async def destroy(world, person):
    await world.parts.write(lambda connection: keys.destroy_key(connection, person, "e", NOON))


async def restricted(world):
    said = Said(ADMIN, NOON, WORD)

    def work(connection):
        return restrictions.add_restriction(connection, HOST, "suspended", NOON.date(), None, said).id

    return await world.parts.write(work)


async def said(world, path, by, body, person=HOST):
    answer = await world.post(f"/v1/people/{person}/{path}", by, body)
    assert answer.status_code == 201, answer.text
    assert WORD in answer.text
    return answer.json()


async def heard(world, path, by, person=HOST):
    answer = await world.get(f"/v1/people/{person}/{path}", by)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_reason_of_a_restriction_and_of_its_correction(world):
    made = await restricted(world)
    await said(world, f"restrictions/{made}", ADMIN, {"reason": f"{WORD}二", "from": "2025-03-02"})
    assert WORD not in await everything_stored(world)
    assert (await heard(world, "restrictions", ADMIN)).count(WORD) == 2
    await destroy(world, HOST)
    assert WORD not in await heard(world, "restrictions", ADMIN)


@pytest.mark.parametrize("gone", [SECRETARY, HOST])
async def test_where_a_relation_is_known_from_is_gone_with_either_of_the_two(world, gone):
    known = {"relative": SECRETARY, "kind": "sibling", "source": WORD, "reason": WORD}
    await said(world, "relations", HOST, known)
    assert WORD not in await everything_stored(world)
    assert (await heard(world, "relations", HOST)).count(WORD) == 2
    await destroy(world, gone)
    assert WORD not in await heard(world, "relations", HOST)


async def test_why_a_standing_was_corrected_and_why_a_post_was_ended(world):
    listed = json.loads(await heard(world, "standings", ADMIN))["items"]
    change = {"reason": WORD, "from": "2015-01-01", "to": "2026-01-01"}
    await said(world, f"standings/{listed[0]['id']}", ADMIN, change)
    ended = await world.post(f"/v1/posts/post-{HOST}/revoke", ADMIN, {"reason": WORD})
    assert ended.status_code in {200, 201}, ended.text
    assert WORD in ended.text
    assert WORD not in await everything_stored(world)
    assert WORD in await heard(world, "standings", ADMIN)
    await destroy(world, HOST)
    assert WORD not in await heard(world, "standings", ADMIN)


async def test_a_kept_answer_repeats_nothing_in_the_open_and_is_given_again(world):
    case = await world.start()
    sent = {"if_match": f'"{case["head"]}"', "idempotency_key": "once"}
    body = {"outcome": "done", "reason": WORD}
    first = await world.post(f"/v1/cases/{case['id']}/steps/talk", SECRETARY, body, **sent)
    assert WORD in first.text
    stored = await everything_stored(world)
    assert WORD not in stored
    again = await world.post(f"/v1/cases/{case['id']}/steps/talk", SECRETARY, body, **sent)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    await destroy(world, SUBJECT)
    gone = await world.post(f"/v1/cases/{case['id']}/steps/talk", SECRETARY, body, **sent)
    assert (gone.status_code, gone.json()["type"]) == (409, "/problems/erased")


async def test_what_was_said_before_there_were_keys_stays_readable(database):
    world = await a_world(database)
    await restricted(world)
    with_keys(world, "a")
    assert WORD in await heard(world, "restrictions", ADMIN)
    await world.client.aclose()


async def test_a_copy_without_the_table_of_keys_tells_nothing(world):
    await restricted(world)
    await world.parts.write(lambda connection: connection.execute(sa.delete(person_keys)))
    assert WORD not in await heard(world, "restrictions", ADMIN)
