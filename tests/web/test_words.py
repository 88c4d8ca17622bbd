"""Every sentence of the templates is there in Chinese, once, and nothing else is in the catalogues."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from web.translating import FOLDER, catalogue, translations

ROOM = FOLDER.parent
METHODS = [("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
PLACE = re.compile(r"%\((\w+)\)s")


@cache
def said():
    """Every sentence in the templates, plurals as pairs, with where it stands."""
    found: dict[object, str] = {}
    options = {"templates/**.html": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}}
    for file, line, message, *_ in extract_from_dir(
        str(ROOM), METHODS, options_map=options, keywords=KEYWORDS
    ):
        found.setdefault(message, f"{file}:{line}")
    return found


@cache
def translated():
    """Every sentence in the catalogues: what it is in each of them."""
    found: dict[object, dict[str, object]] = {}
    for path in sorted(FOLDER.glob("*.po")):
        for message in catalogue(path):
            if message.id:
                found.setdefault(message.id, {})[path.name] = message.string
    return found


def test_there_is_something_to_say():
    assert len(said()) > 100


def test_every_sentence_is_there_in_chinese():
    assert {message: where for message, where in said().items() if message not in translated()} == {}


def test_the_catalogues_hold_nothing_that_no_template_says():
    assert [message for message in translated() if message not in said()] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.po")), ids=lambda path: path.name)
def test_a_catalogue_leaves_nothing_empty_or_unsure(path):
    assert [
        message.id for message in catalogue(path) if message.id and (message.fuzzy or not all(of(message)))
    ] == []


def test_a_sentence_in_two_catalogues_is_the_same_in_both():
    assert {
        message: versions
        for message, versions in translated().items()
        if len({str(version) for version in versions.values()}) > 1
    } == {}


def test_a_translation_has_the_same_places_for_values():
    wrong = []
    for message, versions in translated().items():
        wanted = set(PLACE.findall(message if isinstance(message, str) else message[1]))
        wrong += [
            message
            for version in versions.values()
            if set(PLACE.findall(version if isinstance(version, str) else version[0])) != wanted
        ]
    assert wrong == []


def test_numbers_are_said_in_both_languages():
    pair = ("%(num)s task", "%(num)s tasks")
    assert translations("zh").ungettext(*pair, 3) == "%(num)s项待办"
    assert translations("en").ungettext(*pair, 1) == "%(num)s task"
    assert translations("en").ungettext(*pair, 3) == "%(num)s tasks"


def test_no_template_says_something_in_one_language_only():
    chinese = re.compile(r"[\u4e00-\u9fff]")
    lines = [
        f"{path.relative_to(ROOM)}:{number}"
        for path in sorted(ROOM.glob("templates/**/*.html"))
        for number, line in enumerate(Path(path).read_text("utf-8").splitlines(), 1)
        if chinese.search(line) and 'lang="zh-Hans"' not in line
    ]
    assert lines == []


def of(message):
    return message.string if isinstance(message.string, (tuple, list)) else (message.string,)
