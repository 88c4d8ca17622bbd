"""What is owed to people and to workflows: claimed once, repeated until written down, never lost."""

import asyncio
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from records import notifications, outbox, recording, tables
from records.backlog import read_backlog
from records.engines import open_engine
from records.notifications import LEASE, TRIES
from tests.builders import HOST, SECRETARY, SUBJECT, noon
from tests.databases import KINDS
from tests.records.walks import BEGIN, LIBRARY, act_on, due, withdraw

NOW = noon(BEGIN)
LATE = BEGIN + timedelta(days=60)


def claim(database, now=NOW, limit=50):
    return database.write_now(lambda c: notifications.claim(c, now, limit))


def state(database, obligation):
    query = sa.select(tables.obligations).where(tables.obligations.c.id == obligation)
    return database.read_now(lambda c: c.execute(query).one())


def test_a_claimed_message_has_what_it_needs_and_a_lasting_id(begun):
    (owed,) = claim(begun)
    assert (owed.kind, owed.step, owed.person, owed.email, owed.language, owed.attempts) == (
        "task-opened",
        "talk",
        SECRETARY,
        f"{SECRETARY}@example.org",
        "zh",
        0,
    )
    assert (owed.subject_name, owed.unit_name, owed.case) == ("张三", "第一读书会", "case-1")
    (again,) = claim(begun, NOW + LEASE)
    assert (again.message_id, again.attempts) == (owed.message_id, 1)


def test_what_is_claimed_is_left_alone_until_the_lease_is_over(begun):
    assert len(claim(begun)) == 1
    assert claim(begun, NOW + LEASE - timedelta(microseconds=1)) == ()
    assert len(claim(begun, NOW + LEASE)) == 1


def test_what_was_delivered_is_never_claimed_again_and_keeps_its_first_proof(begun):
    (owed,) = claim(begun)
    begun.write_now(lambda c: notifications.delivered(c, [owed.id], NOW, "mail"))
    begun.write_now(lambda c: notifications.delivered(c, [owed.id], NOW + LEASE, "chat"))
    begun.write_now(lambda c: notifications.failed(c, owed.id, NOW, "too late"))
    row = state(begun, owed.id)
    assert (row.status, row.sent_at, row.channel, row.failure) == ("sent", NOW, "mail", None)
    assert claim(begun, NOW + timedelta(days=9)) == ()
    begun.write_now(lambda c: notifications.delivered(c, [], NOW, "mail"))


def test_what_is_delivered_by_being_there_is_claimed_and_proven_in_one(begun):
    (owed,) = begun.write_now(lambda c: notifications.claim(c, NOW, by_itself=lambda _owed: "in-app"))
    row = state(begun, owed.id)
    assert (row.status, row.sent_at, row.channel, row.attempts) == ("sent", NOW, "in-app", 1)
    assert claim(begun, NOW + timedelta(days=9)) == ()


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_an_act_and_a_message_of_the_same_case_do_not_wait_for_each_other(begun, address):
    engine = open_engine(address, connections=2, patience_ms=50)
    with engine.connect() as courier, engine.connect() as acting:
        (owed,) = notifications.claim(courier, NOW)
        recording.lock(acting, LIBRARY, "case-1")
        # The database looks for the case of a row that the same transaction changed before.
        notifications.delivered(courier, [owed.id], NOW, "mail")
        acting.rollback()
        courier.rollback()
    engine.dispose()


def test_a_failure_is_tried_again_later_and_later_until_it_is_given_up(begun):
    now, pauses, row = NOW, [], None
    for _ in range(TRIES):
        (owed,) = claim(begun, now)
        begun.write_now(lambda c, now=now, owed=owed: notifications.failed(c, owed.id, now, "450 busy"))
        row = state(begun, owed.id)
        if row.status == "waiting":
            pauses.append(row.next_attempt_at - now)
            assert begun.read_now(notifications.next_attempt) == row.next_attempt_at
            now = row.next_attempt_at
    assert row is not None
    assert (row.status, row.next_attempt_at, row.failure) == ("failed", None, "450 busy")
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[1], pauses[-1]) == (
        timedelta(minutes=1),
        timedelta(minutes=2),
        timedelta(hours=6),
    )
    assert begun.read_now(notifications.next_attempt) is None


def test_a_hopeless_failure_is_given_up_at_once(begun):
    (owed,) = claim(begun)
    begun.write_now(lambda c: notifications.failed(c, owed.id, NOW, "x" * 9000, final=True))
    row = state(begun, owed.id)
    assert (row.status, len(row.failure)) == ("failed", 500)


async def test_two_couriers_never_claim_the_same(begun):
    begun.write_now(lambda c: due(c, LATE))
    batches = await asyncio.gather(
        *(begun.write(lambda c: notifications.claim(c, noon(LATE), 1)) for _ in range(8))
    )
    claimed = [owed.id for batch in batches for owed in batch]
    assert len(claimed) == len(set(claimed)) >= 3


def test_the_oldest_is_claimed_first(begun):
    begun.write_now(lambda c: due(c, LATE))
    (first,) = claim(begun, noon(LATE), limit=1)
    assert first.kind == "task-opened"


def test_a_persons_list_is_their_own_latest_first_in_pages(begun):
    begun.write_now(lambda c: due(c, LATE))

    def notices(person=SECRETARY, **more):
        return begun.read_now(lambda c: notifications.list_notices(c, person, **more))

    every = notices().items
    assert [notice.owed.kind for notice in every][-1] == "task-opened"
    assert {notice.owed.person for notice in every} == {SECRETARY}
    seen, cursor = [], None
    while True:
        page = notices(limit=1, cursor=cursor)
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert tuple(seen) == every
    assert notices(SUBJECT).items == ()


def test_only_ones_own_lines_can_be_marked_as_read(begun):
    ids = [
        notice.owed.id for notice in begun.read_now(lambda c: notifications.list_notices(c, SECRETARY)).items
    ]

    def unread():
        return begun.read_now(lambda c: notifications.count_unread(c, SECRETARY))

    assert begun.write_now(lambda c: notifications.mark_read(c, HOST, ids, NOW)) == 0
    assert unread() == len(ids) == 1
    assert begun.write_now(lambda c: notifications.mark_read(c, SECRETARY, ids, NOW)) == 1
    assert begun.write_now(lambda c: notifications.mark_read(c, SECRETARY, ids, NOW)) == 0
    assert unread() == 0
    assert begun.read_now(lambda c: notifications.list_notices(c, SECRETARY, unread=True)).items == ()


def waiting(database, before=NOW + timedelta(seconds=1)):
    return [
        (row.case_id, row.seq, row.driven_seq)
        for row in database.read_now(lambda c: outbox.waiting(c, before))
    ]


def seq(database):
    return database.read_now(lambda c: c.execute(sa.select(tables.cases.c.seq)).scalar_one())


def drive(database, **told):
    database.write_now(
        lambda c: outbox.driven(c, {case.replace("_", "-"): up_to for case, up_to in told.items()})
    )


def test_a_workflow_waits_until_it_is_written_down_that_it_was_told(begun):
    assert waiting(begun) == [("case-1", seq(begun), 0)]
    assert waiting(begun, NOW) == []
    drive(begun, case_1=seq(begun) - 1)
    assert waiting(begun) == [("case-1", seq(begun), seq(begun) - 1)]
    drive(begun, case_1=seq(begun))
    assert waiting(begun) == []
    assert begun.read_now(lambda c: read_backlog(c, NOW)).outbox == 0


def test_what_was_recorded_while_a_workflow_was_told_waits_since_that_was_written_down(begun):
    begun.write_now(lambda c: outbox.driven(c, {"case-1": seq(begun) - 1}, NOW + timedelta(seconds=9)))
    assert waiting(begun) == []
    assert waiting(begun, NOW + timedelta(seconds=10)) == [("case-1", seq(begun), seq(begun) - 1)]
    assert begun.read_now(lambda c: outbox.told_up_to(c, "case-1")) == seq(begun) - 1


def test_an_old_or_unknown_note_changes_nothing(begun):
    drive(begun, case_1=seq(begun))
    drive(begun, case_1=1, case_9=5)
    drive(begun)
    assert waiting(begun) == []


def test_what_is_recorded_while_a_workflow_is_told_waits_since_then(begun):
    told = seq(begun)
    talked = BEGIN + timedelta(days=1)
    begun.write_now(lambda c: act_on(c, "talk", talked, SECRETARY, outcome="done"))
    drive(begun, case_1=told)
    assert waiting(begun) == [("case-1", seq(begun), told)]
    told = seq(begun)
    drive(begun, case_1=told)
    begun.write_now(lambda c: withdraw(c, on=talked))
    assert waiting(begun, noon(talked)) == []
    assert waiting(begun, noon(talked) + timedelta(seconds=1)) == [("case-1", seq(begun), told)]


def test_a_lost_workflow_is_told_everything_again(begun):
    drive(begun, case_1=seq(begun))
    begun.write_now(lambda c: outbox.undrive(c, "case-1", NOW))
    assert waiting(begun) == [("case-1", seq(begun), 0)]


def test_open_cases_are_those_that_have_not_ended(begun):
    (row,) = begun.read_now(outbox.open_cases)
    assert (row.case_id, row.seq, row.status) == ("case-1", seq(begun), "open")
    assert row.next_moment is not None
    assert row.next_moment.date() <= date(2025, 4, 4)
    assert begun.read_now(lambda c: outbox.open_cases(c, after="case-1")) == ()
    begun.write_now(withdraw)
    assert begun.read_now(outbox.open_cases) == ()
