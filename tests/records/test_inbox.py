"""The inbox: everything a person may act on, once, soonest due first."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from domain.acts import EntryRecord, Resume, Suspend
from records import organisation, tables
from records.inbox import TaskFilter, count_tasks, group_tasks, list_tasks
from records.recording import lock, record
from tests.builders import HOST, SECRETARY, SUBJECT, noon
from tests.records.organisations import AUDITOR, OUTSIDER, SINCE, known
from tests.records.walks import BEGIN, LIBRARY, act_on

TODAY = date(2025, 6, 1)


def inbox(database, person, today=TODAY):
    found = database.read_now(lambda c: list_tasks(c, person, today)).items
    counted = database.read_now(lambda c: count_tasks(c, person, today))
    assert (counted.all, counted.overdue) == (len(found), sum(task.overdue for task in found))
    return found


def test_a_task_stands_in_the_inbox_of_whoever_holds_the_post(begun):
    (task,) = inbox(begun, SECRETARY)
    assert (task.case, task.step, task.subject_name, task.unit_name) == (
        "case-1",
        "talk",
        "张三",
        "第一读书会",
    )
    assert (task.post, task.role, task.post_unit, task.on_behalf_of) == (
        f"post-{SECRETARY}",
        "secretary",
        "circle-1",
        None,
    )
    assert (task.opened_at, task.due_on) == (noon(BEGIN), date(2025, 4, 3))


@pytest.mark.parametrize("person", [SUBJECT, HOST, OUTSIDER, AUDITOR, "nobody"])
def test_it_stands_in_nobody_elses(begun, person):
    assert inbox(begun, person) == ()


def test_it_is_overdue_from_the_day_after_its_deadline(begun):
    assert [task.overdue for task in inbox(begun, SECRETARY, date(2025, 4, 3))] == [False]
    assert [task.overdue for task in inbox(begun, SECRETARY, date(2025, 4, 4))] == [True]


def test_it_moves_on_with_the_case(begun):
    begun.write_now(lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="done"))
    assert [task.step for task in inbox(begun, SECRETARY)] == ["trial"]


def test_a_step_that_stays_open_keeps_the_moment_it_was_opened_at(begun):
    begun.write_now(lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="done"))
    later = BEGIN + timedelta(days=100)
    begun.write_now(lambda c: act_on(c, "trial", later, SECRETARY, entry=EntryRecord(kind="assessment")))
    assert [task.opened_at for task in inbox(begun, SECRETARY)] == [noon(BEGIN)]


def test_a_substitute_gets_the_tasks_of_the_post_and_on_whose_behalf(begun):
    begun.write_now(
        lambda c: organisation.add_delegation(
            c, post_id=f"post-{SECRETARY}", substitute=OUTSIDER, from_on=TODAY
        )
    )
    (task,) = inbox(begun, OUTSIDER)
    assert (task.post, task.on_behalf_of) == (f"post-{SECRETARY}", SECRETARY)
    assert inbox(begun, OUTSIDER, TODAY - timedelta(days=1)) == ()


def test_who_may_act_in_two_ways_sees_the_task_once_and_the_own_way_first(begun):
    begun.write_now(
        lambda c: organisation.add_post(
            c, id="zz-own", person_id=OUTSIDER, role="secretary", unit_id="circle-1", from_on=SINCE
        )
    )
    begun.write_now(
        lambda c: organisation.add_delegation(
            c, post_id=f"post-{SECRETARY}", substitute=OUTSIDER, from_on=SINCE
        )
    )
    (task,) = inbox(begun, OUTSIDER)
    assert (task.post, task.on_behalf_of) == ("zz-own", None)


def test_pages_show_every_task_once_soonest_due_first_and_those_without_a_day_last(begun):
    due = {"a": date(2025, 5, 1), "b": date(2025, 5, 1), "c": None, "d": date(2025, 4, 9), "e": None}
    for step, day in due.items():
        begun.write_now(
            lambda c, step=step, day=day: c.execute(
                sa.insert(tables.tasks).values(
                    case_id="case-1",
                    step=step,
                    actor="subject",
                    person_id=SUBJECT,
                    round=1,
                    kind="record",
                    opened_at=noon(BEGIN),
                    due_on=day,
                )
            )
        )
    seen, cursor = [], None
    for _ in range(3):
        page = begun.read_now(lambda c, cursor=cursor: list_tasks(c, SUBJECT, TODAY, cursor=cursor, limit=2))
        seen += [task.step for task in page.items]
        cursor = page.next
    assert (seen, cursor) == (["d", "a", "b", "c", "e"], None)


def test_the_tasks_of_a_suspended_case_wait_outside_the_inbox_and_keep_their_moment(begun):
    def on_case(connection, kind, day):
        locked = lock(connection, LIBRARY, "case-1")
        about = known(connection, locked.process, locked.case, SECRETARY, day)
        act = kind(known=about, occurred_on=day, reason="病假")
        return record(connection, locked.process, locked, act, noon(day))

    begun.write_now(lambda c: on_case(c, Suspend, BEGIN + timedelta(days=1)))
    assert inbox(begun, SECRETARY) == ()
    begun.write_now(lambda c: on_case(c, Resume, BEGIN + timedelta(days=9)))
    assert [task.opened_at for task in inbox(begun, SECRETARY)] == [noon(BEGIN)]


def test_it_is_narrowed_by_process_stage_and_unit_and_says_how_much_is_where(begun):
    def narrowed(**to):
        return begun.read_now(
            lambda c: list_tasks(c, SECRETARY, TODAY, narrowed=TaskFilter(**to) if to else None)
        ).items

    (task,) = narrowed()
    assert narrowed(process="reading-circle", stage=task.stage, unit="circle-1") == (task,)
    assert narrowed(unit="circle-2") == narrowed(stage="another") == narrowed(process="ballot") == ()
    (group,) = begun.read_now(lambda c: group_tasks(c, SECRETARY, TODAY))
    assert (group.process, group.stage, group.unit_name) == ("reading-circle", task.stage, "第一读书会")
    assert (group.all, group.overdue) == (1, 1)
    assert begun.read_now(lambda c: group_tasks(c, OUTSIDER, TODAY)) == ()
