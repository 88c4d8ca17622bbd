"""What is remembered belongs to the very values it was worked out of, and is let go of in time."""

from __future__ import annotations

from domain.remembering import remembered
from domain.values import Text


def test_the_same_values_are_worked_on_once() -> None:
    worked = []

    @remembered(4)
    def length(text: Text) -> int:
        worked.append(text)
        return len(text.en)

    one, equal = Text(zh="一", en="one"), Text(zh="一", en="one")
    assert [length(one), length(one)] == [3, 3]
    assert len(worked) == 1
    length(equal)
    assert len(worked) == 2


def test_an_argument_is_kept_so_that_no_other_takes_its_place() -> None:
    @remembered(1000)
    def own(text: Text) -> str:
        return text.en

    for number in range(300):
        assert own(Text(zh="数", en=str(number))) == str(number)


def test_no_more_is_remembered_than_was_said() -> None:
    worked = []

    @remembered(2)
    def own(text: Text) -> str:
        worked.append(text.en)
        return text.en

    first, second, third = (Text(zh="数", en=str(number)) for number in range(3))
    for text in (first, second, third, first):
        assert own(text) == text.en
    assert worked == ["0", "1", "2", "0"]


def test_arguments_by_name_are_answered_too() -> None:
    @remembered(2)
    def joined(one: Text, other: Text) -> str:
        return one.en + other.en

    assert joined(Text(zh="一", en="a"), other=Text(zh="二", en="b")) == "ab"


def test_a_copied_value_differs_in_what_was_put_in_and_leaves_the_first_alone() -> None:
    before = Text(zh="一", en="one")
    after = before.model_copy(update={"en": "uno"})
    assert (before.en, after.en, after.zh) == ("one", "uno", "一")
    assert after == Text(zh="一", en="uno")
    assert before.model_copy() == before
    assert before.model_copy(deep=True) == before
