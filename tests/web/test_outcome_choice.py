"""Which outcomes the form of a meeting offers."""

import pytest

from domain.steps import MeetingStep
from web.drawing import templates
from web.forms import Filled

FORM = '{% from "cases/asked.html" import outcome_field %}{{ outcome_field(step, outcomes, given, none) }}'


@pytest.mark.parametrize(
    "motions, by_numbers", [({"carried": "next"}, True), ({"convert": "next", "extend": "again"}, False)]
)
def test_the_numbers_alone_are_an_outcome_only_where_there_is_one_motion(motions, by_numbers):
    outcomes = {**motions, "lost": "again"}
    step = MeetingStep.model_validate(
        {
            "id": "vote",
            "kind": "meeting",
            "title": {"zh": "表决", "en": "Vote"},
            "by": ["subject"],
            "body": "all",
            "carried": {"more_than": "1/2", "of": "eligible", "basis": "1"},
            "outcomes": outcomes,
        }
    )
    offered = [{"outcome": one, "title": step.title, "needs_reason": False} for one in outcomes]
    drawn = templates("zh").from_string(FORM).render(step=step, outcomes=offered, given=Filled())
    assert ("以票数为准" in drawn) is by_numbers
    assert ('value=""' in drawn) is by_numbers
