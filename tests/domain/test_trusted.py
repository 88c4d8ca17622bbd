"""Values made of parts that are trusted: the same values, without another look at their parts."""

import pytest

from domain.case import Case, StepState
from domain.drafting import Signature
from domain.waiting import Assignee


@pytest.mark.parametrize(
    "kind, parts",
    [
        (Assignee, {"actor": "subject", "people": ("a",)}),
        (Assignee, {"role": "secretary", "actor": "branch.secretary", "unit": "u"}),
        (Signature, {"person": "a"}),
    ],
)
def test_a_trusted_value_is_the_one_that_would_have_been_looked_at(kind, parts):
    trusted, known = kind.trusted(**parts), kind(**parts)
    assert trusted == known
    assert trusted.model_dump_json() == known.model_dump_json()
    assert trusted.model_fields_set == known.model_fields_set
    assert trusted.model_copy() == known


@pytest.mark.parametrize(
    "kind, parts", [(Assignee, {}), (Case, {"id": "a"}), (StepState, {"id": "s", "opened_on": None})]
)
def test_a_value_that_lacks_a_part_is_none(kind, parts):
    with pytest.raises(TypeError, match="lacks"):
        kind.trusted(**parts)
