"""Units that change from a day on, and units that are merged, split and closed with open cases in them."""

import dataclasses
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from domain.library import Library
from records import closings, tables, unit_trees
from records.post_notes import note_rows
from services import organisation
from services.parts import Picture
from services.reorganising import Reorganiser
from tests.api.world import (
    ADMIN,
    AUDITOR,
    CHILD,
    HOST,
    NOBODY,
    NOON,
    PARENT,
    SECRETARY,
    SIBLING,
    SUBJECT,
    add_somebody,
    give_token,
)

TODAY, YESTERDAY, TOMORROW = "2025-03-10", "2025-03-09", "2025-03-11"
MERGED = {"reason": "合并", "successor": "circle-2"}


async def change(world, unit="circle-1", by=ADMIN, **body):
    return await world.post(f"/v1/units/{unit}/changes", by, {"reason": "调整"} | body)


async def close(world, unit="circle-1", by=ADMIN, **body):
    return await world.post(f"/v1/units/{unit}/close", by, MERGED | body)


async def without_units_below(world):
    assert (await change(world, "group-1", parent="circle-2")).status_code == 201


async def types_of(world, case, by=AUDITOR):
    history = await world.get(f"/v1/cases/{case['id']}/history", by)
    return [event["type"] for event in history.json()["items"]]


def today(world):
    parts = world.parts
    return Reorganiser(parts.database, parts.library, parts.today(), parts.clock(), parts.driver.soon)


async def applicants(world, number):
    names = [f"applicant-{each:02}" for each in range(number)]

    def enrol(connection):
        for name in names:
            add_somebody(connection, name, "候选人")
        return {name: give_token(connection, name, NOON) for name in names}

    world.tokens |= await world.parts.database.write(enrol)
    return [await world.start(subject=name) for name in names]


async def applicants_of(world, name):
    def enrol(connection):
        add_somebody(connection, name, "候选人")
        return {name: give_token(connection, name, NOON)}

    world.tokens |= await world.parts.database.write(enrol)
    return name


async def test_a_change_shows_from_its_day_on_and_keeps_both_moments(world_on_both):
    world = world_on_both
    made = await change(world, name="新名", **{"from": YESTERDAY})
    assert made.status_code == 201
    assert (made.json()["from"], made.json()["recorded_by"]) == (YESTERDAY, ADMIN)
    assert made.json()["recorded_at"].startswith(TODAY)
    names = {
        day: (await world.get(f"/v1/units/circle-1?as_of={day}", NOBODY)).json()["name"]
        for day in ("2025-03-08", YESTERDAY, TODAY)
    }
    assert names == {"2025-03-08": "第一读书会", YESTERDAY: "新名", TODAY: "新名"}
    assert (await world.get("/v1/units/circle-1", NOBODY)).json()["name"] == "新名"


async def test_a_change_to_come_takes_effect_on_its_day(world_on_both):
    world = world_on_both
    await change(world, name="新名", parent="circle-2", **{"from": TOMORROW})
    assert (await world.get("/v1/units/circle-1", NOBODY)).json()["parent"] == "committee-1"
    seen = (await world.get(f"/v1/units?as_of={TOMORROW}", NOBODY)).json()["items"]
    assert [unit["parent"] for unit in seen if unit["id"] == "circle-1"] == ["circle-2"]
    case = await world.start()
    assert (await world.get(f"/v1/cases/{case['id']}", SIBLING)).status_code == 404
    world.clock.turn_to(date(2025, 3, 11))
    await today(world).catch_up()
    unit = (await world.get("/v1/units/circle-1", NOBODY)).json()
    assert (unit["name"], unit["parent"]) == ("新名", "circle-2")
    assert (await world.get(f"/v1/cases/{case['id']}", SIBLING)).status_code == 200
    assert (await types_of(world, case)).count("path-changed") == 1
    await today(world).catch_up()
    assert (await types_of(world, case)).count("path-changed") == 1


async def test_a_change_to_come_is_there_from_midnight_on_whoever_asks_first(world_on_both):
    world = world_on_both
    await change(world, name="新名", parent="circle-2", **{"from": TOMORROW})
    case = await world.start()
    world.clock.now = datetime(2025, 3, 10, 15, 59, 59, tzinfo=UTC)
    assert (await world.get(f"/v1/cases/{case['id']}", SIBLING)).status_code == 404
    world.clock.now = datetime(2025, 3, 10, 16, 0, tzinfo=UTC)
    first = await world.get(f"/v1/cases/{case['id']}", SIBLING)
    assert first.status_code == 200
    unit = (await world.get("/v1/units/circle-1", NOBODY)).json()
    assert (unit["name"], unit["parent"]) == ("新名", "circle-2")


async def test_a_write_is_as_good_as_a_read_at_midnight(world_on_both):
    world = world_on_both
    await change(world, parent="circle-2", **{"from": TOMORROW})
    asked = {"person": NOBODY, "role": "admin", "unit": "circle-2"}
    assert (await world.post("/v1/posts", ADMIN, asked)).status_code == 201
    world.clock.now = datetime(2025, 3, 10, 16, 0, tzinfo=UTC)
    added = {"kind": "group", "name": "新小组", "parent": "circle-1"}
    assert (await world.post("/v1/units", NOBODY, added)).status_code == 201


async def test_a_process_whose_clock_is_behind_does_not_turn_the_picture_back(world_on_both):
    world = world_on_both
    await change(world, name="新名", **{"from": TOMORROW})
    world.clock.now = datetime(2025, 3, 10, 16, 0, tzinfo=UTC)
    assert (await world.get("/v1/units/circle-1", NOBODY)).json()["name"] == "新名"
    behind = dataclasses.replace(
        world.parts, clock=lambda: datetime(2025, 3, 10, 15, 59, 59, tzinfo=UTC), picture=Picture()
    )
    assert (await organisation.unit(behind, "circle-1")).name == "新名"
    assert (await world.get("/v1/units/circle-1", NOBODY)).json()["name"] == "新名"


async def test_the_picture_of_a_day_is_asked_for_once(world):
    await world.get("/v1/units/circle-1", NOBODY)
    asked = []
    reading = world.parts.database.read

    async def counted(work):
        asked.append(work)
        return await reading(work)

    world.parts.database.read = counted
    for _ in range(3):
        await world.get("/v1/units/circle-1", NOBODY)
    assert unit_trees.picture_day_of not in asked


async def test_who_said_it_and_why_is_for_administrators(world):
    await change(world, name="新名")
    seen = {by: (await world.get("/v1/units/circle-1/changes", by)).json()["items"] for by in (ADMIN, NOBODY)}
    assert [item["name"] for item in seen[NOBODY]] == ["第一读书会", "新名"]
    assert [(item["reason"], item["recorded_by"]) for item in seen[NOBODY]] == [(None, None)] * 2
    assert (seen[ADMIN][1]["reason"], seen[ADMIN][1]["recorded_by"]) == ("调整", ADMIN)
    assert [item["from"] for item in seen[ADMIN]] == [None, TODAY]


@pytest.mark.parametrize("by", [SECRETARY, PARENT, SIBLING, AUDITOR, NOBODY])
async def test_units_are_changed_by_administrators_alone(world, by):
    assert (await change(world, by=by, name="新名")).status_code == 403
    assert (await close(world, by=by)).status_code == 403
    assert (await world.get("/v1/units/circle-1", NOBODY)).json()["name"] == "第一读书会"


async def test_what_a_unit_may_is_for_those_above_it(world):
    def enrol(connection):
        add_somebody(connection, "own-admin", "本级", ("admin", "circle-1"))
        return {"own-admin": give_token(connection, "own-admin")}

    world.tokens |= await world.parts.database.write(enrol)
    assert (await change(world, by="own-admin", may_approve=True)).status_code == 403
    assert (await change(world, by="own-admin", parent="circle-2")).status_code == 403
    assert (await close(world, by="own-admin")).status_code == 403
    assert (await change(world, by="own-admin", name="新名")).status_code == 201


@pytest.mark.parametrize(
    "unit, body, says",
    [
        ("committee-1", {"parent": "circle-1"}, "below itself"),
        ("circle-1", {"parent": "group-1"}, "below itself"),
        ("circle-1", {"name": "第一读书会"}, "so already"),
        ("circle-1", {}, "so already"),
    ],
)
async def test_what_would_contradict_itself_is_refused_with_the_reason(world, unit, body, says):
    answer = await world.post(
        f"/v1/units/{unit}/changes", ADMIN, {"reason": "x"} | body, accept_language="en"
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/contradiction")
    assert says in answer.json()["detail"]
    chinese = await world.post(f"/v1/units/{unit}/changes", ADMIN, {"reason": "x"} | body)
    assert says not in chinese.json()["detail"]


async def test_a_unit_of_today_is_not_changed_before_its_founding(world):
    new = {"kind": "circle", "name": "新", "parent": "committee-1"}
    made = (await world.post("/v1/units", ADMIN, new)).json()
    assert (await change(world, made["id"], name="x", **{"from": YESTERDAY})).status_code == 409
    assert (await world.get(f"/v1/units/{made['id']}?as_of={YESTERDAY}", ADMIN)).status_code == 404
    listed = (await world.get(f"/v1/units?as_of={YESTERDAY}", ADMIN)).json()["items"]
    assert made["id"] not in [unit["id"] for unit in listed]


async def test_a_kind_does_not_change_under_open_cases(world):
    await world.start()
    assert (await change(world, kind="group")).status_code == 409
    assert (await change(world, "circle-2", kind="group")).status_code == 201


async def test_a_merged_unit_hands_its_open_cases_over_without_losing_time(world_on_both):
    world = world_on_both
    case = await world.start()
    await without_units_below(world)
    answer = await close(world)
    assert answer.status_code == 202
    done = answer.json()
    assert (done["status"], done["moved_cases"], done["left_cases"]) == ("closed", 1, 0)
    moved = (await world.get(f"/v1/cases/{case['id']}", SIBLING)).json()
    assert moved["unit"]["id"] == "circle-2"
    history = (await world.get(f"/v1/cases/{case['id']}/history", SIBLING)).json()["items"]
    (fact,) = [event for event in history if event["type"] == "case-transferred"]
    assert (fact["actor"], fact["post"], fact["occurred_on"]) == (ADMIN, f"post-{ADMIN}", TODAY)
    assert (fact["data"]["time_kept"], fact["data"]["reason"]) == (True, "合并")
    assert (case["id"], (fact["seq"],)) in world.driver.told
    assert (await world.act(moved, "talk", SIBLING, outcome="done")).status_code == 200
    assert (await world.get("/v1/units/circle-1", NOBODY)).json()["closed_on"] == TODAY
    now = [unit["id"] for unit in (await world.get("/v1/units", NOBODY)).json()["items"]]
    then = [unit["id"] for unit in (await world.get(f"/v1/units?as_of={YESTERDAY}", NOBODY)).json()["items"]]
    assert set(then) - set(now) == {"circle-1"}
    assert (await world.get(f"/v1/units/circle-1?as_of={TODAY}", NOBODY)).status_code == 404


async def test_half_a_trial_before_a_merger_counts_after_it(world):
    await without_units_below(world)
    case = (await world.act(await world.start(), "talk", SECRETARY, outcome="done")).json()["case"]

    def trial(seen):
        (step,) = [one for one in seen["open_steps"] if one["step"] == "trial"]
        return step["not_before"], seen["dates"]

    before = trial(case)
    assert before[0] == "2026-03-10"
    world.clock.turn_to(date(2025, 9, 10))
    assert (await close(world)).json()["status"] == "closed"
    moved = (await world.get(f"/v1/cases/{case['id']}", SIBLING)).json()
    assert (moved["unit"]["id"], trial(moved)) == ("circle-2", before)


async def test_posts_end_with_the_unit_and_standings_go_on(world_on_both):
    world = world_on_both
    await without_units_below(world)
    await close(world)
    (post,) = (await world.get(f"/v1/posts?person={HOST}", ADMIN)).json()["items"]
    assert (post["unit"]["id"], post["to"]) == ("circle-1", YESTERDAY)
    person = (await world.get(f"/v1/people/{HOST}", ADMIN)).json()
    assert (person["standing"], person["unit"]) == ("member", "circle-2")


async def test_posts_move_where_that_is_asked(world):
    await without_units_below(world)
    await close(world, posts="move", standings="end")
    held = (await world.get(f"/v1/posts?person={HOST}", ADMIN)).json()["items"]
    assert sorted((post["unit"]["id"], post["from"], post["to"]) for post in held) == [
        ("circle-1", "2015-01-01", YESTERDAY),
        ("circle-2", TODAY, None),
    ]
    assert (await world.get(f"/v1/people/{HOST}", ADMIN)).json()["standing"] is None


@pytest.mark.parametrize(
    "there, held",
    [
        # Never held, since it was taken before its day.
        (("2026-01-01", "2025-12-31", None), [(TODAY, None)]),
        # Taken this morning.
        (("2020-01-01", TODAY, NOON), [(TODAY, None)]),
        # Held for some days to come, and again later.
        (("2020-01-01", TOMORROW, None), [("2025-03-12", None)]),
        (("2025-06-01", "2025-06-30", None), [(TODAY, "2025-05-31"), ("2025-07-01", None)]),
        (("2020-01-01", None, None), []),
    ],
)
async def test_a_post_goes_on_for_whole_whatever_is_held_in_the_successor(world, there, held):
    await without_units_below(world)
    first, last, revoked = there
    days = {"from_on": date.fromisoformat(first), "to_on": last and date.fromisoformat(last)}
    row = {"id": "there", "person_id": HOST, "role": "host", "unit_id": "circle-2", "revoked_at": revoked}

    def give(connection):
        connection.execute(sa.insert(tables.posts).values(**row, **days))
        note_rows(connection, "post", "given", ["there"], None)

    await world.parts.database.write(give)
    await close(world, posts="move")
    posts = (await world.get(f"/v1/posts?person={HOST}&unit=circle-2", ADMIN)).json()["items"]
    assert sorted((one["from"], one["to"]) for one in posts if one["id"] != "there") == held


async def test_a_split_sends_each_case_to_the_successor_of_its_subject(world_on_both):
    world = world_on_both
    await without_units_below(world)
    third = (
        await world.post("/v1/units", ADMIN, {"kind": "circle", "name": "第三", "parent": "committee-1"})
    ).json()
    first, second = await applicants(world, 2)
    assigned = {"applicant-00": "circle-2"}
    refused = await close(world, successor=None, assigned=assigned)
    assert refused.status_code == 409
    answer = await close(world, successor=None, assigned=assigned | {"applicant-01": third["id"]})
    assert answer.json()["status"] == "closed"
    units = [
        (await world.get(f"/v1/cases/{case['id']}", AUDITOR)).json()["unit"]["id"] for case in (first, second)
    ]
    assert units == ["circle-2", third["id"]]


async def test_a_closing_that_was_killed_goes_on_where_it_was_and_moves_nothing_twice(world_on_both):
    world = world_on_both
    await without_units_below(world)
    cases = await applicants(world, 25)
    asked = await close(world, on=TOMORROW)
    assert (asked.json()["status"], asked.json()["left_cases"]) == ("ordered", 25)
    world.clock.turn_to(date(2025, 3, 11))
    order = await world.parts.database.read(lambda c: closings.closing_of(c, "circle-1"))
    assert not await today(world).close(order, most=10)
    half = (await world.get("/v1/units/circle-1/closing", ADMIN)).json()
    assert (half["status"], half["moved_cases"], half["left_cases"]) == ("moving", 10, 15)
    assert (await world.get("/v1/units/circle-1", NOBODY)).json()["closed_on"] is None
    await today(world).catch_up()
    done = (await world.get("/v1/units/circle-1/closing", ADMIN)).json()
    assert (done["status"], done["moved_cases"], done["left_cases"]) == ("closed", 25, 0)
    for case in cases:
        assert (await types_of(world, case)).count("case-transferred") == 1


async def test_a_suspended_case_moves_and_stays_suspended(world):
    await without_units_below(world)
    case = await world.start()
    await world.post(
        f"/v1/cases/{case['id']}/suspend", SECRETARY, {"reason": "病"}, if_match=f'"{case["head"]}"'
    )
    assert (await close(world)).json()["status"] == "closed"
    seen = (await world.get(f"/v1/cases/{case['id']}", SIBLING)).json()
    assert (seen["unit"]["id"], seen["status"]) == ("circle-2", "suspended")


async def test_a_transfer_into_a_closed_unit_waits_for_nobody(world):
    await without_units_below(world)
    case = await world.start()
    asked = {"to_unit": "circle-2", "handed_over": True}
    await world.post(f"/v1/cases/{case['id']}/transfer", SECRETARY, asked, if_match=f'"{case["head"]}"')
    assert (await change(world, "group-1", parent="committee-1")).status_code == 201
    assert (await close(world, "circle-2", successor="circle-1")).json()["status"] == "closed"
    seen = (await world.get(f"/v1/cases/{case['id']}", SECRETARY)).json()
    assert (seen["unit"]["id"], seen["proposals"]) == ("circle-1", [])


async def test_a_unit_is_not_closed_while_a_case_cannot_move(world):
    await without_units_below(world)
    case = await world.start()
    without = Reorganiser(world.parts.database, Library.of([]), world.parts.today(), world.parts.clock())
    asked = await close(world, on=TOMORROW)
    assert asked.status_code == 202
    order = await world.parts.database.read(lambda c: closings.closing_of(c, "circle-1"))
    assert not await without.close(order)
    world.clock.turn_to(date(2025, 3, 11))
    seen = (await world.get("/v1/units/circle-1/closing", ADMIN)).json()
    assert (seen["status"], seen["stuck_on"], seen["left_cases"]) == ("stuck", "process-not-published", 1)
    assert (await world.get("/v1/units/circle-1", NOBODY)).json()["closed_on"] is None
    done = (await world.post("/v1/units/circle-1/closing", ADMIN)).json()
    assert (done["status"], done["stuck_on"]) == ("closed", None)
    assert (await types_of(world, case)).count("case-transferred") == 1


@pytest.mark.parametrize(
    "body, status",
    [
        ({}, 409),
        ({"successor": "circle-1"}, 409),
        ({"successor": "committee-1"}, 409),
        ({"successor": "no-such"}, 422),
        ({"assigned": {"no-such": "circle-2"}}, 422),
        ({"reason": " "}, 422),
    ],
)
async def test_a_closing_that_leads_nowhere_is_refused(world, body, status):
    if body:
        await without_units_below(world)
    answer = await close(world, **body)
    assert answer.status_code == status, answer.text
    assert (await world.get("/v1/units/circle-1/closing", ADMIN)).status_code == 404


async def test_a_closed_unit_takes_nothing_in(world):
    await without_units_below(world)
    await close(world)
    started = await world.post(
        "/v1/cases", SUBJECT, {"process": "reading-circle", "subject": SUBJECT, "unit": "circle-1"}
    )
    assert (started.status_code, started.json()["errors"][0]["path"]) == (422, "unit")
    for path, body in (
        ("/v1/people", {"name": "新人", "unit": "circle-1"}),
        ("/v1/posts", {"person": NOBODY, "role": "host", "unit": "circle-1"}),
        ("/v1/units", {"kind": "group", "name": "组", "parent": "circle-1"}),
    ):
        answer = await world.post(path, ADMIN, body)
        assert answer.status_code == 422, path
    assert (await change(world, name="x")).status_code == 409
    assert (await change(world, "group-1", parent="circle-1")).status_code == 409
    assert (await close(world)).status_code == 409


async def test_a_case_that_got_into_a_closed_unit_follows_it(world):
    await without_units_below(world)
    await close(world, on=TOMORROW)
    case = await world.start()
    world.clock.turn_to(date(2025, 3, 11))
    await today(world).catch_up()
    assert (await world.get(f"/v1/cases/{case['id']}", AUDITOR)).json()["unit"]["id"] == "circle-2"


async def test_a_unit_that_goes_below_another_takes_its_open_cases_along(world_on_both):
    world = world_on_both
    case = await world.start()
    assert (await world.get(f"/v1/cases/{case['id']}", CHILD)).status_code == 404
    await change(world, parent="circle-2")
    assert (await types_of(world, case))[-1] == "path-changed"
    assert (await world.get(f"/v1/cases/{case['id']}", SIBLING)).status_code == 200
    seen = (await world.get(f"/v1/cases/{case['id']}", SECRETARY)).json()
    assert (await world.act(seen, "talk", SECRETARY, outcome="done")).status_code == 200


async def test_a_move_is_told_by_the_word_that_moved_the_unit_whatever_else_is_said_for_later(world_on_both):
    world = world_on_both
    case = await world.start()
    await change(world, name="明年的名称", reason="更名", **{"from": "2026-01-01"})
    assert (await change(world, parent="circle-2", reason="改隶")).status_code == 201
    case_2 = await world.start(subject=(await applicants_of(world, "late")))
    await change(world, parent="committee-1", reason="改回", **{"from": TOMORROW})
    await change(world, name="后年的名称", reason="更名", **{"from": "2027-01-01"})
    world.clock.turn_to(date(2025, 3, 11))
    await today(world).catch_up()
    for one, expected in ((case, [(TODAY, "改隶"), (TOMORROW, "改回")]), (case_2, [(TOMORROW, "改回")])):
        history = (await world.get(f"/v1/cases/{one['id']}/history", AUDITOR)).json()["items"]
        told = [
            (event["occurred_on"], event["data"]["reason"])
            for event in history
            if event["type"] == "path-changed"
        ]
        assert told == expected


async def test_a_case_whose_process_is_not_published_here_holds_up_no_other_change(world):
    case = await world.start()
    without = Reorganiser(world.parts.database, Library.of([]), date(2025, 3, 11), world.parts.clock())
    await change(world, parent="circle-2", **{"from": TOMORROW})
    new = {"kind": "circle", "name": "第三", "parent": "committee-1"}
    third = (await world.post("/v1/units", ADMIN, new)).json()["id"]
    await close(world, third, on=TOMORROW, successor="circle-2")
    world.clock.turn_to(date(2025, 3, 11))
    await without.catch_up()
    assert (await world.get(f"/v1/units/{third}", NOBODY)).json()["closed_on"] == TOMORROW
    assert "path-changed" not in await types_of(world, case)
    await today(world).catch_up()
    assert "path-changed" in await types_of(world, case)
