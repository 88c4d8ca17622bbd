"""Materials: kept once by digest, named by id, seen by those who see a case they belong to."""

import hashlib
from dataclasses import replace

import pytest

from tests.api.world import HOST, NOBODY, SECRETARY, SIBLING, SUBJECT

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"


async def hand_in(world, by, content=PDF, name="申请书.pdf", **headers):
    files = {"file": (name, content, "text/html")}
    return await world.client.post("/v1/materials", files=files, headers=world.by(by, **headers))


async def test_a_document_is_known_by_its_digest_and_its_own_first_bytes(world):
    answer = await hand_in(world, SUBJECT)
    assert answer.status_code == 201
    kept = answer.json()
    assert kept["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (kept["media_type"], kept["size"], kept["name"]) == ("application/pdf", len(PDF), "申请书.pdf")
    assert answer.headers["location"] == f"/v1/materials/{kept['id']}"
    content = await world.get(f"/v1/materials/{kept['id']}/content", SUBJECT)
    assert content.content == PDF
    assert content.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E7")
    assert content.headers["etag"] == f'"{kept["sha256"]}"'


async def test_the_same_document_twice_is_kept_once_under_two_ids(world):
    first, second = (await hand_in(world, SUBJECT)).json(), (await hand_in(world, NOBODY)).json()
    assert first["sha256"] == second["sha256"]
    assert first["id"] != second["id"]


async def test_a_repeated_upload_gets_the_same_id(world):
    first = await hand_in(world, SUBJECT, idempotency_key="k")
    again = await hand_in(world, SUBJECT, idempotency_key="k")
    assert first.json() == again.json()
    other = await hand_in(world, SUBJECT, content=b"other", idempotency_key="k")
    assert other.status_code == 422


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\boot.ini", "a\r\nSet-Cookie: x=1", "x" * 300, "\u202egnp.exe"]
)
async def test_a_name_is_for_people_to_see_and_nothing_else(world, name):
    answer = await hand_in(world, SUBJECT, name=name)
    assert answer.status_code == 201
    shown = answer.json()["name"]
    assert 0 < len(shown) <= 255
    assert not any(letter in shown for letter in "/\\\r\n\u202e")
    content = await world.get(f"/v1/materials/{answer.json()['id']}/content", SUBJECT)
    assert "set-cookie" not in content.headers


async def test_an_empty_document_and_a_missing_part_are_refused(world):
    assert (await hand_in(world, SUBJECT, content=b"")).status_code == 422
    nothing = await world.client.post("/v1/materials", headers=world.by(SUBJECT))
    assert nothing.status_code == 422
    other = await world.client.post("/v1/materials", files={"other": b"x"}, headers=world.by(SUBJECT))
    assert other.status_code == 422


async def test_a_document_beyond_the_limit_is_refused(world):
    world.client._transport.app.state.parts = replace(world.parts, largest_document=100)
    assert (await hand_in(world, SUBJECT, content=b"x" * 100)).status_code == 201
    assert (await hand_in(world, SUBJECT, content=b"x" * 101)).status_code == 413


async def test_an_act_signs_off_the_document_itself_by_digest(world):
    material = (await hand_in(world, SUBJECT)).json()
    asked = {"process": "reading-circle", "subject": SUBJECT, "unit": "circle-1"}
    answer = await world.post("/v1/cases", SUBJECT, asked | {"materials": {"scan": [material["id"]]}})
    assert answer.status_code == 201, answer.text
    case = answer.json()
    history = (await world.get(f"/v1/cases/{case['id']}/history", SUBJECT)).json()["items"]
    completed = next(event for event in history if event["type"] == "step-completed")
    assert completed["data"]["materials"] == {"scan": [material["sha256"]]}
    assert (await world.get(f"/v1/materials/{material['id']}", SECRETARY)).status_code == 200
    assert (await world.get(f"/v1/materials/{material['id']}", SIBLING)).status_code == 404


async def test_an_act_cannot_name_a_document_its_actor_may_not_see(world):
    case = await world.start()
    theirs = (await hand_in(world, SIBLING)).json()
    for unknown in (theirs["id"], "no-such"):
        answer = await world.act(case, "talk", SECRETARY, outcome="done", materials={"record": [unknown]})
        assert answer.status_code == 422
        assert [fault["path"] for fault in answer.json()["errors"]] == ["materials"]


async def on_record(world, content=PDF):
    """A case that began with a document, and the number of the event that names it."""
    material = (await hand_in(world, SUBJECT, content=content)).json()
    case = await world.start(materials={"scan": [material["id"]]})
    history = (await world.get(f"/v1/cases/{case['id']}/history", SUBJECT)).json()["items"]
    return case, next(event for event in history if event["type"] == "step-completed")


async def test_a_document_put_right_is_read_by_everybody_who_sees_the_case(world):
    case, completed = await on_record(world)
    right = (await hand_in(world, SECRETARY, content=b"%PDF-1.7 the right page")).json()
    change = {"seq": completed["seq"], "path": "materials.scan", "value": [right["id"]]}
    asked = {"change": change, "reason": "扫描错页"}
    path = f"/v1/cases/{case['id']}/correct"
    answer = await world.post(path, SECRETARY, asked, if_match=f'"{case["head"]}"')
    assert answer.status_code == 200, answer.text
    assert (await world.get(f"/v1/materials/{right['id']}/content", HOST)).status_code == 200
    assert (await world.get(f"/v1/materials/{right['id']}", SIBLING)).status_code == 404


async def test_a_document_is_found_by_the_digest_a_history_shows(world):
    _, completed = await on_record(world)
    (digest,) = completed["data"]["materials"]["scan"]
    found = await world.get(f"/v1/materials/{digest}", SECRETARY)
    assert (found.status_code, found.json()["sha256"]) == (200, digest)
    assert (await world.get(f"/v1/materials/{digest}/content", SECRETARY)).content == PDF
    assert (await world.get(f"/v1/materials/{digest}", SIBLING)).status_code == 404


async def test_a_digest_names_one_document_however_often_it_was_handed_in(world):
    _, completed = await on_record(world)
    (digest,) = completed["data"]["materials"]["scan"]
    own = (await hand_in(world, SECRETARY, name="抄件.pdf")).json()
    found = (await world.get(f"/v1/materials/{digest}", SECRETARY)).json()
    assert (found["id"], found["name"]) == (own["id"], "抄件.pdf")
