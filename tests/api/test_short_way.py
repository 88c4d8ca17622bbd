"""Acts that are plainly in order skip the framework, and are answered what the long way would answer."""

from __future__ import annotations

import json
from itertools import count

import pytest

from api.routes import acts
from records import accounts as sessions
from services import accounts
from tests.api.world import HOST, NOBODY, SECRETARY, add_somebody, give_token

SHORT = {"content-type": "application/json"}
LONG = {"content-type": "application/json; charset=utf-8"}
HEAD = "0" * 64
TALKED = {"outcome": "done"}
_numbers = count(1)


async def a_case(world):
    subject = f"person-short-{next(_numbers)}"

    def add(connection):
        add_somebody(connection, subject, "新人")
        return give_token(connection, subject)

    world.tokens[subject] = await world.parts.database.write(add)
    return await world.start(subject, fields={"letter": "请批准"})


async def ask(world, case, path, body, person=SECRETARY, **headers):
    who = case["subject"]["id"] if person == "subject" else person
    return await world.client.post(
        f"/v1/cases/{case['id']}{path}",
        content=body if isinstance(body, bytes) else json.dumps(body),
        headers={**SHORT, "if-match": f'"{case["head"]}"', **world.by(who), **headers},
    )


def told(answer, case):
    """Return an answer without what differs between any two cases."""
    text = answer.text.replace(case["id"], "CASE").replace(case["subject"]["id"], "SUBJECT")
    body = json.loads(text)
    body.pop("trace", None)
    if "case" in body:
        assert answer.headers["etag"] == f'"{body["case"].pop("head")}"'
    unlike = {"x-trace", "etag", "content-length"}
    return answer.status_code, body, {(n, v) for n, v in answer.headers.items() if n not in unlike}


@pytest.mark.parametrize(
    "path, body, person",
    [
        ("/steps/talk", TALKED, SECRETARY),
        ("/steps/talk", TALKED | {"reason": "谈话"}, SECRETARY),
        ("/steps/talk", {"outcome": "no-such-outcome"}, SECRETARY),
        ("/steps/talk", TALKED | {"occurred_on": "2024-01-01"}, SECRETARY),
        ("/steps/talk", TALKED | {"people": ["nobody-at-all"]}, SECRETARY),
        ("/steps/no-such-step", TALKED, SECRETARY),
        ("/steps/talk", TALKED, "subject"),
        ("/steps/talk", TALKED, HOST),
        ("/steps/talk", TALKED, NOBODY),
        ("/steps/talk", TALKED, None),
        ("/steps/talk", TALKED | {"occurred_on": "yesterday"}, SECRETARY),
        ("/steps/talk", TALKED | {"unknown": 1}, SECRETARY),
        ("/steps/talk", b"", SECRETARY),
        ("/steps/talk", b"null", SECRETARY),
        ("/steps/Talk", TALKED, SECRETARY),
        ("/withdraw", {}, "subject"),
        ("/suspend", {"reason": "病假"}, SECRETARY),
        ("/resume", {}, SECRETARY),
        ("/transfer", {"to_unit": "circle-2", "reason": "调动"}, SECRETARY),
        ("/transfer", {"to_unit": "no-such-unit", "reason": "调动"}, SECRETARY),
        ("/correct", {"change": {"seq": 1, "path": "occurred_on", "value": "2025-01-01"}}, SECRETARY),
        ("/migrate", {}, SECRETARY),
        ("/appeal", {}, "subject"),
        ("/no-such-act", {}, SECRETARY),
    ],
)
async def test_both_ways_give_the_same_answer(world, path, body, person):
    one, other = await a_case(world), await a_case(world)
    short, long = (
        await ask(world, one, path, body, person),
        await ask(world, other, path, body, person, **LONG),
    )
    assert told(short, one) == told(long, other)


@pytest.mark.parametrize(
    "headers",
    [
        {"if-match": ""},
        {"if-match": "x" * 301},
        {"if-match": f'W/"{HEAD}"'},
        {"idempotency-key": ""},
        {"idempotency-key": "k" * 256},
        {"authorization": "Basic x"},
        {"authorization": "Bearer "},
        {"authorization": f"Bearer {'x' * 201}"},
        {"authorization": "Bearer nothing-we-gave"},
        {"accept-language": "en"},
    ],
    ids=lambda headers: next(iter(headers)),
)
async def test_both_ways_read_headers_alike(world, headers):
    one, other = await a_case(world), await a_case(world)
    short = await ask(world, one, "/steps/talk", TALKED, **headers)
    long = await ask(world, other, "/steps/talk", TALKED, **headers, **LONG)
    assert told(short, one) == told(long, other)


async def test_either_way_repeats_the_answer_of_the_other(world):
    case, key = await a_case(world), {"idempotency-key": "once"}
    first = await ask(world, case, "/steps/talk", TALKED, **key)
    for way in (SHORT, LONG):
        again = await ask(world, case, "/steps/talk", TALKED, **key, **way)
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["etag"] == first.headers["etag"]


async def test_who_logged_out_does_not_act_with_what_was_seen_to_work_before(world_on_both):
    world = world_on_both
    case = await a_case(world)
    token = await accounts.issue_token(world.parts, SECRETARY)
    bearer = {"authorization": f"Bearer {token}"}
    assert (await ask(world, case, "/steps/no-such-step", TALKED, **bearer)).status_code == 409
    assert world.parts.acquaintances.known(token) == (SECRETARY, None)
    await world.client.delete("/v1/session", headers=bearer)
    refused = await ask(world, case, "/steps/talk", TALKED, **bearer)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert world.parts.acquaintances.known(token) is None
    assert (await world.get(f"/v1/cases/{case['id']}", SECRETARY)).json()["head"] == case["head"]


async def test_a_session_that_ended_is_refused_before_anything_else_of_the_act(world):
    case = await a_case(world)
    token = await accounts.issue_token(world.parts, SECRETARY)
    bearer = {"authorization": f"Bearer {token}"}
    key = {"idempotency-key": "once"}
    assert (await ask(world, case, "/steps/talk", TALKED, **bearer, **key)).status_code == 200
    await world.parts.write(lambda connection: sessions.end(connection, token))
    nowhere = {"id": "no-such-case", "head": HEAD}
    odd = [
        await ask(world, case, "/steps/talk", TALKED, **bearer, **key),
        await ask(world, nowhere, "/steps/talk", TALKED, **bearer),
        await ask(world, case | {"head": HEAD}, "/steps/talk", TALKED, **bearer),
        await ask(world, case, "/steps/talk", {"unknown": 1}, **bearer),
        await ask(world, case, "/steps/talk", TALKED, **bearer, **{"idempotency-key": ""}),
    ]
    assert [answer.status_code for answer in odd] == [401] * len(odd)


async def test_a_plain_act_does_take_the_short_way(world):
    case = await a_case(world)
    taken = []

    async def long_way(scope, receive, send):
        taken.append("long")
        await framework(scope, receive, send)

    app = world.client._transport.app
    await world.client.get("/livez")
    layer = app.middleware_stack
    while type(layer).__name__ != "ShortWay":
        layer = getattr(layer, "_app", None) or layer.app
    framework, layer._app = layer._app, long_way
    assert (await ask(world, case, "/steps/talk", TALKED)).status_code == 200
    assert taken == []
    assert (await ask(world, case, "/steps/talk", TALKED, **LONG)).status_code == 412
    assert taken == ["long"]


def test_the_short_way_knows_every_act_and_its_body():
    expected = {"step", "withdraw", "suspend", "resume", "transfer", "correct", "migrate", "appeal", "recuse"}
    assert set(acts.KINDS) == expected
    taken = {
        name: kind.route.body_field and kind.route.body_field.field_info.annotation
        for name, kind in acts.KINDS.items()
    }
    assert taken == {name: kind.body for name, kind in acts.KINDS.items()}
