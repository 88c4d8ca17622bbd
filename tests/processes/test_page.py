"""The page about processes speaks of everything that a definition or a scenario may say."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from domain.reading import read_process
from domain.rules import Rule
from domain.scenarios import Ending, Scenario, ScenarioAct, read_scenarios
from domain.steps import MeetingStep, NoticeStep, PeriodStep, Step
from tests.processes.shipped import MEMBERSHIP, PROCESSES, library, played

PAGE = (PROCESSES.parent / "docs" / "processes.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[A-Za-z0-9_.-]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))


@pytest.mark.parametrize("edition", library().family(MEMBERSHIP), ids=lambda edition: edition.version)
def test_every_step_of_membership_is_explained(edition):
    assert set(edition.steps) - WORDS == set()


def test_every_kind_of_step_and_rule_is_explained():
    kinds = {variant.model_fields["kind"].default for variant in get_args(get_args(Step)[0])}
    types = {variant.model_fields["type"].default for variant in get_args(get_args(Rule)[0])}
    assert kinds == {"record", "decision", "meeting", "notice", "period", "appoint"}
    assert (kinds | types) - WORDS == set()


@pytest.mark.parametrize("model", [MeetingStep, NoticeStep, PeriodStep, ScenarioAct, Ending])
def test_every_key_is_named(model: Any):
    assert set(model.model_fields) - WORDS == set()


def test_every_key_of_a_scenario_stands_in_the_example_or_is_named():
    example = set(re.findall(r"^([a-z]+):", PAGE, flags=re.MULTILINE))
    assert set(Scenario.model_fields) - WORDS - example == set()


def test_the_whole_definition_to_begin_with_is_sound_and_goes_as_its_scenario_says():
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (written,) = (block for block in blocks if block.startswith("process:"))
    (organisation,) = (block for block in blocks if block.startswith("units:"))
    (ordinary,) = (block for block in blocks if block.startswith("title: Asked too early"))
    told = read_scenarios({"organisation": organisation, "ordinary": ordinary})["ordinary"]
    assert played("book-club", told, read_process(written, "1.yaml")).unmet == ()
