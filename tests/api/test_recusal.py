"""Relatives and declared conflicts: who counts, who acts, and what they do not see."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.library import Library
from domain.reading import read_process
from records import standings
from services import meetings, tasks
from services.audit_overview import overview
from services.parts import Caller
from tests.api.admission import ADMISSION, NOTES, a_case, admitting, handed_in, reads, relate, roster, vote
from tests.api.world import (
    ADMIN,
    AUDITOR,
    HOST,
    NOBODY,
    PARENT,
    SECRETARY,
    SIBLING,
    SINCE,
    SUBJECT,
    a_circle,
)


@pytest.fixture
async def world(world_on_both):
    return admitting(world_on_both)


async def test_a_roster_says_who_votes_who_does_not_and_why_and_how_many_it_takes(world):
    case = await a_case(world)
    shown = (await roster(world, case)).json()
    assert shown["eligible"] == 2
    assert {one["id"] for one in shown["entitled"]} == {SECRETARY, HOST}
    assert shown["quorum"] == {"rule": "vote.quorum", "basis": "2", "of": "eligible", "needed": 2}
    assert shown["carried"]["needed"] == 2
    assert shown["body"] == {"id": "circle.members", "title": "会员大会", "unit": shown["body"]["unit"]}
    assert {one["id"]: one["why"] for one in shown["others"]} == {SUBJECT: "subject"}
    before = (await roster(world, case, query=f"?on={SINCE - timedelta(days=1)}")).json()
    assert (before["eligible"], before["quorum"]["needed"]) == (0, 1)


async def test_a_roster_is_for_those_who_see_the_case_by_a_post_and_of_meetings(world):
    case = await a_case(world)
    answers = [(await roster(world, case, who)).status_code for who in (SUBJECT, PARENT, SIBLING)]
    assert answers == [403, 200, 404]
    assert (await roster(world, case, step="file")).status_code == 404
    assert (await roster(world, case, step="none")).status_code == 404


async def test_a_relative_is_not_counted_cannot_act_and_is_told_by_which_posts_others_can(world):
    case = await a_case(world)
    assert (await relate(world, HOST, SUBJECT, ADMIN)).status_code == 201
    shown = (await roster(world, case)).json()
    assert (shown["eligible"], shown["quorum"]["needed"]) == (1, 1)
    assert {"id": HOST, "why": "recused"}.items() <= shown["others"][0].items() | shown["others"][1].items()
    refused = await vote(world, case, HOST, eligible=1)
    assert (refused.status_code, refused.json()["rule"], refused.json()["basis"]) == (422, "kin", "3")
    assert "秘书" in refused.json()["passes_when"]
    step = next(one for one in (await reads(world, case, HOST))["open_steps"] if one["step"] == "vote")
    assert (step["can_act"], step["why_not"]["rule"]) == (False, "kin")
    assert (await world.get("/v1/tasks", HOST)).json()["items"] == []
    assert (await world.get("/v1/tasks/count", HOST)).json()["count"] == 0
    assert (await vote(world, case, SECRETARY, eligible=2)).json()["rule"] == "vote.roster"
    done = await vote(world, case, SECRETARY, eligible=1, meeting={"attended": [SECRETARY]})
    assert [one["rule"] for one in done.json()["warnings"]] == ["kin"]


async def test_whoever_keeps_out_sees_nothing_of_what_was_said_voted_and_handed_in(world):
    case = await a_case(world)
    await relate(world, SUBJECT, HOST, SECRETARY)
    document = await handed_in(world, SECRETARY)
    old = (await reads(world, case, HOST))["head"]
    done = await vote(world, case, SECRETARY, eligible=1, materials={"minutes": [document]})
    assert done.status_code == 200
    history = f"/v1/cases/{case['id']}/history"
    assert NOTES in (await world.get(history, SECRETARY)).text
    mine = await world.get(history, HOST)
    assert NOTES not in mine.text
    voted = next(
        one for one in mine.json()["items"] if one["type"] == "step-completed" and one["step"] == "vote"
    )
    assert (voted["actor"], voted["data"]["meeting"], voted["data"]["texts"]) == ("*", None, {})
    assert voted["data"]["materials"] == {}
    assert {"votes", "deliberation", "names"} <= set(voted["groups"])
    for path in (f"/v1/materials/{document}", f"/v1/materials/{document}/content"):
        assert (await world.get(path, SECRETARY)).status_code == 200
        assert (await world.get(path, HOST)).status_code == 404
    assert (await roster(world, case, HOST)).status_code == 404
    late = await world.act({"id": case["id"], "head": old}, "file", HOST)
    assert late.status_code == 412
    assert NOTES not in late.text
    assert NOTES in (await world.act({"id": case["id"], "head": old}, "file", SECRETARY)).text
    # What is merely recorded is his to do.
    assert (await world.act(await reads(world, case, HOST), "file", HOST)).status_code == 200


async def test_a_correction_of_what_was_deliberated_is_not_seen_either(world):
    case = await a_case(world)
    await relate(world, SUBJECT, HOST, SECRETARY)
    done = (await vote(world, case, SECRETARY, eligible=1)).json()
    seq = next(one["seq"] for one in done["events"] if one["type"] == "step-completed")
    change = {"seq": seq, "path": "fields.notes", "value": "没有人说话"}
    asked = {"reason": "笔误", "change": change}
    head = f'"{done["case"]["head"]}"'
    made = await world.post(f"/v1/cases/{case['id']}/correct", SECRETARY, asked, if_match=head)
    assert made.status_code == 200, made.text
    mine = await world.get(f"/v1/cases/{case['id']}/history", HOST)
    assert NOTES not in mine.text
    assert "没有人说话" not in mine.text
    # Nor does he learn it by proposing one himself.
    head = f'"{made.json()["case"]["head"]}"'
    peeking = await world.post(f"/v1/cases/{case['id']}/correct", HOST, asked, if_match=head)
    assert (peeking.status_code, peeking.json()["rule"]) == (422, "kin")
    assert NOTES not in peeking.text


async def test_what_somebody_who_keeps_out_handed_in_himself_he_still_sees(world):
    case = await a_case(world)
    await relate(world, SUBJECT, HOST, SECRETARY)
    document = await handed_in(world, HOST, b"a letter")
    await vote(world, case, SECRETARY, eligible=1)
    done = await world.act(
        await reads(world, case, HOST),
        "file",
        HOST,
        materials={"letter": [document]},
        occurred_on="2025-03-10",
    )
    assert done.status_code == 200
    assert NOTES not in done.text
    assert (await world.get(f"/v1/materials/{document}", HOST)).status_code == 200


async def test_whoever_declares_a_conflict_keeps_out_until_another_lets_him_in(world):
    case = await a_case(world)
    path = f"/v1/cases/{case['id']}/recuse"
    head = (await reads(world, case, HOST))["head"]
    declared = await world.post(path, HOST, {"reason": "合伙经商"}, if_match=f'"{head}"')
    assert declared.status_code == 200
    assert declared.json()["events"][-1]["type"] == "person-recused"
    assert (await roster(world, case)).json()["eligible"] == 1
    assert (await world.get("/v1/tasks/count", HOST)).json()["count"] == 0
    head = declared.json()["case"]["head"]
    again = {"reason": "不再合伙", "person": HOST, "lifts": True}
    assert (await world.post(path, HOST, again, if_match=f'"{head}"')).status_code == 422
    lifted = await world.post(path, SECRETARY, again, if_match=f'"{head}"')
    assert lifted.status_code == 200
    assert (await roster(world, case)).json()["eligible"] == 2
    nobody = {"reason": "x", "person": "person-none"}
    head = lifted.json()["case"]["head"]
    assert (await world.post(path, SECRETARY, nobody, if_match=f'"{head}"')).status_code == 422


async def test_a_relation_is_read_by_the_two_and_by_those_who_keep_the_register(world):
    await a_case(world)
    made = (await relate(world, HOST, SUBJECT, HOST, kind="child")).json()
    assert (made["kind"], made["number"], made["recorded_by"]) == ("child", 1, HOST)
    for person, who in ((HOST, HOST), (SUBJECT, SUBJECT), (HOST, ADMIN), (HOST, SECRETARY)):
        found = (await world.get(f"/v1/people/{person}/relations", who)).json()["items"]
        assert [one["id"] for one in found] == [made["id"]], who
    for who in (AUDITOR, PARENT):
        assert (await world.get(f"/v1/people/{HOST}/relations", who)).status_code == 403
    assert (await world.get(f"/v1/people/{HOST}/relations", SIBLING)).status_code == 404
    assert (await relate(world, HOST, SUBJECT, HOST, kind="child")).status_code == 409
    assert (await relate(world, HOST, HOST, HOST)).status_code == 422
    assert (await relate(world, HOST, "person-none", HOST)).status_code == 422


async def test_a_relation_ends_by_a_further_word_and_not_by_whom_it_keeps_out(world):
    case = await a_case(world)
    of_office = (await relate(world, HOST, SUBJECT, SECRETARY)).json()
    own = (await relate(world, HOST, SUBJECT, HOST, kind="spouse")).json()
    today = world.clock().date()
    ending = {"reason": "查无此事", "on": str(today - timedelta(days=1))}
    path = f"/v1/people/{HOST}/relations/{{}}/end"
    assert (await world.post(path.format(of_office["id"]), HOST, ending)).status_code == 403
    assert (await world.post(path.format(own["id"]), HOST, ending)).status_code == 200
    assert (await roster(world, case)).json()["eligible"] == 1
    ended = await world.post(path.format(of_office["id"]), ADMIN, ending)
    assert (ended.status_code, ended.json()["number"]) == (200, 2)
    assert (await roster(world, case)).json()["eligible"] == 2
    assert (await world.post(path.format(of_office["id"]), ADMIN, ending)).status_code == 409
    words = (await world.get(f"/v1/people/{HOST}/relations", ADMIN)).json()["items"]
    assert sorted((one["id"], one["number"]) for one in words) == sorted(
        (one["id"], number) for one in (of_office, own) for number in (1, 2)
    )
    # It never was, so nothing was ever closed to him.
    await vote(world, case, SECRETARY, eligible=2)
    assert NOTES in (await world.get(f"/v1/cases/{case['id']}/history", HOST)).text


async def test_a_relation_that_never_was_or_was_over_stands_in_no_other_ones_way(world):
    today = world.clock().date()
    wrong = (await relate(world, HOST, SUBJECT, SECRETARY)).json()
    ending = {"reason": "日期有误", "on": str(today - timedelta(days=1))}
    path = f"/v1/people/{HOST}/relations/{wrong['id']}/end"
    assert (await world.post(path, SECRETARY, ending)).status_code == 200
    once = {"from": "2010-01-01", "to": "2012-12-31"}
    assert (await relate(world, HOST, SUBJECT, SECRETARY, **once)).status_code == 201
    assert (await relate(world, HOST, SUBJECT, SECRETARY, **once)).status_code == 409
    before = {"from": "2005-01-01", "to": "2009-12-31"}
    assert (await relate(world, HOST, SUBJECT, SECRETARY, **before)).status_code == 201
    assert (await relate(world, HOST, SUBJECT, SECRETARY, **{"from": "2013-01-01"})).status_code == 201


async def test_whose_post_was_taken_this_morning_keeps_the_register_no_more(world):
    await held(world, SECRETARY, "host", "circle-1")
    assert (await relate(world, HOST, SUBJECT, SECRETARY)).status_code == 201
    taken = await world.post(f"/v1/posts/post-{SECRETARY}/revoke", ADMIN, {"reason": "调离"})
    assert taken.status_code == 200
    assert (await relate(world, HOST, NOBODY, SECRETARY)).status_code == 403
    assert (await world.get(f"/v1/people/{HOST}/relations", SECRETARY)).status_code == 403


@pytest.mark.parametrize(
    "limits, status",
    [
        ({}, 201),
        ({"units": ["circle-1"]}, 201),
        ({"units": ["committee-1"]}, 201),
        ({"units": ["circle-2"]}, 403),
    ],
)
async def test_whoever_was_lent_a_post_for_some_units_keeps_the_register_there_alone(world, limits, status):
    await held(world, NOBODY, "host", "circle-1")
    lent = {"post": f"post-{ADMIN}", "substitute": NOBODY, **limits}
    assert (await world.post("/v1/delegations", ADMIN, lent)).status_code == 201
    assert (await relate(world, HOST, SUBJECT, NOBODY)).status_code == status


async def test_whoever_was_lent_a_post_for_a_process_without_recusals_keeps_no_register(world):
    both = Library.of([a_circle(), *world.parts.library])
    object.__setattr__(world.parts, "library", both)
    await held(world, NOBODY, "host", "circle-1")
    lent = {"post": f"post-{SECRETARY}", "substitute": NOBODY, "processes": ["reading-circle"]}
    assert (await world.post("/v1/delegations", ADMIN, lent)).status_code == 201
    assert (await relate(world, HOST, SUBJECT, NOBODY)).status_code == 403


async def held(world, person, role, unit):
    given = await world.post("/v1/posts", ADMIN, {"person": person, "role": role, "unit": unit})
    assert given.status_code == 201, given.text


async def test_the_subject_takes_nobodys_vote_by_what_he_says(world):
    case = await a_case(world)
    assert (await relate(world, SUBJECT, HOST, SUBJECT)).status_code == 201
    assert (await roster(world, case)).json()["eligible"] == 2
    assert (await vote(world, case, HOST, eligible=2)).status_code == 200


async def test_an_exclusion_names_what_it_rests_on_and_a_document_of_it_belongs_to_the_case(world):
    case = await a_case(world)

    def grow(connection):
        standings.set_standing(connection, AUDITOR, "member", "circle-1", SINCE, source="import")

    await world.parts.database.write(grow)
    document = await handed_in(world, SECRETARY, b"the consent")
    left_out = {"person": AUDITOR, "ground": "abroad", "consent": {"material": document}}
    done = await vote(world, case, SECRETARY, eligible=2, meeting={"excluded": [left_out]})
    assert [one["rule"] for one in done.json()["warnings"]] == ["vote.exclusion-resolution"]
    kept = next(one for one in done.json()["events"] if one["type"] == "step-completed")
    assert len(kept["data"]["meeting"]["excluded"][0]["consent"]["material"]) == 64
    assert (await world.get(f"/v1/materials/{document}", HOST)).status_code == 200


async def test_what_is_counted_of_findings_is_what_is_listed_without_cases_one_keeps_out_of(world):
    kept_out, other = await a_case(world), await world.start(NOBODY, process="admission")
    for case in (kept_out, other):
        path = f"/v1/cases/{case['id']}/findings"
        assert (await world.post(path, AUDITOR, {"detail": "the letter bears no date"})).status_code == 201
    head = (await reads(world, kept_out, HOST))["head"]
    await world.post(f"/v1/cases/{kept_out['id']}/recuse", HOST, {"reason": "合伙经商"}, if_match=f'"{head}"')
    await relate(world, NOBODY, SIBLING, ADMIN)
    for who, listed in ((SECRETARY, 2), (HOST, 1), (AUDITOR, 2), (SIBLING, 0)):
        items = (await world.get("/v1/findings", who)).json()["items"]
        seen = await overview(world.parts, Caller(who))
        (top,) = seen.map or (None,)
        assert (len(items), seen.number, seen.left) == (listed, listed, listed)
        assert sum(one.number for one in seen.rules) == sum(number for _, number in seen.months) == listed
        assert top is None or top.unit.findings == listed
    await relate(world, NOBODY, SECRETARY, ADMIN)
    assert (await overview(world.parts, Caller(SECRETARY))).number == 1


async def test_a_case_whose_definition_is_not_published_here_breaks_no_list_of_whoever_may_keep_out_of_it(
    world_on_both,
):
    ours = world_on_both.parts.library
    both = Library.of([*ours, read_process(ADMISSION, "admission.yaml")])
    world = publishing(world_on_both, both)
    other, known = await a_case(world), await world.start(NOBODY)
    path = f"/v1/cases/{other['id']}/findings"
    assert (await world.post(path, AUDITOR, {"detail": "the letter bears no date"})).status_code == 201
    assert await in_inbox(world) == {other["id"], known["id"]}
    # The definition the other one follows is taken away.
    publishing(world, ours)
    assert await in_inbox(world) == {known["id"]}
    await relate(world, SUBJECT, SECRETARY, ADMIN)
    assert await in_inbox(world) == {known["id"]}
    for listed in ("/v1/tasks/count", "/v1/notifications"):
        assert (await world.get(listed, SECRETARY)).status_code == 200
    cases = (await world.get("/v1/cases", SECRETARY)).json()["items"]
    assert [one["id"] for one in cases] == [known["id"]]
    assert (await world.get("/v1/findings", SECRETARY)).json()["items"] == []
    assert await tasks.coming(world.parts, Caller(SECRETARY)) is not None
    assert await meetings.waiting(world.parts, Caller(SECRETARY)) == ()


def publishing(world, library):
    world.parts = replace(world.parts, library=library)
    world.client._transport.app.state.parts = world.parts
    return world


async def in_inbox(world):
    return {one["case"] for one in (await world.get("/v1/tasks", SECRETARY)).json()["items"]}
