"""Markup typed into every field of every form of every page stays text, wherever it shows up afterwards."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest_asyncio

from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.furnished import furnish, opened
from tests.web.registry import Page, drawn_pages, every_form

pytestmark = in_the_loop_of_the_browser

PLANTED = "'\"></textarea></script><img src=x onerror=window.planted=1>{{ 7 * 7 }}"
RAW = "<img src=x"
LEADS_OUT = {"/logout", "/own/sessions/end", "/own/again", "/own/security/password", "/login"}
"""Forms that would end the session with which the others are sent: they are sent last."""


@pytest_asyncio.fixture(loop_scope="session")
async def corner(migrated_sqlite, tmp_path_factory):
    """A furnished world of this test's own: it is written to."""
    async with opened(migrated_sqlite, tmp_path_factory) as world:
        yield await furnish(world)


async def test_what_is_typed_into_any_field_of_any_page_is_never_markup(corner):
    sent, wrong = set(), []
    for page in drawn_pages():
        for form in Forms((await corner.ask(page)).text).found:
            if not form.typed or form.action in LEADS_OUT or (page.by, form.action, form.typed) in sent:
                continue
            sent.add((page.by, form.action, form.typed))
            answer = await send(corner, page, form)
            if answer.status_code >= 500 or RAW in answer.text:
                wrong.append((form.action, answer.status_code))
    reached = {route_of(action) for _, action, _ in sent}
    assert len(reached) > 25
    # What no page of this small world shows, or what no text is typed into, is sent as somebody would who
    # means harm: markup in place of every value.
    others = [one for one in every_form() if one.route not in reached]
    for one in sorted(others, key=lambda one: one.route in LEADS_OUT):
        planted = replace(one, fields=dict.fromkeys((*one.fields, "reason", "back", "to"), PLANTED))
        answer = await corner.ask(planted)
        if answer.status_code >= 500 or RAW in answer.text or "x onerror" in str(answer.headers):
            wrong.append((one.name, answer.status_code))
        if one.route in LEADS_OUT:
            corner.cookies.pop(one.by, None)
    wrong += [(page.name, 200) for page in drawn_pages() if RAW in (await corner.ask(page)).text]
    assert wrong == []


def route_of(action):
    """Return the route of the address a form is sent to."""
    path = action.partition("?")[0]
    return next((form.route for form in every_form() if matches(form.route, path)), path)


def matches(route, path):
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", route), path) is not None


async def send(corner, page: Page, form):
    cookies = await corner.session_of(page.by)
    headers = {
        "accept": "text/html",
        "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    client = corner.world.client
    filled = form.filled | dict.fromkeys(form.typed, PLANTED)
    if form.is_post:
        answer = await client.post(form.action, data=filled, headers=headers)
    else:
        answer = await client.get(form.action.partition("?")[0], params=filled, headers=headers)
    client.cookies.clear()
    return answer


class AForm:
    """A form as a browser would send it; `typed` are the fields a person types text into."""

    def __init__(self, attributes):
        self.action = attributes.get("action", "")
        self.is_post = attributes.get("method") == "post"
        self.filled: dict[str, str] = {}
        self.typed: tuple[str, ...] = ()


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self, text):
        super().__init__()
        self.found: list[AForm] = []
        self._choosing = ""
        self.feed(text)

    def handle_starttag(self, tag, given):
        attributes = {name: value or "" for name, value in given}
        if tag == "form":
            self.found.append(AForm(attributes))
        name, form = attributes.get("name", ""), self.found[-1] if self.found else None
        if form is None:
            return
        kind = attributes.get("type", "text")
        if tag == "select":
            self._choosing = name
        elif tag == "option" and self._choosing and attributes.get("value"):
            form.filled.setdefault(self._choosing, attributes["value"])
        elif name and (
            tag == "textarea" or (tag == "input" and kind in {"text", "search", "email", "password"})
        ):
            form.typed = (*form.typed, name)
        elif name and tag in {"input", "button"} and kind not in {"file", "checkbox"}:
            form.filled.setdefault(name, attributes.get("value", ""))
