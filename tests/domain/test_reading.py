"""A definition is read, or everything wrong with it is told in plain sentences, each with its line."""

import pytest

from domain.reading import DefinitionError, Problem, check, digest_of, parse, read_process
from domain.values import Text
from tests.domain.club import CLUB, fault, plant, told

AGE = '{type: age, at_least: 18, basis: "1"}'
SPAN = "is not a span: write P12M, P1Y, P30D or P5WD"
NAME = "must be a name of lower-case letters, digits, hyphens and dots"


def test_a_sound_definition_becomes_a_process_with_its_digest():
    process = read_process(CLUB, "club.yaml")

    assert (process.process, process.version, len(process.steps)) == ("club-membership", "1", 7)
    assert process.digest == digest_of(process)
    assert len(process.digest) == 64


def test_a_problem_reads_as_file_line_path_and_sentence():
    faulty = plant(
        (
            'more_than: 1/2, of: eligible, basis: "8"}\n        carried',
            "more_than: half, basis: x}\n        carried",
        )
    )

    with pytest.raises(DefinitionError) as caught:
        read_process(faulty, "club.yaml")

    assert str(caught.value) == (
        "club.yaml:124: stages.joining.steps.vote.quorum.more_than: 'half' is not a share: write 1/2 or 0.5"
    )
    assert caught.value.problems == (
        Problem(
            "club.yaml",
            124,
            "stages.joining.steps.vote.quorum.more_than",
            Text(zh="“half”不是比例：请写作 1/2 或 0.5", en="'half' is not a share: write 1/2 or 0.5"),
        ),
    )


@pytest.mark.parametrize(
    "faulty, says",
    [
        fault("first_standing: guest\n", "", "'first_standing' is missing", "process: club"),
        fault(AGE, "{type: age, at_least: 18}", "'basis' is missing"),
        fault(AGE, '{type: age, at_leest: 1, at_least: 18, basis: "1"}', "unknown key 'at_leest'"),
        fault(AGE, "{type: age, at_least: 18, basis: 1}", "must be text (a number needs quotes): 1"),
        fault(AGE, "{type: age, at_least: old, basis: x}", "must be a whole number: 'old'"),
        fault(AGE, "{type: age, at_least: 18.5, basis: x}", "must be a whole number: '18.5'"),
        fault(AGE, "{type: age, at_least: 1e400, basis: x}", "must be a whole number: '1e400'"),
        fault(AGE, "{type: age, at_least: .nan, basis: x}", "must be a whole number: '.nan'"),
        fault(
            AGE,
            "{type: agee, basis: x}",
            "'agee' is no sort known here: 'age', 'standing', 'restriction', 'count', 'document', 'field', "
            "'unit', 'separation'",
        ),
        fault(AGE, "{at_least: 18, basis: x}", "the key 'type' is missing: it says which sort this is"),
        fault(AGE, "18", "must be a mapping of names to values: 18", "          - 18\n"),
        fault("lasts: P12M", "lasts: 12 months", f"'12 months' {SPAN}"),
        fault("lasts: P12M", "lasts: P99999M", f"'P99999M' {SPAN}"),
        fault("from: 2020-01-01", "from: 2020-02-30", "must be a day such as 2026-05-11: '2020-02-30'"),
        fault(
            "source: national",
            "source: galactic",
            "must be one of 'national', 'practice' or 'local': 'galactic'",
        ),
        fault("min: 1, max: 2", "min: 0, max: 2", "must be at least 1: 0"),
        fault("body: assembly", "body: The Assembly", f"{NAME}: 'The Assembly'"),
        fault("  ill:", "  Very Ill:", NAME),
        fault("needs_reason: true", "needs_reason: perhaps", "must be true or false: 'perhaps'"),
        fault("after: [notice, review]", "after: {notice: review}", "must be a list"),
        fault(
            "{field: application.mobile}",
            "{field: application.mobile, equals: [yes]}",
            "must be text, a whole number, true or false",
        ),
        fault(
            "quorum: {more",
            "quorum: {count: 3, more",
            "a threshold has exactly one of more_than, at_least, count",
        ),
        fault(
            'more_than: 1/2, of: eligible, basis: "8"}\n        c',
            "more_than: 1/0, basis: x}\n        c",
            "'1/0' is not a share: write 1/2 or 0.5",
        ),
        fault(
            'more_than: 1/2, of: eligible, basis: "8"}\n        c',
            "more_than: 1e999999999, basis: x}\n        c",
            "'1e999999999' is not a share: write 1/2 or 0.5",
        ),
        fault("en: Applying", 'en: ""', "must not be empty: ''"),
        fault("by: subject", "by: 3", "must be a list: 3"),
    ],
)
def test_what_is_not_well_formed_is_told_at_its_line(faulty, says):
    assert told(faulty) == [says]


def test_no_and_on_are_words_and_not_truths():
    process = read_process(CLUB.replace("short, long", "no, on, off, yes"), "club.yaml")

    assert process.steps["application"].fields[1].choices == ("no", "on", "off", "yes")


def test_a_version_that_looks_like_a_number_keeps_its_last_zero():
    assert read_process(CLUB.replace('version: "1"', "version: 2026.10"), "club.yaml").version == "2026.10"


def test_the_digest_is_of_the_meaning_and_not_of_the_layout():
    digest = read_process(CLUB, "club.yaml").digest

    assert read_process("# A remark\n" + CLUB.replace("P12M", "P1Y"), "other.yaml").digest == digest
    assert (
        read_process(CLUB.replace("kind: period\n", "kind: period\n        optional: false\n"), "x").digest
        == digest
    )


@pytest.mark.parametrize(
    "old, new",
    [
        ("lasts: P12M", "lasts: P13M"),
        ("en: Talk", "en: Chat"),
        ("kind: decision\n", "kind: record\n"),
        ("entry: assessment, at_least: 2", "entry: assessment, at_least: 1"),
    ],
)
def test_another_meaning_has_another_digest(old, new):
    assert read_process(plant((old, new)), "club.yaml").digest != read_process(CLUB, "club.yaml").digest


def test_everything_wrong_is_told_at_once_in_the_order_of_the_lines():
    faulty = plant(
        ("lasts: P12M", "lasts: x"), (AGE, "{type: age, basis: x}"), ("body: assembly", "body: A B")
    )
    lines = [problem.line for problem in check(faulty, "club.yaml")]

    assert len(lines) == 3
    assert lines == sorted(lines)


def test_a_process_without_a_stage_is_told_so():
    assert told(CLUB[: CLUB.index("stages:\n")] + "stages: []\n") == ["49: must have at least one entry"]


def test_a_definition_with_thousands_of_problems_tells_the_first_ones():
    faulty = CLUB + "".join(f"wrong-{number}: 1\n" for number in range(3000))

    assert len(check(faulty, "club.yaml")) == 200


def test_reading_another_model_tells_its_problems_in_the_same_way():
    with pytest.raises(DefinitionError, match=r"x.yaml:1: zh: must be text \(a number needs quotes\): 1"):
        parse("zh: 1\nen: one\n", "x.yaml", Text)
