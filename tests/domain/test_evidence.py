"""What an act hands in: fields, materials, typed rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.acts import EntryRecord, MeetingRecord
from domain.circumstances import PersonFacts, UnitRef
from domain.evidence import LARGEST_NUMBER, LONGEST_TEXT, check_fields, is_day
from domain.refusals import DocumentMissing, FieldInvalid, NotEligible, NotPossible, ReasonRequired
from domain.steps import FieldSpec
from tests.domain.walking import Walk, at_step, guild, record, step, text
from tests.domain.world import SUBJECT

DAY = date(2026, 6, 1)


def spec(sort: str, **more: Any) -> FieldSpec:
    return FieldSpec.model_validate({"id": "answer", "title": text("Answer"), "type": sort, **more})


def checked(one: FieldSpec, value: Any, outcome: str | None = None) -> Any:
    return check_fields("ask", (one,), {"answer": value}, outcome)


@pytest.mark.parametrize(
    "sort,value,more",
    [
        ("boolean", False, {}),
        ("date", "2024-02-29", {}),
        ("integer", 6, {"at_least": 6, "at_most": 12}),
        ("integer", 12, {"at_least": 6, "at_most": 12}),
        ("integer", -3, {}),
        ("integer", LARGEST_NUMBER, {}),
        ("choice", "short", {"choices": ["short", "long"]}),
    ],
)
def test_an_answer_of_the_right_sort_is_a_value_rules_may_look_at(sort: str, value: Any, more: Any) -> None:
    answers = checked(spec(sort, **more), value)
    assert (answers.values, answers.texts) == ({"answer": value}, {})


@pytest.mark.parametrize("value", ["words", "x" * LONGEST_TEXT])
def test_free_text_is_kept_apart_from_the_values(value: str) -> None:
    answers = checked(spec("text"), value)
    assert (answers.values, answers.texts) == ({}, {"answer": value})


@pytest.mark.parametrize(
    "sort,value,more",
    [
        ("boolean", "yes", {}),
        ("boolean", 1, {}),
        ("date", "2026-02-30", {}),
        ("date", "20260601", {}),
        ("date", 5, {}),
        ("integer", True, {}),
        ("integer", "7", {}),
        ("integer", 5, {"at_least": 6}),
        ("integer", 13, {"at_most": 12}),
        ("integer", LARGEST_NUMBER + 1, {}),
        ("integer", -LARGEST_NUMBER - 1, {}),
        ("choice", "middling", {"choices": ["short"]}),
        ("text", 7, {}),
        ("text", "x" * (LONGEST_TEXT + 1), {}),
    ],
)
def test_an_answer_of_the_wrong_sort_is_refused_without_repeating_it(
    sort: str, value: Any, more: Any
) -> None:
    with pytest.raises(FieldInvalid) as refused:
        checked(spec(sort, basis="9", **more), value)
    assert (refused.value.rule, refused.value.basis) == ("ask.answer", "9")
    assert refused.value.passes_when is not None
    assert "middling" not in refused.value.detail.en


def test_bounds_are_told_as_far_as_there_are_any() -> None:
    with pytest.raises(FieldInvalid) as low:
        checked(spec("integer", at_least=6), 5)
    assert low.value.detail.en == "Answer lies between 6 and any."
    with pytest.raises(FieldInvalid) as high:
        checked(spec("integer", at_most=12), 13)
    assert high.value.detail.en == "Answer lies between any and 12."


@pytest.mark.parametrize("empty", [None, "", "   ", "\n"])
def test_a_required_answer_that_is_blank_is_missing(empty: Any) -> None:
    assert checked(spec("text"), empty).texts == {}
    with pytest.raises(FieldInvalid) as refused:
        checked(spec("text", required=True), empty)
    assert refused.value.detail.en == "Answer is required."


def test_an_answer_may_be_required_for_some_outcomes_only() -> None:
    one = spec("integer", required=True, for_outcomes=["extend"])
    assert checked(one, None, "convert").values == {}
    with pytest.raises(FieldInvalid):
        checked(one, None, "extend")


def test_a_field_the_step_does_not_know_is_refused() -> None:
    with pytest.raises(FieldInvalid) as refused:
        check_fields("ask", (spec("text"),), {"other": "x"}, None)
    assert refused.value.rule == "ask.fields"
    with pytest.raises(FieldInvalid) as none:
        check_fields("ask", (), {"other": "x"}, None)
    assert none.value.detail.en.endswith("there are: -")


@pytest.mark.parametrize(
    "value,so",
    [("2026-06-01", True), ("2026-6-1", False), ("2026-W23-1", False), (20260601, False), (None, False)],
)
def test_a_day_is_written_in_full(value: Any, so: bool) -> None:
    assert is_day(value) is so


def asked(*rules: Any, **more: Any) -> Walk:
    return Walk(guild(record("ask", rules=list(rules), **more)), DAY)


def test_a_material_that_blocks_must_be_handed_in() -> None:
    walk = asked(materials=["letter"])
    refused = walk.refused("ask", materials={})
    assert isinstance(refused, DocumentMissing)
    assert (refused.rule, refused.basis) == ("ask.letter", "gen")
    walk.do("ask")
    assert walk.case.held == ("letter",)


def test_a_kind_without_a_document_is_not_handed_in() -> None:
    walk = asked(materials=[{"id": "letter", "required": False}, "minutes"])
    assert isinstance(walk.refused("ask", materials={"letter": (), "minutes": ()}), DocumentMissing)
    walk.do("ask", materials={"letter": (), "minutes": ("digest",)})
    assert walk.case.held == ("minutes",)


def test_a_document_rule_looks_at_documents_not_at_names() -> None:
    rule = {"type": "document", "materials": ["letter"], "basis": "6"}
    walk = asked(rule, materials=[{"id": "letter", "required": False}])
    refused = walk.refused("ask", materials={"letter": ()})
    assert isinstance(refused, DocumentMissing)
    assert refused.detail.en == "Missing: Letter"
    assert walk.do("ask", materials={"letter": ("digest",)})


def test_a_material_no_process_knows_is_refused() -> None:
    refused = asked(materials=["letter"]).refused("ask", materials={"photo": ("digest",)})
    assert refused.rule == "ask.materials"
    assert "letter" in refused.detail.en
    assert asked().refused("ask", materials={"photo": ("digest",)}).detail.en.endswith("asks for: -")


def test_a_late_material_passes_with_a_reason() -> None:
    walk = asked(materials=[{"id": "letter", "level": "late"}])
    refused = walk.refused("ask", materials={}, reason="  ")
    assert isinstance(refused, ReasonRequired)
    assert (refused.rule, refused.level) == ("ask.letter", "late")
    done = walk.do("ask", materials={}, reason="follows")[0].body
    assert [(w.rule, w.level) for w in done.warnings] == [("ask.letter", "late")]  # type: ignore[union-attr]


def test_a_finding_passes_without_a_reason() -> None:
    walk = asked(materials=[{"id": "letter", "level": "finding"}])
    done = walk.do("ask", materials={}, reason=None)[0].body
    assert [w.level for w in done.warnings] == ["finding"]  # type: ignore[union-attr]


def test_a_material_may_be_asked_for_some_outcomes_or_under_a_condition_only() -> None:
    both = {"yes": "next", "no": "next"}
    walk = asked(materials=[{"id": "letter", "for_outcomes": ["yes"]}], outcomes=both)
    assert walk.refused("ask", outcome="yes", materials={}).rule == "ask.letter"
    assert walk.do("ask", outcome="no", materials={})
    never = asked(materials=[{"id": "letter", "when": {"no_unit": "lodge"}}])
    assert never.do("ask", materials={})


def test_a_material_held_already_need_not_come_again_in_the_first_round() -> None:
    first = record("give", materials=["letter"])
    again = record("ask", materials=["letter"], outcomes={"done": "next", "more": {"again": True}})
    walk = Walk(guild(first, again), DAY)
    walk.do("give")
    walk.do("ask", outcome="more", materials={})
    assert walk.refused("ask", outcome="done", materials={}).rule == "ask.letter"
    assert walk.do("ask", outcome="done")


def born(day: date | None) -> Any:
    return (PersonFacts(id=SUBJECT, standing="guest", born_on=day),)


@pytest.mark.parametrize("birth,passes", [(date(2008, 6, 1), True), (date(2008, 6, 2), False), (None, False)])
def test_somebody_is_eighteen_on_the_day_of_the_birthday(birth: Any, passes: bool) -> None:
    walk = asked({"type": "age", "at_least": 18, "basis": "5"})
    act = walk.act("ask", known=walk.known("lodge.warden", people=born(birth)))
    if passes:
        assert walk.take(act)
    else:
        refused = walk.refused_act(act)
        assert isinstance(refused, NotEligible)
        assert (refused.rule, refused.basis) == ("ask.age", "5")


def test_an_unknown_person_has_no_age() -> None:
    walk = asked({"type": "age", "at_least": 18, "basis": "5"})
    assert (
        "No date of birth"
        in walk.refused_act(walk.act("ask", known=walk.known("lodge.warden", people=()))).detail.en
    )


def test_somebody_born_on_the_29th_of_february_is_of_age_on_the_28th() -> None:
    walk = asked({"type": "age", "at_least": 18, "basis": "5"})
    walk.day = date(2026, 2, 28)
    walk = Walk(walk.process, date(2026, 2, 27))
    known = walk.known("lodge.warden", people=born(date(2008, 2, 29)))
    assert walk.refused_act(walk.act("ask", known=known)).rule == "ask.age"
    assert walk.take(walk.act("ask", date(2026, 2, 28), known=known), date(2026, 2, 28))


def test_the_standing_of_the_person_is_that_of_the_day() -> None:
    walk = asked({"type": "standing", "who": "subject", "standing": "mason", "basis": "7"})
    assert walk.refused("ask").detail.en == "Somebody is not a Mason on that day."
    people = (PersonFacts(id=SUBJECT, standing="mason"),)
    assert walk.take(walk.act("ask", known=walk.known("lodge.warden", people=people)))


def test_somebody_in_a_case_role_whom_the_register_does_not_know_has_no_standing() -> None:
    rule = {"type": "standing", "who": "sponsors", "standing": "mason", "basis": "7"}
    walk = Walk(guild(step("appoint", "name", role="sponsors"), record("ask", rules=[rule])), DAY)
    walk.do("name")
    assert (
        walk.refused_act(walk.act("ask", known=walk.known("lodge.warden", people=()))).rule == "ask.standing"
    )
    assert walk.do("ask")


def test_a_restriction_bars_whoever_is_under_it() -> None:
    walk = asked({"type": "restriction", "who": "subject", "none_of": ["banned"], "basis": "7"})
    for kind, passes in (("warned", True), ("banned", False)):
        people = (PersonFacts(id=SUBJECT, standing="guest", restrictions=(kind,)),)
        act = walk.act("ask", known=walk.known("lodge.warden", people=people))
        if not passes:
            refused = walk.refused_act(act)
            assert (refused.rule, refused.detail.en) == (
                "ask.restriction",
                "Somebody is under a restriction: Banned",
            )


@pytest.mark.parametrize("answer,passes", [(True, True), (False, False), (None, False)])
def test_a_field_may_have_to_be_a_certain_answer(answer: Any, passes: bool) -> None:
    field = {"id": "heard", "title": text("Heard"), "type": "boolean"}
    walk = asked({"type": "field", "field": "heard", "equals": True, "basis": "7"}, fields=[field])
    if passes:
        assert walk.do("ask", fields={"heard": answer})
    else:
        refused = walk.refused("ask", fields={"heard": answer})
        assert isinstance(refused, FieldInvalid)
        assert refused.rule == "ask.field"


@pytest.mark.parametrize("number,passes", [(None, True), (2, True), (5, True), (1, False), (6, False)])
def test_a_field_may_have_bounds_by_rule_and_pass_when_it_is_empty(number: Any, passes: bool) -> None:
    field = {"id": "signatures", "title": text("Signatures"), "type": "integer"}
    walk = asked(
        {"type": "field", "field": "signatures", "at_least": 2, "at_most": 5, "basis": "7"}, fields=[field]
    )
    if passes:
        assert walk.do("ask", fields={"signatures": number})
    else:
        assert walk.refused("ask", fields={"signatures": number}).rule == "ask.field"


@pytest.mark.parametrize("leaves,warned", [("2026-08-31", True), ("2026-09-01", False), (None, False)])
def test_a_day_may_have_to_lie_some_time_after_the_act(leaves: Any, warned: bool) -> None:
    field = {"id": "leaves", "title": text("Leaves"), "type": "date"}
    rule = {"type": "field", "field": "leaves", "after_act": "P3M", "level": "finding", "basis": "18"}
    done = asked(rule, fields=[field]).do("ask", fields={"leaves": leaves})[0].body
    assert [w.rule for w in done.warnings] == (["ask.field"] if warned else [])  # type: ignore[union-attr]


def test_two_rules_of_a_sort_have_names_of_their_own() -> None:
    field = {"id": "signatures", "title": text("Signatures"), "type": "integer"}
    rules = [{"type": "field", "field": "signatures", "at_least": at, "basis": "7"} for at in (1, 3)]
    assert asked(*rules, fields=[field]).refused("ask", fields={"signatures": 2}).rule == "ask.field-2"
    assert asked(*rules, fields=[field]).refused("ask", fields={"signatures": 0}).rule == "ask.field"


def test_a_rule_s_own_id_and_sentence_come_first_and_what_would_pass_is_told() -> None:
    rule = {"id": "grown", "type": "age", "at_least": 18, "basis": "5", "says": text("Come back grown")}
    walk = asked(rule)
    refused = walk.refused_act(walk.act("ask", known=walk.known("lodge.warden", people=born(DAY))))
    assert (refused.rule, refused.detail.en) == ("grown", "Come back grown")
    assert refused.passes_when is not None
    assert refused.passes_when.en == "The person must be at least 18 years old."


def test_a_rule_applies_only_under_its_condition() -> None:
    rule = {"type": "age", "at_least": 99, "basis": "5"}
    assert asked({**rule, "when": {"no_unit": "lodge"}}).do("ask")
    assert asked({**rule, "when": {"unit": "lodge"}}).refused("ask").rule == "ask.age"


@pytest.mark.parametrize(
    "rule,quality,says",
    [
        ({"may_approve": True}, {}, "This Council has no power to approve."),
        ({"temporary": False}, {"temporary": True}, "A temporary Council cannot do this."),
        ({"full_members_at_least": 3}, {"full_members": 2}, "The Council has fewer than 3 full members."),
    ],
)
def test_a_unit_may_lack_what_a_rule_asks_of_it(rule: Any, quality: Any, says: str) -> None:
    walk = asked({"type": "unit", "unit": "council", "basis": "22", **rule})
    path = (walk.case.path[0], UnitRef(id="u-council", kind="council", **quality))
    refused = walk.refused_act(walk.act("ask", known=walk.known("lodge.warden", path=path)))
    assert isinstance(refused, NotPossible)
    assert (refused.rule, refused.basis, refused.detail.en) == ("ask.unit", "22", says)
    good = {"may_approve": True, "temporary": False, "full_members": 3}
    path = (walk.case.path[0], UnitRef.model_validate({"id": "u-council", "kind": "council", **good}))
    assert walk.take(walk.act("ask", known=walk.known("lodge.warden", path=path)))


def test_a_unit_is_judged_as_it_is_that_day_not_as_it_was_when_the_case_began() -> None:
    walk = asked({"type": "unit", "unit": "council", "may_approve": True, "basis": "22"})
    without = (walk.case.path[0], UnitRef(id="u-council", kind="council", may_approve=False))
    assert walk.case.path[1].may_approve
    assert walk.why_not("ask", walk.known("lodge.warden")) is None
    refused = walk.why_not("ask", walk.known("lodge.warden", path=without))
    assert refused is not None
    assert refused.rule == "ask.unit"


def test_a_unit_that_is_not_there_has_no_qualities() -> None:
    process = guild(record("ask", rules=[{"type": "unit", "unit": "council", "basis": "22"}]))
    assert Walk(process, DAY, kinds=("lodge",)).refused("ask").detail.en == "There is no Council."


def test_a_count_of_entries_is_asked_in_the_words_of_the_step() -> None:
    duty = {"id": "report", "title": text("Report"), "by": ["lodge.warden"], "basis": "5"}
    period = step("period", "trial", starts="apply", lasts="P1D", basis="5", entries=[duty])
    rule = {"type": "count", "step": "trial", "entry": "report", "at_least": 1, "basis": "5"}
    walk = Walk(guild(period, record("ask", after="apply", rules=[rule])), DAY)
    refused = walk.refused("ask")
    assert (refused.rule, refused.detail.en) == ("ask.count", "Trial needs 1 entries, there are 0.")
    assert walk.open("ask").blocked is not None
    walk.entry("trial", "report", DAY)
    assert walk.open("ask").blocked is None
    assert walk.do("ask")


def test_an_entry_is_no_way_to_complete_a_step_that_takes_none() -> None:
    refused = asked().refused("ask", entry=EntryRecord(kind="report"))
    assert (refused.rule, refused.detail.en) == ("ask.entry", "This step takes no entries.")


def test_membership_is_not_granted_on_papers_that_are_only_named() -> None:
    walk = at_step("branch-vote")
    full = walk.act("branch-vote")
    assert isinstance(full.meeting, MeetingRecord)
    assert walk.refused("branch-vote", materials={"branch-minutes": ()}).rule == "branch-vote.branch-minutes"


def test_a_choice_is_called_by_its_title_where_it_has_one() -> None:
    titled = {"long": {"zh": "长期", "en": "Long"}, "short": {"zh": "短期", "en": "Short"}}
    track = spec("choice", choices=titled)
    assert track.choices == ("long", "short")
    assert track.choice_title("short").zh == "短期"
    with pytest.raises(FieldInvalid) as caught:
        checked(track, "middling")
    assert "应为下列之一：长期、短期" in caught.value.detail.zh
    assert "is one of: Long, Short" in caught.value.detail.en
    assert spec("choice", choices=["long"]).choice_title("long").en == "long"
