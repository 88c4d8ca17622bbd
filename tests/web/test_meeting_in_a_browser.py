"""The arithmetic of a meeting, as the page does it while numbers are typed, is what the server decides."""

import random
from contextlib import suppress
from pathlib import Path

from playwright.async_api import expect

from domain.acts import MeetingRecord, Opinion
from domain.refusals import RuleViolation
from domain.steps import MeetingStep
from domain.voting import check_quorum, check_sums, is_carried
from services import agendas
from services.agendas import Agenda
from services.parts import Caller
from services.rosters import RosterView
from tests.api.admission import admitting
from tests.api.world import NOBODY, PASSWORD, SECRETARY, SUBJECT
from tests.domain.walking import guild, record
from tests.web.browsers import in_the_loop_of_the_browser
from web.drawing import templates
from web.forms import Filled

pytestmark = in_the_loop_of_the_browser

SCRIPT = Path(__file__).parents[2] / "web/static/steps.js"
RULES = guild(record("ask"))
SHARES = ({"more_than": "1/2"}, {"at_least": "2/3"}, {"more_than": "3/4"}, {"at_least": "1/2"}, {"count": 3})
PEOPLE = tuple(f"member-{number}" for number in range(12))
ROSTER = RosterView.model_validate(
    {
        "step": "vote",
        "on": "2026-06-01",
        "body": {"id": "all", "title": "Assembly", "unit": {"id": "lodge", "name": "Lodge"}},
        "eligible": len(PEOPLE),
        "entitled": [{"id": one, "name": one} for one in PEOPLE],
        "others": [],
        "quorum": None,
        "carried": {"rule": "vote.carried", "basis": "1", "of": "eligible", "needed": 7},
    }
)
FORM = """{% from "cases/meeting.html" import meeting_roster, meeting_votes %}
<form data-step="meeting">{{ meeting_roster(step, roster, process, given, none) }}
{{ meeting_votes(step, none, given, none) }}</form>"""
READ = """cases => cases.map(([name, vote]) => {
  const form = document.getElementById(name).querySelector("form");
  for (const [key, value] of Object.entries(vote)) {
    const field = form.querySelector(`[name=${key}]`);
    if (field && "number" in field.dataset) field.value = value;
  }
  for (const box of form.querySelectorAll("[name=wrote]")) box.checked = false;
  for (const { person, says } of vote.opinions) {
    form.querySelector(`[name=wrote][value=${person}]`).checked = true;
    const select = form.querySelector(`[name='said.${person}']`);
    if (select) select.value = says ?? "";
  }
  for (const box of form.querySelectorAll("[name=chair]")) box.checked = box.value === vote.chair;
  form.dispatchEvent(new Event("input"));
  const says = (part) => form.querySelector(`[data-${part}-state]`)?.className;
  return [says("sums"), says("result")];
})"""


def some_steps(chance):
    """Meetings of every sort of rule."""
    for number in range(24):
        shares = [chance.choice(SHARES) | {"of": of, "basis": "1"} for of in ("eligible", "present", "cast")]
        yield MeetingStep.model_validate(
            {
                "id": f"vote-{number}",
                "kind": "meeting",
                "title": {"zh": "表决", "en": "Vote"},
                "by": ["subject"],
                "body": "all",
                "carried": chance.choice(shares),
                "quorum": chance.choice([None, *shares[:2]]),
                "written": chance.random() < 0.5,
                "ballot": chance.choice(["secret", "open"]),
                "veto": {"basis": "1"} if chance.random() < 0.4 else None,
                "tie": chance.choice(["lost", "chair"]),
                "outcomes": {"carried": "next", "lost": "again"},
            }
        )


def some_vote(chance, step):
    eligible = chance.randint(1, 12)
    present, written = chance.randint(0, eligible), chance.choice([0, 0, 1, 2]) if step.written else 0
    yes = chance.randint(0, present + written)
    no = chance.randint(0, present + written - yes)
    abstain = max(0, present + written - yes - no + chance.choice([0, 0, 0, 0, 1]))
    vetoes = chance.choice([0, 0, 1]) if step.veto else 0
    counts = {"eligible": eligible, "present": present, "yes": yes, "no": no, "abstain": abstain}
    counts |= {"written": written, "vetoes": vetoes, "chair": chance.choice([None, "yes", "no"])}
    says = ["yes", "no", "abstain", None] if step.ballot == "open" else [None]
    wrote = tuple(Opinion(person=one, says=chance.choice(says)) for one in PEOPLE[:written])
    return MeetingRecord(**counts, opinions=wrote)


def decided(step, vote):
    """What the server says of a vote, as the classes of what the page shows."""
    with suppress(RuleViolation):
        check_sums(step, vote)
        with suppress(RuleViolation):
            check_quorum(step, vote)
            return ["tag good", "tag good" if is_carried(step, vote) else "tag late"]
        return ["tag good", ""]
    return ["tag late", ""]


async def test_what_the_page_reckons_is_what_the_server_decides(browsing):
    chance = random.Random(20)
    steps = list(some_steps(chance))
    page = await browsing.page()
    drawn = templates("zh").from_string(FORM)
    parts = [
        f'<div id="{step.id}">{drawn.render(step=step, given=Filled(), roster=ROSTER, process=RULES)}</div>'
        for step in steps
    ]
    await page.set_content("".join(parts))
    await page.add_script_tag(content=SCRIPT.read_text("utf-8"))
    votes = [(step, some_vote(chance, step)) for step in steps for _ in range(40)]
    asked = [
        (step.id, vote.model_dump(mode="json", exclude={"excluded", "attended"})) for step, vote in votes
    ]
    shown = await page.evaluate(READ, asked)
    wrong = [
        (step.model_dump(exclude_defaults=True), vote, seen, decided(step, vote))
        for (step, vote), seen in zip(votes, shown, strict=True)
        # Where nobody voted there is nothing to compare yet.
        if vote.yes + vote.no + vote.abstain and seen != decided(step, vote)
    ]
    assert wrong == []
    assert {tuple(one) for one in shown} >= {
        ("tag good", "tag good"),
        ("tag good", "tag late"),
        ("tag late", ""),
    }


async def test_a_long_roster_is_searched_for_a_name_and_says_how_far_it_is_ticked(browsing):
    step = next(one for one in some_steps(random.Random(20)) if not one.written)
    many = [{"id": f"member-{number}", "name": f"成员{number}号"} for number in range(60)]
    roster = ROSTER.model_copy(
        update={"entitled": ROSTER.model_validate(ROSTER.model_dump() | {"entitled": many}).entitled}
    )
    page = await browsing.page()
    drawn = templates("zh").from_string(FORM)
    await page.set_content(drawn.render(step=step, given=Filled(), roster=roster, process=RULES))
    await page.add_script_tag(content=SCRIPT.read_text("utf-8"))
    seats, told = page.locator(".seat:visible"), page.locator("[data-seated]")
    seek = page.get_by_label("在名单中查找姓名")
    await page.locator("[name=attended]").first.check()
    await expect(told).to_have_text("已勾选1人，共60人")
    await seek.fill("成员5")
    await expect(seats).to_have_count(11)
    await seek.fill("员42号")
    await seek.press("Enter")
    await expect(page.locator("[name=attended][value=member-42]")).to_be_checked()
    await expect(seek).to_have_value("")
    await expect(seats).to_have_count(60)
    await expect(told).to_have_text("已勾选2人，共60人")
    everybody = page.get_by_label("全体到会")
    for box in await page.locator("[name=attended]:not(:checked)").element_handles():
        await box.check()
    await expect(told).to_have_text("已勾选60人，共60人")
    await expect(everybody).to_be_checked()
    await page.locator("[name=attended]").last.uncheck()
    await expect(everybody).not_to_be_checked()
    await page.close()


WHO = """async () => {
  const form = document.querySelector("form");
  const seat = (number) => form.querySelectorAll(".seat")[number];
  const box = (name, number) => seat(number).querySelector(`[name=${name}]`);
  const number = (name) => Number(form.querySelector(`[name=${name}]`).value);
  const leave = (number) => {
    const left = seat(number).querySelector("select[name^='excluded.']");
    left.value = left.options[1].value;
    left.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const seen = [];
  for (const step of [
    () => box("attended", 0).click(),
    () => box("attended", 1).click(),
    () => box("wrote", 1).click(),
    () => box("wrote", 2).click(),
    () => box("attended", 2).click(),
    () => leave(1),
  ]) {
    step();
    seen.push(["eligible", "present", "written"].map(number));
  }
  return seen;
}"""


async def test_whoever_is_ticked_is_counted_once_as_there_in_writing_or_left_out(browsing):
    page = await browsing.page()
    step = next(one for one in some_steps(random.Random(20)) if one.written)
    form = FORM.replace("meeting_votes(step, none", "meeting_votes(step, roster")
    drawn = templates("en").from_string(form)
    await page.set_content(drawn.render(step=step, given=Filled(), roster=ROSTER, process=RULES))
    await page.add_script_tag(content=SCRIPT.read_text("utf-8"))
    assert await page.evaluate(WHO) == [
        [12, 1, 0],
        [12, 2, 0],
        [12, 1, 1],
        [12, 1, 2],
        [12, 2, 1],
        [11, 2, 0],
    ]


async def test_an_agenda_is_put_in_order_by_keyboard_alone(site, browsing):
    world = admitting(site.world)
    for subject in (SUBJECT, NOBODY):
        await world.start(subject, process="admission")
    content = Agenda(process="admission", unit="circle-1", body="circle.members", on=world.parts.today())
    agenda = await agendas.begun(world.parts, Caller(SECRETARY), content)
    page = await browsing.page(locale="zh-CN")
    await page.context.request.post(site.at("/v1/session"), data={"login": SECRETARY, "password": PASSWORD})
    await page.goto(site.at(f"/meetings/{agenda}"))
    names = page.locator(".agenda .about .form-check")
    first, second = await names.all_inner_texts()
    await names.nth(1).locator("input").focus()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name=f"前移：{second}")).to_be_focused()
    # The next page is whole before anything is pressed on it.
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await expect(names).to_have_text([second, first])
    later = page.get_by_role("button", name=f"后移：{second}")
    await later.focus()
    async with page.expect_navigation():
        await page.keyboard.press("Space")
    await expect(names).to_have_text([first, second])
