"""Out of office: who is away says so, and who does his work meanwhile."""

from datetime import date

import pytest

from tests.api.world import HOST, NOBODY, SECRETARY

AWAY = {"from": "2025-03-12", "to": "2025-03-20"}


def lending(**limits):
    return AWAY | {"substitutes": [{"post": f"post-{SECRETARY}", "substitute": NOBODY} | limits]}


async def test_who_is_away_lends_his_posts_for_that_time_and_no_longer(world):
    case = await world.start()
    said = await world.post("/v1/me/absences", SECRETARY, lending(processes=["reading-circle"]))
    assert said.status_code == 201, said.text
    (lent,) = said.json()["delegations"]
    assert (lent["from"], lent["to"], lent["processes"]) == ("2025-03-12", "2025-03-20", ["reading-circle"])
    assert (await world.get("/v1/me", SECRETARY)).json()["absences"] == [said.json()]
    seen = {}
    for day in (10, 12, 20, 21):
        world.clock.turn_to(date(2025, 3, day))
        seen[day] = (await world.get(f"/v1/cases/{case['id']}", NOBODY)).status_code
    assert seen == {10: 404, 12: 200, 20: 200, 21: 404}
    assert (await world.get("/v1/me", SECRETARY)).json()["absences"] == []


async def test_nobody_has_to_substitute_and_being_away_takes_no_right(world):
    case = await world.start()
    assert (await world.post("/v1/me/absences", SECRETARY, {"to": "2025-03-20"})).json()["delegations"] == []
    assert (await world.act(case, "talk", SECRETARY, outcome="done")).status_code == 200


async def test_who_is_back_sooner_has_his_posts_for_himself_at_once(world):
    case = await world.start()
    said = (await world.post("/v1/me/absences", SECRETARY, lending())).json()
    world.clock.turn_to(date(2025, 3, 14))
    assert (await world.get(f"/v1/cases/{case['id']}", NOBODY)).status_code == 200
    back = await world.post(f"/v1/me/absences/{said['id']}/end", SECRETARY)
    assert (back.status_code, back.json()["to"]) == (200, "2025-03-13")
    assert (await world.get(f"/v1/cases/{case['id']}", NOBODY)).status_code == 404
    again = await world.post(f"/v1/me/absences/{said['id']}/end", SECRETARY)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/contradiction")


@pytest.mark.parametrize(
    "change, status",
    [
        ({"from": "2025-03-09"}, 409),
        ({"to": "2025-03-11"}, 409),
        ({"substitutes": [{"post": f"post-{HOST}", "substitute": NOBODY}]}, 404),
        ({"substitutes": [{"post": f"post-{SECRETARY}", "substitute": SECRETARY}]}, 409),
        ({"substitutes": [{"post": f"post-{SECRETARY}", "substitute": "no-such"}]}, 422),
    ],
)
async def test_nobody_is_away_in_the_past_or_lends_what_is_not_his(world, change, status):
    answer = await world.post("/v1/me/absences", SECRETARY, AWAY | change)
    assert answer.status_code == status
    assert (await world.get("/v1/me", SECRETARY)).json()["absences"] == []
