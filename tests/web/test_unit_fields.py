"""Choosing one of very many units: by a part of its name or its id, with a script and without one."""

import re
from datetime import date

import pytest
import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import expect

from records.tables import unit_changes, unit_closure, units
from tests.api.world import ADMIN, HOST, PASSWORD, SECRETARY, SUBJECT
from tests.web.browsers import barriers, in_the_loop_of_the_browser
from tests.web.test_shell_in_a_browser import sign_in
from web.pages import changing_units

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}
MANY = 1_200
NEW = {"name": "新人", "language": "zh"}


def found_many(connection):
    """Found units called 第1读书小组, 第2读书小组 and so on below the committee, and two of one name."""
    named = [(f"unit-{number:04}", f"第{number}读书小组") for number in range(1, MANY + 1)]
    named += [("twin-east", "东西读书小组"), ("twin-west", "东西读书小组")]
    plain = {"kind": "circle", "parent_id": "committee-1", "temporary": False, "may_approve": False}
    connection.execute(sa.insert(units), [{"id": unit, "name": name, **plain} for unit, name in named])
    above = [{"unit_id": unit, "ancestor_id": "committee-1", "depth": 1} for unit, _ in named]
    itself = [{"unit_id": unit, "ancestor_id": unit, "depth": 0} for unit, _ in named]
    connection.execute(sa.insert(unit_closure), above + itself)
    said = {"number": 1, "from_on": date.min, **plain}
    rows = [{"unit_id": unit, "name": name, **said} for unit, name in named]
    connection.execute(sa.insert(unit_changes), rows)


@pytest_asyncio.fixture(loop_scope="session")
async def large(site):
    await site.world.parts.database.write(found_many)
    await site.world.client.post("/login", data={"login": ADMIN, "password": PASSWORD, "to": "/"})
    return site


async def add(large, status=303, **fields):
    answer = await large.world.client.post("/people/add", data=NEW | fields, headers=HTML)
    assert answer.status_code == status, answer.text
    return answer


@pytest.mark.parametrize("text", ["第1150读书小组", "unit-1150", "1150"])
async def test_a_unit_beyond_the_first_thousand_is_chosen_without_a_script(large, text):
    made = await add(large, **{"unit": "", "unit.typed": text, "standing": "member"})
    page = await large.world.client.get(made.headers["location"], headers=HTML)
    assert "第1150读书小组" in page.text


async def test_a_text_that_means_several_units_comes_back_with_them_and_nothing_typed_is_lost(large):
    sent = {"unit": "", "unit.typed": "东西读书", "email": "x@example.org", "standing": "member"}
    page = (await add(large, 422, **sent)).text
    for kept in (
        'value="东西读书"',
        'value="x@example.org"',
        'value="新人"',
        'name="unit.one" value="twin-east"',
        'name="unit.one" value="twin-west"',
        "有多个组织符合",
        'aria-invalid="true"',
    ):
        assert kept in page
    made = await add(large, **sent | {"unit.one": "twin-west"})
    assert "东西读书小组" in (await large.world.client.get(made.headers["location"], headers=HTML)).text


async def test_a_text_that_means_no_unit_is_said_at_the_field(large):
    page = (await add(large, 422, **{"unit": "", "unit.typed": "没有这个组"})).text
    assert 'id="unit-fault"' in page
    assert "没有这样的组织" in page
    assert 'value="没有这个组"' in page
    nothing = (await add(large, 422, **{"unit": "", "unit.typed": " "})).text
    assert 'id="unit-fault"' in nothing


async def test_a_text_typed_over_a_chosen_unit_counts_and_the_unit_does_not(large):
    page = (await add(large, 422, **{"unit": "unit-0007", "unit.typed": "没有这个组"})).text
    assert 'name="unit" value=""' in page
    kept = (await add(large, 422, **{"name": "", "unit": "twin-west", "unit.typed": "东西读书小组"})).text
    assert 'name="unit" value="twin-west"' in kept
    assert "unit.one" not in kept


async def test_what_is_closed_or_cannot_be_chosen_there_is_neither_suggested_nor_taken(large):
    client, write = large.world.client, large.world.parts.database.write
    await write(lambda c: c.execute(
        sa.update(units).where(units.c.id == "unit-1150").values(closed_on=date(2025, 1, 1))
    ))  # fmt: skip
    assert "unit-1150" not in (await client.get("/search/units?q=1150")).text
    assert (
        "没有这样的组织"
        in (await add(large, 422, **{"unit": "unit-1150", "unit.typed": "第1150读书小组"})).text
    )
    assert "unit-1151" in (await client.get("/search/units?q=1151&kind=circle")).text
    assert "unit-1151" not in (await client.get("/search/units?q=1151&kind=committee")).text
    assert "unit-1151" not in (await client.get("/search/units?q=1151&but=unit-1151")).text


async def test_a_case_moves_to_a_unit_beyond_the_first_thousand(large):
    case = await large.world.start()
    client = large.world.client
    await client.post("/logout")
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"})
    address = f"/cases/{case['id']}/acts/transfer"
    asked = (await client.get(address, headers=HTML)).text
    assert 'name="to_unit.typed"' in asked
    sent = {"head": case["head"], "occurred_on": "2025-03-10", "handed_over": "1", "to_unit": ""}
    none = await client.post(address, data=sent | {"to_unit.typed": case["unit"]["name"]}, headers=HTML)
    assert none.status_code == 422
    moved = await client.post(address, data=sent | {"to_unit.typed": "第1150读书小组"}, headers=HTML)
    assert (moved.status_code, moved.headers.get("location")) == (303, f"/cases/{case['id']}"), moved.text


async def test_a_unit_and_a_post_are_put_where_no_list_would_reach(large):
    client = large.world.client
    asked = (await client.get("/units/unit-0004/change", headers=HTML)).text
    assert 'placeholder="不变（委员会）"' in asked
    put = {"parent": "", "parent.typed": "第1150读书小组", "reason": "改隶"}
    moved = await client.post("/units/unit-0004/change", data=put, headers=HTML)
    assert moved.status_code == 303, moved.text
    assert (await large.world.get("/v1/units/unit-0004", ADMIN)).json()["parent"] == "unit-1150"
    assert 'name="unit.typed"' in (await client.get(f"/people/{SECRETARY}", headers=HTML)).text
    post = {"role": "secretary", "unit": "", "unit.typed": "unit-1150"}
    given = await client.post(f"/people/{SECRETARY}/posts", data=post, headers=HTML)
    assert given.status_code == 303, given.text
    assert "第1150读书小组" in (await client.get(f"/people/{SECRETARY}", headers=HTML)).text


async def test_a_unit_is_merged_and_split_into_units_beyond_the_first_thousand(large):
    client, address = large.world.client, "/units/circle-1/close"
    away = {"parent.typed": "circle-2", "reason": "改隶"}
    assert (await client.post("/units/group-1/change", data=away, headers=HTML)).status_code == 303
    asked = (await client.get(address, headers=HTML)).text
    assert 'name="successor.typed"' in asked
    assert f'name="assigned.{HOST}.typed"' in asked
    order = {"posts": "end", "standings": "move", "reason": "合并", "successor": "", "on": "2025-03-20"}
    split = {"somebody": HOST, f"assigned.{HOST}": "", f"assigned.{HOST}.typed": "东西读书小组"}
    sent = order | split | {"successor.typed": "unit-1150"}
    asked_back = await client.post(address, data=sent, headers=HTML)
    assert asked_back.status_code == 422
    assert f'name="assigned.{HOST}.one" value="twin-west"' in asked_back.text
    of_another_kind = await client.post(
        address, data=order | {"successor.typed": "committee-1"}, headers=HTML
    )
    assert of_another_kind.status_code == 422
    done = await client.post(address, data=sent | {f"assigned.{HOST}.one": "twin-west"}, headers=HTML)
    assert done.status_code == 303, done.text
    told = (await large.world.get("/v1/units/circle-1/closing", ADMIN)).json()
    assert set(told["successors"]) == {"unit-1150", "twin-west"}


async def test_people_beyond_the_first_two_hundred_are_found_and_sent_elsewhere(large, monkeypatch):
    monkeypatch.setattr(changing_units, "_LISTED", 1)
    client, address = large.world.client, "/units/circle-1/close"
    first = (await client.get(address, headers=HTML)).text
    assert 'name="who"' in first
    listed = re.findall(r'name="somebody" value="([^"]+)"', first)
    assert len(listed) == 1
    (following,) = re.findall(r'name="look" value="(?!first)([^"]+)"', first)
    split = {"somebody": listed[0], f"assigned.{listed[0]}": "", f"assigned.{listed[0]}.typed": "1150"}
    order = {"posts": "end", "standings": "move", "reason": "分立", "on": "2025-03-20"} | split
    second = await client.post(address, data=order | {"look": following}, headers=HTML)
    assert second.status_code == 200, second.text
    both = re.findall(r'name="somebody" value="([^"]+)"', second.text)
    assert len(both) == 2
    assert both[0] == listed[0]
    assert "第1150读书小组" in second.text
    nobody = await client.post(address, data=order | {"look": "first", "who": "无此人"}, headers=HTML)
    assert re.findall(r'name="somebody" value="([^"]+)"', nobody.text) == listed
    assert (await large.world.get("/v1/units/circle-1", ADMIN)).json()["closed_on"] is None


async def test_a_post_is_lent_for_units_beyond_the_first_thousand_without_a_script(large):
    client, post = large.world.client, f"post-{ADMIN}"
    asked = (await client.get("/own/posts", headers=HTML)).text
    assert 'name="units.more.typed"' in asked
    assert 'name="units" value="unit-' not in asked
    sent = {"post": post, "substitute": SECRETARY, "units.more": "", "units.more.typed": "unit-1150"}
    more = await client.post("/own/posts/lend", data=sent | {"add": "units"}, headers=HTML)
    assert 'name="units" value="unit-1150" checked' in more.text
    assert (await large.world.get("/v1/delegations", ADMIN)).json()["items"] == []
    twins = await client.post("/own/posts/lend", data=sent | {"units.more.typed": "东西"}, headers=HTML)
    assert twins.status_code == 422
    assert 'name="units.more.one" value="twin-west"' in twins.text
    sent |= {"units": "unit-1150", "units.more.typed": "1151"}
    lent = await client.post("/own/posts/lend", data=sent, headers=HTML)
    assert lent.status_code == 303, lent.text
    (kept,) = (await large.world.get("/v1/delegations", ADMIN)).json()["items"]
    assert set(kept["units"]) == {"unit-1150", "unit-1151"}
    for page in ("/own/posts", "/admin/delegations"):
        assert "第1151读书小组" in (await client.get(page, headers=HTML)).text


async def test_whoever_has_posts_looks_for_units_at_and_below_them_only(large):
    client = large.world.client
    assert "unit-1151" in (await client.get("/search/units?q=1151&own=true")).text
    await client.post("/logout")
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"})
    assert "unit-1151" in (await client.get("/search/units?q=1151")).text
    assert "unit-1151" not in (await client.get("/search/units?q=1151&own=true")).text
    own = (await client.get("/search/units?q=circle-1&own=true")).text
    assert 'data-unit="circle-1"' in own


async def test_lists_are_narrowed_to_a_unit_beyond_those_offered_without_a_script(large):
    client = large.world.client
    frame = (await client.get("/inbox", headers=HTML)).text
    assert 'data-unit-field="/search/units?own=true"' in frame
    assert 'name="unit" value="unit-1150"' not in frame
    sent = {"unit": "", "unit.typed": "东西读书", "back": "/inbox"}
    asked = await client.post("/own/unit", data=sent, headers=HTML)
    assert asked.status_code == 422
    assert 'name="unit.one" value="twin-west"' in asked.text
    done = await client.post("/own/unit", data=sent | {"unit.one": "twin-west"}, headers=HTML)
    assert (done.status_code, done.headers["location"]) == (303, "/inbox")
    narrowed = (await client.get("/inbox", headers=HTML)).text
    assert 'value="twin-west" aria-pressed="true"' in narrowed


async def test_lists_are_narrowed_to_no_unit_that_is_not_below_ones_posts(large):
    client = large.world.client
    await client.post("/own/unit", data={"unit": "unit-1150", "back": "/"}, headers=HTML)
    assert 'value="unit-1150" aria-pressed="true"' in (await client.get("/inbox", headers=HTML)).text
    await client.post("/logout")
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"})
    frame = (await client.get("/inbox", headers=HTML)).text
    assert "unit-1150" not in frame
    for sent in ({"unit": "unit-1150"}, {"unit": "unit-1150", "unit.typed": "第1150读书小组"}):
        refused = await client.post("/own/unit", data=sent | {"back": "/"}, headers=HTML)
        assert refused.status_code == 422
    assert "unit-1150" not in (await client.get("/inbox", headers=HTML)).text


async def test_a_report_is_narrowed_to_a_unit_beyond_those_offered_without_a_script(large):
    client = large.world.client
    for page in ("/reports", "/reports/funnel"):
        asked = await client.get(f"{page}?unit=&unit.typed=东西读书", headers=HTML)
        assert asked.status_code == 422
        assert 'name="unit.one" value="twin-west"' in asked.text
        shown = await client.get(f"{page}?unit=&unit.typed=东西读书&unit.one=twin-west", headers=HTML)
        assert shown.status_code == 200
        assert 'name="unit" value="twin-west"' in shown.text
        assert "unit=twin-west" in shown.text
        again = await client.get(f"{page}?unit=twin-west&unit.typed=", headers=HTML)
        assert 'name="unit" value=""' in again.text
    await client.post("/logout")
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"})
    other = await client.get("/reports?unit=&unit.typed=unit-1150", headers=HTML)
    assert 'href="/reports/funnel"' in other.text


async def test_a_few_units_stay_a_list(site):
    client = site.world.client
    await client.post("/login", data={"login": ADMIN, "password": PASSWORD, "to": "/"})
    page = (await client.get("/people/add", headers=HTML)).text
    assert '<select class="form-select" id="unit"' in page
    assert 'id="unit" name="unit.typed"' not in page


async def signed_in(large, browsing, path, **options):
    page = await browsing.page(bypass_csp=True, **options)
    await sign_in(page, large, ADMIN)
    await page.goto(large.at(path))
    return page


async def test_a_unit_beyond_the_first_thousand_is_chosen_by_keys_and_by_pointing(large, browsing):
    page = await signed_in(large, browsing, f"/people/{SUBJECT}/standings")
    field, chosen = page.locator("#unit"), page.locator("main input[type=hidden][name=unit]")
    await field.fill("第119")
    listed = page.locator("#unit-units [data-unit]")
    await expect(listed).to_have_count(11)
    await expect(field).to_have_attribute("aria-expanded", "true")
    assert await barriers(page) == []
    await field.press("ArrowDown")
    await field.press("ArrowDown")
    await expect(field).to_have_attribute("aria-activedescendant", "unit-units-1")
    await field.press("Enter")
    await expect(field).to_have_value("第1191读书小组")
    await expect(chosen).to_have_value("unit-1191")
    await expect(listed).to_have_count(0)
    await field.press("Backspace")
    await expect(chosen).to_have_value("")
    await field.press("Escape")
    await expect(listed).to_have_count(0)
    await field.fill("东西")
    await listed.nth(1).click()
    await expect(chosen).to_have_value("twin-west")
    await page.locator("#standing").select_option("member")
    await page.locator("form[data-guard=standing] #reason").fill("外单位转来")
    await page.locator("form[data-guard=standing] button[type=submit]").click()
    await expect(page.locator(".line-of-time")).to_contain_text("东西读书小组")
    await page.close()


async def test_lists_are_narrowed_by_typing_in_the_menu_of_every_page(large, browsing):
    page = await signed_in(large, browsing, "/people")
    menu = page.locator("details.menu", has=page.locator("#own-unit"))
    await menu.locator("summary").click()
    await page.locator("#own-unit").fill("第1150")
    await expect(menu.locator("[data-unit]")).to_have_count(1)
    assert await barriers(page) == []
    await page.locator("#own-unit").press("Escape")
    await expect(menu.locator("[role=listbox]")).to_be_hidden()
    await expect(page.locator("#own-unit")).to_be_focused()
    await page.locator("#own-unit").press("ArrowDown")
    await expect(menu.locator("[data-unit]")).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(menu.get_by_role("button", name="全部组织")).to_be_focused()
    await page.locator("#own-unit").press("ArrowDown")
    await expect(menu.locator("[data-unit]")).to_have_count(1)
    await page.locator("#own-unit").press("ArrowDown")
    await page.locator("#own-unit").press("Enter")
    await expect(menu.locator("summary")).to_contain_text("第1150读书小组")
    assert page.url.endswith("/people")
    await page.close()


async def test_units_that_are_chosen_one_by_one_stand_above_the_field(large, browsing):
    page = await signed_in(large, browsing, "/own/posts")
    await page.locator("summary", has_text="仅").first.click()
    field = page.locator("[id='units.more']")
    for text, name in (
        ("第1150", "第1150读书小组"),
        ("第1151", "第1151读书小组"),
        ("第1150", "第1150读书小组"),
    ):
        await field.fill(text)
        await page.locator("[data-unit]", has_text=name).click()
        await expect(field).to_have_value("")
    boxes = page.locator("input[name=units]")
    await expect(boxes).to_have_count(2)
    assert await boxes.evaluate_all("all => all.map((one) => one.value)") == ["unit-1150", "unit-1151"]
    kept = "new URLSearchParams(JSON.parse(sessionStorage['accede:/own/posts#lend'])).getAll('units')"
    assert await page.evaluate(kept) == ["unit-1150", "unit-1151"]
    assert await barriers(page) == []
    await field.fill("第1152")
    await field.press("Enter")
    await page.locator("[data-unit]", has_text="第1152读书小组").click()
    await expect(boxes).to_have_count(3)
    await page.locator("#substitute").select_option(SECRETARY)
    await page.locator("#from").press("Enter")
    await expect(page.locator("[aria-labelledby=lent-title]")).to_contain_text("第1152")
    (kept,) = (await large.world.get("/v1/delegations", ADMIN)).json()["items"]
    assert set(kept["units"]) == {"unit-1150", "unit-1151", "unit-1152"}
    await page.close()


@pytest.mark.parametrize("width", [390, 560, 1024])
async def test_what_a_text_may_mean_is_within_the_window_in_a_line_of_filters_too(large, browsing, width):
    page = await signed_in(large, browsing, "/reports", viewport={"width": width, "height": 844})
    await page.locator("#unit").fill("东西")
    await page.locator("#unit-units [data-unit]").first.wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    await page.close()


async def test_the_field_is_the_same_on_a_phone_and_without_a_script(large, browsing):
    page = await signed_in(
        large, browsing, "/people/add", java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    await page.locator("#name").fill("新人")
    await page.locator("#unit").fill("东西读书小组")
    await page.locator("#standing").select_option("member")
    await page.locator("form[action='/people/add'] button[type=submit]").click()
    await page.locator("input[name='unit.one'][value=twin-east]").check()
    await page.locator("form[action='/people/add'] button[type=submit]").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("新人")
    # A browser writes down that the first answer was a refusal.
    browsing.complaints[:] = [one for one in browsing.complaints if "422" not in one]
    await page.close()
