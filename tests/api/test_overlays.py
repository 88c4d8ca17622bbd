"""A local overlay is switched on for a unit from a day on, and cases that start there go by it."""

from dataclasses import replace
from datetime import timedelta
from textwrap import dedent

import pytest

from domain.auditing.rules import read_book
from domain.library import Library
from domain.overlays import read_overlay
from services.auditing import audit_all
from services.overlays import switch, switched
from services.refusals import InvalidInput
from tests.api.world import ADMIN, AUDITOR, NOBODY, SECRETARY, SUBJECT, a_circle

CITY = """\
overlay: city
of: {process: reading-circle, version: "1"}
title: {zh: 市细则, en: Rules of the city}
basis: local
change:
  talk:
    due: {id: local-talk-in-a-week, within: P7D, of: apply, basis: local}
"""
BOOK = """
letter: D
title: {zh: 时限, en: Deadlines}
rules:
  - id: D01
    level: late
    set: local
    basis: local
    says: {zh: 在本地规定的时间内谈话。, en: The talk was held within the local limit.}
    asks: {kind: broken, steps: [talk], sorts: [deadline], local: true}
"""
PROCESS = "reading-circle"


@pytest.fixture
async def world(world_on_both):
    made = world_on_both
    library = Library.of([a_circle(), read_overlay(CITY, "city.yaml", a_circle())])
    books = {PROCESS: read_book(f"process: {PROCESS}", [("d.yaml", dedent(BOOK))])}
    made.parts = replace(made.parts, library=library, books=books)
    made.client._transport.app.state.parts = made.parts
    return made


async def switched_on(world, unit="committee-1", overlay="city", *, after=0):
    day = world.parts.today() + timedelta(days=after)
    await switch(world.parts, unit, PROCESS, overlay, day, "决定第五号")


async def version_of(world, case):
    return (await world.get(f"/v1/cases/{case['id']}", SECRETARY)).json()["process"]["version"]


async def begun(world, subject=SUBJECT):
    return await world.start(subject, fields={"letter": "请批准"})


async def test_cases_start_under_the_overlay_of_the_nearest_unit_from_its_day_on(world):
    before = await begun(world)
    await switched_on(world, after=3)
    world.clock.pass_by(timedelta(days=3))
    after = await begun(world, NOBODY)
    assert [await version_of(world, one) for one in (before, after)] == ["1", "1+city"]
    told = await switched(world.parts)
    assert [(one.unit, one.overlay, one.reason) for one in told] == [("committee-1", "city", "决定第五号")]


async def test_a_unit_of_its_own_word_is_not_bound_by_the_one_above(world):
    await switched_on(world)
    await switched_on(world, "circle-1", None)
    assert await version_of(world, await begun(world)) == "1"
    await switched_on(world, "circle-1", "city")
    assert await version_of(world, await begun(world, NOBODY)) == "1+city"


async def test_the_overlay_is_asked_of_acts_and_its_audit_rules_of_cases_under_it(world):
    plain = await begun(world)
    await switched_on(world)
    local = await begun(world, NOBODY)
    world.clock.pass_by(timedelta(days=10))
    assert (await world.act(plain, "talk", SECRETARY, outcome="done")).status_code == 200
    refused = await world.act(local, "talk", SECRETARY, outcome="done")
    assert (refused.status_code, refused.json()["rule"]) == (422, "local-talk-in-a-week")
    late = await world.act(local, "talk", SECRETARY, outcome="done", reason="外出")
    assert late.status_code == 200
    await audit_all(world.parts)
    verdicts = {}
    for case in (plain, local):
        page = (await world.get(f"/v1/cases/{case['id']}/audit", SECRETARY)).json()
        verdicts[case["id"]] = (page["items"][0]["broken"], page["items"][0]["not_asked"])
    assert verdicts == {plain["id"]: ([], ["D01"]), local["id"]: (["D01"], [])}


@pytest.mark.parametrize(
    "wrong",
    [
        ("nowhere", PROCESS, "city", 0, "unit"),
        ("circle-1", "none", "city", 0, "process"),
        ("circle-1", PROCESS, "north", 0, "overlay"),
        ("circle-1", PROCESS, "city", -1, "from"),
    ],
)
async def test_what_is_not_there_or_past_is_not_switched_on(world, wrong):
    unit, process, overlay, after, path = wrong
    day = world.parts.today() + timedelta(days=after)
    with pytest.raises(InvalidInput) as refused:
        await switch(world.parts, unit, process, overlay, day, "决定第五号")
    assert refused.value.path == path


PATH = "/v1/units/circle-1/overlays"


async def test_an_administrator_switches_one_on_over_http_and_the_record_says_who_by_which_post(world):
    asked = {"process": PROCESS, "overlay": "city", "reason": "决定第五号"}
    done = await world.post(PATH, ADMIN, asked)
    assert done.status_code == 201, done.text
    assert await version_of(world, await begun(world)) == "1+city"
    off = {"process": PROCESS, "overlay": None, "from": str(world.parts.today() + timedelta(days=2))}
    assert (await world.post(PATH, ADMIN, off | {"reason": "决定第六号"})).status_code == 201
    await switched_on(world, "circle-1", after=4)
    told = (await world.get(PATH, AUDITOR)).json()
    assert (told["may_switch"], [one["today"] for one in told["processes"]]) == (False, ["city"])
    assert {one["title"] for one in told["items"]} == {"市细则", None}
    assert [one["titles"] for one in told["processes"]] == [{"city": "市细则"}]
    by = {"id": ADMIN, "name": "郑一"}
    post = {"id": f"post-{ADMIN}", "title": "系统管理员", "unit": "委员会"}
    assert {(one["overlay"], one["from"]) for one in told["items"]} == {
        ("city", asked_day(world, 0)),
        (None, asked_day(world, 2)),
        ("city", asked_day(world, 4)),
    }
    who = {one["from"]: (one["by"], one["post"]) for one in told["items"]}
    assert who == {
        asked_day(world, 0): (by, post),
        asked_day(world, 2): (by, post),
        asked_day(world, 4): (None, None),
    }
    assert (await world.get(PATH, ADMIN)).json()["may_switch"]


def asked_day(world, after):
    return str(world.parts.today() + timedelta(days=after))


async def test_a_substitute_of_an_administrator_switches_it_on_by_the_post_that_was_lent(world):
    lent = {"post": f"post-{ADMIN}", "substitute": SECRETARY, "from": str(world.parts.today())}
    assert (await world.post("/v1/delegations", ADMIN, lent)).status_code == 201
    asked = {"process": PROCESS, "overlay": "city", "reason": "决定第五号"}
    done = await world.post(PATH, SECRETARY, asked)
    assert done.status_code == 201, done.text
    [word] = done.json()["items"]
    assert (word["by"]["id"], word["post"]["id"]) == (SECRETARY, f"post-{ADMIN}")


async def test_the_same_request_again_says_it_once(world):
    asked = {"process": PROCESS, "overlay": "city", "reason": "决定第五号"}
    for _ in range(2):
        done = await world.post(PATH, ADMIN, asked, **{"idempotency-key": "once"})
        assert len(done.json()["items"]) == 1


@pytest.mark.parametrize(
    "wrong", [{"overlay": "north"}, {"process": "none"}, {"from": "2020-01-01"}, {"reason": " "}]
)
async def test_over_http_what_is_not_there_or_past_or_without_a_reason_is_refused(world, wrong):
    asked = {"process": PROCESS, "overlay": "city", "reason": "决定第五号"} | wrong
    assert (await world.post(PATH, ADMIN, asked)).status_code == 422
    assert (await world.get(PATH, ADMIN)).json()["items"] == []
