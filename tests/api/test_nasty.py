"""No input gives a 500, and no answer repeats what was sent: every parameter, on both databases."""

from __future__ import annotations

import json

import pytest

from tests.api.nasty_values import BODIES, DRAFTS, FORGED, JSON_VALUES, MARK, PATHS, QUERIES, START, TEXTS
from tests.api.world import ADMIN, SECRETARY, SUBJECT


def check(answer, where):
    assert answer.status_code < 500, (where, answer.status_code, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", where
        assert MARK not in answer.text, where
        assert answer.json()["status"] == answer.status_code


def places(body, before=()):
    """Every place in a body at which something else can stand."""
    yield before
    if isinstance(body, dict):
        for key, value in body.items():
            yield from places(value, (*before, key))
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from places(value, (*before, index))


def put(body, place, hole):
    """The JSON of a body with a hole at one place."""
    if not place:
        return hole
    if isinstance(body, dict):
        parts = (
            f"{json.dumps(key)}: {put(value, place[1:], hole) if key == place[0] else json.dumps(value)}"
            for key, value in body.items()
        )
        return "{" + ", ".join(parts) + "}"
    parts = (
        put(value, place[1:], hole) if index == place[0] else json.dumps(value)
        for index, value in enumerate(body)
    )
    return "[" + ", ".join(parts) + "]"


@pytest.mark.parametrize("name", BODIES)
async def test_nasty_values_at_every_place_of_every_body(world_on_both, name):
    world = world_on_both
    case = await world.start(fields={"letter": "请批准"})
    path, body = BODIES[name]
    managing = {"unit", "unit change", "unit closing", "restriction", "person", "post", "delegation", "end"}
    person = ADMIN if name in managing else SECRETARY
    person = SUBJECT if name.startswith("start") else person
    headers = world.by(person, if_match=case["head"], content_type="application/json")
    for place in places(body):
        for kind, value in JSON_VALUES.items():
            sent = put(body, place, value).encode("utf-8", "surrogatepass")
            answer = await world.client.post(path.format(case=case["id"]), content=sent, headers=headers)
            check(answer, (place, kind))
            if answer.status_code < 300 and "/cases/" in path:
                seen = await world.get(f"/v1/cases/{case['id']}", SUBJECT)
                headers["if-match"] = seen.json()["head"]


@pytest.mark.parametrize("template", QUERIES)
async def test_nasty_texts_in_every_query(world_on_both, template):
    world = world_on_both
    case = await world.start()
    for kind, text in (TEXTS | {forged: forged for forged in FORGED}).items():
        path = template.replace("{case}", case["id"]).replace("{}", text)
        check(await world.get(path, SECRETARY), kind)


@pytest.mark.parametrize("template", PATHS)
async def test_nasty_texts_in_every_path(world_on_both, template):
    world = world_on_both
    for kind, text in TEXTS.items():
        answer = await world.get(template.replace("{}", text), SECRETARY)
        check(answer, kind)


async def test_nasty_headers(world_on_both):
    world = world_on_both
    case = await world.start()
    path = f"/v1/cases/{case['id']}/steps/talk"
    for value in (
        b"\xff\xfe",
        b"x" * 5_000,
        b"\x01",
        "é".encode(),
        b"Bearer",
        b"Bearer \xff",
        b"Basic Og==",
        b"",
    ):
        for header in ("if-match", "idempotency-key", "authorization", "accept-language", "cookie", "origin"):
            headers = [(name, text) for name, text in world.by(SECRETARY).items() if name != header]
            answer = await world.client.post(path, json={"outcome": "?"}, headers=[*headers, (header, value)])
            check(answer, (header, value))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        b"{}" * 2,
        b"\x00",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"\xef\xbb\xbf{}",
    ],
)
async def test_what_is_no_json_object_is_refused(world, body):
    headers = world.by(SUBJECT, content_type="application/json")
    answer = await world.client.post("/v1/cases", content=body, headers=headers)
    check(answer, body)
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"]
)
async def test_a_body_of_another_kind_is_no_json(world, media_type):
    headers = world.by(SUBJECT, content_type=media_type)
    answer = await world.client.post("/v1/cases", content=json.dumps(START).encode(), headers=headers)
    check(answer, media_type)
    assert 400 <= answer.status_code < 500


async def test_ten_megabytes_are_too_much_whether_announced_or_not(world):
    body = b'{"process": "' + b"x" * 10_000_000 + b'"}'
    headers = world.by(SUBJECT, content_type="application/json")

    async def unannounced():
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    for content in (body, unannounced()):
        answer = await world.client.post("/v1/cases", content=content, headers=headers)
        check(answer, "large")
        assert answer.status_code == 413


async def test_every_fault_is_named_by_its_place_and_never_by_what_was_sent(world):
    asked = {
        "process": MARK,
        "subject": 5,
        "fields": {f"{MARK}!": 1},
        f"{MARK}": True,
        "reason": MARK * 9_000,
    }
    answer = await world.post("/v1/cases", SUBJECT, asked, accept_language="en")
    assert answer.status_code == 422
    assert MARK not in answer.text
    assert {(fault["path"], fault["problem"]) for fault in answer.json()["errors"]} == {
        ("process", "has the wrong form"),
        ("subject", "is not text"),
        ("unit", "is required"),
        ("reason", "is too long"),
        ("fields.*", "has the wrong form"),
        ("*", "is not known here"),
    }


@pytest.mark.parametrize("draft", DRAFTS)
async def test_a_nasty_draft_is_checked_and_nothing_else(world, draft):
    headers = world.by(SECRETARY, content_type="application/yaml")
    answer = await world.client.post("/v1/processes/check", content=draft, headers=headers)
    assert answer.status_code in {200, 413}, answer.text
    if answer.status_code == 200:
        assert answer.json()["ok"] is False
        assert answer.json()["problems"]
