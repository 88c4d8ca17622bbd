"""People as administrators write them down: nothing said is replaced, and one answer holds everything."""

import pytest

from records import erasures, people_over_time
from tests.api.world import ADMIN, AUDITOR, HOST, NOBODY, SECRETARY, SIBLING

PERSON = f"/v1/people/{SECRETARY}"
TODAY, YESTERDAY, TOMORROW = "2025-03-10", "2025-03-09", "2025-03-11"


async def told(world, path, by=ADMIN):
    return (await world.get(path, by)).json()


async def test_a_new_name_is_found_and_the_old_one_is_kept(world_on_both):
    world = world_on_both
    changed = await world.post(f"{PERSON}/changes", ADMIN, {"reason": "改名", "name": "李思", "email": None})
    assert (changed.status_code, changed.json()["name"], changed.json()["email"]) == (201, "李思", None)
    words = (await told(world, f"{PERSON}/changes"))["items"]
    assert [(one["number"], one["name"], one["recorded_by"]) for one in words] == [
        (1, "李四", None),
        (2, "李思", ADMIN),
    ]
    assert words[0]["email"] == f"{SECRETARY}@example.org"
    assert [one["id"] for one in (await told(world, "/v1/people?q=李思"))["items"]] == [SECRETARY]
    assert (await told(world, "/v1/people?q=李四"))["items"] == []


@pytest.mark.parametrize(
    "body, status",
    [
        ({"name": "李四"}, 409),
        ({}, 409),
        ({"name": None}, 422),
        ({"language": None}, 422),
        ({"born_on": TOMORROW}, 422),
        ({"email": "no address"}, 422),
        ({"born_on": None}, 201),
    ],
)
async def test_what_makes_no_sense_of_a_person_is_refused(world, body, status):
    assert (await world.post(f"{PERSON}/changes", ADMIN, {"reason": "更正"} | body)).status_code == status


async def test_nobody_writes_himself_down_and_birthdays_are_for_administrators_and_oneself(world):
    words = {"reason": "更正", "name": "新名"}
    assert (await world.post(f"/v1/people/{ADMIN}/changes", ADMIN, words)).status_code == 403
    assert (await world.get(f"{PERSON}/changes", HOST)).status_code == 403
    assert (await world.get(f"{PERSON}/changes", SIBLING)).status_code == 404
    assert (await told(world, f"{PERSON}/changes", SECRETARY))["items"][0]["born_on"] == "1990-01-01"


async def test_a_standing_is_said_with_its_ground_and_ends_the_one_before(world_on_both):
    world = world_on_both
    said = {"standing": "reader", "unit": "circle-1", "from": YESTERDAY, "reason": "转入前已是读者"}
    made = (await world.post(f"{PERSON}/standings", ADMIN, said)).json()
    assert (made["standing"], made["source"], made["words"][0]["reason"]) == (
        "reader",
        "register",
        "转入前已是读者",
    )
    before, now = (await told(world, f"{PERSON}/standings"))["items"]
    assert (before["standing"], before["to"]) == ("member", "2025-03-08")
    assert [(word["number"], word["to"]) for word in before["words"]] == [(1, None), (2, "2025-03-08")]
    assert now["id"] == made["id"]
    assert (await told(world, PERSON))["standing"] == "reader"


async def test_a_standing_is_corrected_by_a_further_word_and_can_never_have_been(world_on_both):
    world = world_on_both
    stood = (await told(world, f"{PERSON}/standings"))["items"][0]["id"]
    path = f"{PERSON}/standings/{stood}"
    ended = await world.post(path, ADMIN, {"from": "2015-01-01", "to": YESTERDAY, "reason": "离会"})
    assert (ended.status_code, ended.json()["to"]) == (201, YESTERDAY)
    again = {"from": "2015-01-01", "to": YESTERDAY, "reason": "再说一遍"}
    assert (await world.post(path, ADMIN, again)).status_code == 409
    never = await world.post(path, ADMIN, {"from": "2015-01-01", "to": "2014-12-31", "reason": "误记"})
    assert [word["reason"] for word in never.json()["words"]] == [None, "离会", "误记"]
    assert (await told(world, f"{PERSON}/standings"))["items"] == []


@pytest.mark.parametrize(
    "body, status",
    [
        ({"standing": "king"}, 422),
        ({"unit": "nowhere"}, 422),
        ({"from": "2014-01-01"}, 409),
        ({"from": TODAY, "to": YESTERDAY}, 409),
    ],
)
async def test_a_standing_that_contradicts_is_refused(world, body, status):
    said = {"standing": "guest", "unit": "circle-1", "reason": "补记"} | body
    assert (await world.post(f"{PERSON}/standings", ADMIN, said)).status_code == status


async def test_the_first_day_of_a_standing_out_of_a_case_is_corrected_there(world):
    case = await world.start()
    path = f"/v1/people/{case['subject']['id']}/standings"
    stood = (await told(world, path))["items"][0]
    assert stood["source"].startswith("case/")
    words = {"from": YESTERDAY, "reason": "更正"}
    assert (await world.post(f"{path}/{stood['id']}", ADMIN, words)).status_code == 409
    ends = {"from": stood["from"], "to": stood["from"], "reason": "去世"}
    assert (await world.post(f"{path}/{stood['id']}", ADMIN, ends)).status_code == 201


async def test_only_administrators_of_the_unit_say_standings(world):
    said = {"standing": "reader", "unit": "circle-1", "reason": "补记"}
    asked = {by: await world.post(f"{PERSON}/standings", by, said) for by in (HOST, AUDITOR, SIBLING, NOBODY)}
    assert {by: answer.status_code for by, answer in asked.items()} == {
        HOST: 403,
        AUDITOR: 403,
        SIBLING: 404,
        NOBODY: 404,
    }


async def test_one_answer_holds_what_a_person_has_and_had(world):
    lent = {"post": f"post-{SECRETARY}", "substitute": HOST, "from": TODAY, "to": TOMORROW}
    assert (await world.post("/v1/delegations", SECRETARY, lent)).status_code == 201
    whole = await told(world, PERSON)
    assert [post["role"] for post in whole["posts"]] == ["secretary"]
    assert [one["substitute"]["id"] for one in whole["delegations"]] == [HOST]
    assert [one["standing"] for one in whole["standings"]] == ["member"]
    assert (whole["restrictions"], whole["restriction_words"]) == ([], [])
    assert "born_on" not in whole


async def test_who_was_erased_leaves_no_earlier_name_and_is_not_written_down_again(world_on_both):
    world = world_on_both
    await world.post(f"{PERSON}/changes", ADMIN, {"reason": "改名", "name": "李思"})

    def erase(connection):
        asked = erasures.ask(
            connection, person=SECRETARY, ground="申请", rules="", by=ADMIN, now=world.clock()
        )
        erasures.erase(connection, asked, HOST, world.clock())
        return people_over_time.words_about(connection, SECRETARY)

    words = await world.parts.database.write(erase)
    assert [word.name for word in words] == [erasures.NAME]
    again = await world.post(f"{PERSON}/changes", ADMIN, {"reason": "恢复", "name": "李四"})
    assert again.status_code == 409


async def test_who_is_erased_while_a_change_waits_for_it_is_not_written_down_again(
    world_on_both, monkeypatch
):
    world = world_on_both

    def waited(connection, person):
        asked = erasures.ask(connection, person=person, ground="申请", rules="", by=ADMIN, now=world.clock())
        erasures.erase(connection, asked, HOST, world.clock())

    monkeypatch.setattr(people_over_time, "keep_others_out", waited)
    again = await world.post(f"{PERSON}/changes", ADMIN, {"reason": "改名", "name": "李思"})
    assert again.status_code == 409
