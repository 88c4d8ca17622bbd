"""What became different between two days: in a case, in who could see it, and in the organisation."""

from datetime import date

import pytest

from records import organisation, standings
from services.organisation_differences import of_organisation
from services.parts import Caller
from tests.api.world import ADMIN, AUDITOR, CHILD, HOST, NOBODY, PARENT, SECRETARY, SIBLING, SUBJECT

BEFORE, TODAY, LATER = "2025-03-09", "2025-03-10", "2025-03-12"


async def difference(world, case, by, *, earlier=TODAY, later=LATER, status=200):
    answer = await world.get(f"/v1/cases/{case['id']}/difference?from={earlier}&to={later}", by)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
async def moved(world_on_both):
    """A case that a step and a change of the organisation made different, two days after it began."""
    world = world_on_both
    case = await world.start()
    world.clock.turn_to(date(2025, 3, 12))
    done = await world.act(case, "talk", SECRETARY, outcome="done")
    assert done.status_code == 200, done.text
    await world.post(
        "/v1/units/circle-1/changes", ADMIN, {"reason": "x", "parent": "circle-2", "name": "新名"}
    )
    return world, case


async def test_facts_of_a_case_stand_side_by_side_and_what_differs_is_marked(moved):
    world, case = moved
    found = await difference(world, case, PARENT)
    facts = {fact["what"]: fact for fact in found["facts"]}
    assert facts["dates.talk"] | {"title": ""} == {
        "what": "dates.talk",
        "title": "",
        "was": "",
        "becomes": LATER,
        "different": True,
    }
    assert facts["open.talk"]["different"]
    assert not facts["version"]["different"]
    assert found["from_seq"] < found["to_seq"]
    assert found["rules"] == []


async def test_who_came_to_see_a_case_and_who_went_is_told_to_those_who_see_it_by_a_post(moved):
    world, case = moved
    found = await difference(world, case, PARENT)
    assert {(one["access"]["person"]["id"], one["came"]) for one in found["rights"]} == {(SIBLING, True)}
    assert (await difference(world, case, SUBJECT))["rights"] is None
    await difference(world, case, NOBODY, status=404)


async def test_units_of_a_case_are_compared_as_they_were_on_each_day(moved):
    world, case = moved
    (unit,) = (await difference(world, case, PARENT))["units"]
    assert unit["id"] == "circle-1"
    assert [fact["what"] for fact in unit["facts"]] == ["name", "parent"]
    assert unit["facts"][0]["becomes"] == "新名"


async def test_before_it_began_a_case_was_nothing(moved):
    world, case = moved
    found = await difference(world, case, PARENT, earlier=BEFORE, later=TODAY)
    assert found["from_seq"] == 0
    assert all(fact["was"] == "" for fact in found["facts"])


async def test_days_come_in_their_order_and_have_been(moved):
    world, case = moved
    for earlier, later, path in ((LATER, TODAY, "from"), (TODAY, TODAY, "from"), (TODAY, "2025-03-13", "to")):
        refused = await difference(world, case, PARENT, earlier=earlier, later=later, status=422)
        assert [error["path"] for error in refused["errors"]] == [path]


async def test_the_organisation_is_compared_for_any_two_days(moved):
    world, _ = moved
    answer = await world.get(f"/v1/units/difference?from={TODAY}&to={LATER}", HOST)
    found = answer.json()
    assert ([unit["id"] for unit in found["units"]], found["more"]) == (["circle-1"], False)
    nothing = await world.get(f"/v1/units/difference?from={LATER}&to=2026-01-01", HOST)
    assert nothing.json()["units"] == []


async def test_posts_that_began_ended_or_moved_and_what_was_lent_stand_beside_each_other(world_on_both):
    world = world_on_both
    day = date(2025, 3, 11)

    def change(connection):
        for person, role, unit in ((NOBODY, "host", "circle-1"), (SIBLING, "secretary", "group-1")):
            organisation.add_post(
                connection, id=f"new-{person}", person_id=person, role=role, unit_id=unit, from_on=day
            )
        organisation.end_post(connection, f"post-{SIBLING}", date(2025, 3, 10))
        organisation.end_post(connection, f"post-{CHILD}", date(2025, 3, 10))
        organisation.add_delegation(
            connection, id="loan-1", post_id=f"post-{HOST}", substitute=NOBODY, from_on=day
        )
        standings.set_standing(connection, HOST, "guest", "circle-2", day, source="import")
        standings.set_standing(connection, NOBODY, "guest", "circle-1", day, source="import")

    world.parts.database.write_now(change)
    path = f"/v1/units/difference?from={TODAY}&to={LATER}"
    found = (await world.get(path, AUDITOR)).json()
    posts = {(one["person"]["id"], one["change"]): one for one in found["posts"]}
    assert posts.keys() == {(NOBODY, "began"), (SIBLING, "moved"), (CHILD, "ended")}
    moved = posts[SIBLING, "moved"]
    assert (moved["was"]["id"], moved["becomes"]["id"]) == ("circle-2", "group-1")
    assert (posts[CHILD, "ended"]["last_on"], posts[CHILD, "ended"]["becomes"]) == (TODAY, None)
    (loan,) = found["loans"]
    assert (loan["person"]["id"], loan["substitute"]["id"], loan["change"]) == (HOST, NOBODY, "began")
    stood = {one["person"]["id"]: one for one in found["standings"]}
    assert stood.keys() == {HOST, NOBODY}
    assert (stood[HOST]["change"], stood[HOST]["was_in"]["id"]) == ("moved", "circle-1")
    assert (stood[NOBODY]["change"], stood[NOBODY]["was"]) == ("began", None)
    assert not found["more"]
    first = await of_organisation(
        world.parts, Caller(AUDITOR), date.fromisoformat(TODAY), date.fromisoformat(LATER), most=1
    )
    assert (len(first.posts), len(first.loans), len(first.standings), first.more) == (1, 1, 1, True)
    back = (await world.get(f"/v1/units/difference?from={LATER}&to=2025-03-13", AUDITOR)).json()
    assert (back["posts"], back["loans"], back["standings"]) == ([], [], [])


async def test_what_ended_and_began_again_in_the_same_place_is_no_difference(world):
    last, day = date(2025, 3, 10), date(2025, 3, 11)

    def renew(connection):
        organisation.add_delegation(
            connection,
            id="loan-1",
            post_id=f"post-{HOST}",
            substitute=NOBODY,
            from_on=date(2025, 3, 1),
            to_on=last,
        )
        organisation.end_post(connection, f"post-{HOST}", last)
        organisation.add_post(
            connection, id="again", person_id=HOST, role="host", unit_id="circle-1", from_on=day
        )
        organisation.add_delegation(connection, id="loan-2", post_id="again", substitute=NOBODY, from_on=day)

    world.parts.database.write_now(renew)
    found = (await world.get(f"/v1/units/difference?from={TODAY}&to={LATER}", AUDITOR)).json()
    assert (found["posts"], found["loans"], found["standings"]) == ([], [], [])


async def test_posts_and_standings_are_told_of_ones_own_units_and_those_below(world_on_both):
    world = world_on_both
    day = date(2025, 3, 11)

    def change(connection):
        for unit in ("circle-1", "circle-2", "group-1"):
            organisation.add_post(
                connection, id=f"new-{unit}", person_id=NOBODY, role="host", unit_id=unit, from_on=day
            )

    world.parts.database.write_now(change)
    path = f"/v1/units/difference?from={TODAY}&to={LATER}"
    for who, units in (
        (AUDITOR, {"circle-1", "circle-2", "group-1"}),
        (SECRETARY, {"circle-1", "group-1"}),
        (SIBLING, {"circle-2"}),
        (SUBJECT, set()),
    ):
        found = (await world.get(path, who)).json()
        assert {one["becomes"]["id"] for one in found["posts"]} == units, who


async def test_versions_of_rules_that_came_into_force_between_the_days_are_told(world):
    found = (await world.get("/v1/units/difference?from=2019-12-31&to=2020-01-01", SUBJECT)).json()
    assert {one["process"] for one in found["rules"]} == {"reading-circle", "ballot"}
    assert all(one["steps"] is None for one in found["rules"])
    later = (await world.get("/v1/units/difference?from=2020-01-01&to=2020-01-02", SUBJECT)).json()
    assert later["rules"] == []
