"""Starting, reading and explaining cases over HTTP, in the shapes of the contract."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from records import recording
from tests.api.world import HOST, NOBODY, SECRETARY, SIBLING, SUBJECT


async def test_starting_completes_the_first_step_and_answers_with_the_case(world):
    asked = {"process": "reading-circle", "subject": SUBJECT, "unit": "circle-1", "occurred_on": "2025-03-03"}
    answer = await world.post("/v1/cases", SUBJECT, asked)
    assert answer.status_code == 201
    case = answer.json()
    assert answer.headers["location"] == f"/v1/cases/{case['id']}"
    assert answer.headers["etag"] == f'"{case["head"]}"'
    assert case["process"] == {"id": "reading-circle", "version": "1", "title": "读书会"}
    assert case["subject"] == {"id": SUBJECT, "name": "张三"}
    assert case["unit"] == {"id": "circle-1", "name": "第一读书会"}
    assert (case["status"], case["outcome"], case["stage"]) == ("open", None, "asking")
    assert (case["opened_on"], case["closed_on"]) == ("2025-03-03", None)
    assert case["dates"] == {"apply": "2025-03-03"}
    assert [step["step"] for step in case["open_steps"]] == ["talk"]


async def test_an_open_step_says_who_may_act_and_why_the_reader_may_not(world):
    case = await world.start(occurred_on="2025-03-03")
    (mine,) = case["open_steps"]
    assert mine["waiting_for"] == ["circle.secretary"]
    assert mine["due_on"] == "2025-04-03"
    assert (mine["kind"], mine["title"], mine["round"], mine["overdue"]) == ("record", "谈话", 1, False)
    assert mine["can_act"] is False
    assert mine["why_not"]["rule"] == "talk.by"
    seen = (await world.get(f"/v1/cases/{case['id']}", SECRETARY)).json()
    (theirs,) = seen["open_steps"]
    assert (theirs["can_act"], theirs["why_not"]) == (True, None)


async def test_titles_and_reasons_come_in_the_callers_language(world):
    case = await world.start()
    english = await world.get(f"/v1/cases/{case['id']}", SUBJECT, accept_language="en-GB, zh;q=0.5")
    (step,) = english.json()["open_steps"]
    assert step["title"] == "Talk"
    assert "Secretary" in step["why_not"]["detail"]


async def test_a_second_open_case_of_the_same_person_is_refused(world):
    await world.start()
    asked = {"process": "reading-circle", "subject": SUBJECT, "unit": "circle-1"}
    again = await world.post("/v1/cases", SUBJECT, asked)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/one-open-case")


async def test_an_act_answers_with_its_events_and_the_new_head(world):
    case = await world.start()
    answer = await world.act(case, "talk", SECRETARY, outcome="done", occurred_on="2025-03-10")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["events"][0]["type"] == "step-completed"
    assert body["events"][0]["actor"] == SECRETARY
    assert body["events"][0]["post"] == f"post-{SECRETARY}"
    assert answer.headers["etag"] == f'"{body["case"]["head"]}"' != f'"{case["head"]}"'
    assert body["warnings"] == []
    assert world.driver.told[-1] == (case["id"], tuple(event["seq"] for event in body["events"]))


async def test_the_wrong_person_is_told_which_rule_says_so(world):
    case = await world.start()
    answer = await world.act(case, "talk", HOST)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "/problems/rule-violation")
    assert (problem["rule"], problem["status"]) == ("talk.by", 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["trace"] == answer.headers["x-trace"]


@pytest.mark.parametrize(
    "as_guessed",
    [
        lambda _known: None,
        lambda known: known,
        lambda known: known.model_copy(update={"path": known.path[1:], "subject": SIBLING}),
    ],
    ids=["nothing", "right", "wrong"],
)
async def test_an_act_is_judged_by_the_case_that_is_found_whatever_was_guessed(
    world, monkeypatch, as_guessed
):
    case = await world.start()
    seen = recording.guessed(world.parts.library, case["id"])
    assert seen is not None
    process, known = seen
    guess = as_guessed(known)
    monkeypatch.setattr(recording, "guessed", lambda *_: None if guess is None else (process, guess))
    refused = await world.act(case, "talk", HOST)
    assert refused.json()["rule"] == "talk.by"
    done = await world.act(case, "talk", SECRETARY, outcome="done")
    assert (done.status_code, done.json()["case"]["subject"]["id"]) == (200, SUBJECT)


async def test_a_step_that_is_not_open_is_a_conflict(world):
    case = await world.start()
    answer = await world.act(case, "admit", HOST, outcome="admitted")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/step-not-open")


async def test_a_late_act_needs_a_reason_and_warns_once_it_has_one(world):
    case = await world.start(occurred_on="2025-03-03")
    world.clock.turn_to(date(2025, 5, 6))
    without = await world.act(case, "talk", SECRETARY, outcome="done", occurred_on="2025-05-06")
    assert (without.status_code, without.json()["type"]) == (422, "/problems/reason-required")
    late = await world.act(case, "talk", SECRETARY, outcome="done", occurred_on="2025-05-06", reason="病假")
    assert late.status_code == 200
    assert [warning["basis"] for warning in late.json()["warnings"]] == ["2"]


async def test_the_history_is_a_chain_that_ends_in_the_head(world):
    case = await world.start()
    done = (await world.act(case, "talk", SECRETARY, outcome="done")).json()
    history = (await world.get(f"/v1/cases/{case['id']}/history", SUBJECT)).json()
    items = history["items"]
    assert [item["seq"] for item in items] == list(range(1, len(items) + 1))
    assert all(after["prev_hash"] == before["hash"] for before, after in pairwise(items))
    assert items[-1]["hash"] == done["case"]["head"]
    assert history["next"] is None


async def test_the_history_comes_in_pages(world):
    case = await world.start()
    await world.act(case, "talk", SECRETARY, outcome="done")
    path = f"/v1/cases/{case['id']}/history?limit=3"
    first = (await world.get(path, SUBJECT)).json()
    second = (await world.get(f"{path}&cursor={first['next']}", SUBJECT)).json()
    assert [item["seq"] for item in first["items"] + second["items"]] == [1, 2, 3, 4, 5, 6]


async def test_a_case_can_be_seen_as_it_was_on_a_past_day(world):
    case = await world.start()
    world.clock.turn_to(date(2025, 3, 20))
    await world.act(case, "talk", SECRETARY, outcome="done", occurred_on="2025-03-20")
    then = (await world.get(f"/v1/cases/{case['id']}?as_of=2025-03-15", SUBJECT)).json()
    assert (then["head"], then["stage"]) == (case["head"], "asking")
    assert [step["can_act"] for step in then["open_steps"]] == [False]
    before = await world.get(f"/v1/cases/{case['id']}?as_of=2025-03-01", SUBJECT)
    assert before.status_code == 404


async def test_the_list_holds_what_the_reader_may_see_and_narrows(world):
    case = await world.start()
    for query, found in (
        ("", 1),
        ("?stage=asking", 1),
        ("?stage=reading", 0),
        ("?status=open&unit=committee-1", 1),
        ("?unit=circle-2", 0),
        ("?q=zhangsan", 1),
        ("?q=%E5%BC%A0", 1),
        ("?q=nobody", 0),
        ("?overdue=true", 0),
        ("?overdue=false&process=reading-circle", 1),
    ):
        listed = (await world.get(f"/v1/cases{query}", SECRETARY)).json()
        assert len(listed["items"]) == found, query
    assert (await world.get("/v1/cases", SIBLING)).json()["items"] == []
    assert (await world.get("/v1/cases", NOBODY)).json()["items"] == []
    (row,) = (await world.get("/v1/cases", SUBJECT)).json()["items"]
    assert (row["id"], row["overdue"], row["subject"]["name"]) == (case["id"], False, "张三")


async def test_an_explanation_says_for_whom_it_waits_and_when_it_can_end(world):
    case = await world.start(occurred_on="2025-03-03")
    zh = (await world.get(f"/v1/cases/{case['id']}/explain", SUBJECT)).json()
    assert "谈话" in zh["now"]
    assert (zh["waiting_for"], zh["blocked_by"], zh["next"]) == (["秘书"], [], ["考察期"])
    assert zh["earliest_finish"] == "2026-03-17"
    en = (await world.get(f"/v1/cases/{case['id']}/explain", SUBJECT, accept_language="en")).json()
    assert en["now"] == "The case is in the stage “Asking”. “Talk” waits for Secretary, due 2025-04-03."


async def test_a_task_stands_in_the_inbox_of_those_who_may_do_it(world):
    case = await world.start()
    (task,) = (await world.get("/v1/tasks", SECRETARY)).json()["items"]
    assert (task["case"], task["step"], task["title"], task["kind"]) == (case["id"], "talk", "谈话", "record")
    assert task["as"]["role"] == "secretary"
    assert (task["subject"]["name"], task["on_behalf_of"]) == ("张三", None)
    assert (await world.get("/v1/tasks/count", SECRETARY)).json() == {"count": 1, "overdue": 0}
    world.clock.turn_to(date.fromisoformat(task["due_on"]) + timedelta(days=1))
    assert (await world.get("/v1/tasks/count", SECRETARY)).json() == {"count": 1, "overdue": 1}
    world.clock.turn_to(date.fromisoformat(task["due_on"]))
    assert (await world.get("/v1/tasks", SIBLING)).json() == {"items": [], "next": None}
