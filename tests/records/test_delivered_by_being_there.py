"""Whom no mail reaches has what he is told in his list at once, and nobody has to come and deliver it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from records import notifications
from records.delegations import add_delegation
from records.owing import IN_APP, ask_ahead
from records.posts import end_post
from records.recording import lock
from records.tables import obligations, people
from records.telling_ahead import TOLD, Like
from senders.in_app import InAppSender
from telemetry.metrics import DELIVERIES
from tests.builders import HOST, SECRETARY, SUBJECT, noon
from tests.records.organisations import OUTSIDER, an_organisation
from tests.records.walks import BEGIN, LIBRARY, TALK, act_on, start, withdraw

NOW = noon(BEGIN)


@pytest.fixture
def organised(database):
    database.write_now(an_organisation)
    return database


def without_address(database, *whom, email=None):
    change = sa.update(people).where(people.c.id.in_(whom)).values(email=email)
    database.write_now(lambda c: c.execute(change))


def rows(database):
    query = sa.select(obligations).order_by(obligations.c.seq, obligations.c.id)
    return database.read_now(lambda c: c.execute(query).all())


def counted():
    return DELIVERIES.labels("task-opened", "delivered")._value.get()


def test_the_record_and_the_courier_call_it_the_same():
    assert InAppSender.channel == IN_APP


def test_it_is_delivered_with_the_act_and_nobody_is_to_carry_anything(organised):
    without_address(organised, SECRETARY)
    before = counted()
    recorded = organised.write_now(start)
    (row,) = rows(organised)
    assert (row.person_id, row.status, row.channel, row.sent_at) == (SECRETARY, "sent", "in-app", NOW)
    assert (row.attempts, row.next_attempt_at, row.read_at) == (1, None, None)
    assert not recorded.is_to_carry
    assert counted() == before + 1
    assert organised.write_now(lambda c: notifications.claim(c, NOW)) == ()
    assert organised.read_now(notifications.next_attempt) is None
    assert organised.read_now(lambda c: notifications.count_unread(c, SECRETARY)) == 1


def test_an_empty_address_is_none(organised):
    without_address(organised, SECRETARY, email="")
    assert not organised.write_now(start).is_to_carry
    assert [row.status for row in rows(organised)] == ["sent"]


def test_whoever_has_an_address_waits_for_the_courier(organised):
    assert organised.write_now(start).is_to_carry
    (row,) = rows(organised)
    assert (row.status, row.channel, row.sent_at, row.next_attempt_at) == ("waiting", None, None, NOW)


def test_a_substitute_is_looked_at_himself_and_not_whose_post_it_is(organised):
    until = BEGIN + timedelta(days=9)
    organised.write_now(
        lambda c: add_delegation(
            c, post_id=f"post-{SECRETARY}", substitute=OUTSIDER, from_on=BEGIN, to_on=until
        )
    )
    without_address(organised, OUTSIDER)
    assert organised.write_now(start).is_to_carry
    found = {row.person_id: row.status for row in rows(organised)}
    assert found == {SECRETARY: "waiting", OUTSIDER: "sent"}


def test_whoever_is_told_by_name_is_looked_at_as_well(begun):
    without_address(begun, SUBJECT, SECRETARY, HOST)
    recorded = begun.write_now(withdraw)
    last = rows(begun)[-1]
    assert (last.kind, last.person_id, last.status) == ("closed", SUBJECT, "sent")
    assert not recorded.is_to_carry


def test_a_post_that_nobody_holds_is_nobodys_and_not_delivered(organised):
    without_address(organised, SECRETARY)
    organised.write_now(lambda c: end_post(c, f"post-{SECRETARY}", BEGIN - timedelta(days=1)))
    recorded = organised.write_now(start)
    (row,) = rows(organised)
    assert (row.status, row.channel, recorded.is_to_carry) == ("nobody", None, False)


def test_what_is_asked_ahead_says_it_too(begun):
    without_address(begun, SUBJECT, SECRETARY, HOST)
    known = len(rows(begun))
    begun.write_now(lambda c: act_on(c, "talk", TALK, SECRETARY, outcome="done"))
    told = rows(begun)[known:]
    assert {row.status for row in told if row.person_id} == {"sent"}

    def ahead(connection):
        case = lock(connection, LIBRARY, "case-1").case
        like = Like(case.digest, "talk", "done")
        TOLD.note(like, [row.actor for row in told])
        asked = ask_ahead(connection, case, like, TALK)
        assert asked.sent is not None
        return {person for _, _, person, _, is_without, *_ in asked.sent.rows() if is_without}

    assert begun.write_now(ahead) >= {row.person_id for row in told if row.person_id} | {SUBJECT}
