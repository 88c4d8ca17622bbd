"""An applicant reads his own case in plain words, and whoever else sees it reads the same."""

from tests.api.world import NOBODY, PARENT, SECRETARY, SIBLING, SUBJECT


async def test_an_applicant_lists_his_own_cases_in_his_language(world):
    case = await world.start()
    answer = await world.get("/v1/me/cases", SUBJECT, accept_language="en")
    (one,) = answer.json()["items"]
    assert one["id"] == case["id"]
    assert one["says"].startswith("Your case “")
    assert [each["step"] for each in one["waits_for"]] == ["talk"]
    assert (
        "您的" in (await world.get("/v1/me/cases", SUBJECT, accept_language="zh")).json()["items"][0]["says"]
    )
    assert (await world.get("/v1/me/cases", NOBODY)).json() == {"items": [], "next": None}
    assert (await world.get("/v1/me/cases", SECRETARY)).json()["items"] == []


async def test_everybody_who_sees_the_case_reads_what_the_applicant_reads(world):
    case = await world.start()
    path = f"/v1/cases/{case['id']}/plain"
    told = (await world.get(path, SUBJECT)).json()
    assert (await world.get(path, SECRETARY)).json() == told
    assert (await world.get(path, PARENT)).json() == told
    assert (await world.get(path, SIBLING)).status_code == 404


async def test_no_name_but_of_those_with_a_part_in_the_case_is_told(world):
    case = await world.start()
    text = (await world.get(f"/v1/cases/{case['id']}/plain", SUBJECT)).text
    assert "李四" not in text
    assert "第一读书会" in text
