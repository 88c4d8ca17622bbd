"""What is sensitive is read by auditors for a stated reason only, and every look is kept."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from records import organisation
from records.definitions import read_library
from records.problems import DatabaseUnavailable
from records.sensitivity import BadSensitivity, read_sensitive
from tests.api.world import ADMIN, AUDITOR, HOST, PARENT, SECRETARY, SIBLING, SUBJECT, a_library

PROCESSES = Path(__file__).parents[2] / "processes"
NEEDED = (403, "/problems/disclosure-required")
REASON = {"reason": "投诉件 2025-17 的核查"}
LETTER = "我申请加入读书会，我的叔叔在国外。"


def problem(answer):
    return answer.status_code, answer.json()["type"]


@pytest.fixture
async def case(world):
    """A case whose application, with a letter and a document, is sensitive."""
    world.parts = replace(world.parts, sensitive={"reading-circle": frozenset({"apply"})})
    world.client._transport.app.state.parts = world.parts
    files = {"file": ("scan.txt", b"what nobody has to know")}
    handed_in = await world.client.post("/v1/materials", files=files, headers=world.by(SUBJECT))
    document = handed_in.json()["id"]
    made = await world.start(fields={"letter": LETTER}, materials={"scan": [document]})
    return made | {"document": document}


async def history(world, case, who):
    answer = await world.get(f"/v1/cases/{case['id']}/history", who)
    assert answer.status_code == 200, answer.text
    return answer


async def state(world, case, who=AUDITOR, body=REASON, **more):
    return await world.post(f"/v1/cases/{case['id']}/disclosures", who, body, **more)


async def listed(world, who=AUDITOR, query=""):
    answer = await world.get(f"/v1/disclosures{query}", who)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_an_auditor_reads_no_sensitive_document_before_he_says_why(world, case):
    for path in (f"/v1/materials/{case['document']}", f"/v1/materials/{case['document']}/content"):
        refused = await world.get(path, AUDITOR)
        assert problem(refused) == NEEDED
        assert "scan" not in refused.text
    assert (await state(world, case)).status_code == 201
    content = await world.get(f"/v1/materials/{case['document']}/content", AUDITOR)
    assert content.content == b"what nobody has to know"


async def test_a_digest_is_no_way_around(world, case):
    sha256 = hashlib.sha256(b"what nobody has to know").hexdigest()
    assert problem(await world.get(f"/v1/materials/{sha256}/content", AUDITOR)) == NEEDED


async def test_of_a_history_what_is_sensitive_is_withheld_and_the_rest_is_shown(world, case):
    whole = (await history(world, case, SECRETARY)).json()["items"]
    shown = await history(world, case, AUDITOR)
    assert LETTER not in shown.text
    items = shown.json()["items"]
    assert [one["hash"] for one in items] == [one["hash"] for one in whole]
    withheld = [one for one in items if one.get("withheld")]
    assert {one["step"] for one in withheld} == {"apply"}
    assert {json.dumps(one["data"]) for one in withheld} == {"{}"}
    open_ones = [one for one in items if not one.get("withheld")]
    assert open_ones == [one for one in whole if one["step"] != "apply"]
    assert open_ones
    await state(world, case)
    assert (await history(world, case, AUDITOR)).json()["items"] == whole


async def test_a_correction_of_what_is_sensitive_is_withheld_too(world, case):
    number = next(
        one["seq"] for one in (await history(world, case, SECRETARY)).json()["items"] if "letter" in str(one)
    )
    change = {"seq": number, "path": "fields.letter", "value": "我的叔叔不在国外。"}
    proposed = await world.post(
        f"/v1/cases/{case['id']}/correct",
        SECRETARY,
        {"reason": "笔误：叔叔", "change": change},
        if_match=f'"{case["head"]}"',
    )
    assert proposed.status_code == 200, proposed.text
    assert "叔叔" not in (await history(world, case, AUDITOR)).text


async def test_a_post_the_process_does_not_name_shows_nothing_sensitive_and_no_reason_changes_that(
    world, case
):
    assert LETTER not in (await history(world, case, PARENT)).text
    assert (await world.get(f"/v1/materials/{case['document']}", PARENT)).status_code == 404
    assert (await state(world, case, PARENT)).status_code == 403


@pytest.mark.parametrize("who", [SUBJECT, SECRETARY])
async def test_whoever_works_on_a_case_or_whom_it_is_about_needs_no_reason(world, case, who):
    assert LETTER in (await history(world, case, who)).text
    assert (await world.get(f"/v1/materials/{case['document']}/content", who)).status_code == 200
    assert await listed(world) == []
    refused = await state(world, case, who)
    assert problem(refused) == (403, "/problems/not-permitted")


async def test_an_auditor_who_works_on_the_case_as_well_needs_no_reason(world, case):
    def give(connection):
        organisation.add_post(
            connection,
            person_id=AUDITOR,
            role="secretary",
            unit_id="circle-1",
            from_on=world.parts.today(),
        )

    await world.parts.write(give)
    assert LETTER in (await history(world, case, AUDITOR)).text


async def test_whoever_is_lent_an_auditors_post_states_a_reason_like_him(world, case):
    today = world.parts.today()

    def lend(connection):
        organisation.add_delegation(
            connection, post_id=f"post-{AUDITOR}", substitute=SIBLING, from_on=today, to_on=today
        )

    await world.parts.write(lend)
    assert LETTER not in (await history(world, case, SIBLING)).text
    assert (await state(world, case, SIBLING)).status_code == 201
    assert LETTER in (await history(world, case, SIBLING)).text


async def test_every_look_is_kept_with_its_reason_and_its_person(world, case):
    made = (await state(world, case)).json()
    await world.get(f"/v1/materials/{case['document']}/content", AUDITOR)
    await history(world, case, AUDITOR)
    (one,) = await listed(world)
    assert {name: one[name] for name in made if name != "reads"} == {
        name: value for name, value in made.items() if name != "reads"
    }
    assert (one["case"], one["person"]["id"], one["reason"]) == (case["id"], AUDITOR, REASON["reason"])
    sha256 = hashlib.sha256(b"what nobody has to know").hexdigest()
    assert [read["what"] for read in one["reads"]] == [sha256, "history"]


async def test_a_reason_holds_for_one_person_one_case_and_one_hour(world, case):
    other = await world.start(HOST, by=HOST, fields={"letter": LETTER})
    await state(world, case)
    assert LETTER not in (await history(world, other, AUDITOR)).text
    world.clock.pass_by(timedelta(minutes=59))
    assert LETTER in (await history(world, case, AUDITOR)).text
    world.clock.pass_by(timedelta(minutes=1))
    assert LETTER not in (await history(world, case, AUDITOR)).text
    assert problem(await world.get(f"/v1/materials/{case['document']}", AUDITOR)) == NEEDED


async def test_reasons_are_listed_for_auditors_of_the_place_latest_first(world, case):
    for number in range(3):
        world.clock.pass_by(timedelta(minutes=1))
        await state(world, case, body={"reason": f"核查投诉件的第 {number} 步，详见登记"})
    found = await listed(world)
    assert [one["reason"][8] for one in found] == ["2", "1", "0"]
    assert await listed(world, query=f"?case={case['id']}") == found
    assert await listed(world, query="?case=none") == []
    for who in (SECRETARY, PARENT, SUBJECT, ADMIN, SIBLING):
        assert await listed(world, who) == []
    page = (await world.get("/v1/disclosures?limit=2", AUDITOR)).json()
    rest = (await world.get(f"/v1/disclosures?limit=2&cursor={page['next']}", AUDITOR)).json()
    assert page["items"] + rest["items"] == found
    assert rest["next"] is None


async def test_a_reason_sent_twice_with_one_key_is_one_reason(world, case):
    first, second = [await state(world, case, idempotency_key="k") for _ in range(2)]
    assert first.json() == second.json()
    assert len(await listed(world)) == 1


@pytest.mark.parametrize("reason", ["", "audit", " " * 40, "x" * 2_001, None])
async def test_a_reason_is_a_sentence(world, case, reason):
    assert (await state(world, case, body={"reason": reason})).status_code == 422


async def test_no_reason_is_stated_for_a_case_one_does_not_see(world, case):
    assert (await state(world, case, SIBLING)).status_code == 404
    assert (await state(world, {"id": "none"})).status_code == 404


async def test_an_auditor_who_tries_to_act_is_not_told_what_was_recorded(world, case):
    refused = await world.post(
        f"/v1/cases/{case['id']}/steps/talk", AUDITOR, {"outcome": "done"}, if_match=f'"{"0" * 64}"'
    )
    assert problem(refused) == (403, "/problems/not-permitted")
    assert LETTER not in refused.text
    moved = await world.post(
        f"/v1/cases/{case['id']}/steps/talk", SECRETARY, {"outcome": "done"}, if_match=f'"{"0" * 64}"'
    )
    assert moved.status_code == 412


@pytest.mark.parametrize("table", ["disclosures", "disclosed", "login_policies"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
async def test_the_database_itself_lets_these_only_grow(world_on_both, table, verb):
    world = world_on_both
    await world.client.put(
        "/v1/units/circle-1/login-policy", json={"second_factor": "none"}, headers=world.by(ADMIN)
    )
    made = await world.start()
    await state(world, made)

    def look(connection):
        connection.execute(
            sa.text(
                "INSERT INTO disclosed (id, disclosure_id, what, at) "
                "SELECT 'x', id, 'history', created_at FROM disclosures"
            )
        )

    await world.parts.write(look)
    column = {"disclosures": "reason", "disclosed": "what", "login_policies": "second_factor"}[table]
    statement = verb.format(table, column, column)
    with pytest.raises((sa.exc.DBAPIError, DatabaseUnavailable)) as refused:
        await world.parts.database.write(lambda connection: connection.execute(sa.text(statement)) and None)
    cause = refused.value.__cause__ if isinstance(refused.value, DatabaseUnavailable) else refused.value
    assert "never changed" in str(cause)


def test_what_is_shipped_as_sensitive_is_there():
    library = read_library(PROCESSES)
    assert read_sensitive(PROCESSES, library) == {"membership-development": frozenset({"political-review"})}


@pytest.mark.parametrize(
    "text, told",
    [
        ("reading-circle: [no-such-step]", "no-such-step"),
        ("knighthood: [apply]", "knighthood"),
        ("reading-circle: apply", "list"),
        ("[reading-circle]", "list"),
        ("reading-circle: [", "list"),
    ],
)
def test_a_slip_of_the_pen_is_found_before_anything_lies_open(tmp_path, text, told):
    (tmp_path / "sensitive.yaml").write_text(text, "utf-8")
    with pytest.raises(BadSensitivity, match=told):
        read_sensitive(tmp_path, a_library())


def test_nothing_is_sensitive_where_nothing_is_said(tmp_path):
    assert read_sensitive(tmp_path, a_library()) == {}
    (tmp_path / "sensitive.yaml").write_text("# nothing yet\n", "utf-8")
    assert read_sensitive(tmp_path, a_library()) == {}
