"""What a definition asks, as sentences, and what is different between two versions of it."""

from pathlib import Path

import pytest

from domain.comparing import differences
from domain.sentences import sentences_of
from records.definitions import read_library

LIBRARY = read_library(Path(__file__).parents[2] / "processes")


def said(process, step):
    return {one.key: one for one in sentences_of(process, process.steps[step])}


@pytest.fixture(scope="module")
def latest():
    return LIBRARY.find("membership-development", "2026.1")


@pytest.mark.parametrize("process", tuple(LIBRARY), ids=lambda one: f"{one.process} {one.version}")
def test_every_step_of_every_process_is_said_in_both_languages(process):
    for step in process.steps.values():
        sentences = sentences_of(process, step)
        keys = [one.key for one in sentences]
        assert len(set(keys)) == len(keys)
        assert keys[0] == "by"
        for one in sentences:
            assert "{" not in one.says.zh + one.says.en
            assert one.says.zh.endswith("。")


def test_a_rule_is_said_with_its_article_and_its_level(latest):
    wait = said(latest, "object-decision")["wait.a-year-of-cultivation"]
    assert wait.says.zh == "须在“培养教育考察期满”之后办理。"
    assert (wait.basis, wait.level) == ("13", "block")
    due = said(latest, "conversion-vote")["due.conversion-after-a-move"]
    assert due.says.en == (
        "Where the case moved to another unit in this stage: Due within 6 months of “Probation (end)”; "
        "afterwards a reason is needed."
    )
    assert said(latest, "branch-vote")["quorum"].says.zh == "到会人数须超过应到会人数的半数。"
    assert said(latest, "object-notice")["window"].says.en == "The notice hangs for 5 working days."


def test_two_versions_differ_in_what_is_new_what_is_gone_and_what_is_said_otherwise(latest):
    found = {one.step: one for one in differences(LIBRARY.find("membership-development", "2014.1"), latest)}
    assert found["object-notice"].is_new
    assert found["object-filing"].is_gone
    new = [one.after and one.after.key for one in found["branch-vote"].sentences if one.before is None]
    assert new == ["due.vote-in-a-month"]
    renamed = found["object-decision"].renamed_from
    assert renamed is not None
    assert renamed.zh == "确定发展对象"
    assert "first-talk" not in found


def test_an_article_that_got_another_number_says_the_same(latest):
    found = {one.step: one for one in differences(LIBRARY.find("membership-development", "2014.1"), latest)}
    assert all(one.only_article for one in found["submission"].sentences)
    assert not any(one.only_article for one in found["introducers"].sentences)


def test_a_version_does_not_differ_from_itself(latest):
    assert differences(latest, latest) == ()
