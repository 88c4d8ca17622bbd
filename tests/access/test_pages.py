"""Every page is asked as everybody of the table. A page without a row fails; so does a row of none.

Pages have what they show of the same services as the routes, and those are asked every question on both
databases. So of pages each question is asked on one of the two: of every page, as of every caller, half are
asked on either. `make thorough` asks all of them on both.
"""

import re

import pytest
from fastapi.routing import iter_route_contexts

from api.app import create_app_from
from settings import Settings
from tests.access.page_table import page_rows
from tests.access.questions import logging_out
from tests.access.scenes import run
from tests.access.table import the_table
from tests.thorough import THOROUGH
from web.installing import is_page

ENDS_IT = {"POST /logout", "POST /own/again"}
"""What ends the session it is asked with."""


def routes():
    app = create_app_from(Settings())
    return {
        f"{method} {found.path}"
        for found in iter_route_contexts(app.routes)
        for method in found.methods or ()
        if method != "HEAD" and is_page(found.endpoint)
    }


def test_every_page_has_a_row_and_every_row_a_page():
    assert len(routes()) > 15
    assert {one.row.route for one in page_rows().values()} == routes()


def test_every_question_is_asked_on_a_database_and_of_each_page_and_caller_half_on_either():
    callers, rows = the_table().callers, page_rows()
    asked = {
        kind: {(name, caller) for name in rows for caller in callers_on(kind, name)}
        for kind in ("sqlite", "postgresql")
    }
    assert asked["sqlite"] | asked["postgresql"] == {(name, caller) for name in rows for caller in callers}
    for cells in asked.values():
        least = 1 if THOROUGH else 0.49
        assert all(sum(one == name for one, _ in cells) >= least * len(callers) for name in rows)
        assert all(sum(one == caller for _, one in cells) >= least * len(rows) for caller in callers)


@pytest.mark.parametrize("name", page_rows())
def test_each_caller_is_shown_a_page_as_the_rows_say(scene, request, name):
    callers = callers_on(request.node.callspec.params["shared_database"], name)
    answers = page_rows()[name].row.answers
    expected = {str(caller): answers[caller] for caller in callers}
    assert run(_asked(scene, page_rows()[name], callers)) == expected


def callers_on(kind, name):
    """Return who asks a row on a database: as the squares of a chessboard, one colour on either."""
    colour = [*page_rows()].index(name) + (kind == "sqlite")
    return [caller for at, caller in enumerate(the_table().callers) if THOROUGH or (at + colour) % 2 == 0]


async def _asked(scene, asked, callers):
    answered = {}
    method = asked.row.route.partition(" ")[0]
    for caller in callers:
        address = await _address(scene, asked.asks)
        # Who signs out does so with a token that no other question needs.
        own = (await logging_out(scene, caller)).headers if asked.row.route in ENDS_IT else {}
        headers = {"accept": "text/html", **scene.headers_of(caller), **own}
        answer = await scene.client.request(method, address, data=asked.form, headers=headers)
        scene.client.cookies.clear()
        if answer.is_success or answer.is_redirect:
            scene.used_up(*asked.uses)
        answered[str(caller)] = answer.status_code
    return answered


async def _address(scene, template):
    address = template
    for kind in re.findall(r"{([a-z ]+)}", template):
        it = await scene.made_of(kind)
        address = address.replace(f"{{{kind}}}", it if isinstance(it, str) else it["id"])
    return address
