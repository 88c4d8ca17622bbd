"""Rules that keep people apart, grounds to leave them out: what is unsound, and what tightens them."""

from __future__ import annotations

from typing import Any

import pytest

from domain import soundness
from domain.process import Process
from domain.tightening import loosened
from tests.domain.walking import guild, record, step

KIN = {"id": "kin", "relations": ["spouse", "sibling"], "also": ["look"], "basis": "9"}
ILL = {"zh": "病", "en": "Ill", "consent": "late", "basis": "7"}


def process(rule: dict[str, Any] | None = None, **changes: Any) -> Process:
    rules = [] if rule is None else [{"type": "separation", "basis": "9", "id": "apart", **rule}]
    made = {"recusal": KIN, "grounds": {"ill": ILL}, "whole_case": {"appeal": ["subject"]}}
    steps = (record("look"), record("ask", by=["council.clerk"], rules=rules))
    return guild(*steps, **{**made, **changes})


def flaws(found: Process) -> set[str]:
    return {flaw.problem.en for flaw in soundness.problems(found)}


@pytest.mark.parametrize(
    "rule,says",
    [
        ({}, "separates nothing: name steps, stages, kinds of unit or case roles"),
        ({"stages": ["none"]}, "there is no stage 'none'"),
        ({"unit_kinds": ["tower"]}, "there is no unit kind 'tower'"),
        ({"unit_kinds": ["council"]}, "everybody who may act here acts for a council himself"),
        ({"steps": ["look"], "who": "named"}, "ask is of kind record and names nobody"),
    ],
)
def test_a_separation_that_separates_nothing_or_everybody_is_unsound(rule: Any, says: str) -> None:
    assert says in flaws(process(rule))


def test_a_stage_is_kept_apart_from_a_later_one_only() -> None:
    own = process().stages[0].id
    assert f"{own} is not over by then" in flaws(process({"stages": [own]}))


def test_keeping_apart_after_an_appeal_takes_somebody_who_may_appeal() -> None:
    assert "nobody may appeal, so nothing is reopened" in flaws(
        process({"before_an_appeal": True}, whole_case={"withdraw": ["subject"]})
    )
    assert "nobody may appeal, so nothing is reopened" not in flaws(process({"before_an_appeal": True}))


@pytest.mark.parametrize(
    "recusal,says",
    [
        ({"relations": []}, "keeps nobody out: name relations"),
        ({"also": ["none"]}, "there is no step 'none'"),
    ],
)
def test_a_recusal_of_nobody_or_from_nothing_is_unsound(recusal: Any, says: str) -> None:
    assert says in flaws(process(recusal={**KIN, **recusal}))


def test_relatives_keep_out_of_every_decision_without_its_being_named() -> None:
    judge = step("decision", "judge", by="lodge.elder")
    found = flaws(guild(judge, recusal={**KIN, "also": ["judge"]}))
    assert "judge is of kind decision: relatives keep out anyway" in found


@pytest.mark.parametrize(
    "changes,tightens",
    [
        ({}, True),
        ({"recusal": {**KIN, "relations": ["spouse", "sibling", "child"], "noted": "block"}}, True),
        ({"recusal": {**KIN, "also": ["look", "ask"]}}, True),
        ({"recusal": {**KIN, "relations": ["spouse"]}}, False),
        ({"recusal": {**KIN, "also": []}}, False),
        ({"recusal": None}, False),
        ({"grounds": {"ill": {**ILL, "consent": "block", "resolution": "finding"}}}, True),
        ({"grounds": {}}, True),
        ({"grounds": {"ill": {**ILL, "consent": "finding"}}}, False),
        ({"grounds": {"ill": {**ILL, "consent": None}}}, False),
        ({"grounds": {"ill": {**ILL, "en": "Tired"}}}, False),
        ({"grounds": {"ill": ILL, "busy": {"zh": "忙", "en": "Busy"}}}, False),
    ],
)
def test_an_overlay_asks_more_of_grounds_and_keeps_more_relatives_out(changes: Any, tightens: bool) -> None:
    assert (tuple(loosened(process(), process(**changes))) == ()) is tightens


@pytest.mark.parametrize(
    "local,tightens",
    [
        ({"unit_kinds": ["lodge"], "steps": ["look"]}, True),
        ({"unit_kinds": ["lodge"], "anywhere": True}, True),
        ({"unit_kinds": ["lodge"], "level": "block"}, True),
        ({"steps": ["look"]}, False),
        ({"unit_kinds": ["lodge"], "who": "named"}, False),
    ],
)
def test_a_separation_is_tightened_by_keeping_more_apart(local: Any, tightens: bool) -> None:
    base = process({"unit_kinds": ["lodge"], "level": "late"})
    found = tuple(loosened(base, process({"level": "late", **local})))
    assert (found == ()) is tightens
