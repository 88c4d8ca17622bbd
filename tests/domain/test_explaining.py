"""Where a case stands, in sentences: for whom it waits, what blocks it, what follows, and when it can end."""

from datetime import UTC, date, datetime

from domain.acts import Withdraw
from domain.deciding import decide
from domain.evolving import replay
from domain.explaining import earliest_finish, explain
from tests.builders import SUBJECT, a_library, a_start, an_act, known_to

PROCESS = a_library().find("reading-circle", "1")


def at(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def after(*acts):
    """The case after acts that are recorded on the day they happen."""
    case = None
    for act in acts:
        case = replay(PROCESS, decide(PROCESS, case, act, at(act.occurred_on)), case)
    return case


STARTED = a_start(on=date(2025, 3, 3))
TALKED = an_act("talk", date(2025, 3, 10), outcome="done")


def test_an_open_step_is_explained_with_those_it_waits_for_and_its_deadline():
    said = explain(PROCESS, after(STARTED), at(date(2025, 3, 4)))
    assert said.now.zh == "个案处于“申请”阶段。“谈话”等待秘书，期限2025-04-03。"
    assert said.now.en == "The case is in the stage “Asking”. “Talk” waits for Secretary, due 2025-04-03."
    assert [who.en for who in said.waiting_for] == ["Secretary"]
    assert [title.en for title in said.next] == ["Trial"]
    assert said.blocked_by == ()


def test_a_passed_deadline_is_said_to_be_passed():
    said = explain(PROCESS, after(STARTED), at(date(2025, 4, 4)))
    assert "overdue, due 2025-04-03" in said.now.en
    assert "已逾期，期限2025-04-03" in said.now.zh


def test_a_closed_case_says_how_it_ended_and_waits_for_nothing():
    left = Withdraw(known=known_to(SUBJECT), occurred_on=date(2025, 3, 5))
    said = explain(PROCESS, after(STARTED, left), at(date(2025, 3, 6)))
    assert said.now.en == "The case ended on 2025-03-05: Withdrawn."
    assert (said.waiting_for, said.next, said.earliest_finish) == ((), (), None)


def test_the_earliest_finish_counts_the_year_of_trial_and_the_working_days_of_the_notice():
    """A talk today, twelve months, then five working days from a Monday-to-Friday calendar."""
    assert earliest_finish(PROCESS, after(STARTED), date(2025, 3, 10)) == date(2026, 3, 17)


def test_the_earliest_finish_of_a_case_that_waits_moves_with_today():
    case = after(STARTED, TALKED)
    assert earliest_finish(PROCESS, case, date(2025, 6, 1)) == date(2026, 3, 17)
    assert earliest_finish(PROCESS, case, date(2026, 6, 1)) == date(2026, 6, 8)


def test_what_need_not_happen_is_named_apart_and_waited_for_by_nobody():
    calling = replay(PROCESS, [], after(STARTED))
    may = PROCESS.stages[0].steps[1].model_copy(update={"optional": True})
    stage = PROCESS.stages[0].model_copy(update={"steps": (PROCESS.stages[0].steps[0], may)})
    other = PROCESS.model_copy(update={"stages": (stage, *PROCESS.stages[1:])})
    said = explain(other, calling, at(date(2025, 3, 4)))
    assert said.now.en == "The case is in the stage “Asking”. Where it is called for: “Talk”."
    assert said.waiting_for == ()
