"""A case in plain words: kind, complete for the person it is about, and with nothing that is not for him."""

from datetime import UTC, date, datetime

from domain.acts import Suspend, Withdraw
from domain.deciding import decide
from domain.evolving import replay
from domain.plain_words import plainly
from tests.builders import HOST, SECRETARY, SUBJECT, a_library, a_start, an_act, known_to

PROCESS = a_library().find("reading-circle", "1")
STARTED = a_start(on=date(2025, 3, 3))
TALKED = an_act("talk", date(2025, 3, 10), outcome="done")


def at(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def after(*acts):
    case = None
    for act in acts:
        case = replay(PROCESS, decide(PROCESS, case, act, at(act.occurred_on)), case)
    return case


def test_it_says_where_the_case_stands_whom_it_waits_for_and_since_when():
    plain = plainly(PROCESS, after(STARTED), at(date(2025, 3, 4)))
    assert plain.stands.en == (
        "Your case “Reading circle” is under way. Since 2025-03-03 it is in the stage “Asking”."
    )
    (one,) = plain.waits_for
    assert one.says.en == "It waits for Secretary: “Talk”, since 2025-03-03, to be done by 2025-04-03."
    assert one.says.zh == "等待秘书办理“谈话”，自2025-03-03起，应在2025-04-03前完成。"
    assert plain.since == one.since == date(2025, 3, 3)


def test_what_is_late_is_said_to_be_late():
    (one,) = plainly(PROCESS, after(STARTED), at(date(2025, 4, 4))).waits_for
    assert one.says.en.endswith("it should have been done by 2025-04-03.")


def test_a_period_that_runs_says_when_it_is_over_at_the_earliest():
    said = [one.says.en for one in plainly(PROCESS, after(STARTED, TALKED), at(date(2025, 3, 11))).waits_for]
    assert any("is running" in one and "at the earliest on 2026-03-10" in one for one in said)


def test_whoever_may_withdraw_is_told_so_until_the_case_is_over():
    started = after(STARTED)
    assert "withdraw" in [one.act for one in plainly(PROCESS, started, at(date(2025, 3, 4))).may_add]
    left = Withdraw(known=known_to(SUBJECT), occurred_on=date(2025, 3, 5))
    ended = plainly(PROCESS, after(STARTED, left), at(date(2025, 3, 6)))
    assert (ended.waits_for, ended.may_add) == ((), ())
    assert ended.stands.en == "Your case “Reading circle” was ended on 2025-03-05."


def test_a_pause_is_said_and_nothing_is_waited_for():
    paused = Suspend(known=known_to(SECRETARY), occurred_on=date(2025, 3, 5), reason="ill")
    plain = plainly(PROCESS, after(STARTED, paused), at(date(2025, 3, 6)))
    assert "paused since 2025-03-05" in plain.stands.en
    assert plain.waits_for == ()


def test_whoever_it_waits_for_may_be_asked_by_post_and_not_by_name():
    plain = plainly(PROCESS, after(STARTED), at(date(2025, 3, 4)))
    assert {one.title.en for one in plain.may_ask if one.unit} >= {"Secretary"}
    assert SECRETARY not in plain.model_dump_json()
    assert HOST not in plain.model_dump_json()
