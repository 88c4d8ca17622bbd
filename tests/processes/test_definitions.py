"""Every definition that ships is sound, complete, and rests on articles."""

from __future__ import annotations

from typing import Any

import pytest

from domain.process import Process
from domain.reading import check
from domain.steps import AppointStep, MeetingStep, NoticeStep, PeriodStep
from tests.processes.shipped import MEMBERSHIP, definition_files, library

OLD, NEW = library().family(MEMBERSHIP)


@pytest.mark.parametrize("file", definition_files(), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_definition_is_sound(file):
    assert check(file.read_text(encoding="utf-8"), file.name) == ()


def test_three_processes_ship_and_membership_in_two_versions():
    assert [(edition.process, edition.version) for edition in library()] == [
        ("apache-committer", "1"),
        ("debian-new-member", "1"),
        (MEMBERSHIP, "2014.1"),
        (MEMBERSHIP, "2026.1"),
    ]


@pytest.mark.parametrize("edition", [OLD, NEW], ids=["2014", "2026"])
def test_all_twenty_five_steps_are_there(edition):
    numbers = {step.number for step in edition.steps.values()}
    assert numbers >= {str(number) for number in range(1, 26)} | {"15b"}
    assert ("8b" in numbers) == (edition is NEW)


@pytest.mark.parametrize("edition", [OLD, NEW], ids=["2014", "2026"])
def test_every_step_names_the_article_it_rests_on(edition):
    assert [step.id for step in edition.steps.values() if not step.basis] == []


def _named(edition: Process) -> dict[str, str]:
    """Every rule of a definition that carries an id, with its article."""
    found: dict[str, str] = {}
    for step in edition.steps.values():
        rules: list[Any] = [*step.not_before, *step.due, *step.rules]
        if isinstance(step, MeetingStep):
            rules.extend(part for part in (step.quorum, step.carried) if part is not None)
        for rule in rules:
            assert rule.id, f"{step.id} has a rule without a name"
            assert rule.id not in found, rule.id
            found[rule.id] = rule.basis
    return found


# The text of 2026 has no article that says what article 18 of 2014 said, so all later ones moved up by one.
MOVED_UP = {str(article + 1): str(article) for article in range(18, 37)}


def test_a_rule_of_both_texts_rests_on_the_same_article_moved_up():
    old, new = _named(OLD), _named(NEW)
    assert {rule: MOVED_UP.get(basis, basis) for rule, basis in old.items()} == {
        rule: basis for rule, basis in new.items() if rule in old
    }
    assert set(new) - set(old) == {"vote-in-a-month", "oath-in-a-month", "consent-at-one-level"}


def test_steps_keep_their_names_over_the_versions():
    assert set(OLD.steps) - set(NEW.steps) == {"object-filing"}
    assert set(NEW.steps) - set(OLD.steps) == {"object-consent", "object-notice"}
    kinds = {step: definition.kind for step, definition in OLD.steps.items()}
    assert all(NEW.steps[step].kind == kind for step, kind in kinds.items() if step in NEW.steps)


def test_the_rules_of_2026_take_over_on_11_may_and_count_a_filing_as_consent_and_notice():
    taking_over = NEW.replaces
    assert taking_over is not None
    assert (taking_over.version, taking_over.on.isoformat(), taking_over.basis) == (
        "2014.1",
        "2026-05-11",
        "44",
    )
    assert taking_over.counts_as == {"object-filing": ("object-consent", "object-notice")}
    assert OLD.in_force.until is not None
    assert (NEW.in_force.first - OLD.in_force.until).days == 1


@pytest.mark.parametrize("edition", [OLD, NEW], ids=["2014", "2026"])
def test_national_documents_block_wherever_they_are_asked_for(edition):
    refs = [ref for step in edition.steps.values() for ref in step.materials]
    refs += [ref for period in edition.periods() for duty in period.entries for ref in duty.materials]
    national = [ref for ref in refs if edition.materials[ref.id].source == "national" and ref.required]
    assert {ref.id for ref in national} == {
        name for name, material in edition.materials.items() if material.source == "national"
    }
    assert {ref.level for ref in national} == {"block"}


@pytest.mark.parametrize(
    "rule,step,edition,wanted",
    [
        (
            "complete-papers",
            "approval",
            NEW,
            {"membership-form", "application-letter", "activist-register", "review-conclusion"},
        ),
        (
            "complete-archive",
            "archive",
            NEW,
            {
                "membership-form",
                "application-letter",
                "activist-register",
                "review-conclusion",
                "probation-register",
                "conversion-letter",
            },
        ),
        (
            "complete-archive",
            "archive",
            OLD,
            {
                "membership-form",
                "application-letter",
                "activist-register",
                "review-conclusion",
                "conversion-letter",
            },
        ),
    ],
)
def test_approval_and_archive_need_the_national_set(rule, step, edition, wanted):
    found = next(one for one in edition.steps[step].rules if one.id == rule)
    assert set(found.materials) == wanted
    assert found.level == "block"


@pytest.mark.parametrize("edition", [OLD, NEW], ids=["2014", "2026"])
@pytest.mark.parametrize("step", ["branch-vote", "conversion-vote", "early-cancellation-vote"])
def test_the_branch_votes_in_secret_by_more_than_half_of_those_entitled(edition, step):
    meeting = edition.steps[step]
    assert isinstance(meeting, MeetingStep)
    assert meeting.ballot == "secret"
    assert meeting.written
    assert meeting.quorum is not None
    for threshold in (meeting.quorum, meeting.carried):
        assert (str(threshold.more_than), threshold.of, threshold.parameter) == ("1/2", "eligible", False)


def test_where_the_text_names_no_figure_for_the_committee_it_is_a_parameter():
    for step in ("approval", "conversion-approval", "extension-approval", "cancellation-approval"):
        meeting = NEW.steps[step]
        assert isinstance(meeting, MeetingStep)
        assert meeting.carried.parameter


def test_periods_windows_and_counts_are_those_of_the_text():
    cultivation, probation = NEW.steps["cultivation"], NEW.steps["probation"]
    assert isinstance(cultivation, PeriodStep)
    assert isinstance(probation, PeriodStep)
    assert (str(cultivation.lasts), cultivation.starts) == ("P12M", "activist-decision")
    assert (str(probation.lasts), probation.starts) == ("P12M", "branch-vote")
    extension = probation.extension
    assert extension is not None
    assert (extension.times, extension.at_least, extension.at_most) == (1, 6, 12)
    notice = NEW.steps["object-notice"]
    assert isinstance(notice, NoticeStep)
    assert str(notice.window) == "P5WD"
    counts = {role: (spec.count.min, spec.count.max) for role, spec in NEW.case_roles.items()}
    assert counts == {"contacts": (1, 2), "introducers": (2, 2)}


def test_only_real_sort_of_steps_are_used_and_all_six_are():
    kinds = {step.kind for edition in library() for step in edition.steps.values()}
    assert kinds == {"record", "decision", "meeting", "notice", "period", "appoint"}
    assert all(isinstance(NEW.steps[step], AppointStep) for step in ("contacts", "introducers"))


def test_no_code_knows_a_process_by_name():
    root = definition_files()[0].parents[2]
    names = ("debian-new-member", "apache-committer")
    rooms = ("domain", "workflows", "records", "activities", "services", "api")
    knowing = [
        file.relative_to(root).as_posix()
        for room in rooms
        for file in (root / room).rglob("*.py")
        if any(name in file.read_text(encoding="utf-8") for name in names)
    ]
    assert knowing == []
