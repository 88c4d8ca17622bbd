"""The file of the rules of retention: what it may say, and what stops the service."""

import pytest

from domain.retention import Keep
from records.retentions import BadRetention, read_everyday, read_retention
from tests.builders import a_library

WHOLE = """\
everywhere:
  drafts: {days: 30, basis: local}
reading-circle:
  otherwise: {basis: "36"}
  outcomes: {withdrawn: {years: 3, basis: "7", documents: {days: 90, basis: "8"}}}
"""


def written(folder, text):
    (folder / "retention.yaml").write_text(text, "utf-8")
    return folder


def test_rules_are_read_by_process_outcome_and_kind_of_thing(tmp_path):
    rules = read_retention(written(tmp_path, WHOLE), a_library())
    assert rules["reading-circle"].of("withdrawn").of("documents") == Keep(days=90, basis="8")
    assert rules["reading-circle"].of("withdrawn").of("notices").years == 3
    assert read_everyday(tmp_path) == {"drafts": Keep(days=30, basis="local")}


def test_without_a_file_there_are_no_rules_and_one_from_before_says_what_it_said(tmp_path):
    assert (read_retention(tmp_path, a_library()), read_everyday(tmp_path)) == ({}, {})
    before = "reading-circle: {otherwise: {basis: local}, outcomes: {withdrawn: {years: 2, basis: local}}}"
    assert read_retention(written(tmp_path, before), a_library())["reading-circle"].of("withdrawn").years == 2


@pytest.mark.parametrize(
    "spoilt",
    [
        WHOLE.replace("withdrawn", "vanished"),
        WHOLE.replace("reading-circle", "no-such-process"),
        WHOLE.replace("drafts", "chats"),
        WHOLE.replace("drafts: {days: 30", "login-attempts: {days: 0"),
        WHOLE.replace("documents:", "photographs:"),
        WHOLE.replace("days: 90", "days: -1"),
        WHOLE.replace('basis: "8"', "why: no"),
        "- a list",
        "everywhere: 3",
    ],
)
def test_what_would_keep_something_too_long_or_too_short_by_a_slip_is_refused(tmp_path, spoilt):
    folder = written(tmp_path, spoilt)
    with pytest.raises(BadRetention):
        read_retention(folder, a_library())
