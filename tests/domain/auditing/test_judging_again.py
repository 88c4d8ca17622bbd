"""What is judged again comes out as it was judged when it was recorded, while nobody knows better."""

from __future__ import annotations

import pytest

from domain.auditing.breaches import breaches
from domain.auditing.evaluating import evaluate
from domain.auditing.histories import History
from domain.auditing.of_acts import rules_by_step
from domain.auditing.questions import Broken
from domain.auditing.rules import Book
from tests.domain.auditing.telling import book, told, university
from tests.domain.auditing.write_rules import PAGE, page, shipped
from tests.processes.shipped import MEMBERSHIP, as_written, library, scenarios

NEVER_RECORDED = {"papers-incomplete-for-approval"}
"""The period's end shows that nothing was entered in it, of which no act tells."""


@pytest.mark.parametrize("name", sorted(scenarios(MEMBERSHIP).keys() - NEVER_RECORDED))
def test_an_act_breaks_no_other_rules_than_it_did_when_it_was_recorded(name):
    timeline = as_written(MEMBERSHIP, name)
    if timeline.case is None:
        assert timeline.events == ()
        return
    report = timeline.report

    again = {breach.rule for breach in breaches(told(name).history())}

    assert again <= {*report.warnings, *report.overdue}
    assert set(report.warnings) <= again


def test_a_rule_of_the_pure_case_is_found_by_what_the_registers_say_now():
    before, now = told("ordinary-2026"), told("ordinary-2026").among(wu={"standing": "probationary-member"})

    assert breaches(before.history()) == ()
    assert {breach.rule for breach in breaches(now.history())} >= {
        "contacts.standing",
        "introducers.standing",
    }


def test_an_act_is_judged_by_the_rules_of_its_day():
    """In 2014 nothing limited the time between pre-review and meeting, and nothing was published."""
    verdicts = told("ordinary-2014").verdicts

    assert {verdicts[rule].state for rule in ("D04", "D07", "G01", "E06")} == {"not-asked"}
    assert verdicts["D05"].state == "kept"


def test_the_article_is_the_one_of_the_law_of_the_day():
    for name, article in (("ordinary-2026", "25"), ("ordinary-2014", "26")):
        found = told(name).without("approval-filing").verdict("B19").found
        assert [one.basis for one in found] == [article]


def test_a_confirmed_correction_counts_and_its_old_value_stays():
    history = told("corrected").history()

    talk = history.last_of("first-talk")
    assert talk is not None
    assert str(talk.on) == "2026-06-19"
    recorded = next(event for event in history.recorded if event.seq == talk.event.seq)
    assert str(recorded.occurred_on) == "2026-06-20"


def test_a_case_is_judged_without_what_the_registers_know_where_nobody_can_say():
    whole = told("ordinary-2026")
    blind = History(whole.process, whole.events, {}, whole.today)

    assert {verdict.rule for verdict in evaluate(book(), blind) if verdict.state == "broken"} == {"S05"}


def test_the_book_is_named_by_its_digest():
    assert len(book().digest) == 64
    assert Book(process=book().process, letters=book().letters[1:]).digest != book().digest


def test_every_letter_has_its_rules_or_says_why_not():
    assert [letter.letter for letter in book().letters] == list("ABCDEFGHIJKLMNORS")
    assert all(letter.rules for letter in book().letters)


def test_the_page_of_rules_says_what_the_rules_say():
    assert PAGE.read_text(encoding="utf-8") == page(*shipped())


def test_every_step_and_material_a_rule_asks_about_is_one_of_the_definitions():
    """A slip in a name would make a rule that is never broken."""
    editions = (*library().family(MEMBERSHIP), university())
    known = {
        name for edition in editions for name in (*edition.steps, *edition.materials, *edition.case_roles)
    }
    asked = {
        name
        for rule in book().rules.values()
        for question in rule.asks
        for part in ("steps", "first", "then", "after", "materials", "step", "by", "period", "role", "roles")
        for name in _names(getattr(question, part, None))
        if "." not in name
    }
    assert asked - known == set()


def test_every_rule_of_the_definition_an_audit_rule_names_is_there():
    editions = (*library().family(MEMBERSHIP), university())
    named = {rule for edition in editions for rule in rules_by_step(edition)}
    steps = {step for edition in editions for step in edition.steps}
    everywhere = {"late-entry", "relatives-among-deciders", "recusal.declared"}
    asked = {
        one
        for rule in book().rules.values()
        for question in rule.asks
        if isinstance(question, Broken)
        for one in question.rules
    }
    of_a_step = {one for one in asked if one.partition(".")[0] in steps | {"*"}}
    plain = {one.removesuffix("*").removesuffix(".breach") for one in asked - of_a_step}
    assert plain - named - everywhere == set()


def _names(part: object) -> tuple[str, ...]:
    if part is None:
        return ()
    return (part,) if isinstance(part, str) else tuple(str(one) for one in part)  # type: ignore[attr-defined]  # a tuple of names
