"""What is personal in events is sealed with the key of the person concerned, and the chain holds."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from domain.chain import hash_of
from domain.personal import commitment
from records import keys, rebuilding
from records.privacy_tables import person_keys
from records.stored import events_after
from records.tables import cases, events
from services.sealing import Unreadable
from tests.api.world import HOST, NOON, SECRETARY, SUBJECT, a_world
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.services.sealed_world import everything_stored, with_keys

REMARK, MISTAKE = "他叔叔的事还要再问", "说的是另一个人"
LETTER, REASON = "我申请加入读书会，我的叔叔在国外。", "她说家里有事，晚了几天"


@pytest.fixture
async def world(database):
    made = await a_world(database)
    with_keys(made, "a")
    yield made
    await made.client.aclose()


@pytest.fixture
async def case(world):
    made = await world.start(fields={"letter": LETTER})
    answer = await world.act(made, "talk", SECRETARY, outcome="done", reason=REASON)
    assert REASON in answer.text
    return answer.json()["case"]


async def history(world, case, who=SECRETARY):
    answer = await world.get(f"/v1/cases/{case['id']}/history", who)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def destroyed(connection):
    keys.destroy_key(connection, SUBJECT, "erasure-1", NOON)


async def test_no_row_holds_what_was_written_and_whoever_may_read_it_does(world, case):
    stored = await everything_stored(world)
    assert LETTER not in stored
    assert REASON not in stored
    said = json.dumps(await history(world, case), ensure_ascii=False)
    assert LETTER in said
    assert REASON in said


async def test_a_comment_and_why_it_was_withdrawn_are_sealed_and_gone_with_the_key(world, case):
    comments = f"/v1/cases/{case['id']}/comments"
    said = await world.post(comments, HOST, {"text": REMARK})
    gone = await world.post(f"{comments}/{said.json()['case']['seq']}/withdraw", HOST, {"reason": MISTAKE})
    assert gone.status_code == 200, gone.text
    stored = await everything_stored(world)
    assert REMARK not in stored
    assert MISTAKE not in stored
    (shown,) = (await world.get(comments, SECRETARY)).json()["items"]
    assert (shown["text"], shown["withdrawn"]["reason"]) == (REMARK, MISTAKE)
    await world.parts.write(destroyed)
    (left,) = (await world.get(comments, SECRETARY)).json()["items"]
    assert (left["text"], left["by"]["id"], left["withdrawn"]["reason"]) == (None, HOST, None)


async def test_whoever_reads_a_history_can_hash_it_again_and_check_what_was_kept_apart(world, case):
    items = await history(world, case)
    apart = [one for one in items if "hashed" in one]
    assert len(apart) == 2
    for one in items:
        data = one.get("hashed", one["data"])
        image = {key: value for key, value in one.items() if key not in {"hash", "hashed", "salt"}}
        assert hash_of({**image, "data": data, "case": case["id"]}) == one["hash"]
    letter = apart[0]
    assert commitment(letter["salt"], {"texts": letter["data"]["texts"]}) == letter["hashed"]["personal"]


async def test_without_the_key_the_rest_can_be_read_checked_and_rebuilt(world, case):
    before = await history(world, case)
    await world.parts.write(destroyed)
    after = await history(world, case)
    assert [one["hash"] for one in after] == [one["hash"] for one in before]
    assert LETTER not in json.dumps(after, ensure_ascii=False)
    assert {one["salt"] for one in after if "hashed" in one} == {None}

    def rebuilt(connection):
        rebuilding.rebuild(connection, world.parts.library, case["id"])
        return rebuilding.verify(connection, case["id"])

    assert await world.parts.write(rebuilt) == ()
    assert (await world.get(f"/v1/cases/{case['id']}", SECRETARY)).json()["head"] == case["head"]


async def test_a_destroyed_key_is_gone_for_the_next_request_and_nothing_more_is_recorded(world, case):
    await world.parts.write(destroyed)
    refused = await world.post(
        f"/v1/cases/{case['id']}/suspend", SECRETARY, {"reason": REASON}, if_match=f'"{case["head"]}"'
    )
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/erased")
    assert "wrapped" not in (await everything_stored(world))
    row = await world.parts.read(lambda connection: connection.execute(sa.select(person_keys)).one())
    assert (row.wrapped, row.erasure_id) == (None, "erasure-1")


async def test_each_person_has_a_key_and_one_is_enough_for_all_acts(world, case):
    await world.start(HOST, by=HOST, fields={"letter": LETTER})
    rows = await world.parts.read(lambda connection: connection.execute(sa.select(person_keys)).all())
    assert {row.person_id for row in rows} == {SUBJECT, HOST}
    await world.parts.write(destroyed)
    other = await world.parts.read(
        lambda connection: connection.execute(
            sa.select(cases.c.id).where(cases.c.subject_id == HOST)
        ).scalar_one()
    )
    assert LETTER in json.dumps(await history(world, {"id": other}, HOST), ensure_ascii=False)


async def test_a_correction_finds_the_old_text_and_keeps_both_apart(world, case):
    items = await history(world, case)
    number = next(one["seq"] for one in items if LETTER in json.dumps(one, ensure_ascii=False))
    change = {"seq": number, "path": "fields.letter", "value": "我的叔叔在国内。"}
    answer = await world.post(
        f"/v1/cases/{case['id']}/correct",
        SECRETARY,
        {"change": change, "reason": "笔误在先"},
        if_match=f'"{case["head"]}"',
    )
    assert answer.status_code == 200, answer.text
    stored = await everything_stored(world)
    assert "叔叔" not in stored
    (proposed,) = [one for one in await history(world, case) if one["type"] == "correction-proposed"]
    assert (proposed["data"]["old"], proposed["data"]["change"]["value"]) == (LETTER, "我的叔叔在国内。")


async def test_what_was_recorded_before_there_were_keys_stays_readable(database):
    world = await a_world(database)
    case = await world.start(fields={"letter": LETTER})
    with_keys(world, "a")
    items = await history(world, case)
    assert LETTER in json.dumps(items, ensure_ascii=False)
    assert not any("hashed" in one for one in items)
    await world.client.aclose()


async def test_a_new_master_key_wraps_the_keys_anew_and_the_old_one_can_go(world, case):
    with_keys(world, "b", "a")

    def rewrap(connection):
        for person, wrapped in keys.wrapped_keys(connection):
            anew = world.parts.keys.wrapped_anew(person, wrapped)
            assert keys.change_wrapping(connection, person, wrapped, anew)
            assert world.parts.keys.wrapped_anew(person, anew) is None

    await world.parts.write(rewrap)
    with_keys(world, "b")
    assert LETTER in json.dumps(await history(world, case), ensure_ascii=False)
    with_keys(world, "a")
    assert LETTER not in json.dumps(await history(world, case), ensure_ascii=False)


async def test_what_is_sealed_cannot_be_put_elsewhere(world, case):
    def look(connection):
        found = events_after(connection, case["id"])
        first, second = [one for one in found if one.sealed]
        world.parts.keys.checked(connection, SUBJECT, (first,))
        with pytest.raises(Unreadable):
            world.parts.keys.checked(connection, SUBJECT, (replace(first, sealed=second.sealed),))
        return connection.execute(sa.select(sa.func.count()).select_from(events)).scalar_one()

    assert await world.parts.read(look) > 2
