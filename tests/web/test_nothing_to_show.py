"""What pages say where there is little or nothing to show: what is true, and what one may do about it."""

import re
from datetime import date

import pytest

from tests.api.world import AUDITOR, NOBODY, PARENT, PASSWORD, SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html", "accept-language": "en"}


async def read(site, who, path, unit=""):
    """Return what a page says, without its tags."""
    client = site.world.client
    await client.post("/login", data={"login": who, "password": PASSWORD}, headers=HTML)
    await client.post("/own/language", data={"language": "en", "back": "/"}, headers=HTML)
    if unit:
        await client.post("/own/unit", data={"unit": unit, "back": "/"}, headers=HTML)
    answer = await client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    main = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    assert main is not None
    return " ".join(re.sub(r"<[^>]+>", " ", main[0]).split())


async def test_an_inbox_that_is_narrowed_says_that_tasks_wait_elsewhere_only_where_some_do(site):
    await site.world.start()
    assert "Other tasks wait elsewhere. Show all" in await read(site, SECRETARY, "/inbox?stage=gone")
    nothing = await read(site, NOBODY, "/inbox?stage=gone")
    assert "Nothing waits for you" in nothing
    assert "elsewhere" not in nothing


async def test_a_board_offers_no_choice_where_there_is_none(site):
    client = site.world.client
    assert "Please choose" not in await read(site, NOBODY, "/board?process=reading-circle")
    await client.post("/logout", headers=HTML)
    await site.world.start()
    assert "Please choose" in await read(site, SECRETARY, "/board?process=gone")


async def test_two_days_tell_apart_what_differs_and_what_stayed(site):
    case = await site.world.start()
    site.world.clock.turn_to(date(2025, 4, 30))
    alike = await read(site, SECRETARY, f"/cases/{case['id']}/days?from=2025-04-28&to=2025-04-29")
    assert "The case Nothing is different" in alike
    assert "facts are the same on both days" in alike
    assert "Nothing was done between these days." in alike
    assert "entries" not in alike


@pytest.mark.parametrize("said", ["You lend no post.", "No post is lent to you."])
async def test_whoever_lends_nothing_is_told_so_in_a_sentence(site, said):
    assert said in await read(site, PARENT, "/own/posts")


async def test_to_look_for_patterns_now_is_offered_to_auditors_alone(site):
    assert "Look now" in await read(site, AUDITOR, "/audit/patterns")
    await site.world.client.post("/logout", headers=HTML)
    said = await read(site, SECRETARY, "/audit/patterns")
    assert "Patterns are shown to auditors" in said
    assert "Look now" not in said
    assert "Nobody has looked" not in said
