"""What holds for every page and every form: closed to others, small, in one language, escaped."""

import re
from html.parser import HTMLParser

import pytest

from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.registry import drawn_pages, every_form
from web.visits import STYLES

pytestmark = in_the_loop_of_the_browser

LARGEST = 100_000
"""Bytes of a page on the wire, packed, without what a browser has in its cache."""

LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {
    "Accede",
    "English",
    "KB",
    "MB",
    "PDF",
    "txt",
    "ICS",
    "XLSX",
    "DOCX",
    "CSV",
    "JSON",
    "YAML",
    "API",
    "SHA-256",
    "SHA",
    # How the log is made, by the names of its standards.
    "Ed",
    "RFC",
    "SP",
}
"""Latin words that Chinese pages may hold: names that have no other, and the languages by their own name."""


@pytest.mark.parametrize("page", drawn_pages(), ids=lambda page: page.name)
async def test_a_page_is_small_and_its_policy_lets_only_its_own_scripts_run(furnished, page):
    answer = await furnished.ask(page, accept_encoding="gzip")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert int(answer.headers["content-length"]) < LARGEST
    policy = answer.headers["content-security-policy"]
    (nonce,) = re.findall(r"script-src 'nonce-([\w-]{16,})'", policy)
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    seen = Seen(answer.text)
    assert seen.scripts
    assert {attributes.get("nonce") for attributes in seen.scripts} == {nonce}
    assert seen.handlers == []


@pytest.mark.parametrize("page", drawn_pages(), ids=lambda page: page.name)
async def test_every_form_that_changes_something_has_a_key_that_makes_it_one_act(furnished, page):
    seen = Seen((await furnished.ask(page)).text)
    keyless = [address for address, names in seen.forms if address not in HARMLESS and "key" not in names]
    assert keyless == []


HARMLESS = {"/login", "/login/code", "/login/recovery", "/login/app", "/login/app/confirm", "/logout"} | {
    "/own/language",
    "/own/theme",
    "/own/unit",
}
"""Forms which sent twice do the same as sent once."""


@pytest.mark.parametrize("page", drawn_pages(), ids=lambda page: page.name)
async def test_a_chinese_page_holds_no_words_of_another_language(furnished, page):
    seen = Seen((await furnished.ask(page, accept_language="zh")).text)
    assert seen.language == "zh-Hans"
    known = NAMES | set(furnished.things.values())
    words = {word for text in seen.texts for word in LATIN.findall(text)}
    assert sorted(word for word in words if word not in known and not is_code(word, known)) == []


@pytest.mark.parametrize("page", drawn_pages(), ids=lambda page: page.name)
async def test_an_english_page_holds_no_chinese_but_names(furnished_in_english, page):
    seen = Seen((await furnished_in_english.ask(page, accept_language="en")).text)
    assert seen.language == "en"
    names = set("".join(furnished_in_english.names))
    chinese = {letter for text in seen.texts for letter in re.findall(r"[\u4e00-\u9fff]", text)}
    assert chinese - names - set("中文") == set()


@pytest.mark.parametrize("page", drawn_pages(), ids=lambda page: page.name)
async def test_what_people_typed_stays_text(furnished_with_markup, page):
    answer = await furnished_with_markup.ask(page)
    assert answer.status_code == 200
    assert "<b id=planted" not in answer.text


@pytest.mark.parametrize("form", every_form(), ids=lambda form: form.name)
async def test_a_form_that_another_site_sends_is_refused(furnished, form):
    for headers in ({"origin": "https://other.example"}, {"sec_fetch_site": "cross-site"}):
        answer = await furnished.ask(form, **headers)
        assert answer.status_code == 403
        # Which styles a browser was sent is all that a refusal may leave there.
        left = answer.headers.get_list("set-cookie")
        assert [one for one in left if not one.startswith(f"{STYLES}=")] == []


def is_code(word, known):
    return any(word in one for one in known if "-" in one or len(one) > 20)


class Seen(HTMLParser):
    """What a reader gets of a page: its words, its scripts, its forms."""

    def __init__(self, text):
        super().__init__()
        self.language = ""
        self.texts, self.scripts, self.handlers, self.forms = [], [], [], []
        self._inside = []
        self.feed(text)

    def handle_starttag(self, tag, given):
        attributes = dict(given)
        self.language = attributes.get("lang", "") if tag == "html" else self.language
        self.handlers += [name for name in attributes if name.startswith(("on", "hx-on"))]
        self.handlers += ["style"] if "style" in attributes else []
        is_code = "digest" in (attributes.get("class") or "").split()
        for name in ("title", "aria-label", "placeholder", "alt"):
            if attributes.get(name) and not is_code:
                self.texts.append(attributes[name])
        if tag == "script":
            self.scripts.append(attributes)
        if tag == "form":
            self.forms.append((attributes.get("action", ""), set()))
            if attributes.get("method", "get") != "post":
                self.forms.pop()
        if "name" in attributes and self.forms and tag in {"input", "button", "select", "textarea"}:
            self.forms[-1][1].add(attributes["name"])
        if tag in {"script", "style", "kbd"} or is_code:
            self._inside.append(tag)

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data):
        if data.strip() and not self._inside:
            self.texts.append(data.strip())
