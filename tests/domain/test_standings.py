"""The standings a case gives, by the days as they were corrected."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.acts import Change, Correct, Withdraw
from domain.events import StageLeft
from domain.standings import standings_given
from tests.domain.walking import Walk, at_step, guild, record, step
from tests.domain.world import SUBJECT

DAY = date(2026, 6, 1)


def given(walk: Walk) -> list[tuple[date, str | None]]:
    return [(one.on, one.standing) for one in standings_given(walk.process, walk.case, walk.events)]


def corrected(walk: Walk, step_id: str, day: date) -> None:
    """Correct the day of a step, by two people."""
    seq = walk.state(step_id).done_seq
    assert seq is not None
    edition = walk.process.edition(walk.case.version)
    role = next(one for one in edition.whole_case["correct"] if "." in one)

    def by(who: str) -> Any:
        return walk.known(role, actor=who)

    change = Change(seq=seq, path="occurred_on", value=day.isoformat())
    old = str(walk.state(step_id).done_on)
    walk.take(Correct(known=by("ann"), occurred_on=walk.day, reason="misread", change=change, old=old))
    proposal = walk.case.proposals[-1].seq
    walk.take(Correct(known=by("bob"), occurred_on=walk.day, confirms=proposal))


@pytest.mark.parametrize("until", ["first-talk", "contacts", "branch-vote", "oath", "conversion-vote"])
def test_without_corrections_each_stage_gives_its_standing_on_the_day_it_was_left(until: str) -> None:
    walk = at_step(until)
    left = [(e.occurred_on, e.body.standing) for e in walk.events if isinstance(e.body, StageLeft)]
    # Of two on one day the later one holds.
    assert given(walk) == list(
        dict([(DAY, "applicant"), *[one for one in left if one[1] is not None]]).items()
    )


def test_a_corrected_day_moves_the_standing_that_followed_from_it() -> None:
    walk = at_step("contacts")
    decided = walk.state("activist-decision").done_on
    assert decided is not None
    opened = walk.state("activist-decision").opened_on
    walk.day += timedelta(days=3)
    corrected(walk, "activist-decision", max(opened, decided - timedelta(days=1)))
    moved = walk.state("activist-decision").done_on
    assert moved is not None
    assert given(walk)[-1] == (moved, "activist")


def ending() -> Walk:
    judge = step(
        "decision",
        "judge",
        by="lodge.elder",
        outcomes={"yes": "next", "no": {"end": "refused"}},
    )
    may = {"correct": ["lodge.warden"], "withdraw": ["subject"]}
    walk = Walk(guild(record("look"), judge, record("file"), whole_case=may), DAY)
    walk.do("look", date(2026, 6, 5))
    walk.do("judge", date(2026, 6, 20), outcome="no")
    return walk


def test_a_corrected_day_of_a_refusal_moves_the_end_of_the_case_and_of_the_standing() -> None:
    walk = ending()
    assert given(walk) == [(DAY, "guest"), (date(2026, 6, 20), None)]
    corrected(walk, "judge", date(2026, 6, 12))
    assert walk.case.closed_on == date(2026, 6, 12)
    assert given(walk) == [(DAY, "guest"), (date(2026, 6, 12), None)]


def test_the_day_of_a_case_that_reached_its_end_moves_with_its_last_step() -> None:
    may = {"correct": ["lodge.warden"]}
    walk = Walk(guild(record("look"), record("file"), whole_case=may), DAY)
    walk.do("look", date(2026, 6, 5))
    walk.do("file", date(2026, 6, 20))
    assert walk.case.is_closed
    before = given(walk)
    corrected(walk, "file", date(2026, 6, 9))
    assert walk.case.closed_on == date(2026, 6, 9)
    assert given(walk) == [*before[:-1], (date(2026, 6, 9), before[-1][1])]


def test_a_withdrawal_keeps_its_day_whatever_is_corrected() -> None:
    may = {"correct": ["lodge.warden"], "withdraw": ["subject"]}
    walk = Walk(guild(record("look"), record("file"), whole_case=may), DAY)
    walk.do("look", date(2026, 6, 5))
    walk.take(Withdraw(known=walk.known("subject", actor=SUBJECT), occurred_on=walk.day))
    corrected(walk, "look", date(2026, 6, 3))
    assert given(walk)[-1] == (date(2026, 6, 5), None)
