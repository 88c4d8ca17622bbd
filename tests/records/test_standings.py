"""Standings that cases give, in the register: on the day they take effect, and by corrected days."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from domain.acts import Change, Correct
from records import people_over_time, standings, tables
from records.engines import open_engine
from records.recording import lock, record
from records.standings import put_right
from records.unit_changes import Said
from tests.builders import HOST, SECRETARY, SUBJECT, noon
from tests.databases import KINDS
from tests.records.organisations import SINCE, an_organisation, known
from tests.records.walks import BEGIN, LIBRARY, act_on, start, withdraw

TALKED = BEGIN + timedelta(days=10)
DAY = timedelta(days=1)


def held(database, person=SUBJECT):
    query = sa.select(tables.standings).where(tables.standings.c.person_id == person)
    rows = database.read_now(lambda connection: connection.execute(query).all())
    return sorted((row.from_on, row.standing, row.unit_id, row.to_on) for row in rows)


def correct(database, step, day, today):
    """Correct the day of a step, by two people."""

    def act(connection, by, **parts):
        locked = lock(connection, LIBRARY, "case-1")
        about = known(connection, locked.process, locked.case, by, today)
        asked = Correct(known=about, occurred_on=today, **parts)
        return record(connection, locked.process, locked, asked, noon(today))

    def propose(connection):
        state = lock(connection, LIBRARY, "case-1").case.steps[step]
        assert state.done_seq is not None
        change = Change(seq=state.done_seq, path="occurred_on", value=day.isoformat())
        return act(connection, SECRETARY, reason="误记", change=change, old=str(state.done_on))

    proposed = database.write_now(propose).case.proposals[-1].seq
    database.write_now(lambda c: act(c, HOST, confirms=proposed))


def test_a_corrected_day_moves_the_standing_it_gave_and_the_end_of_the_one_before(begun):
    begun.write_now(lambda c: act_on(c, "talk", TALKED, SECRETARY, outcome="done"))
    assert held(begun)[1][0] == TALKED
    sooner = BEGIN + timedelta(days=4)
    correct(begun, "talk", sooner, TALKED + timedelta(days=5))
    assert held(begun) == [
        (BEGIN, "guest", "circle-1", sooner - DAY),
        (sooner, "reader", "circle-1", None),
    ]


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_case_that_gives_a_standing_sees_one_that_is_written_down_at_the_same_moment(begun, address):
    other = BEGIN + timedelta(days=3)
    engine = open_engine(address)
    with engine.connect() as elsewhere, ThreadPoolExecutor(1) as acting:
        people_over_time.keep_others_out(elsewhere, SUBJECT)
        before = sa.update(tables.standings).where(tables.standings.c.person_id == SUBJECT)
        elsewhere.execute(before.values(to_on=other - DAY))
        said = Said(HOST, noon(other), "登记")
        people_over_time.begin_standing(elsewhere, SUBJECT, "reader", "circle-2", other, None, said)
        given = acting.submit(begun.write_now, lambda c: act_on(c, "talk", TALKED, SECRETARY, outcome="done"))
        with pytest.raises(TimeoutError):
            given.result(0.3)
        elsewhere.commit()
        given.result(5)
    engine.dispose()
    assert held(begun) == [
        (BEGIN, "guest", "circle-1", other - DAY),
        (other, "reader", "circle-2", TALKED - DAY),
        (TALKED, "reader", "circle-1", None),
    ]


def test_a_roster_of_a_day_in_between_is_that_of_the_corrected_day(begun):
    begun.write_now(lambda c: act_on(c, "talk", TALKED, SECRETARY, outcome="done"))

    def readers(day):
        stood = tables.standings.c
        here = sa.and_(
            stood.standing == "reader",
            stood.from_on <= day,
            sa.or_(stood.to_on.is_(None), stood.to_on >= day),
        )
        return set(
            begun.read_now(lambda c: c.execute(sa.select(stood.person_id).where(here)).scalars().all())
        )

    between = BEGIN + timedelta(days=6)
    assert SUBJECT not in readers(between)
    correct(begun, "talk", BEGIN + timedelta(days=4), TALKED + timedelta(days=5))
    assert SUBJECT in readers(between)


def test_what_the_register_said_before_the_case_ends_with_its_corrected_beginning(database):
    database.write_now(an_organisation)
    database.write_now(
        lambda c: standings.set_standing(c, SUBJECT, "reader", "circle-1", SINCE, source="import")
    )
    database.write_now(start)
    assert held(database)[0] == (SINCE, "reader", "circle-1", BEGIN - DAY)
    correct(database, "apply", BEGIN - timedelta(days=2), BEGIN + DAY)
    assert held(database) == [
        (SINCE, "reader", "circle-1", BEGIN - timedelta(days=3)),
        (BEGIN - timedelta(days=2), "guest", "circle-1", None),
    ]


def test_a_standing_ends_with_the_case_on_the_day_of_the_withdrawal(begun):
    left = BEGIN + timedelta(days=3)
    begun.write_now(lambda c: withdraw(c, left))
    assert held(begun) == [(BEGIN, "guest", "circle-1", left - DAY)]


def test_what_ended_otherwise_stays_ended_and_what_began_otherwise_stays(begun):
    begun.write_now(lambda c: act_on(c, "talk", TALKED, SECRETARY, outcome="done"))
    away = TALKED + timedelta(days=2)
    begun.write_now(
        lambda c: standings.set_standing(c, SUBJECT, "reader", "circle-2", away, source="closing/circle-1")
    )
    correct(begun, "talk", TALKED - DAY, TALKED + timedelta(days=5))
    assert held(begun) == [
        (BEGIN, "guest", "circle-1", TALKED - timedelta(days=2)),
        (TALKED - DAY, "reader", "circle-1", away - DAY),
        (away, "reader", "circle-2", None),
    ]


def test_putting_right_what_is_right_changes_nothing(begun):
    begun.write_now(lambda c: act_on(c, "talk", TALKED, SECRETARY, outcome="done"))
    before = held(begun)

    def again(connection):
        locked = lock(connection, LIBRARY, "case-1")
        put_right(connection, locked.process, locked.case)

    begun.write_now(again)
    assert held(begun) == before
    assert date.fromisoformat(str(before[0][0])) == BEGIN
