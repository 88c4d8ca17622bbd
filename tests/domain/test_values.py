"""The smallest values: how they are copied, and made of parts that are trusted."""

from functools import cached_property

import pytest
from pydantic import PrivateAttr

from domain.reading import digest_of
from domain.values import Value
from tests.builders import a_process


class Pair(Value):
    """Two numbers whose sum is worked out once."""

    one: int
    other: int = 2

    @cached_property
    def total(self) -> int:
        """The sum."""
        return self.one + self.other


class Kept(Pair):
    """The same with something private, which pydantic itself copies."""

    _told: str = PrivateAttr("nothing")


@pytest.mark.parametrize("kind", [Pair, Kept])
@pytest.mark.parametrize("deep", [False, True])
def test_a_copy_with_other_fields_works_out_anew_what_follows_from_them(kind, deep):
    pair = kind(one=1)
    assert pair.total == 3

    copy = pair.model_copy(update={"one": 5}, deep=deep)

    assert (copy.total, pair.total) == (7, 3)
    assert copy == kind(one=5)
    assert copy.model_fields_set == {"one"}


def test_a_definition_with_other_stages_has_other_steps():
    process = a_process()
    before = list(process.steps)

    shorter = process.model_copy(update={"stages": process.stages[:1]})

    assert list(shorter.steps) == [step.id for step in process.stages[0].steps]
    assert list(process.steps) == before


@pytest.mark.parametrize("deep", [False, True])
def test_a_definition_in_which_something_else_stands_has_no_digest_of_another(deep):
    process = a_process()
    assert process.digest == digest_of(process)

    other = process.model_copy(update={"stages": process.stages[:1]}, deep=deep)

    assert other.digest == ""
    assert process.model_copy(deep=deep).digest == process.digest
    assert other.published(digest_of(other)).digest != process.digest


def test_of_parts_that_are_trusted_none_without_a_default_may_be_missing():
    assert Pair.trusted(one=1) == Pair(one=1)
    with pytest.raises(TypeError, match="one"):
        Pair.trusted(other=1)
