"""An application is filled in, kept, tried out against the rules, and recorded only once it is submitted."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from api.app import create_app
from domain.working_days import WorkingCalendar
from records import accounts, organisation
from records.definitions import read_library
from records.retentions import read_everyday
from services.demo import fill_organisation
from services.demo_organisation import demo_id
from services.documents import StoredDocuments
from services.overlays import switch
from services.parts import Parts
from tests.api.world import cheap_passwords
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
SECRETARY = demo_id("person", "林书远")
OFFICE = demo_id("unit", "office")
LETTER = {"application-letter": ("letter.pdf", b"%PDF-1.4 letter", "application/pdf")}


@pytest_asyncio.fixture(loop_scope="session")
async def client(sqlite_database):
    """A browser of the branch secretary of the demonstration, before any case."""
    library = read_library(Path(__file__).parents[2] / "processes")
    parts = Parts(
        database=sqlite_database,
        library=library,
        documents=StoredDocuments.at("memory:///"),
        calendars=lambda name, day: WorkingCalendar(version="none"),
        clock=lambda: NOW,
        passwords=cheap_passwords(),
        everyday=read_everyday(Path(__file__).parents[2] / "processes"),
    )

    def fill(connection):
        fill_organisation(connection)
        accounts.add_account(connection, login="s", person=SECRETARY, password_hash="none", now=NOW)
        return accounts.begin(connection, login="s", now=NOW, kind="token", lasts=None)

    token = await sqlite_database.write(fill)
    headers = {"accept": "text/html", "authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(create_app(parts), client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://accede.test", headers=headers
    ) as opened:
        yield opened


async def begin(client):
    asked = {"process": "membership-development", "unit": OFFICE, "key": "k1"}
    answer = await client.post("/start", data=asked)
    assert answer.status_code == 303
    return answer.headers["location"].partition("?")[0]


async def somebody_new(client, draft, born="1999-05-04", on="2026-06-08"):
    asked = {"name": "新同志", "born_on": born, "occurred_on": on}
    return await client.post(f"{draft}/who", data=asked)


async def cases(client):
    return (await client.get("/v1/cases", headers={"accept": "application/json"})).json()["items"]


async def test_somebody_new_is_entered_with_the_case_and_only_with_it(client):
    draft = await begin(client)
    assert (await somebody_new(client, draft)).headers["location"].endswith("stage=papers")
    await client.post(f"{draft}/materials", data={"mobile": "no", "then": "check"}, files=LETTER)
    check = await client.get(f"{draft}?stage=check")
    assert "核对无误" in check.text
    assert await cases(client) == []
    assert "没有找到" in (await client.get("/search?q=新同志")).text
    done = await client.post(f"{draft}/submit", data={"key": "once"})
    assert done.status_code == 303, done.text
    (case,) = await cases(client)
    assert done.headers["location"] == f"/cases/{case['id']}"
    assert case["subject"]["name"] == "新同志"
    assert (await client.get(draft)).status_code == 404


async def test_what_would_be_refused_is_said_before_submitting_with_its_article(client):
    draft = await begin(client)
    await somebody_new(client, draft, born="2010-01-01")
    without = await client.get(f"{draft}?stage=check")
    assert "照此提交将不予受理" in without.text
    assert "入党申请书" in without.text
    # All of it at once, and not one thing after the other.
    assert re.search(r"第5条", without.text)
    await client.post(f"{draft}/materials", data={"then": "check"}, files=LETTER)
    too_young = await client.get(f"{draft}?stage=check")
    assert re.search(r"第5条", too_young.text)
    refused = await client.post(f"{draft}/submit", data={"key": "once"})
    assert refused.status_code == 422
    assert await cases(client) == []
    assert "没有找到" in (await client.get("/search?q=新同志")).text


async def test_a_process_stands_once_though_units_start_it_under_different_local_rules(client):
    parts, library = client._transport.app.state.parts, demo_id("unit", "library")

    def lend(connection):
        organisation.add_post(
            connection,
            id="second",
            unit_id=library,
            role="secretary",
            person_id=SECRETARY,
            from_on=date(2020, 1, 1),
        )

    await parts.database.write(lend)
    day = NOW.date()
    await switch(parts, library, "membership-development", "university", day, "决定第五号")
    page = (await client.get("/start")).text
    assert page.count('name="process" value="membership-development"') == 1
    assert re.findall(r'<option value="([0-9a-f]{32})"', page) == [OFFICE, library]
    asked = {"process": "membership-development", "unit": library, "key": "k2"}
    assert (await client.post("/start", data=asked)).status_code == 303


async def test_a_draft_is_kept_and_shown_to_its_owner_and_a_document_taken_out_again(client):
    draft = await begin(client)
    await somebody_new(client, draft)
    await client.post(f"{draft}/materials", data={"then": "stay"}, files=LETTER)
    begun = (await client.get("/start")).text
    assert "新同志" in begun
    assert "如不再修改，将于2027年6月10日自动删除" in begun
    papers = (await client.get(f"{draft}?stage=papers")).text
    (material,) = re.findall(r'name="remove-application-letter" value="([0-9a-f]+)"', papers)
    await client.post(f"{draft}/materials", data={"remove-application-letter": material})
    assert material not in (await client.get(f"{draft}?stage=papers")).text
    await client.post(f"{draft}/discard")
    assert "新同志" not in (await client.get("/start")).text


async def test_two_clicks_start_one_case(client):
    first, second = await begin(client), await begin(client)
    for draft in (first, second):
        await somebody_new(client, draft)
        await client.post(f"{draft}/materials", data={}, files=LETTER)
    clicked = [await client.post(f"{first}/submit", data={"key": "same"}) for _ in range(2)]
    assert [answer.status_code for answer in clicked] == [303, 404]
    assert len(await cases(client)) == 1


@pytest.mark.parametrize("missing", ["name", "born_on", "occurred_on"])
async def test_what_is_missing_of_a_person_is_said_at_its_field(client, missing):
    draft = await begin(client)
    asked = {"name": "新同志", "born_on": "1999-05-04", "occurred_on": str(date(2026, 6, 1))}
    answer = await client.post(f"{draft}/who", data=asked | {missing: ""})
    assert answer.status_code == 422
    assert f'id="{missing}-fault"' in answer.text


async def test_what_is_late_is_submitted_with_a_reason(client):
    draft = await begin(client)
    await somebody_new(client, draft, on="2026-05-20")
    await client.post(f"{draft}/materials", data={}, files=LETTER)
    assert 'name="reason"' in (await client.get(f"{draft}?stage=check")).text
    assert (await client.post(f"{draft}/submit", data={"key": "one"})).status_code == 422
    done = await client.post(f"{draft}/submit", data={"key": "two", "reason": "补录"})
    assert done.status_code == 303
