"""Whatever is wrong with a draft is told in Chinese and in English, and neither in the words of the other."""

import re

import pytest

from domain.reading import check
from domain.tightening import loosened
from tests.domain import (
    test_overlays,
    test_reading,
    test_soundness_asks,
    test_soundness_conditions,
    test_soundness_days,
    test_soundness_names,
    test_soundness_people,
    test_soundness_ways,
)
from tests.domain.club import CLUB, plant

MODULES = (
    test_reading,
    test_soundness_asks,
    test_soundness_conditions,
    test_soundness_days,
    test_soundness_names,
    test_soundness_people,
    test_soundness_ways,
)
NO_YAML = (
    "",
    "a: [1, 2",
    "a: {b: 1",
    'a: "b',
    "a: b: c",
    "a:\n\t- b",
    "- a\nb: c",
    "a: 1\n  b: 2",
    "a: *b",
    "a: !!str b",
    "a: 1\na: 2",
    "a: 1\n---\nb: 2",
    "[a]: 1",
    "<<: {a: b}",
    "a: \x07",
    'a: "\\q"',
    "a: &b [*b]",
    "- list",
    "@",
    "a: |z",
)
"""Drafts that are not YAML, or more than a definition may use of it."""


def drafts():
    """Return the faulty definitions of every test of what is unsound, and some that are no YAML."""
    for module in MODULES:
        for test in vars(module).values():
            for mark in getattr(test, "pytestmark", ()):
                if mark.name == "parametrize" and mark.args[0].startswith("faulty"):
                    yield from (row[0] for row in mark.args[1])
    yield from NO_YAML


def latin(text):
    return set(re.findall(r"[A-Za-z][A-Za-z_-]*", text))


LANGUAGE = latin(
    "age branch case cn date entered extension false first_standing instead local lost national opened"
    " outcome practice reached weekdays when withdrawn Y YAML"
)
"""Keys, kinds and names of the language that definitions are written in: the same for every reader."""


def loosened_drafts():
    """Return definitions that are less strict than the club's."""
    for mark in test_overlays.test_the_proof_finds_whatever_a_text_has_loosened.pytestmark:
        yield from (plant((old, new)) for old, new, _ in mark.args[1])


@pytest.fixture(scope="module")
def problems():
    found = [
        (draft, flaw.problem)
        for draft in loosened_drafts()
        for flaw in loosened(test_overlays.BASE, test_overlays.well_formed(draft))
    ]
    return found + [
        (draft, one.problem) for draft in dict.fromkeys(drafts()) for one in check(draft, "draft.yaml")
    ]


def test_every_fault_of_many_broken_drafts_is_told_in_both_languages(problems):
    assert len(problems) > 150
    for _, says in problems:
        assert re.search(r"[一-鿿]", says.zh), says
        assert re.search(r"[a-z]{2}", says.en), says


def test_in_chinese_no_latin_word_stands_but_names_of_the_draft_and_of_the_language(problems):
    strange = {
        (word, says.zh) for draft, says in problems for word in latin(says.zh) - latin(draft) - LANGUAGE
    }

    assert not strange


def test_of_a_draft_with_many_faults_each_is_told_in_chinese():
    draft = CLUB.replace("standing: member", "standing: knight").replace("role: sponsors", "role: sponsor")
    found = check(draft, "draft.yaml")

    assert len(found) > 3
    for one in found:
        assert not latin(one.problem.zh) - latin(draft), one
