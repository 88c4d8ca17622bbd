"""Each row plants one fault: a name used twice or reserved, an unknown setting, a figure beyond reason."""

import pytest

from tests.domain.club import CLUB, fault, plant, told

TALK = "      - id: talk\n"
TWICE = "- {id: assessment, title: {zh: 一, en: x}, by: [subject], basis: gen}"
ZONE = "starts_in: club\n"
REPLACES = 'replaces: {version: "0", on: 2020-01-01, basis: gen'
ITSELF = REPLACES.replace('"0"', '"1"')
EARLY = REPLACES.replace("2020", "2019")


@pytest.mark.parametrize(
    "faulty, says",
    [
        fault(
            "        by: league.clerk\n",
            "        by: league.clerk\n        materials: [minutes, minutes]\n",
            "there is another material 'minutes' before this one",
            "materials: [minutes, minutes]",
        ),
        fault(
            "{id: track,",
            "{id: mobile,",
            "there is another field 'mobile' before this one",
            "{id: mobile, title: {zh: 类别",
        ),
        fault(
            "        extension: {",
            f"          {TWICE}\n        extension: {{",
            "there is another entry 'assessment' before this one",
            "- {id: assessment",
        ),
        fault(
            "  - id: applying\n",
            "  - id: joining\n",
            "there is another stage 'joining' before this one",
            "  - id: joining\n    title: {zh: 入会",
        ),
        fault(
            "{id: track,",
            "{id: tra.ck,",
            "the name 'tra.ck' must not contain a dot: dots join names to parts",
        ),
        fault("  - id: applying\n", "  - id: case\n", "the name 'case' means something else already"),
        fault(ZONE, "time_zone: Mars/Olympus\nstarts_in: club\n", "there is no time zone 'Mars/Olympus'"),
        fault(
            ZONE, "time_zone: ../../etc/passwd\nstarts_in: club\n", "there is no time zone '../../etc/passwd'"
        ),
        fault(
            ZONE, "calendar: mars\nstarts_in: club\n", "there is no calendar 'mars'; there are: cn, weekdays"
        ),
        fault(
            "{from: 2020-01-01}",
            "{from: 2020-01-01, until: 2019-01-01}",
            "is before the day on which the version comes into force",
        ),
        fault(
            ZONE,
            f"{ITSELF}}}\n{ZONE}",
            "a version cannot replace itself",
            "replaces:",
        ),
        fault(
            ZONE,
            f"{EARLY}}}\n{ZONE}",
            "takes running cases over before the version comes into force",
            "replaces:",
        ),
        fault(
            ZONE, f"{REPLACES}, counts_as: {{old: [new]}}}}\n{ZONE}", "there is no step 'new'", "replaces:"
        ),
        fault("{type: age, at_least: 18,", "{type: age, at_least: 99999999,", "must be at most 10000"),
        fault(
            "{type: age, at_least: 18,",
            "{type: age, at_least: '99999999999999999999',",
            "must be at most 10000",
        ),
    ],
)
def test_a_name_or_setting_that_cannot_be_is_told_at_its_line(faulty, says):
    assert told(faulty) == [says]


def test_two_steps_of_one_name_are_told_at_the_second():
    faulty = plant((TALK, "      - id: application\n"))
    second = 1 + faulty[: faulty.rindex("- id: application")].count("\n")

    assert f"{second}: there is another step 'application' before this one" in told(faulty)


def test_two_rules_of_one_name_are_told_wherever_they_stand():
    faulty = plant(
        ('{type: age, at_least: 18, basis: "1"}', '{id: same, type: age, at_least: 18, basis: "1"}'),
        (
            'due: {within: P1M, of: notice.ends, basis: "7"}',
            "due: {id: same, within: P1M, of: notice.ends, basis: gen}",
        ),
    )
    second = 1 + faulty[: faulty.rindex("id: same")].count("\n")

    assert told(faulty) == [f"{second}: there is another rule 'same' before this one"]


def test_a_threshold_has_a_name_of_its_own_as_well():
    faulty = plant(
        (
            'quorum: {more_than: 1/2, of: eligible, basis: "8"}',
            "quorum: {id: same, more_than: 1/2, basis: x}",
        ),
        (
            'carried: {more_than: 1/2, of: eligible, basis: "8"}',
            "carried: {id: same, more_than: 1/2, basis: x}",
        ),
    )
    second = 1 + faulty[: faulty.rindex("id: same")].count("\n")

    assert told(faulty) == [f"{second}: there is another rule 'same' before this one"]


def test_a_definition_with_hundreds_of_steps_is_told_so_and_nothing_else():
    more = "".join(
        f"      - {{id: more-{number}, kind: record, title: {{zh: 多, en: More}}, by: subject}}\n"
        for number in range(300)
    )

    assert told(CLUB.replace(TALK, more + TALK)) == ["49: more than 300 steps"]
