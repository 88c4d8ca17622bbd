"""Whoever keeps out of what is decided, and the person concerned: nothing tells them of the way to it."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from domain.dossiers import check_dossier
from records import organisation
from services.case_pages import case_page, happened_between
from services.news import Watched
from services.news import news as news_of
from services.parts import Caller
from services.step_forms import step_form
from tests.api.admission import ADMISSION, NOTES, a_case, admitting, clerk, handed_in, reads, relate, vote
from tests.api.world import ADMIN, HOST, NOBODY, PARENT, SECRETARY, SINCE, SUBJECT


@pytest.fixture
async def world(world_on_both):
    return admitting(world_on_both)


async def test_before_a_decision_and_after_it_nothing_of_the_way_to_it_is_there_for_who_keeps_out(world):
    case = await a_case(world)
    await clerk(world, NOBODY)
    await relate(world, SUBJECT, HOST, SECRETARY)
    before = await told_of(world, case, HOST)
    now = await reads(world, case, SECRETARY)
    first = await world.act(now, "look", SECRETARY, outcome="passed", fields={"view": NOTES})
    assert first.status_code == 200, first.text
    given = first.json()["events"][-1]
    assert given["type"] == "answer-given"
    # One of two has answered: no event, no number, no text, no sign that something moved.
    assert await told_of(world, case, HOST) == before
    for path in (f"/v1/audit/proofs/inclusion?case={case['id']}&seq={given['seq']}",):
        assert (await world.get(path, SECRETARY)).status_code == 200
        assert (await world.get(path, HOST)).status_code == 404
    second = await world.act(first.json()["case"], "look", NOBODY, outcome="passed")
    assert second.status_code == 200, second.text
    mine = (await world.get(f"/v1/cases/{case['id']}/history", HOST)).json()["items"]
    assert {one["seq"] for one in mine}.isdisjoint({given["seq"]})
    done = [one for one in mine if one["step"] == "look" and one["type"] == "step-completed"]
    assert [(one["actor"], one["data"]["texts"]) for one in done] == [("*", {})]
    line = await line_in_dossier(world, case, HOST, given["seq"])
    assert {key: value for key, value in line.items() if value} == {
        "case": case["id"],
        "seq": given["seq"],
        "prev_hash": line["prev_hash"],
        "hash": line["hash"],
        "withheld": ["deliberation"],
    }


async def told_of(world, case, who):
    """Everything that says to somebody how a case moves on."""
    path = f"/v1/cases/{case['id']}"
    news = await news_of(world.parts, Caller(who), Watched(case["id"]))
    page = await case_page(world.parts, Caller(who), case["id"], every=True)
    between = await happened_between(world.parts, Caller(who), case["id"], 0, 100)
    others = ("history", "explain", "plain")
    lists = ("/v1/cases", "/v1/tasks", "/v1/tasks/count", "/v1/notifications", "/v1/staffing?unit=circle-1")
    asked = (path, *(f"{path}/{word}" for word in others), *lists)
    texts = {one: (await world.get(one, who)).text for one in asked}
    pages = (page.happened, page.materials, between)
    return {"news": news, "page": pages, **texts}


async def line_in_dossier(world, case, who, seq):
    return next(line for line in await events_in_dossier(world, case, who) if line["seq"] == seq)


async def events_in_dossier(world, case, who):
    answer = await world.get(f"/v1/cases/{case['id']}/dossier?format=zip", who)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as files:
        check_dossier({name: files.read(name) for name in files.namelist()})
        return [json.loads(line) for line in files.read("events.jsonl").decode().splitlines()]


async def test_a_case_stands_for_who_keeps_out_where_the_last_event_left_it_that_he_is_told_of(world):
    case = await a_case(world)
    await clerk(world, NOBODY)
    await relate(world, SUBJECT, HOST, SECRETARY)
    await vote(world, case, SECRETARY, eligible=1)
    path = f"/v1/cases/{case['id']}"
    before = await places_of(world, case, HOST)
    assert len(set(before.values())) == 1
    first = await world.act(await reads(world, case, SECRETARY), "look", SECRETARY, outcome="passed")
    moved = first.json()["case"]
    assert await places_of(world, case, HOST) == before
    assert set((await places_of(world, case, SECRETARY)).values()) == {(moved["seq"], moved["head"])}
    assert (await world.get(f"{path}/history?limit={before['case'][0]}", HOST)).json()["next"] is None
    assert (await world.get(f"/v1/audit/proofs/inclusion?case={case['id']}", HOST)).json()["seq"] == (
        before["case"][0]
    )
    # Who may act does not tell him either who answered.
    access = (await world.get(f"{path}/access", HOST)).json()["items"]
    assert "look" in next(one for one in access if one["person"]["id"] == SECRETARY)["steps"]
    access = (await world.get(f"{path}/access", PARENT)).json()["items"]
    assert "look" not in next(one for one in access if one["person"]["id"] == SECRETARY)["steps"]
    # What he may do he does on what he sees; what he is told of meanwhile he has to look at.
    seen = {"id": case["id"], "head": before["case"][1]}
    filed = await world.act(seen, "file", HOST)
    assert filed.status_code == 200, filed.text
    assert filed.json()["case"]["seq"] > moved["seq"]
    late = await world.act(seen, "file", HOST)
    assert (late.status_code, late.headers["etag"]) == (412, f'"{filed.json()["case"]["head"]}"')
    assert "answer-given" not in late.text


async def places_of(world, case, who):
    """The number and head of a case, by whatever says them to somebody."""
    path, day = f"/v1/cases/{case['id']}", world.clock().date()
    shown = await world.get(path, who)
    listed = (await world.get("/v1/cases", who)).json()["items"]
    past = (await world.get(f"{path}?as_of={day}", who)).json()
    row = next(one for one in listed if one["id"] == case["id"])
    last = (await world.get(f"{path}/history", who)).json()["items"][-1]
    page = await case_page(world.parts, Caller(who), case["id"])
    form = await step_form(world.parts, Caller(who), case["id"], "file")
    one = shown.json()
    heads = {
        "etag": shown.headers["etag"].strip('"'),
        "plain": (await world.get(f"{path}/plain", who)).json()["head"],
        "news": (await news_of(world.parts, Caller(who), Watched(case["id"]))).head,
    }
    return {
        "case": (one["seq"], one["head"]),
        "row": (row["seq"], row["head"]),
        "past": (past["seq"], past["head"]),
        "history": (last["seq"], last["hash"]),
        "page": (page.case.seq, page.case.head),
        "form": (form.case.seq, form.case.head),
        # In plain words everybody reads what the person concerned is told.
        **{key: (one["seq"], head) for key, head in heads.items() if key != "plain" or who != SECRETARY},
    }


async def test_the_person_concerned_is_not_told_that_one_of_several_answered(world):
    case = await a_case(world)
    await clerk(world, NOBODY)
    before = await places_of(world, case, SUBJECT)
    told = await told_of(world, case, SUBJECT)
    now = await reads(world, case, SECRETARY)
    first = await world.act(now, "look", SECRETARY, outcome="passed", fields={"view": NOTES})
    given = first.json()["events"][-1]
    assert await places_of(world, case, SUBJECT) == before
    assert await told_of(world, case, SUBJECT) == told
    # A dossier ends where he is told of something ...
    ended = await events_in_dossier(world, case, SUBJECT)
    assert [line["seq"] for line in ended] == list(range(1, before["case"][0] + 1))
    # ... and links every event before that, so that he can prove to anybody what he was told.
    await world.act(first.json()["case"], "look", NOBODY, outcome="passed")
    mine = (await world.get(f"/v1/cases/{case['id']}/history", SUBJECT)).json()["items"]
    assert given["seq"] not in {one["seq"] for one in mine}
    assert [one["actor"] for one in mine if one["step"] == "look" and one["type"] == "step-completed"] == [
        "*"
    ]
    lines = await events_in_dossier(world, case, SUBJECT)
    bare = next(line for line in lines if line["seq"] == given["seq"])
    assert {key for key, value in bare.items() if value} == {"case", "seq", "prev_hash", "hash", "withheld"}
    hashes = {line["seq"]: (line["prev_hash"], line["hash"]) for line in lines}
    assert all(hashes[one["seq"]] == (one["prev_hash"], one["hash"]) for one in mine)
    held = (await world.get(f"/v1/people/{SUBJECT}/export", SUBJECT)).text
    assert "answer-given" not in held
    # He may still withdraw on the head he sees, whoever answers meanwhile.
    left = await world.post(
        f"/v1/cases/{case['id']}/withdraw", SUBJECT, {"reason": "另有安排"}, if_match=f'"{mine[-1]["hash"]}"'
    )
    assert left.status_code == 200, left.text


async def test_notices_of_what_somebody_keeps_out_of_are_not_for_him_nor_for_his_substitute(world):
    await relate(world, HOST, SUBJECT, ADMIN)

    asked = {"post": f"post-{HOST}", "substitute": NOBODY, "from": "2025-03-10"}
    lent = await world.post("/v1/delegations", HOST, asked)
    assert lent.status_code == 201, lent.text
    await vote(world, await a_case(world), SECRETARY, eligible=1)

    async def steps(who):
        items = (await world.get("/v1/notifications", who)).json()["items"]
        return {one["step"] for one in items}

    assert {"vote", "file"} <= await steps(SECRETARY)
    assert await steps(HOST) == {"file"}
    assert await steps(NOBODY) == {"file"}


async def test_notices_from_before_somebody_kept_out_are_there_no_more_nor_counted(world):
    case = await a_case(world)
    frame = await news_of(world.parts, Caller(HOST), Watched())
    items = (await world.get("/v1/notifications", HOST)).json()["items"]
    assert {one["step"] for one in items} == {"vote"}
    assert frame.unread == len(items)
    before = items[0]["id"]
    declaring, head = f"/v1/cases/{case['id']}/recuse", (await reads(world, case, HOST))["head"]
    await world.post(declaring, HOST, {"reason": "合伙经商"}, if_match=f'"{head}"')
    items = (await world.get("/v1/notifications", HOST)).json()["items"]
    assert items == []
    after = await news_of(world.parts, Caller(HOST), Watched())
    assert (after.unread, after.tasks) == (0, 0)
    assert (await world.post("/v1/notifications/read", HOST, {})).json() == {"number": 0}
    assert (await world.post(f"/v1/notifications/{before}/read", HOST)).status_code == 404
    await vote(world, case, SECRETARY, eligible=1)
    items = (await world.get("/v1/notifications", HOST)).json()["items"]
    assert {one["step"] for one in items} == {"file"}
    after = await news_of(world.parts, Caller(HOST), Watched())
    assert (after.unread, after.tasks) == (1, 1)


async def test_who_was_a_relative_while_the_case_went_on_keeps_out_of_looking_at_it(world):
    case = await a_case(world)
    await clerk(world, NOBODY)
    made = (await relate(world, HOST, SUBJECT, ADMIN)).json()
    ended = {"reason": "不再是", "on": str(world.clock().date())}
    world.clock.pass_by(timedelta(days=2))
    assert (
        await world.post(f"/v1/people/{HOST}/relations/{made['id']}/end", ADMIN, ended)
    ).status_code == 200
    before = await places_of(world, case, HOST)
    first = await world.act(await reads(world, case, SECRETARY), "look", SECRETARY, outcome="passed")
    assert first.status_code == 200, first.text
    assert await places_of(world, case, HOST) == before


async def corrected(world, case, seq, path, value, *, second=HOST):
    """Propose a correction, and have a second person confirm it."""
    made: list[int] = []
    for asked, who in (
        ({"change": {"seq": seq, "path": path, "value": value}, "reason": "笔误"}, SECRETARY),
        (None, second),
    ):
        head = (await reads(world, case, who))["head"]
        answer = {"confirms": made[0]} if asked is None else asked
        done = await world.post(f"/v1/cases/{case['id']}/correct", who, answer, if_match=f'"{head}"')
        assert done.status_code == 200, done.text
        made.append(done.json()["events"][-1]["seq"])
    return made


async def seq_of(world, case, type_, step):
    items = (await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    return next(one["seq"] for one in items if (one["type"], one["step"]) == (type_, step))


async def test_the_person_concerned_is_told_of_corrections_of_what_he_is_shown_and_of_no_others(world):
    case = await world.start(process="admission", fields={"wish": "想参加"})
    await vote(world, case, SECRETARY, eligible=2)
    await world.act(
        await reads(world, case, HOST), "file", HOST, materials={"letter": [await handed_in(world, HOST)]}
    )
    filed = await seq_of(world, case, "step-completed", "file")
    voted = await seq_of(world, case, "step-completed", "vote")
    applied = await seq_of(world, case, "step-completed", "apply")
    before, told = await places_of(world, case, SUBJECT), await told_of(world, case, SUBJECT)
    other = await handed_in(world, SECRETARY, b"another letter")
    await corrected(world, case, voted, "fields.notes", "改过的记录")
    await corrected(world, case, filed, "materials.letter", [other])
    assert await places_of(world, case, SUBJECT) == before
    assert await told_of(world, case, SUBJECT) == told
    held = (await world.get(f"/v1/people/{SUBJECT}/export", SUBJECT)).text
    assert "correction-" not in held
    day = str(world.clock().date() - timedelta(days=1))
    of_his = [
        *await corrected(world, case, applied, "fields.wish", "想加入"),
        *await corrected(world, case, applied, "occurred_on", day),
    ]
    mine = (await world.get(f"/v1/cases/{case['id']}/history", SUBJECT)).json()["items"]
    shown = [one for one in mine if one["type"].startswith("correction-")]
    assert [one["seq"] for one in shown] == of_his
    assert {one["actor"] for one in shown} == {"*"}
    assert [one["data"]["change"] for one in shown[::2]] == [None, None]
    whole = (await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    assert sum(one["type"].startswith("correction-") for one in whole) == 8
    held = (await world.get(f"/v1/people/{SUBJECT}/export", SUBJECT)).text
    assert held.count('"correction-') == 4


async def test_a_list_of_what_is_overdue_counts_by_what_somebody_is_told(world_on_both):
    file = "title: {zh: 归档, en: File}"
    due = "due: {id: soon, within: P7D, of: vote, basis: '2'}"
    world = admitting(world_on_both, ADMISSION.replace(file, f"{file}\n        {due}"))
    await world.parts.database.write(
        lambda c: organisation.add_post(
            c, person_id=NOBODY, role="secretary", unit_id="circle-1", from_on=SINCE
        )
    )
    case = await a_case(world)
    await relate(world, SUBJECT, HOST, SECRETARY)
    await vote(world, case, SECRETARY, eligible=1)
    voted = await seq_of(world, case, "step-completed", "vote")

    async def late(who, asked):
        items = (await world.get(f"/v1/cases?overdue={asked}", who)).json()["items"]
        assert {one["overdue"] for one in items} <= {asked == "true"}
        return len(items)

    async def numbers():
        return [await late(who, asked) for who in (SECRETARY, HOST) for asked in ("true", "false")]

    assert await numbers() == [0, 1, 0, 1]
    day = str(world.clock().date() + timedelta(days=5))
    world.clock.pass_by(timedelta(days=10))
    assert await numbers() == [1, 0, 1, 0]
    # The vote was later than it says, and the file is not late: whoever keeps out is told neither.
    await corrected(world, case, voted, "occurred_on", day, second=NOBODY)
    assert await numbers() == [0, 1, 1, 0]
