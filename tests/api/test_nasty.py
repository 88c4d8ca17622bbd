"""No input gives a 500, and no answer repeats what was sent: nasty values against every parameter, on both databases."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.api.world import ADMIN, SECRETARY, SUBJECT

MARK = "zQ7nasty"
"""Stands in every nasty text, so that an echo is found."""

JSON_VALUES = {
    "lone surrogate": f'"{MARK}\\ud800"',
    "surrogate pair the wrong way round": f'"{MARK}\\udc00\\ud800"',
    "NUL": f'"{MARK}\\u0000"',
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "1e400": "1e400",
    "2**53": str(2**53),
    "2**63": str(2**63),
    "2**64": str(2**64),
    "-2**63-1": str(-(2**63) - 1),
    "five thousand digits": "9" * 5000,
    "fraction": "0.5",
    "null": "null",
    "true": "true",
    "empty text": '""',
    "empty list": "[]",
    "empty object": "{}",
    "list of lists": "[[[[[]]]]]",
    "deep nesting": "[" * 5_000 + "]" * 5_000,
    "nesting within the JSON parser's reach": "[" * 50 + "]" * 50,
    "long text": f'"{MARK}{"x" * 30_000}"',
    "path trick": f'"../../{MARK}"',
    "quotes": f'"{MARK}\' OR 1=1 --"',
    "markup": f'"<script>{MARK}</script>"',
    "right-to-left and emoji": f'"{MARK}\u202e\U0001f600"',
    "format string": f'"{MARK}{{0.__class__}}%s%n"',
    "object with a key of ours twice": f'{{"a": "{MARK}", "a": 1}}',
    "key with NUL": f'{{"{MARK}\\u0000": 1}}',
    "key with a surrogate": f'{{"{MARK}\\ud800": 1}}',
    "long key": f'{{"{MARK}{"k" * 5000}": 1}}',
    "far day": '"9999-12-31"',
    "first day": '"0001-01-01"',
    "no such day": '"2025-02-30"',
    "day as a moment": '"2025-03-03T10:00:00Z"',
    "number as text": '"1"',
}

START = {
    "process": "reading-circle",
    "subject": SUBJECT,
    "unit": "circle-1",
    "occurred_on": "2025-03-03",
    "reason": "r",
    "fields": {"letter": "x"},
    "materials": {"letter": ["m"]},
}
STEP = {
    "outcome": "done",
    "occurred_on": "2025-03-03",
    "reason": "r",
    "fields": {"note": "x"},
    "materials": {"letter": ["m"]},
    "people": ["p"],
    "meeting": {
        "eligible": 3,
        "present": 3,
        "written": 0,
        "yes": 3,
        "no": 0,
        "abstain": 0,
        "vetoes": 0,
        "chair": "yes",
        "excluded": [{"person": "p", "ground": "g"}],
    },
    "entry": {"kind": "k", "ref": "r", "fields": {"a": "b"}},
}
BODIES = {
    "session": ("/v1/session", {"login": "l", "password": "p"}),
    "start": ("/v1/cases", START),
    "step": ("/v1/cases/{case}/steps/talk", STEP),
    # Nothing else stands in the way here, so that a nasty value gets as far as it can.
    "postpone": (
        "/v1/cases/{case}/steps/talk",
        {"outcome": "postponed", "occurred_on": "2025-03-10", "reason": "r"},
    ),
    "start alone": (
        "/v1/cases",
        {"process": "ballot", "subject": SUBJECT, "unit": "circle-1", "reason": "r", "fields": {}},
    ),
    "withdraw": ("/v1/cases/{case}/withdraw", {"occurred_on": "2025-03-03", "reason": "r", "outcome": "o"}),
    "transfer": (
        "/v1/cases/{case}/transfer",
        {"to_unit": "circle-2", "handed_over": True, "confirms": 1, "rejects": 1},
    ),
    "correct": (
        "/v1/cases/{case}/correct",
        {
            "change": {"seq": 4, "path": "fields.letter", "value": "v"},
            "confirms": 1,
            "rejects": 1,
            "reason": "r",
        },
    ),
    "unit": ("/v1/units", {"kind": "k", "name": "n", "parent": "committee-1", "temporary": True}),
    "person": (
        "/v1/people",
        {
            "name": "n",
            "unit": "circle-1",
            "email": "a@b",
            "language": "zh",
            "born_on": "1990-01-01",
            "standing": "s",
        },
    ),
    "post": (
        "/v1/posts",
        {"person": SUBJECT, "role": "host", "unit": "circle-1", "from": "2025-03-03", "to": "2025-04-03"},
    ),
    "delegation": (
        "/v1/delegations",
        {"post": f"post-{SECRETARY}", "substitute": SUBJECT, "from": "2025-03-10", "to": "2025-04-03"},
    ),
    "end": (f"/v1/posts/post-{SECRETARY}/end", {"on": "2025-03-03"}),
}

TEXTS = {
    "NUL": "%00",
    "newline": "a%0d%0ab",
    "invalid UTF-8": "%ff%fe",
    "encoded surrogate": "%ed%a0%80",
    "dots": "..%2f..%2f",
    "double encoded": "%252e%252e%252f",
    "long": "x" * 3_000,
    "quotes": quote("' OR 1=1 --"),
    "wildcards": "%25_%5c",
    "markup": quote(f"<{MARK}>"),
    "Chinese": quote("张三"),
    "emoji": quote("\U0001f600"),
    "minus": "-1",
    "large number": "9" * 30,
    "fraction": "1.5",
    "NaN": "NaN",
    "empty": "",
    "a day": "2025-03-03",
    "the last day": "9999-12-31",
    "year nought": "0000-01-01",
}
QUERIES = (
    "/v1/cases?status={}", "/v1/cases?stage={}", "/v1/cases?standing={}", "/v1/cases?unit={}",
    "/v1/cases?overdue={}", "/v1/cases?q={}", "/v1/cases?process={}", "/v1/cases?cursor={}", "/v1/cases?limit={}",
    "/v1/cases/{case}?as_of={}", "/v1/cases/{case}/history?cursor={}", "/v1/cases/{case}/history?limit={}",
    "/v1/tasks?cursor={}", "/v1/tasks?limit={}", "/v1/notifications?unread={}", "/v1/notifications?cursor={}",
    "/v1/processes/ballot?format={}", "/v1/units?cursor={}", "/v1/people?q={}", "/v1/people?unit={}",
    "/v1/people?cursor={}", "/v1/posts?unit={}", "/v1/posts?person={}", "/v1/posts?role={}",
    "/v1/posts?cursor={}", "/v1/delegations?cursor={}",
)  # fmt: skip
PATHS = (
    "/v1/cases/{}", "/v1/cases/{}/history", "/v1/cases/{}/explain", "/v1/processes/{}", "/v1/processes/ballot/{}",
    "/v1/units/{}", "/v1/people/{}", "/v1/materials/{}", "/v1/materials/{}/content", "/problems/{}", "/v1/{}",
)  # fmt: skip
# A cursor that can be read, for a place that cannot be.
FORGED = (
    "WyJcdTAwMDAiLCAiYSJd",
    "WyJcdWQ4MDAiXQ",
    "W10",
    "WzFd",
    "bnVsbA",
    "WyJhIiwgImIiLCAiYyJd",
    "WyJhIl0",
    "=",
)


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
    person = ADMIN if name in {"unit", "person", "post", "delegation", "end"} else SECRETARY
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


@pytest.mark.parametrize(
    "draft",
    [
        b"", b"\xff", b"\x00", b"a: [", b"a: &a [*a]", b"- " * 3_000, b"{" * 5_000, b"? " * 3_000,
        b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"
        b"d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e]\n",
        b"process: !!python/object/apply:os.system [id]", b"a: 1\na: 2", b"%YAML 9.9\n---\n", b"x" * 300_000,
        b"process: x\nversion: .nan\n", b"in_force: {from: 99999-01-01}", "title: \ud800".encode("utf-8", "surrogatepass"),
    ],
)  # fmt: skip
async def test_a_nasty_draft_is_checked_and_nothing_else(world, draft):
    headers = world.by(SECRETARY, content_type="application/yaml")
    answer = await world.client.post("/v1/processes/check", content=draft, headers=headers)
    assert answer.status_code in {200, 413}, answer.text
    if answer.status_code == 200:
        assert answer.json()["ok"] is False
        assert answer.json()["problems"]
