"""A person is erased by two people once nothing has to be kept; what is held is handed out."""

import base64
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.retention import KeepCase, Retention
from records import organisation, post_notes, rebuilding
from records.tables import metadata
from services import document_keys
from services.person_keys import PersonKeys
from services.sealing import Sealer
from tests.api.world import (
    ADMIN,
    HOST,
    NOBODY,
    NOON,
    SECRETARY,
    SUBJECT,
    add_somebody,
    give_token,
)

SECOND = "person-second-admin"
NAME, LETTER, SCAN = "张三", "我申请加入读书会，我的叔叔在国外。", "a scan of his own letter"
WITHDRAWN = {"withdrawn": KeepCase(years=3, basis="7")}
THREE_YEARS = {"reading-circle": Retention(otherwise=KeepCase(basis="7"), outcomes=WITHDRAWN)}


@pytest.fixture
async def world(world_on_both):
    """With keys, rules of retention, and a second administrator."""
    world = world_on_both
    keys = PersonKeys(Sealer(base64.b64encode(b"k" * 32).decode()))
    world.parts = replace(world.parts, keys=keys, retention=THREE_YEARS)
    world.client._transport.app.state.parts = world.parts

    def add(connection):
        add_somebody(connection, SECOND, "郑二", ("admin", "committee-1"))
        return give_token(connection, SECOND)

    world.tokens[SECOND] = await world.parts.write(add)
    return world


@pytest.fixture
async def case(world):
    """A case of three and a half years ago that was withdrawn, with a letter, a reason and a document."""
    files = {"file": (f"{NAME}.txt", SCAN.encode())}
    handed_in = await world.client.post("/v1/materials", files=files, headers=world.by(SUBJECT))
    made = await world.start(fields={"letter": LETTER}, materials={"scan": [handed_in.json()["id"]]})
    left = await world.post(
        f"/v1/cases/{made['id']}/withdraw",
        SUBJECT,
        {"reason": "家中有事"},
        if_match=f'"{made["head"]}"',
        idempotency_key="k",
    )
    assert left.status_code == 200, left.text
    return made


def later(world, years):
    world.clock.now = NOON + timedelta(days=366 * years)


async def ask(world, by, person=SUBJECT, ground="time-over"):
    return await world.post(f"/v1/people/{person}/erasures", by, {"ground": ground})


async def erased(world):
    asked = await ask(world, ADMIN)
    assert asked.status_code == 201, asked.text
    done = await world.post(f"/v1/erasures/{asked.json()['id']}/confirm", SECOND)
    assert done.status_code == 201, done.text
    return done.json()


async def everything_stored(world):
    def read(connection):
        return [[tuple(row) for row in connection.execute(sa.select(one))] for one in metadata.sorted_tables]

    return json.dumps(await world.parts.read(read), ensure_ascii=False, default=str)


async def test_whoever_was_erased_stands_in_no_row_any_more_and_every_chain_holds(world, case):
    later(world, 4)
    done = await erased(world)
    assert (done["status"], done["asked_by"], done["answered_by"]) == ("done", ADMIN, SECOND)
    assert done["in_the_open"] == 0
    assert "retention.reading-circle.withdrawn (7)" in done["rules"]
    stored = await everything_stored(world)
    for word in (NAME, "zhangsan", LETTER, "家中有事", f"{SUBJECT}@example.org"):
        assert word not in stored
    history = await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)
    assert history.status_code == 200
    assert await world.parts.read(lambda connection: rebuilding.verify(connection, case["id"])) == ()
    assert (await world.get("/v1/me", SUBJECT)).status_code == 401


async def test_his_documents_are_gone_and_those_others_need_stay(world, case):
    shared = {"file": ("minutes.txt", b"what two cases name")}
    for person in (HOST, NOBODY):
        handed_in = await world.client.post("/v1/materials", files=shared, headers=world.by(person))
        await world.start(person, by=person, materials={"scan": [handed_in.json()["id"]]})
    later(world, 4)
    await erased(world)
    left = set()

    def digests(connection):
        return connection.execute(sa.select(metadata.tables["materials"].c.sha256)).scalars().all()

    for sha256 in set(await world.parts.read(digests)):
        left.add(b"".join([piece async for piece in document_keys.read(world.parts, sha256)]))
    assert left == {b"what two cases name"}


async def test_a_document_goes_with_whom_the_case_is_about_whoever_else_handed_it_in(world, case):
    the_same = {"file": ("a copy.txt", SCAN.encode())}
    handed_in = [
        (await world.client.post("/v1/materials", files=one, headers=world.by(HOST))).json()["id"]
        for one in (the_same, {"file": ("other.txt", b"about nobody")})
    ]
    later(world, 4)
    await erased(world)
    assert [(await world.get(f"/v1/materials/{one}/content", HOST)).status_code for one in handed_in] == [
        404,
        200,
    ]


async def test_a_rule_that_keeps_a_case_refuses_with_its_article_and_its_day(world, case):
    later(world, 2)
    refused = await ask(world, ADMIN)
    assert refused.status_code == 422
    told = refused.json()
    assert (told["rule"], told["basis"]) == ("retention.reading-circle.withdrawn", "7")
    assert told["passes_on"] == "2028-03-10"
    later(world, 4)
    asked = (await ask(world, SUBJECT, ground="own-wish")).json()
    world.parts = replace(world.parts, retention={})
    world.client._transport.app.state.parts = world.parts
    kept = await world.post(f"/v1/erasures/{asked['id']}/confirm", ADMIN)
    assert (kept.status_code, kept.json()["passes_on"]) == (422, None)


async def test_nobody_is_erased_while_a_case_is_open_or_a_post_is_held(world):
    await world.start()
    assert (await ask(world, ADMIN)).json()["rule"] == "retention.open-case"
    assert (await ask(world, ADMIN, SECRETARY)).json()["rule"] == "retention.post"


async def test_it_takes_two_people_and_neither_is_the_person(world, case):
    later(world, 4)
    asked = (await ask(world, ADMIN)).json()
    again = await world.post(f"/v1/erasures/{asked['id']}/confirm", ADMIN)
    assert (again.status_code, again.json()["rule"]) == (422, "erasure.two-people")
    for who in (SECRETARY, SUBJECT, HOST):
        assert (await world.post(f"/v1/erasures/{asked['id']}/confirm", who)).status_code == 403
    assert NAME in await everything_stored(world)
    assert (await ask(world, SECRETARY)).status_code == 403


async def test_who_may_be_erased_is_listed_once_nothing_is_kept(world, case):
    assert (await world.get("/v1/erasures/due", ADMIN)).json()["items"] == []
    later(world, 4)
    (one,) = (await world.get("/v1/erasures/due", ADMIN)).json()["items"]
    assert (one["person"]["id"], one["rules"][0]["until"]) == (SUBJECT, "2028-03-10")
    assert (await world.get("/v1/erasures/due", SECRETARY)).json()["items"] == []
    await erased(world)
    assert (await world.get("/v1/erasures/due", ADMIN)).json()["items"] == []


async def test_nothing_is_recorded_any_more_of_whoever_was_erased(world, case):
    later(world, 4)
    await erased(world)
    seen = (await world.get(f"/v1/cases/{case['id']}", SECRETARY)).json()
    change = {"seq": 4, "path": "occurred_on", "value": "2025-03-09"}
    refused = await world.post(
        f"/v1/cases/{case['id']}/correct",
        SECRETARY,
        {"reason": LETTER, "change": change},
        if_match=f'"{seen["head"]}"',
    )
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/erased")
    assert LETTER not in await everything_stored(world)


async def test_whoever_was_erased_is_given_nothing_any_more(world, case):
    later(world, 4)
    await erased(world)
    today = world.clock.now.date().isoformat()
    (post,) = (await world.get(f"/v1/posts?person={HOST}", HOST)).json()["items"]
    for path, by, new in (
        ("/v1/posts", ADMIN, {"person": SUBJECT, "role": "host", "unit": "circle-1"}),
        ("/v1/delegations", HOST, {"post": post["id"], "substitute": SUBJECT}),
        (f"/v1/people/{SUBJECT}/standings", ADMIN, {"standing": "reader", "unit": "circle-1", "reason": "x"}),
    ):
        refused = await world.post(path, by, {"from": today, **new})
        assert refused.status_code == 409, (path, refused.text)


async def test_whoever_gets_a_post_while_his_erasure_waits_is_not_erased(world, case, monkeypatch):
    later(world, 4)
    asked = (await ask(world, ADMIN)).json()
    real = post_notes.keep_others_out

    def waited(connection):
        monkeypatch.setattr(post_notes, "keep_others_out", real)
        organisation.add_post(
            connection, person_id=SUBJECT, role="host", unit_id="circle-1", from_on=world.clock.now.date()
        )

    monkeypatch.setattr(post_notes, "keep_others_out", waited)
    refused = await world.post(f"/v1/erasures/{asked['id']}/confirm", SECOND)
    assert (refused.status_code, refused.json()["rule"]) == (422, "retention.post"), refused.text


async def test_what_is_held_is_handed_out_without_what_is_confided(world, case):
    told = (await world.get(f"/v1/people/{SUBJECT}/export", SUBJECT)).json()
    assert told["person"]["name"] == NAME
    assert LETTER in json.dumps(told["cases"], ensure_ascii=False)
    assert [one["login"] for one in told["rows"]["accounts"]] == [SUBJECT]
    assert told["rows"]["sessions"][0]["kind"] == "token"
    assert {one["case_id"] for one in told["rows"]["events"]} == {case["id"]}
    packed = await world.get(f"/v1/people/{SUBJECT}/export/packed", ADMIN)
    pack = zipfile.ZipFile(io.BytesIO(packed.content))
    assert json.loads(pack.read("person.json"))["person"] == told["person"]
    (document,) = [name for name in pack.namelist() if name.startswith("documents/")]
    assert pack.read(document) == SCAN.encode()
    assert (await world.get(f"/v1/people/{SUBJECT}/export", SECRETARY)).status_code == 403
    assert (await world.get(f"/v1/people/{SUBJECT}/export", NOBODY)).status_code == 404


@pytest.mark.usefixtures("case")
async def test_what_was_asked_waits_until_somebody_else_agrees(world):
    later(world, 4)
    asked = (await ask(world, ADMIN)).json()
    for who, may_agree in ((ADMIN, False), (SECOND, True)):
        (waiting,) = (await world.get("/v1/erasures", who)).json()["items"]
        assert (waiting["erasure"]["id"], waiting["may_agree"]) == (asked["id"], may_agree)
        assert waiting["asked_by"]["id"] == ADMIN
    assert (await world.get("/v1/erasures", SECRETARY)).json()["items"] == []
    await world.post(f"/v1/erasures/{asked['id']}/confirm", SECOND)
    assert (await world.get("/v1/erasures", ADMIN)).json()["items"] == []
