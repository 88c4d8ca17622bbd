"""One's own messages: read one by one or together, by topic, and how they come by mail."""

from dataclasses import replace

import pytest

from domain.preferences import Required
from domain.values import Text
from tests.api.world import HOST, NOBODY, SECRETARY

RULE = Required(
    source=Text(zh="细则", en="Rules"), basis="24", says=Text(zh="应当通知。", en="It has to be told.")
)


async def messages(world, by=SECRETARY, asked=""):
    answer = await world.get(f"/v1/notifications{asked}", by)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def choose(world, by=SECRETARY, **chosen):
    return await world.client.put("/v1/me/notifications", json=chosen, headers=world.by(by))


async def test_a_message_says_as_what_it_reached_one_and_what_it_is_about(world):
    case = await world.start()
    (told,) = await messages(world)
    assert (told["topic"], told["case"], told["read"]) == ("tasks", case["id"], False)
    assert told["as_title"]
    assert told["unit"]["id"] == "circle-1"


async def test_messages_are_narrowed_to_a_topic(world):
    case = await world.start()
    await world.post(f"/v1/cases/{case['id']}/comments", SECRETARY, {"text": "?", "to": ["circle.host"]})
    assert [one["kind"] for one in await messages(world, HOST, "?topic=comments")] == ["comment"]
    assert await messages(world, SECRETARY, "?topic=staffing") == []
    assert (await world.get("/v1/notifications?topic=nothing", HOST)).status_code == 422


async def test_several_are_marked_together_and_nobody_elses(world):
    await world.start()
    (told,) = await messages(world)
    theirs = {"ids": [told["id"], "not-there"]}
    assert (await world.post("/v1/notifications/read", NOBODY, theirs)).json() == {"number": 0}
    assert (await world.post("/v1/notifications/read", SECRETARY, theirs)).json() == {"number": 1}
    assert (await world.post("/v1/notifications/read", SECRETARY, theirs)).json() == {"number": 0}
    assert await messages(world, asked="?unread=true") == []


async def test_all_are_marked_where_none_is_named(world):
    case = await world.start()
    await world.post(f"/v1/cases/{case['id']}/comments", HOST, {"text": "?", "to": ["circle.secretary"]})
    assert (await world.post("/v1/notifications/read", SECRETARY)).json() == {"number": 2}
    assert await messages(world, asked="?unread=true") == []


async def test_what_was_chosen_is_shown_and_chosen_anew_as_a_whole(world):
    quiet = {"from": "22:00", "to": "07:00"}
    chosen = await choose(world, ways={"tasks": "daily", "comments": "list"}, quiet=quiet, language="en")
    assert chosen.status_code == 200, chosen.text
    shown = (await world.get("/v1/me/notifications", SECRETARY)).json()
    assert shown == chosen.json()
    assert {one["topic"]: one["way"] for one in shown["topics"]}["tasks"] == "daily"
    assert (shown["quiet"], shown["daily_at"], shown["language"]) == (quiet, "08:00", "en")
    again = (await choose(world, daily_at="17:30")).json()
    assert ({one["way"] for one in again["topics"]}, again["quiet"]) == ({"at-once"}, None)
    assert again["daily_at"] == "17:30"


async def test_what_has_to_be_told_is_not_switched_off_and_the_answer_says_by_which_article(world):
    world.parts = replace(world.parts, required={"results": RULE})
    world.client._transport.app.state.parts = world.parts
    refused = await choose(world, ways={"results": "list"})
    assert refused.status_code == 422
    assert (refused.json()["rule"], refused.json()["basis"]) == ("notices.results", "24")
    assert (await choose(world, ways={"results": "daily", "tasks": "list"})).status_code == 200
    topics = (await world.get("/v1/me/notifications", SECRETARY)).json()["topics"]
    assert [one["topic"] for one in topics if one["required"]] == ["results"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ways": {"gossip": "daily"}},
        {"ways": {"tasks": "never"}},
        {"daily_at": "24:00"},
        {"daily_at": "8:00"},
        {"quiet": {"from": "22:00"}},
        {"quiet": {"from": "22:00", "to": "22:00"}},
        {"language": "fr"},
        {"person": "somebody"},
    ],
)
async def test_what_is_no_choice_is_refused(world, wrong):
    assert (await choose(world, **wrong)).status_code == 422
