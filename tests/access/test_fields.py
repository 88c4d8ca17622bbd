"""Every cell of the table of fields is looked at, through every door of a case, on both databases."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest

from domain.seeing import GROUPS, TABLE, WAYS, Viewer
from services.case_pages import case_page
from services.parts import Caller
from services.step_forms import step_form
from tests.access.confided import DOCUMENTS, FIELDS, VIEWERS, WORDS, confided, digest_of
from tests.api.world import ADMIN, SECRETARY, SUBJECT

CELLS = list(itertools.product(GROUPS, VIEWERS))
DOORS = [
    "/v1/cases/{}",
    "/v1/cases/{}?as_of=2025-03-10",
    "/v1/cases/{}/explain",
    "/v1/cases/{}/plain",
    "/v1/me/cases",
    "/v1/cases/{}/access",
    "/v1/cases",
    "/v1/cases?q=张",
    "/v1/tasks",
    "/v1/notifications",
]
"""Everything else about a case, in which no word of a group stands whoever asks."""


@pytest.fixture(scope="module")
def case(shared_database):
    return confided(shared_database)


def cell_of(group, viewer):
    return FIELDS["table"][group][viewer]


def history_of(case, viewer):
    answer = case.get("/v1/cases/{}/history", VIEWERS[viewer])
    assert answer.status_code == 200, answer.text
    return answer


def completed(items, step):
    return next(one for one in items if one["step"] == step and one["type"] == "step-completed")


def test_the_code_has_the_table_that_readers_check():
    assert list(FIELDS["groups"]) == list(FIELDS["table"]) == list(GROUPS)
    assert list(FIELDS["viewers"]) == list(WAYS)
    assert {group: dict(zip(WAYS, cells, strict=True)) for group, cells in TABLE.items()} == FIELDS["table"]


@pytest.mark.parametrize("group, viewer", [(g, v) for g, v in CELLS if g in WORDS])
def test_words_in_a_history_are_shown_to_whom_the_table_says(case, group, viewer):
    assert (WORDS[group] in history_of(case, viewer).text) is (cell_of(group, viewer) == "visible")


@pytest.mark.parametrize("group, viewer", [(g, v) for g, v in CELLS if g in DOCUMENTS])
def test_documents_are_read_by_whom_the_table_says(case, group, viewer):
    expected = {"visible": 200, "reason": 403, "hidden": 404}[cell_of(group, viewer)]
    for name in (case.documents[group], digest_of(group)):
        for path in (f"/v1/materials/{name}", f"/v1/materials/{name}/content"):
            assert case.get(path, VIEWERS[viewer]).status_code == expected
    named = digest_of(group) in history_of(case, viewer).text
    assert named is (expected == 200)


def is_protected(event):
    """Whether it is not told who said it, either."""
    return event["step"] == "notice" or event["type"] == "comment-added"


def is_absent(event, viewer):
    """Whether not even that it is there is told.

    A comment is not; to the subject a ballot, an objection, and a correction of what he is not shown.
    """
    if event["type"] == "comment-added":
        return cell_of("comments", viewer) == "hidden"
    spoke = (
        event["type"] in {"answer-given", "correction-proposed"} or event["data"].get("entry") == "objection"
    )
    return spoke and viewer == "subject"


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_has_no_words_is_shown_to_whom_the_table_says(case, viewer):
    items = history_of(case, viewer).json()["items"]
    vote, appointed = completed(items, "vote")["data"], completed(items, "introducers")["data"]
    answer = next((one["data"] for one in items if one["type"] == "answer-given"), {"outcome": None})
    shown = {
        "progress": [one["type"] for one in items][:2] == ["case-started", "stage-entered"],
        "results": vote["outcome"] == "carried",
        "people": appointed["people"] == [VIEWERS["case-role"]],
        "votes": vote["meeting"] is not None and answer["outcome"] == "approve",
        "names": all(one["actor"] in {None, SECRETARY} for one in items if not is_protected(one)),
    }
    assert shown == {group: cell_of(group, viewer) == "visible" for group in shown}
    if cell_of("votes", viewer) == "hidden":
        assert (vote["meeting"], vote["body"], answer["outcome"]) == (None, None, None)
    objection = [one for one in items if one["type"] == "entry-added"][-1]
    if viewer == "subject":
        assert objection["data"]["entry"] == "published"
    else:
        assert (objection["actor"] == SECRETARY) is (cell_of("informants", viewer) == "visible")
    if cell_of("names", viewer) == "masked":
        assert {one["actor"] for one in items} <= {None, "*"}
        assert {one["post"] for one in items} <= {None, "*"}


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_was_left_out_is_named_and_the_chain_is_whole(case, viewer):
    items = history_of(case, viewer).json()["items"]
    whole = case.get("/v1/cases/{}/history", SECRETARY).json()["items"]
    whole = [one for one in whole if not is_absent(one, viewer)]
    assert [(one["seq"], one["prev_hash"], one["hash"]) for one in items] == [
        (one["seq"], one["prev_hash"], one["hash"]) for one in whole
    ]
    for one, full in zip(items, whole, strict=True):
        if one.get("withheld"):
            assert one["groups"]
            assert all(cell_of(group, viewer) != "visible" or group == "names" for group in one["groups"])
        else:
            assert one == full


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_is_proposed_is_shown_with_corrections(case, viewer):
    shown = case.get("/v1/cases/{}", VIEWERS[viewer]).json()
    assert bool(shown["proposals"]) is (cell_of("corrections", viewer) == "visible")
    assert [one["id"] for one in shown["people"]["introducers"]] == [VIEWERS["case-role"]]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("viewer", VIEWERS)
def test_no_other_door_shows_words_numbers_or_documents(case, door, viewer):
    answer = case.get(door, VIEWERS[viewer])
    assert answer.status_code == (
        403 if door.endswith("access") and viewer in {"subject", "case-role"} else 200
    )
    for word in (*WORDS.values(), *map(digest_of, DOCUMENTS), "eligible"):
        assert word not in answer.text


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_happened_since_an_older_head_is_told_as_in_a_history(case, viewer):
    body, address = {"reason": "r" * 20}, f"/v1/cases/{case.case['id']}/withdraw"
    answer = asyncio.run(case.world.post(address, VIEWERS[viewer], body, if_match=f'"{"0" * 64}"'))
    assert answer.status_code == (403 if viewer == "auditor" else 412)
    for group, word in WORDS.items():
        told = viewer != "auditor" and cell_of(group, viewer) == "visible"
        assert (word in answer.text) is told


def test_the_answer_to_an_act_tells_what_time_and_others_did_as_in_a_history(case):
    head = case.get("/v1/cases/{}", SUBJECT).json()["head"]
    address = f"/v1/cases/{case.case['id']}/steps/statement"
    answer = asyncio.run(case.world.post(address, SUBJECT, {}, if_match=f'"{head}"'))
    assert answer.status_code == 200, answer.text
    assert not answer.json()["case"]["proposals"]
    assert not any(one.get("withheld") for one in answer.json()["events"] if one["actor"] == SUBJECT)


def test_who_manages_the_organisation_sees_no_case(case):
    for door in ("/v1/cases/{}", "/v1/cases/{}/history", "/v1/cases/{}/explain"):
        assert case.get(door, ADMIN).status_code == 404


def test_the_more_a_post_shows_the_more_is_seen_but_not_by_who_stands_alone():
    both = Viewer(person="p", ways=("case-role", "officer"))
    assert all(both.sees(group) for group in GROUPS)
    for alone in ("subject", "recused"):
        as_well = Viewer(person="p", ways=(alone, "officer", "auditor"), stated=True)
        only = Viewer(person="p", ways=(alone,))
        assert [as_well.cell(group) for group in GROUPS] == [only.cell(group) for group in GROUPS]
    subject_too = Viewer(person="p", ways=("recused", "subject"))
    assert subject_too.cell("submissions") == "hidden"


def test_whoever_came_in_no_known_way_sees_the_least():
    least = Viewer(person="p")
    assert {group for group in GROUPS if least.sees(group)} == {"progress", "results", "people"}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("way", WAYS)
def test_a_reason_opens_what_asks_for_one_and_nothing_else(group, way):
    cell = FIELDS["table"][group][way]
    assert Viewer(person="p", ways=(way,)).sees(group) is (cell == "visible")
    assert Viewer(person="p", ways=(way,), stated=True).sees(group) is (cell in {"visible", "reason"})


@pytest.mark.parametrize("viewer", VIEWERS)
def test_that_an_objection_waits_for_an_answer_is_told_to_whom_objections_are(case, viewer):
    """Once the window is over, answers are all that stands in the way of the notice."""
    began = case.world.clock()
    case.world.clock.pass_by(timedelta(days=10))
    try:
        told = "意见没有核实答复" in case.get("/v1/cases/{}/explain", VIEWERS[viewer]).text
        whose = case.world.parts, Caller(VIEWERS[viewer]), case.case["id"]
        page, form = asyncio.run(case_page(*whose)), asyncio.run(step_form(*whose, "notice"))
    finally:
        case.world.clock.now = began
    assert told is (cell_of("informants", viewer) == "visible")
    assert any(one.rule == "notice.answers" for one in page.explained.blocked_by) is told
    # Nor does the form of the notice tell of them, with how many there are and which wait.
    objection, *answer = form.entries
    assert (bool(form.objections), bool(objection.made), bool(answer)) == (told,) * 3
