"""A definition that cases follow is not published here any more: no page and no route breaks by that."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from fastapi.routing import iter_route_contexts

from domain.library import Library
from domain.reading import read_process
from tests.api.world import ADMIN, AUDITOR, NOBODY, SECRETARY, SUBJECT
from tests.builders import READING_CIRCLE
from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.furnished import furnish, opened
from tests.web.registry import every_page

pytestmark = in_the_loop_of_the_browser

EVERYBODY = (SECRETARY, AUDITOR, SUBJECT, ADMIN)
OF_ONE = ("{case", "{commented}", "{finding}", "{material_id}", "{agenda}")
"""What stands in the address of a page about one case, or about something of one."""
MISSING = "/problems/not-published"


def without_it(library):
    """The process is not there at all."""
    return Library.of([one for one in library if one.process != "reading-circle"])


def another_version_of_it(library):
    """The process is there, in a version that no case follows."""
    later = READING_CIRCLE.format(version="2", first="2024-01-01", replaces="")
    return Library.of([*without_it(library), read_process(later, "reading-circle.yaml")])


def by_these(world, library):
    world.parts = replace(world.parts, library=library)
    world.client._transport.app.state.parts = world.parts


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=[without_it, another_version_of_it])
async def bereft(request, migrated_sqlite, tmp_path_factory):
    """Something in every corner, and then the definition that all of it follows is taken away."""
    async with opened(migrated_sqlite, tmp_path_factory) as world:
        # A case of another process, which stands behind all others in lists.
        world.clock.pass_by(-timedelta(days=3))
        known = await world.start(process="ballot", materials={})
        world.clock.pass_by(timedelta(days=3))
        furnished = await furnish(world)
        furnished.things["known"] = known["id"]
        by_these(world, request.param(world.parts.library))
        yield furnished


@pytest.mark.parametrize("page", every_page(), ids=lambda page: page.name)
async def test_no_page_breaks_and_only_what_is_of_such_a_case_is_not_shown(bereft, page):
    answered = {by: (await bereft.ask(replace(page, by=by))).status_code for by in EVERYBODY}
    assert {by: status for by, status in answered.items() if status >= 500} == {}
    is_of_one = any(name in (page.path or page.route) for name in OF_ONE)
    assert is_of_one or 409 not in answered.values()


async def test_no_route_breaks(bereft):
    world, routes = bereft.world, iter_route_contexts(bereft.world.client._transport.app.routes)
    every = [one.path or "" for one in routes if "GET" in (one.methods or ())]
    reading = [path for path in every if path.startswith("/v1/")]
    assert len(reading) > 60
    for path in reading:
        filled = re.sub(r"{(\w+)(?::\w+)?}", lambda found: bereft.things.get(found[1], "1"), path)
        for by in EVERYBODY:
            answer = await world.get(filled, by)
            assert answer.status_code < 500 or answer.json()["type"] == "/problems/not-ready", (filled, by)


async def test_whoever_sees_such_a_case_is_told_that_it_cannot_be_shown_and_others_that_there_is_none(bereft):
    world, case = bereft.world, bereft.things["case"]
    acted = {"outcome": "done"}
    for by, kind in ((SECRETARY, MISSING), (SUBJECT, MISSING), (NOBODY, "/problems/not-found")):
        read = await world.get(f"/v1/cases/{case}", by)
        done = await world.post(f"/v1/cases/{case}/steps/talk", by, acted, if_match='"0"')
        assert (read.json()["type"], done.json()["type"]) == (kind, kind), by
    page = await world.get(f"/cases/{case}", SECRETARY, accept="text/html", accept_language="en")
    assert page.status_code == 409
    assert "The case is kept whole, but what it follows is not published here now." in page.text


async def test_lists_board_and_calendar_pass_over_such_a_case(bereft):
    for path in ("/v1/cases", "/v1/me/cases"):
        listed = (await bereft.world.get(path, SUBJECT)).json()["items"]
        assert [one["id"] for one in listed] == [bereft.things["known"]], path
    assert (await bereft.world.get("/v1/tasks", SECRETARY)).json()["items"] == []
    for path in ("/board", "/board/list", "/calendar", "/calendar.ics", "/units/circle-1", "/inbox"):
        page = await bereft.world.get(path, SECRETARY, accept="text/html")
        assert page.status_code == 200
        assert bereft.things["case"] not in page.text


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/me/cases"])
async def test_a_page_of_a_list_is_filled_with_what_follows_behind_such_a_case(bereft, path):
    page = (await bereft.world.get(f"{path}?limit=1", SUBJECT)).json()
    assert [one["id"] for one in page["items"]] == [bereft.things["known"]]
