"""Comments on a case: written once, read by those who work on it and by auditors, never lost."""

import json

import pytest

from services.news import Watched
from services.news import news as news_of
from services.parts import Caller
from tests.api.world import AUDITOR, HOST, NOBODY, PARENT, SECRETARY, SUBJECT

SAID = "第二页缺签名<script>alert(1)</script>"


async def commented(world, case, text=SAID, by=SECRETARY, *, key=None, **more):
    headers = {} if key is None else {"idempotency_key": key}
    return await world.post(f"/v1/cases/{case['id']}/comments", by, {"text": text, **more}, **headers)


async def comments(world, case, by=SECRETARY, asked=""):
    answer = await world.get(f"/v1/cases/{case['id']}/comments{asked}", by)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def withdrawn(world, case, seq, by=SECRETARY, reason="写错了"):
    return await world.post(f"/v1/cases/{case['id']}/comments/{seq}/withdraw", by, {"reason": reason})


async def test_a_comment_is_written_without_if_match_and_read_by_colleagues_and_auditors(world):
    case = await world.start()
    answer = await commented(world, case, step="talk")
    assert answer.status_code == 201, answer.text
    done = answer.json()
    assert answer.headers["etag"] == f'"{done["case"]["head"]}"'
    assert [one["type"] for one in done["events"]] == ["comment-added"]
    for who in (SECRETARY, HOST, PARENT, AUDITOR):
        (one,) = (await comments(world, case, who))["items"]
        assert (one["text"], one["step"], one["by"]["id"]) == (SAID, "talk", SECRETARY)
        assert (one["own"], one["withdrawn"], one["seq"]) == (who == SECRETARY, None, case["seq"] + 1)


async def test_the_person_concerned_is_not_told_what_was_said_nor_by_whom(world):
    case = await world.start()
    await commented(world, case, step="talk")
    assert (await comments(world, case, SUBJECT))["items"] == []
    history = (await world.get(f"/v1/cases/{case['id']}/history", SUBJECT)).json()["items"]
    assert [one["type"] for one in history if one["type"].startswith("comment")] == []
    shown = (await world.get(f"/v1/cases/{case['id']}", SUBJECT)).json()
    assert (shown["seq"], shown["head"]) == (history[-1]["seq"], case["head"])
    for path in ("", "/history", "/explain", "/plain", "/dossier?format=json"):
        answer = await world.get(f"/v1/cases/{case['id']}{path}", SUBJECT)
        assert "签名" not in answer.text


@pytest.mark.parametrize("who, status", [(SUBJECT, 422), (AUDITOR, 403), (PARENT, 403), (NOBODY, 404)])
async def test_only_those_who_work_on_the_case_write(world, who, status):
    case = await world.start()
    assert (await commented(world, case, by=who)).status_code == status


async def test_a_withdrawn_comment_is_still_read_with_the_reason(world):
    case = await world.start()
    seq = (await commented(world, case)).json()["case"]["seq"]
    assert (await withdrawn(world, case, seq, HOST)).status_code == 422
    assert (await withdrawn(world, case, seq, reason=" ")).status_code == 422
    assert (await withdrawn(world, case, seq)).status_code == 200
    assert (await withdrawn(world, case, seq)).status_code == 409
    (one,) = (await comments(world, case, AUDITOR))["items"]
    assert (one["text"], one["withdrawn"]["reason"], one["own"]) == (SAID, "写错了", False)


async def test_the_same_key_writes_one_comment(world):
    case = await world.start()
    first = await commented(world, case, key="k")
    again = await commented(world, case, key="k")
    assert first.json() == again.json()
    assert len((await comments(world, case))["items"]) == 1
    assert (await commented(world, case, "another", key="k")).status_code == 422


async def test_what_was_decided_on_an_older_dossier_is_shown_the_comment_first(world):
    case = await world.start()
    await commented(world, case)
    moved = await world.post(
        f"/v1/cases/{case['id']}/suspend", SECRETARY, {"reason": "病假"}, if_match=f'"{case["head"]}"'
    )
    assert moved.status_code == 412
    assert SAID in json.dumps(moved.json(), ensure_ascii=False)


async def test_the_posts_a_comment_is_for_get_a_message_without_its_text(world):
    case = await world.start()
    answer = await commented(world, case, to=["circle.host"])
    assert answer.status_code == 201, answer.text
    (told,) = [
        one
        for one in (await world.get("/v1/notifications", HOST)).json()["items"]
        if one["kind"] == "comment"
    ]
    assert (told["case"], "签名" in told["text"]) == (case["id"], False)
    (one,) = (await comments(world, case))["items"]
    assert len(one["to"]) == 1
    assert (await commented(world, case, to=["circle.nobody"])).status_code == 422


async def test_comments_come_in_pages_latest_first(world):
    case = await world.start()
    for text in "abc":
        await commented(world, case, text)
    first = await comments(world, case, asked="?limit=2")
    assert [one["text"] for one in first["items"]] == ["c", "b"]
    rest = await comments(world, case, asked=f"?limit=2&cursor={first['next']}")
    assert ([one["text"] for one in rest["items"]], rest["next"]) == (["a"], None)


@pytest.mark.parametrize("text", ["", "  ", "好" * 2001, "\x00"])
async def test_a_comment_is_bounded(world, text):
    case = await world.start()
    assert (await commented(world, case, text)).status_code == 422


async def test_an_open_page_hears_of_a_comment(world):
    case = await world.start()
    watched = Watched(case["id"])
    before = await news_of(world.parts, Caller(HOST), watched)
    await commented(world, case)
    assert (await news_of(world.parts, Caller(HOST), watched)).head != before.head
