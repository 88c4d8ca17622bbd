"""The library links versions, so that each knows which one takes over from it."""

from dataclasses import dataclass
from datetime import date

import pytest

from domain.library import Library, UnknownProcess, UnsoundLibrary
from domain.reading import read_process
from tests.domain.club import CLUB


def edition(version, since, replaces=None, until=None, counts_as="{}"):
    text = CLUB.replace('version: "1"', f'version: "{version}"')
    force = f"{{from: {since}}}" if until is None else f"{{from: {since}, until: {until}}}"
    text = text.replace("{from: 2020-01-01}", force)
    if replaces is not None:
        taken = f'replaces: {{version: "{replaces}", on: {since}, basis: gen, counts_as: {counts_as}}}\n'
        text = text.replace("starts_in: club\n", f"{taken}starts_in: club\n")
    return read_process(text, f"{version}.yaml")


FIRST = edition("1", "2020-01-01")
SECOND = edition("2", "2022-01-01", replaces="1")
THIRD = edition("3", "2024-01-01", replaces="2")


@dataclass(frozen=True)
class ACase:
    process: str
    version: str
    digest: str
    local_before: str | None = None


def test_each_version_knows_its_successor_in_whatever_order_they_come():
    library = Library.of([SECOND, THIRD, FIRST])
    first = library.find("club-membership", "1")

    assert [process.version for process in library.family("club-membership")] == ["1", "2", "3"]
    assert first.successor is not None
    assert first.successor.version == "2"
    assert first.edition("3").digest == THIRD.digest
    assert library.find("club-membership", "3").successor is None


def test_linking_changes_no_digest():
    library = Library.of([FIRST, SECOND])

    assert {process.digest for process in library} == {FIRST.digest, SECOND.digest}
    assert library.by_digest(FIRST.digest).successor is not None


def test_the_same_definition_twice_counts_once():
    assert len(Library.of([FIRST, FIRST])) == 1


def test_each_process_is_named_once_however_many_versions_it_has():
    assert Library.of([SECOND, FIRST]).processes == ("club-membership",)


@pytest.mark.parametrize(
    "day, version",
    [(date(2020, 1, 1), "1"), (date(2021, 12, 31), "1"), (date(2022, 1, 1), "2"), (date(2030, 1, 1), "3")],
)
def test_a_case_starts_under_the_version_in_force_that_day(day, version):
    library = Library.of([FIRST, SECOND, THIRD])

    assert library.for_start("club-membership", day).version == version


def test_before_the_first_version_and_after_the_last_no_case_starts():
    library = Library.of([edition("1", "2020-01-01", until="2021-12-31")])

    assert library.for_start("club-membership", date(2021, 12, 31)).version == "1"
    with pytest.raises(UnknownProcess, match="no version of 'club-membership' was in force on 2019-12-31"):
        library.for_start("club-membership", date(2019, 12, 31))
    with pytest.raises(UnknownProcess):
        library.for_start("club-membership", date(2022, 1, 1))


def test_no_version_stands_in_for_one_with_an_overlay():
    with pytest.raises(UnknownProcess, match=r"no version '1\+north' here"):
        Library.of([FIRST]).for_start("club-membership", date(2021, 1, 1), overlay="north")


def test_a_case_gets_a_definition_from_which_its_present_version_can_be_reached():
    library = Library.of([FIRST, SECOND])
    found = library.for_case(ACase("club-membership", "2", SECOND.digest))

    assert found.edition("2").digest == SECOND.digest


def test_a_version_that_stands_alone_leads_to_itself_only():
    alone = edition("2", "2022-01-01")
    found = Library.of([FIRST, alone]).for_case(ACase("club-membership", "2", alone.digest))

    assert found.version == "2"


def test_a_case_decided_under_other_rules_of_the_same_name_is_not_given_these():
    with pytest.raises(UnknownProcess, match="is not the one the case follows"):
        Library.of([FIRST]).for_case(ACase("club-membership", "1", "0" * 64))


@pytest.mark.parametrize(
    "ask, says",
    [
        (lambda library: library.family("walking"), "no process 'walking' was published here"),
        (lambda library: library.find("club-membership", "9"), "'club-membership' has no version '9' here"),
        (lambda library: library.by_digest("abc"), "no definition with the digest 'abc' was published here"),
        (lambda library: library.for_case(ACase("club-membership", "9", "abc")), "has no version '9' here"),
    ],
)
def test_what_was_never_published_is_told_by_name(ask, says):
    with pytest.raises(UnknownProcess, match=says):
        ask(Library.of([FIRST]))


@pytest.mark.parametrize(
    "processes, says",
    [
        (
            [FIRST, edition("1", "2021-01-01")],
            "club-membership 1 was published twice, with different contents",
        ),
        ([SECOND], "club-membership 2 replaces 1, which is not here"),
        (
            [FIRST, SECOND, edition("2b", "2023-01-01", replaces="1")],
            "club-membership 1 is replaced by both 2 and 2b",
        ),
        (
            [FIRST, edition("2", "2020-01-01", replaces="1")],
            "club-membership 2 replaces 1, which came into force no earlier",
        ),
        (
            [FIRST, edition("2", "2022-01-01", replaces="1", counts_as="{talk: [talk], walk: [talk]}")],
            "club-membership 2: counts_as names the step 'walk', which 1 does not have",
        ),
    ],
)
def test_versions_that_do_not_fit_together_are_refused(processes, says):
    with pytest.raises(UnsoundLibrary) as caught:
        Library.of(processes)

    assert caught.value.problems == (says,)
