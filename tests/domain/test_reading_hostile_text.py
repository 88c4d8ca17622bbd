"""A draft may come from anybody: whatever is sent, the answer is a line and a sentence, and soon."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.marked import GREATEST_DEPTH, LARGEST_TEXT, MOST_NODES, Unreadable, read_marked
from domain.reading import check
from tests.domain.club import CLUB
from tests.thorough import examples


def told(text):
    return [(problem.line, problem.problem.en) for problem in check(text, "draft.yaml")]


@pytest.mark.parametrize(
    "text, line, says",
    [
        ("", 1, "the text is empty"),
        ("# only a remark\n", 1, "the text is empty"),
        ("- a\n- b\n", 1, "a definition is a mapping of names to values"),
        ("just words", 1, "a definition is a mapping of names to values"),
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' is written twice: first on line 1"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins here: one definition a file"),
        ("a: 1\nb: \x00\n", 2, "the text contains a character that cannot be printed"),
        ("a: 1\nb: \ud800\n", 2, "the text contains a character that cannot be printed"),
        ('a: 1\nb: "\\0"\n', 2, "the text contains a character that cannot be printed"),
        ('a: 1\nb: "\\ud800"\n', 2, "the text contains a character that cannot be printed"),
        ('a: 1\n"\\ud800": 2\n', 2, "the text contains a character that cannot be printed"),
        ("a: *b\n", 1, "*b refers to nothing written before"),
        ("a: &b [*b]\n", 1, "*b refers to nothing written before"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "a tag such as !!str has no place in a definition"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "merging with << has no place in a definition"),
        ("? [a, b]\n: 1\n", 1, "a key must be plain text"),
        ("a: b: c\n", 1, "not YAML: mapping values are not allowed here"),
        ("a: 1\n\tb: 2\n", 2, "not YAML: found character '\\t' that cannot start any token"),
        ("a: 'never closed\n", 2, "not YAML: found unexpected end of stream"),
        ("%YAML 9.0\n---\na: 1\n", 1, "not YAML: found incompatible YAML document (version 1.* is required)"),
        ('a: "\\UFFFFFFFF"\n', 1, "not YAML: an escape or a number in it has no meaning"),
    ],
)
def test_what_is_no_definition_at_all_is_told_with_its_line(text, line, says):
    assert told(text) == [(line, says)]


def test_a_text_that_is_too_long_is_not_read():
    assert told("#" * LARGEST_TEXT + "\n") == [(1, f"the text is longer than {LARGEST_TEXT} bytes")]


def test_a_deep_nest_is_not_followed():
    assert told("a: " + "[" * 2000 + "]" * 2000) == [(1, f"nested deeper than {GREATEST_DEPTH} levels")]
    assert told("- " * 5000 + "a") == [(1, f"nested deeper than {GREATEST_DEPTH} levels")]


def test_aliases_that_double_again_and_again_are_counted_before_they_are_written_out():
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]

    ((line, says),) = told("\n".join(lines))

    assert says == f"more than {MOST_NODES} values: no definition needs so many"
    assert line < 20


def test_an_alias_repeats_what_was_written_and_keeps_its_line():
    shared = CLUB.replace("title: {zh: 谈话, en: Talk}", "title: &talk {zh: 谈话, en: Talk}")

    assert told(shared.replace("title: {zh: 公示, en: Notice}", "title: *talk")) == []


def test_a_million_bytes_of_values_are_answered_soon():
    text = "a: [" + "1, " * 330_000 + "1]"
    begun = time.perf_counter()

    assert told(text) == [(1, f"more than {MOST_NODES} values: no definition needs so many")]
    assert time.perf_counter() - begun < 20


@settings(max_examples=examples(120, 1_000), deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{},&*!?|>'\"%@`# \n\t\\0x1~<\ud800\x00中"), max_size=60))
def test_no_text_brings_the_reader_down(text):
    with suppress(Unreadable):
        read_marked(text)


@settings(max_examples=examples(40, 400), deadline=None)
@given(st.data())
def test_no_damage_to_a_definition_brings_the_checker_down(data):
    lines = CLUB.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    match data.draw(st.sampled_from(["drop", "double", "swap", "value", "dedent"])):
        case "drop":
            del lines[at]
        case "double":
            lines.insert(at, lines[at])
        case "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        case "value":
            key, _, _ = lines[at].partition(":")
            value = data.draw(
                st.sampled_from(["", "x", "3", "[]", "{}", "[x]", "true", "P1M", "vote", "{a: b}"])
            )
            lines[at] = f"{key}: {value}"
        case "dedent":
            lines[at] = lines[at][2:]

    for problem in check("\n".join(lines), "club.yaml"):
        assert 1 <= problem.line <= len(lines) + 1
        assert problem.problem.zh
        assert problem.problem.en
