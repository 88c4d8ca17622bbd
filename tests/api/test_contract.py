"""If-Match and Idempotency-Key: nobody acts on a case that changed, and nothing is done twice."""

import asyncio

import pytest

from tests.api.world import HOST, NOON, SECRETARY, SUBJECT, add_somebody, give_token

STARTING = {"process": "reading-circle", "subject": SUBJECT, "unit": "circle-1"}


async def test_an_act_without_if_match_is_asked_for_it(world):
    case = await world.start()
    answer = await world.post(f"/v1/cases/{case['id']}/steps/talk", SECRETARY, {"outcome": "done"})
    assert (answer.status_code, answer.json()["type"]) == (428, "/problems/head-required")


async def test_an_act_on_a_case_that_moved_on_is_shown_what_happened_since(world):
    case = await world.start()
    await world.act(case, "talk", SECRETARY, outcome="done")
    late = await world.act(case, "talk", SECRETARY, outcome="postponed")
    problem = late.json()
    assert (late.status_code, problem["type"]) == (412, "/problems/head-moved")
    assert problem["events"][0]["type"] == "step-completed"
    assert problem["events"][0]["seq"] == case["seq"] + 1
    now = (await world.get(f"/v1/cases/{case['id']}", SECRETARY)).json()
    assert late.headers["etag"] == f'"{now["head"]}"'


@pytest.mark.parametrize("head", ["", "*", '"nonsense"', '"' + "0" * 64 + '"', "W/", "é"])
async def test_a_head_that_never_was_matches_nothing(world, head):
    case = await world.start()
    headers = [("authorization", f"Bearer {world.tokens[SECRETARY]}"), ("if-match", head.encode("latin-1"))]
    path = f"/v1/cases/{case['id']}/steps/talk"
    answer = await world.client.post(path, json={"outcome": "done"}, headers=headers)
    assert answer.status_code == 412
    assert [event["seq"] for event in answer.json()["events"]] == list(range(1, case["seq"] + 1))


async def test_the_same_key_and_body_give_the_same_answer_once(world_on_both):
    world = world_on_both
    first = await world.post("/v1/cases", SUBJECT, STARTING, idempotency_key="k")
    again = await world.post("/v1/cases", SUBJECT, STARTING, idempotency_key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == first.headers["etag"]
    assert len(world.driver.told) == 1


async def test_the_same_key_with_another_body_is_refused(world):
    await world.post("/v1/cases", SUBJECT, STARTING, idempotency_key="k")
    other = STARTING | {"reason": "补报"}
    answer = await world.post("/v1/cases", SUBJECT, other, idempotency_key="k")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/key-reused")


async def test_a_repeated_act_answers_as_before_although_the_case_moved_on(world):
    case = await world.start()
    path = f"/v1/cases/{case['id']}/steps/talk"
    headers = {"if_match": f'"{case["head"]}"', "idempotency_key": "talk-1"}
    first = await world.post(path, SECRETARY, {"outcome": "done"}, **headers)
    again = await world.post(path, SECRETARY, {"outcome": "done"}, **headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    history = (await world.get(f"/v1/cases/{case['id']}/history", SUBJECT)).json()["items"]
    assert [event["type"] for event in history].count("step-completed") == 2


async def test_a_refused_act_leaves_its_key_free(world):
    case = await world.start()
    path = f"/v1/cases/{case['id']}/steps/talk"
    headers = {"if_match": f'"{case["head"]}"', "idempotency_key": "k"}
    refused = await world.post(path, SECRETARY, {"outcome": "no-such"}, **headers)
    assert refused.status_code == 422
    assert (await world.post(path, SECRETARY, {"outcome": "done"}, **headers)).status_code == 200


async def test_keys_of_two_people_do_not_meet(world):
    case = await world.start()
    path = f"/v1/cases/{case['id']}/steps/talk"
    head = f'"{case["head"]}"'
    mine = await world.post(path, SECRETARY, {"outcome": "done"}, if_match=head, idempotency_key="k")
    theirs = await world.post(path, HOST, {"outcome": "done"}, if_match=head, idempotency_key="k")
    assert (mine.status_code, theirs.status_code) == (200, 412)


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_has_between_one_and_255_characters(world, key):
    answer = await world.post("/v1/cases", SUBJECT, STARTING, idempotency_key=key)
    assert answer.status_code == 422
    longest = await world.post("/v1/cases", SUBJECT, STARTING, idempotency_key="x" * 255)
    assert longest.status_code == 201


async def test_a_storm_of_one_request_has_one_effect_and_one_answer(world_on_both):
    world = world_on_both
    case = await world.start()
    path = f"/v1/cases/{case['id']}/steps/talk"
    headers = {"if_match": f'"{case["head"]}"', "idempotency_key": "storm"}
    asked = [world.post(path, SECRETARY, {"outcome": "done"}, **headers) for _ in range(20)]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(world.driver.told) == 2


async def test_fifty_people_voting_at_once_all_get_a_right_answer(world_on_both):
    """Others may have moved the head a voter saw; he looks again and votes once, until fifty decide."""
    world = world_on_both
    voters = [f"voter-{number}" for number in range(50)]

    def enrol(connection):
        for voter in voters:
            add_somebody(connection, voter, "投票人", ("voter", "circle-1"))
        return {voter: give_token(connection, voter, NOON) for voter in voters}

    world.tokens |= await world.parts.database.write(enrol)
    case = await world.start(process="ballot")

    async def vote(voter):
        seen = case
        while True:
            answer = await world.act(seen, "vote", voter, outcome="approve")
            if answer.status_code != 412:
                return answer
            seen = {"id": case["id"], "head": answer.headers["etag"].strip('"')}

    answers = await asyncio.gather(*(vote(voter) for voter in voters))
    assert {answer.status_code for answer in answers} == {200}
    closed = (await world.get(f"/v1/cases/{case['id']}", SUBJECT)).json()
    assert (closed["status"], closed["outcome"]) == ("closed", "joined")
    history = (await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    voted = [event["actor"] for event in history if event["step"] == "vote" and event["actor"]]
    assert sorted(set(voted)) == sorted(voters)
    answers = [event["actor"] for event in history if event["type"] == "answer-given"]
    assert sorted(answers) == sorted(voters)
    assert [event["seq"] for event in history] == list(range(1, len(history) + 1))


async def test_fifty_people_voting_at_once_without_looking_are_let_in_one_at_a_time(world):
    voters = [f"voter-{number}" for number in range(50)]

    def enrol(connection):
        for voter in voters:
            add_somebody(connection, voter, "投票人", ("voter", "circle-1"))
        return {voter: give_token(connection, voter, NOON) for voter in voters}

    world.tokens |= await world.parts.database.write(enrol)
    case = await world.start(process="ballot")
    votes = [world.act(case, "vote", voter, outcome="approve") for voter in voters]
    statuses = [answer.status_code for answer in await asyncio.gather(*votes)]
    assert sorted(statuses) == [200] + [412] * 49
