"""While a notice hangs its form counts the working days to go, and leads to what is printed of it."""

from datetime import date

from tests.api.world import SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}


async def done(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["case"]


async def at_the_notice(world):
    case = await world.start(occurred_on="2024-01-02", reason="补录")
    talk = {"outcome": "done", "occurred_on": "2024-01-10", "reason": "补录"}
    case = await done(await world.act(case, "talk", SECRETARY, **talk))
    for day in ("2024-06-03", "2024-12-02"):
        entry = {"occurred_on": day, "entry": {"kind": "assessment"}, "reason": "补录"}
        case = await done(await world.act(case, "trial", SECRETARY, **entry))
    return case


async def test_a_notice_that_hangs_counts_its_working_days_and_is_printed(site):
    world = site.world
    case = await at_the_notice(world)
    path = f"/cases/{case['id']}/steps/notice"
    before = await world.client.get(path, headers=world.by(SECRETARY) | HTML)
    assert "公示进行中" not in before.text
    put_up = {"occurred_on": "2025-03-10", "entry": {"kind": "published", "fields": {"places": 1}}}
    await done(await world.act(case, "notice", SECRETARY, **put_up))
    world.clock.turn_to(date(2025, 3, 12))
    page = (await world.client.get(path, headers=world.by(SECRETARY) | HTML)).text
    assert "还剩4个工作日" in page
    assert "自2025年3月10日起至2025年3月17日止" in page
    for form in ("notice.notice", "notice.objections"):
        assert f"/cases/{case['id']}/forms/{form}" in page
    world.clock.turn_to(date(2025, 3, 18))
    assert "公示期已满" in (await world.client.get(path, headers=world.by(SECRETARY) | HTML)).text


async def test_the_register_says_what_was_raised_and_what_was_answered(site):
    world = site.world
    case = await at_the_notice(world)
    put_up = {"occurred_on": "2025-03-10", "entry": {"kind": "published", "fields": {"places": 1}}}
    case = await done(await world.act(case, "notice", SECRETARY, **put_up))
    world.clock.turn_to(date(2025, 3, 12))
    raised = {"kind": "objection", "fields": {"summary": "反映工作时间外出"}}
    case = await done(await world.act(case, "notice", SECRETARY, occurred_on="2025-03-11", entry=raised))
    path = f"/cases/{case['id']}/steps/notice"
    page = (await world.client.get(path, headers=world.by(SECRETARY) | HTML)).text
    assert "反映工作时间外出" in page
    answer = {"kind": "answer", "ref": str(case["seq"]), "fields": {"summary": "外出系公务"}}
    await done(await world.act(case, "notice", SECRETARY, occurred_on="2025-03-12", entry=answer))
    page = (await world.client.get(path, headers=world.by(SECRETARY) | HTML)).text
    assert "反映工作时间外出" in page
    assert "外出系公务" in page


async def test_what_would_be_noted_as_late_is_said_before_it_is_recorded(site):
    world = site.world
    case = await world.start(occurred_on="2024-01-02", reason="补录")
    path = f"/cases/{case['id']}/steps/talk"
    said = "如于今日办理，将记录："
    page = (await world.client.get(path, headers=world.by(SECRETARY) | HTML)).text
    assert said in page
    assert "talk.due" in page
    world.clock.turn_to(date(2024, 1, 10))
    assert said not in (await world.client.get(path, headers=world.by(SECRETARY) | HTML)).text
