"""Every cell of the table is asked, on either database by turns. A route needs a row, and a row a route."""

from __future__ import annotations

import pytest
from fastapi.routing import iter_route_contexts

from api.app import create_app_from
from settings import Settings
from tests.access.page_table import page_rows
from tests.access.questions import QUESTIONS
from tests.access.scenes import run
from tests.access.table import Caller, Unclear, read, the_table
from tests.access.turns import callers_on, check_turns
from web.installing import is_page

ROWS = {row.name: row for row in the_table().rows}


def routes():
    app = create_app_from(Settings())
    return {
        f"{method} {found.path}"
        for found in iter_route_contexts(app.routes)
        for method in found.methods or ()
        if method != "HEAD" and not is_page(found.endpoint)
    }


def test_every_route_has_a_row_and_every_row_a_route():
    assert len(routes()) > 40
    assert {row.route for row in the_table().rows} == routes()


def test_every_row_is_asked_and_nothing_else():
    assert set(QUESTIONS) == set(ROWS)


def test_every_role_asks_every_route_and_page_from_every_situation():
    table = the_table()
    situations = {"own", "parent", "child", "sibling", "other-tree", "delegated", "expired"}
    assert (set(table.places), "anonymous" in table.people) == (situations, True)
    asking = {Caller(role, place) for role in table.roles for place in situations} | {Caller("anonymous")}
    rows = (*table.rows, *(one.row for one in page_rows().values()))
    assert not [row.name for row in rows if not asking <= set(row.answers)]


def test_everybody_asks_every_row_and_each_answer_is_given_on_both_databases():
    check_turns([row.answers for row in ROWS.values()])


@pytest.mark.parametrize("name", ROWS)
def test_each_caller_is_answered_as_the_table_says(scene, request, name):
    answers, kind = ROWS[name].answers, request.node.callspec.params["shared_database"]
    callers = callers_on(kind, [*ROWS].index(name), answers)
    assert run(_asked(scene, name, callers)) == {str(caller): answers[caller] for caller in callers}


async def _asked(scene, name, callers):
    """Ask a row as these callers; what one of them used up is made anew for the next."""
    answered = {}
    method = name.partition(" ")[0]
    for caller in callers:
        asked = await QUESTIONS[name](scene, caller)
        headers = scene.headers_of(caller) | dict(asked.headers)
        answer = await scene.client.request(
            method, asked.path, json=asked.body, files=asked.files, headers=headers
        )
        scene.client.cookies.clear()
        if answer.is_success:
            scene.used_up(*asked.uses)
        answered[str(caller)] = answer.status_code
    return answered


PLAIN = """
roles: {secretary: writes}
places: {own: here, child: below}
people: {stranger: nobody}
groups: {everybody: [secretary, stranger]}
areas: {here: [own]}
patterns: {open: {everybody: 200}}
rows:
"""


def test_a_later_line_overrules_an_earlier_one():
    table = read(PLAIN + '  - {route: GET /a, says: all, like: open, answers: {"secretary in here": 403}}')
    assert {str(caller): status for caller, status in table.rows[0].answers.items()} == {
        "secretary in own": 403,
        "secretary in child": 200,
        "stranger": 200,
    }


@pytest.mark.parametrize(
    "row",
    [
        "{route: GET /a, says: all, answers: {secretary: 200}}",
        "{route: GET /a, says: all, answers: {everybody: 500}}",
        "{route: GET /a, says: all, answers: {everybody: 200, porter: 404}}",
        "{route: GET /a, says: all, answers: {everybody: 200, secretary in attic: 404}}",
        "{route: GET /a, says: all, answers: {everybody: 200, stranger in own: 404}}",
        "{route: GET /a, says: all, like: open, answer: {secretary: 404}}",
        "{route: GET /a, says: all, like: open}\n  - {route: GET /a, says: again, like: open}",
    ],
    ids=["a caller is missing", "no answer", "nobody's name", "no place", "no such pair", "no key", "twice"],
)
def test_a_table_that_can_be_read_in_two_ways_is_refused(row):
    with pytest.raises(Unclear):
        read(f"{PLAIN}  - {row}")
