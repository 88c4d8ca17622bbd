"""Whatever a substitute does, finds or is told says for whom: on every event, task and notice."""

from datetime import date

from tests.api.world import HOST, NOBODY, SECRETARY


async def lend(world):
    for holder in (SECRETARY, HOST):
        asked = {"post": f"post-{holder}", "substitute": NOBODY, "from": "2025-03-10"}
        answer = await world.post("/v1/delegations", holder, asked)
        assert answer.status_code == 201, answer.text


async def acted(world, case, path, **body):
    """Act as the substitute, and return the case as it is then."""
    head = f'"{case["head"]}"'
    done = await world.post(f"/v1/cases/{case['id']}/{path}", NOBODY, body, if_match=head)
    assert done.status_code == 200, done.text
    return done.json()["case"]


async def tasks_of(world, who):
    return (await world.get("/v1/tasks", who)).json()["items"]


async def test_a_substitute_signs_finds_and_is_told_everything_with_both_names(world):
    await lend(world)
    case = await world.start()
    (task,) = await tasks_of(world, NOBODY)
    assert (task["step"], task["on_behalf_of"]["id"], task["as"]["id"]) == (
        "talk",
        SECRETARY,
        f"post-{SECRETARY}",
    )
    case = await acted(world, case, "suspend", reason="病假")
    case = await acted(world, case, "resume", reason="病愈")
    case = await acted(world, case, "steps/talk", outcome="postponed", occurred_on="2025-03-10")
    case = await acted(world, case, "steps/talk", outcome="done", occurred_on="2025-03-10")
    for day in (date(2025, 9, 1), date(2026, 3, 1)):
        world.clock.turn_to(day)
        case = await acted(world, case, "steps/trial", entry={"kind": "assessment"}, occurred_on=str(day))
    for day in (date(2026, 3, 12), date(2026, 3, 13), date(2026, 3, 30)):
        world.clock.turn_to(day)
        for task in await tasks_of(world, NOBODY):
            assert task["on_behalf_of"]["id"] in {SECRETARY, HOST}, task
    everything = (await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    his = [one for one in everything if one["actor"] == NOBODY]
    assert len(his) >= 6
    assert {(one["on_behalf_of"], one["post"]) for one in his} == {(SECRETARY, f"post-{SECRETARY}")}
    notices = (await world.get("/v1/notifications", NOBODY)).json()["items"]
    assert len(notices) >= 2
    assert {one["on_behalf_of"]["id"] for one in notices} <= {SECRETARY, HOST}
    own = (await world.get("/v1/notifications", SECRETARY)).json()["items"]
    assert {one["on_behalf_of"] for one in own} == {None}
