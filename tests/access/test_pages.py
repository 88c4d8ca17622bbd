"""Every page is asked as everybody of the table. A page without a row fails; so does a row of none."""

import re

import pytest
from fastapi.routing import iter_route_contexts

from api.app import create_app_from
from settings import Settings
from tests.access.page_table import page_rows
from tests.access.questions import logging_out
from tests.access.scenes import run
from tests.access.turns import callers_on, check_turns
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


def test_everybody_asks_every_page_and_each_answer_is_given_on_both_databases():
    check_turns([one.row.answers for one in page_rows().values()])


@pytest.mark.parametrize("name", page_rows())
def test_each_caller_is_shown_a_page_as_the_rows_say(scene, request, name):
    answers, kind = page_rows()[name].row.answers, request.node.callspec.params["shared_database"]
    callers = callers_on(kind, [*page_rows()].index(name), answers)
    expected = {str(caller): answers[caller] for caller in callers}
    assert run(_asked(scene, page_rows()[name], callers)) == expected


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
