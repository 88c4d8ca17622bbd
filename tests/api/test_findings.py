"""What is found in a case is explained, accepted or dismissed by different people, and never disappears."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.auditing.rules import Book
from records.problems import DatabaseUnavailable
from records.schema import metadata
from records.tables import cases
from services.auditing import audit_all
from tests.api.test_dossiers import text_of
from tests.api.world import AUDITOR, CHILD, HOST, NOBODY, PARENT, SECRETARY, SUBJECT

REASON = {"reason": "the scan was lost in the mail"}


@pytest.fixture
async def case(world):
    """A case whose application has no scan, which is against a rule."""
    return await world.start(fields={"letter": "请批准"})


async def evaluated(world, case, who=SECRETARY):
    answer = await world.post(f"/v1/cases/{case['id']}/audit", who, None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def found(world, case, who=SECRETARY):
    answer = await world.get(f"/v1/cases/{case['id']}/findings", who)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def said(world, finding, saying, who, **more):
    return await world.post(f"/v1/findings/{finding['id']}/{saying}", who, REASON, **more)


@pytest.fixture
async def finding(world, case):
    await evaluated(world, case)
    (one,) = await found(world, case)
    return one


async def test_a_case_is_evaluated_and_every_rule_has_its_verdict(world, case):
    made = await evaluated(world, case)

    assert (made["number"], made["seq"], made["head"]) == (1, case["seq"], case["head"])
    assert made["broken"] == ["A01"]
    assert made["kept"] == ["A02"]
    assert len(made["book"]) == 64


async def test_a_finding_names_rule_level_basis_and_what_it_rests_on(world, case, finding):
    assert finding["case"] == case["id"]
    assert (finding["rule"], finding["level"], finding["basis"], finding["set"]) == (
        "A01",
        "late",
        "gen",
        "general",
    )
    whole = (await world.get(f"/v1/findings/{finding['id']}", AUDITOR)).json()
    (raised,) = whole["words"]
    assert raised["evaluation"] == 1
    assert [one["seq"] for one in raised["evidence"]] == [4]
    assert whole["in_both"]["zh"]
    assert whole["can"] == []


async def test_a_finding_is_explained_accepted_and_remedied_and_each_word_stays(world, finding):
    for saying, who in (("explain", SECRETARY), ("accept", PARENT), ("remedy", HOST)):
        answer = await said(world, finding, saying, who)
        assert answer.status_code == 200, answer.text
    whole = (await world.get(f"/v1/findings/{finding['id']}", AUDITOR)).json()

    assert whole["state"] == "remedied"
    assert [word["kind"] for word in whole["words"]] == ["raised", "explained", "accepted", "remedied"]
    assert [word["said_by"] and word["said_by"]["id"] for word in whole["words"]] == [
        None,
        SECRETARY,
        PARENT,
        HOST,
    ]


async def test_nobody_dismisses_what_he_explained_himself(world, finding):
    assert (await said(world, finding, "dismiss", SECRETARY)).status_code == 422
    assert (await said(world, finding, "dismiss", AUDITOR)).json()["rule"] == "finding.dismiss"
    dismissed = await said(world, finding, "dismiss", PARENT)
    assert dismissed.json()["state"] == "dismissed"
    assert (await said(world, finding, "accept", PARENT)).status_code == 409


async def test_the_same_key_says_it_once(world, finding):
    first = await said(world, finding, "explain", SECRETARY, idempotency_key="k-1")
    again = await said(world, finding, "explain", SECRETARY, idempotency_key="k-1")

    assert first.json() == again.json()
    assert len(again.json()["words"]) == 2


async def test_an_evaluation_that_finds_the_same_adds_nothing(world, case, finding):
    assert (await evaluated(world, case, AUDITOR))["number"] == 2
    (still,) = await found(world, case)

    assert still == finding
    numbers = (await world.get(f"/v1/cases/{case['id']}/audit", AUDITOR)).json()["items"]
    assert [one["number"] for one in numbers] == [2, 1]


async def test_a_case_is_evaluated_by_itself_only_where_something_happened(world, case):
    first = await audit_all(world.parts)
    again = await audit_all(world.parts)
    every = await audit_all(world.parts, every=True)

    assert (first.cases, first.new, again.cases, every.cases, every.new) == (1, 1, 0, 1, 0)


async def test_an_auditor_raises_what_he_noticed_and_others_do_not(world, case):
    asked = {"detail": "the letter bears no date", "seq": 4}
    raised = await world.post(f"/v1/cases/{case['id']}/findings", AUDITOR, asked)
    refused = await world.post(f"/v1/cases/{case['id']}/findings", SECRETARY, asked)
    nowhere = await world.post(f"/v1/cases/{case['id']}/findings", AUDITOR, asked | {"seq": 99})

    assert (raised.status_code, refused.status_code, nowhere.status_code) == (201, 403, 422)
    assert raised.json()["rule"] == "hand"
    assert raised.json()["words"][0]["reason"] == asked["detail"]
    # An evaluation leaves it alone.
    await evaluated(world, case)
    assert {one["rule"]: one["present"] for one in await found(world, case)} == {"hand": True, "A01": True}


async def test_findings_are_listed_for_those_who_see_them_and_narrowed(world, finding):
    async def listed(who, query=""):
        answer = await world.get(f"/v1/findings{query}", who)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert await listed(AUDITOR) == await listed(PARENT) == await listed(SECRETARY) == [finding["id"]]
    for who in (SUBJECT, CHILD, NOBODY):
        assert await listed(who) == []
    for query in (
        "?rule=A",
        "?rule=A01",
        "?level=late",
        "?state=raised",
        "?unit=committee-1",
        "?present=true",
    ):
        assert await listed(AUDITOR, query) == [finding["id"]]
    for query in ("?rule=B", "?level=block", "?state=dismissed", "?unit=circle-2", "?present=false"):
        assert await listed(AUDITOR, query) == []


async def test_the_person_concerned_is_shown_no_finding(world, case, finding):
    for path in (f"/v1/cases/{case['id']}/findings", f"/v1/cases/{case['id']}/audit"):
        assert (await world.get(path, SUBJECT)).status_code == 403
    assert (await world.get(f"/v1/findings/{finding['id']}", SUBJECT)).status_code == 404


async def test_what_was_found_and_said_stands_in_the_dossier_for_those_who_see_findings(world, case, finding):
    assert (await said(world, finding, "explain", SECRETARY)).status_code == 200
    path = f"/v1/cases/{case['id']}/dossier?format=pdf"
    paper = text_of((await world.get(path, SECRETARY)).content)
    for part in (finding["says"], "审计问题", "逾期或缺项·通用要求", REASON["reason"], "李四已说明"):
        assert "".join(part.split()) in paper, part
    assert "审计问题" not in text_of((await world.get(path, SUBJECT)).content)


async def test_nothing_that_was_found_or_said_is_ever_changed_on_either_database(world_on_both):
    world = world_on_both
    case = await world.start(fields={"letter": "请批准"})
    await evaluated(world, case)
    (finding,) = await found(world, case)
    assert (await said(world, finding, "explain", SECRETARY)).json()["state"] == "explained"
    for table in ("evaluations", "finding_words"):
        kept = metadata.tables[table]
        for statement in (sa.delete(kept), sa.update(kept).values(number=7)):
            with pytest.raises((sa.exc.DBAPIError, DatabaseUnavailable)):
                await world.parts.database.write(lambda c, what=statement: c.execute(what) and None)


async def test_a_list_of_findings_goes_on_where_its_page_ended(world, case, finding):
    for detail in ("the letter bears no date", "the letter bears no name"):
        world.clock.pass_by(timedelta(minutes=1))
        await world.post(f"/v1/cases/{case['id']}/findings", AUDITOR, {"detail": detail})
    seen, query = [], "limit=1"
    for _ in range(3):
        page = (await world.get(f"/v1/findings?{query}", AUDITOR)).json()
        seen += [one["id"] for one in page["items"]]
        query = f"limit=1&cursor={page['next']}"

    assert len(seen) == len(set(seen)) == 3
    assert seen[-1] == finding["id"]


async def test_other_rules_judge_anew_and_what_was_judged_before_stays(world, case):
    """A finding that the new rules do not have is no longer found; with the old ones it is there again."""
    before = world.parts.books
    book = before["reading-circle"]
    letters = tuple(one.model_copy(update={"rules": one.rules[1:]}) for one in book.letters)
    without = Book(process=book.process, letters=letters)
    await audit_all(world.parts)
    other = replace(world.parts, books={"reading-circle": without})

    gone = await audit_all(other)
    assert (gone.cases, gone.gone) == (1, 1)
    (finding,) = await found(world, case)
    assert (finding["present"], finding["state"]) == (False, "raised")

    again = await audit_all(world.parts)
    assert (again.cases, again.new) == (1, 1)
    whole = (await world.get(f"/v1/findings/{finding['id']}", AUDITOR)).json()
    assert [word["kind"] for word in whole["words"]] == ["raised", "gone", "found-again"]
    kept = (await world.get(f"/v1/cases/{case['id']}/audit", AUDITOR)).json()["items"]
    assert [(one["number"], one["broken"]) for one in kept] == [(3, ["A01"]), (2, []), (1, ["A01"])]
    assert kept[0]["book"] == kept[2]["book"] != kept[1]["book"]


async def test_what_was_accepted_is_so_still_when_it_is_found_again(world, case, finding):
    assert (await said(world, finding, "accept", PARENT)).json()["state"] == "accepted"
    empty = replace(world.parts, books={"reading-circle": Book(process="reading-circle", letters=())})
    await audit_all(empty)
    await audit_all(world.parts)

    (again,) = await found(world, case)
    whole = (await world.get(f"/v1/findings/{finding['id']}", SECRETARY)).json()
    assert (again["state"], whole["can"]) == ("accepted", ["remedy"])


async def test_what_was_remedied_or_dismissed_is_raised_anew_when_it_is_found_again(world, case, finding):
    assert (await said(world, finding, "dismiss", PARENT)).json()["state"] == "dismissed"
    empty = replace(world.parts, books={"reading-circle": Book(process="reading-circle", letters=())})
    await audit_all(empty)
    await audit_all(world.parts)

    (again,) = await found(world, case)
    assert (again["id"], again["state"], again["present"]) == (finding["id"], "raised", True)


async def test_an_open_case_is_evaluated_again_after_a_month_of_silence(world, case):
    await audit_all(world.parts)
    world.clock.pass_by(timedelta(days=29))
    assert (await audit_all(world.parts)).cases == 0
    world.clock.pass_by(timedelta(days=1))
    assert (await audit_all(world.parts)).cases == 1


async def test_a_case_that_cannot_be_judged_keeps_nobody_from_judging_others(world, case):
    """As where the version it follows was taken away."""
    await world.start(subject=NOBODY, fields={"letter": "请批准"})
    elsewhere = sa.func.replace(cases.c.snapshot, cases.c.digest, "0" * 64)
    gone = sa.update(cases).where(cases.c.id == case["id"]).values(snapshot=elsewhere)
    await world.parts.database.write(lambda c: c.execute(gone) and None)
    done = await audit_all(world.parts)

    assert (done.cases, done.unread) == (1, 1)
