"""Acts through the record: what they leave behind in every table, on both databases."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from domain.acts import StepAct
from domain.refusals import NotEntitled, StepNotOpen
from records import organisation, tables
from records.problems import HeadMoved, NotFound, OneOpenCase
from records.recording import lock, record, record_due
from tests.builders import HOST, SECRETARY, SUBJECT, noon
from tests.records.organisations import AUDITOR, OUTSIDER, an_organisation, known
from tests.records.walks import BEGIN, LIBRARY, act_on, start, withdraw


def rows(database, table):
    query = sa.select(table).order_by(*table.primary_key)
    return database.read_now(lambda connection: connection.execute(query).all())


def test_a_start_leaves_events_a_case_a_task_and_an_outbox_row(begun):
    (case,) = rows(begun, tables.cases)
    events = rows(begun, tables.events)
    assert [row.seq for row in events] == list(range(1, len(events) + 1))
    assert (case.seq, case.head) == (events[-1].seq, events[-1].hash)
    assert (case.subject_id, case.unit_id, case.status, case.stage) == (SUBJECT, "circle-1", "open", "asking")
    assert [(task.step, task.actor, task.unit_id, task.role) for task in rows(begun, tables.tasks)] == [
        ("talk", "circle.secretary", "circle-1", "secretary")
    ]
    (waiting,) = rows(begun, tables.outbox)
    assert (waiting.seq, waiting.driven_seq, waiting.waiting_since) == (case.seq, 0, noon(BEGIN))


def test_the_subject_has_the_first_standing_from_the_day_of_the_start(begun):
    held = [row for row in rows(begun, tables.standings) if row.person_id == SUBJECT]
    assert [(row.standing, row.unit_id, row.from_on, row.to_on) for row in held] == [
        ("guest", "circle-1", BEGIN, None)
    ]


def test_a_stage_left_ends_one_standing_and_begins_the_next(begun):
    talked = BEGIN + timedelta(days=10)
    begun.write_now(lambda c: act_on(c, "talk", talked, SECRETARY, outcome="done"))
    held = sorted(
        (r.from_on, r.standing, r.to_on) for r in rows(begun, tables.standings) if r.person_id == SUBJECT
    )
    assert held == [(BEGIN, "guest", talked - timedelta(days=1)), (talked, "reader", None)]


def test_who_leaves_the_process_keeps_no_standing_of_a_candidate(begun):
    begun.write_now(lambda c: withdraw(c, on=BEGIN + timedelta(days=5)))
    held = [row for row in rows(begun, tables.standings) if row.person_id == SUBJECT]
    assert [(row.standing, row.to_on) for row in held] == [("guest", BEGIN + timedelta(days=4))]


def test_an_act_moves_the_task_to_the_next_step(begun):
    recorded = begun.write_now(lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="done"))
    assert recorded.events[0].prev_hash != recorded.head
    assert {task.step for task in rows(begun, tables.tasks)} == {"trial"}


def test_a_refused_act_leaves_nothing_behind(begun):
    before = [rows(begun, table) for table in (tables.cases, tables.events, tables.tasks, tables.obligations)]
    with pytest.raises(NotEntitled):
        begun.write_now(lambda c: act_on(c, "talk", BEGIN, HOST, outcome="done"))
    assert before == [
        rows(begun, table) for table in (tables.cases, tables.events, tables.tasks, tables.obligations)
    ]


def test_what_is_due_is_recorded_once_however_often_it_is_asked_for(begun):
    late = noon(BEGIN + timedelta(days=60))
    first = begun.write_now(lambda c: record_due(c, LIBRARY, "case-1", late))
    assert any(stored.event.type == "became-overdue" for stored in first.events)
    every_table = tables.metadata.sorted_tables
    before = [rows(begun, table) for table in every_table]
    assert begun.write_now(lambda c: record_due(c, LIBRARY, "case-1", late)).events == ()
    assert before == [rows(begun, table) for table in every_table]


@pytest.mark.parametrize(
    "behind, recorded",
    [
        pytest.param(timedelta(seconds=5), timedelta(), id="whoever waited for the lock comes after it"),
        pytest.param(timedelta(minutes=2), timedelta(minutes=-2), id="a wrong clock is left to be seen"),
    ],
)
def test_what_is_recorded_after_something_is_not_recorded_before_it(begun, behind, recorded):
    at = noon(BEGIN) - behind
    done = begun.write_now(lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="postponed", now=at))
    assert {stored.event.recorded_at - noon(BEGIN) for stored in done.events} == {recorded}


def test_an_act_decided_on_another_head_is_told_what_happened_since(begun):
    (seen,) = rows(begun, tables.cases)
    begun.write_now(
        lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="postponed", expected_head=seen.head)
    )
    with pytest.raises(HeadMoved) as moved:
        begun.write_now(
            lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="done", expected_head=seen.head)
        )
    assert [stored.seq for stored in moved.value.events] == list(
        range(seen.seq + 1, rows(begun, tables.cases)[0].seq + 1)
    )
    assert moved.value.head == rows(begun, tables.cases)[0].head


def test_a_head_that_never_was_brings_every_event(begun):
    with pytest.raises(HeadMoved) as moved:
        begun.write_now(lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="done", expected_head="f" * 64))
    assert len(moved.value.events) == rows(begun, tables.cases)[0].seq


def test_a_second_open_case_of_one_person_is_refused_and_one_after_a_closed_one_is_not(begun):
    with pytest.raises(OneOpenCase):
        begun.write_now(lambda c: start(c, "case-2"))
    assert [row.id for row in rows(begun, tables.cases)] == ["case-1"]

    begun.write_now(withdraw)
    begun.write_now(lambda c: start(c, "case-2", BEGIN + timedelta(days=1)))
    assert [(row.id, row.status) for row in rows(begun, tables.cases)] == [
        ("case-1", "closed"),
        ("case-2", "open"),
    ]
    assert all(task.case_id == "case-2" for task in rows(begun, tables.tasks))


def test_a_case_that_is_not_where_its_lock_found_it_is_not_changed(begun):
    def moves(connection):
        locked = lock(connection, LIBRARY, "case-1")
        connection.execute(sa.update(tables.cases).values(seq=tables.cases.c.seq + 1))
        about = known(connection, locked.process, locked.case, SECRETARY, BEGIN)
        act = StepAct(known=about, occurred_on=BEGIN, step="talk", outcome="done")
        return record(connection, locked.process, locked, act, noon(BEGIN))

    before = rows(begun, tables.cases), rows(begun, tables.events)
    with pytest.raises(sa.exc.IntegrityError):
        begun.write_now(moves)
    assert (rows(begun, tables.cases), rows(begun, tables.events)) == before


def test_a_case_that_does_not_exist_cannot_be_locked(begun):
    with pytest.raises(NotFound):
        begun.write_now(lambda c: lock(c, LIBRARY, "case-9"))


def test_duties_to_inform_go_to_whoever_holds_the_post_and_to_substitutes_of_that_day(database):
    database.write_now(an_organisation)
    before = BEGIN - timedelta(days=1)
    for substitute, last in ((OUTSIDER, BEGIN), (AUDITOR, before)):
        database.write_now(
            lambda c, substitute=substitute, last=last: organisation.add_delegation(
                c, post_id=f"post-{SECRETARY}", substitute=substitute, from_on=before, to_on=last
            )
        )
    database.write_now(start)
    asked = [row for row in rows(database, tables.obligations) if row.actor == "circle.secretary"]
    assert sorted((row.person_id, row.status, row.next_attempt_at) for row in asked) == [
        (SECRETARY, "waiting", noon(BEGIN)),
        (OUTSIDER, "waiting", noon(BEGIN)),
    ]


def test_a_duty_to_a_post_nobody_holds_is_kept_and_seen(begun):
    gone = sa.update(tables.posts).where(tables.posts.c.person_id == HOST).values(to_on=BEGIN)
    begun.write_now(lambda c: c.execute(gone) and None)
    late = noon(BEGIN + timedelta(days=60))
    begun.write_now(lambda c: record_due(c, LIBRARY, "case-1", late))
    escalated = [row for row in rows(begun, tables.obligations) if row.actor == "circle.host"]
    assert [(row.kind, row.person_id, row.status, row.next_attempt_at) for row in escalated] == [
        ("overdue", None, "nobody", None)
    ]


async def test_fifty_people_acting_at_once_on_one_case_all_get_a_right_answer(begun):
    (seen,) = rows(begun, tables.cases)
    acts = [
        begun.write(lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="done", expected_head=seen.head))
        for _ in range(25)
    ] + [begun.write(lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="done")) for _ in range(25)]
    answers = await asyncio.gather(*acts, return_exceptions=True)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} <= {HeadMoved, StepNotOpen}
    events = rows(begun, tables.events)
    assert [row.type for row in events].count("step-completed") == 2
    assert [row.seq for row in events] == list(range(1, len(events) + 1))
    assert all(later.prev_hash == earlier.hash for earlier, later in pairwise(events))


async def test_fifty_cases_started_at_once_are_all_there(database):
    database.write_now(an_organisation)

    def start_for(number):
        def work(connection):
            person = f"newcomer-{number}"
            organisation.add_person(connection, id=person, name="新人")
            return start(connection, f"case-{number}", subject=person).head

        return work

    heads = await asyncio.gather(*(database.write(start_for(number)) for number in range(50)))
    assert sorted(heads) == sorted(row.head for row in rows(database, tables.cases))
