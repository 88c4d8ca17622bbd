"""Separation of duties over HTTP: where the rules ask for two people, one person is not enough."""

from datetime import timedelta

from records import organisation
from tests.api.world import HOST, NOBODY, SECRETARY, SIBLING, SUBJECT, World, add_somebody, give_token


async def on_case(world: World, case, act, by, **body):
    path = f"/v1/cases/{case['id']}/{act}"
    return await world.post(path, by, body, if_match=f'"{case["head"]}"')


async def a_proposed_correction(world):
    case = await world.start(fields={"letter": "请批谁"})
    change = {"seq": 4, "path": "fields.letter", "value": "请批准"}
    answer = await on_case(world, case, "correct", SECRETARY, change=change, reason="笔误")
    assert answer.status_code == 200, answer.text
    return answer.json()["case"]


async def test_a_correction_keeps_the_old_value_and_waits_for_a_second_person(world):
    case = await a_proposed_correction(world)
    (proposal,) = case["proposals"]
    assert (proposal["kind"], proposal["by"]["name"]) == ("correct", "李四")
    history = (await world.get(f"/v1/cases/{case['id']}/history", HOST)).json()["items"]
    proposed = history[proposal["seq"] - 1]
    assert (proposed["data"]["old"], proposed["data"]["change"]["value"]) == ("请批谁", "请批准")


async def test_nobody_confirms_his_own_correction_and_another_may(world):
    case = await a_proposed_correction(world)
    seq = case["proposals"][0]["seq"]
    himself = await on_case(world, case, "correct", SECRETARY, confirms=seq)
    assert (himself.status_code, himself.json()["rule"]) == (422, "correct.second")
    another = await on_case(world, case, "correct", HOST, confirms=seq)
    assert another.status_code == 200
    assert another.json()["case"]["proposals"] == []


async def test_a_substitute_does_not_confirm_for_the_one_who_proposed(world):
    case = await a_proposed_correction(world)
    today = world.parts.today()
    await world.parts.database.write(
        lambda connection: organisation.add_delegation(
            connection,
            post_id=f"post-{SECRETARY}",
            substitute=NOBODY,
            from_on=today,
            to_on=today + timedelta(days=9),
        )
    )
    answer = await on_case(world, case, "correct", NOBODY, confirms=case["proposals"][0]["seq"])
    assert (answer.status_code, answer.json()["rule"]) == (422, "correct.second")


async def test_a_correction_of_what_was_never_recorded_names_the_part(world):
    case = await world.start()
    for change, path in (
        ({"seq": 4, "path": "fields.no-such", "value": "x"}, "change.path"),
        ({"seq": 400, "path": "occurred_on", "value": "2025-03-01"}, "change.seq"),
        ({"seq": 1, "path": "occurred_on", "value": "2025-03-01"}, "change.seq"),
    ):
        answer = await on_case(world, case, "correct", SECRETARY, change=change, reason="笔误")
        assert answer.status_code == 422
        assert [fault["path"] for fault in answer.json()["errors"]] == [path]


async def test_a_case_moves_once_the_other_unit_takes_it_over(world):
    case = await world.start()
    assert (await world.get(f"/v1/cases/{case['id']}", SIBLING)).status_code == 404
    proposed = await on_case(world, case, "transfer", SECRETARY, to_unit="circle-2", reason="调动")
    case = proposed.json()["case"]
    seq = case["proposals"][0]["seq"]
    own = await on_case(world, case, "transfer", SECRETARY, confirms=seq)
    assert own.status_code == 422
    taken = await on_case(world, case, "transfer", SIBLING, confirms=seq)
    assert taken.status_code == 200, taken.text
    assert taken.json()["case"]["unit"]["id"] == "circle-2"
    assert (await world.get(f"/v1/cases/{case['id']}", SECRETARY)).status_code == 404
    assert (await world.get(f"/v1/cases/{case['id']}", SUBJECT)).status_code == 200


async def test_nobody_answers_twice_and_nobody_decides_about_himself(world):
    def enrol(connection):
        for person in ("voter", "other-voter"):
            add_somebody(connection, person, "投票人", ("voter", "circle-1"))
        organisation.add_post(
            connection,
            person_id=SUBJECT,
            role="voter",
            unit_id="circle-1",
            from_on=world.parts.today(),
        )
        return {person: give_token(connection, person) for person in ("voter", "other-voter")}

    world.tokens |= await world.parts.database.write(enrol)
    case = await world.start(process="ballot")
    first = (await world.act(case, "vote", "voter", outcome="approve")).json()["case"]
    twice = await world.act(first, "vote", "voter", outcome="approve")
    assert (twice.status_code, twice.json()["rule"]) == (422, "vote.answers")
    (step,) = (await world.get(f"/v1/cases/{case['id']}", "voter")).json()["open_steps"]
    assert (step["can_act"], step["why_not"]["rule"]) == (False, "vote.answers")
    about_himself = await world.act(first, "vote", SUBJECT, outcome="approve")
    assert (about_himself.status_code, about_himself.json()["rule"]) == (422, "vote.by")


async def test_an_act_of_a_day_before_the_post_began_is_refused(world):
    case = await world.start(occurred_on="2025-03-03")

    def change_hands(connection):
        organisation.end_post(connection, f"post-{SECRETARY}", world.parts.today() - timedelta(days=1))
        organisation.add_post(
            connection,
            person_id=NOBODY,
            role="secretary",
            unit_id="circle-1",
            from_on=world.parts.today(),
        )

    await world.parts.database.write(change_hands)
    before = await world.act(case, "talk", NOBODY, outcome="done", occurred_on="2025-03-09")
    assert before.status_code == 403
    today = await world.act(case, "talk", NOBODY, outcome="done", occurred_on="2025-03-10")
    assert today.status_code == 200
