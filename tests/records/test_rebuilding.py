"""Rows made again from events equal the rows that were kept; a changed record is found."""

import json
from datetime import date

import pytest
import sqlalchemy as sa

from records import progress_tables, tables
from records.problems import NotFound
from records.rebuilding import case_ids, rebuild, rebuilt, verify
from tests.records.organisations import an_organisation
from tests.records.test_standings import correct
from tests.records.walks import LIBRARY, start, the_whole_way, withdraw

MADE_FROM_EVENTS = (
    tables.cases,
    tables.events,
    tables.case_people,
    tables.case_materials,
    tables.tasks,
    progress_tables.stage_stays,
    progress_tables.done_steps,
    tables.obligations,
    tables.outbox,
)
ALLOW = {
    "sqlite": ("DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete"),
    "postgresql": ("DROP TRIGGER events_no_change ON events",),
}


@pytest.fixture
def walked(database):
    """A case that went the whole way."""
    database.write_now(an_organisation)
    the_whole_way(database)
    return database


def contents(database):
    def read(connection):
        return {
            table.name: connection.execute(sa.select(table).order_by(*table.primary_key)).all()
            for table in MADE_FROM_EVENTS
        }

    return database.read_now(read)


def tamper(database, statement):
    def work(connection):
        for allow in ALLOW[connection.dialect.name]:
            connection.execute(sa.text(allow))
        connection.execute(statement)

    database.write_now(work)


def test_the_whole_way_ends_with_membership(walked):
    (case,) = contents(walked)["cases"]
    assert (case.status, case.outcome, case.standing, case.open_key) == ("closed", "joined", "member", None)
    assert contents(walked)["tasks"] == []
    assert case.next_moment is None


def test_rebuilding_changes_nothing_where_nothing_was_lost(walked):
    before = contents(walked)
    walked.write_now(lambda c: rebuild(c, LIBRARY, "case-1"))
    assert contents(walked) == before


@pytest.mark.parametrize("acts", range(1, 11))
def test_rows_rebuilt_after_each_act_equal_those_kept(sqlite_database, acts):
    class UpTo:
        left = acts

        def write_now(self, work):
            if self.left:
                self.left -= 1
                sqlite_database.write_now(work)

    sqlite_database.write_now(an_organisation)
    the_whole_way(UpTo())
    before = contents(sqlite_database)
    sqlite_database.write_now(lambda c: rebuild(c, LIBRARY, "case-1"))
    assert contents(sqlite_database) == before


def test_lost_and_spoilt_rows_come_back(walked):
    before = contents(walked)

    def spoil(connection):
        connection.execute(sa.delete(tables.obligations))
        connection.execute(sa.delete(tables.outbox))
        connection.execute(sa.delete(progress_tables.done_steps))
        connection.execute(sa.update(progress_tables.stage_stays).values(stage="elsewhere"))
        connection.execute(
            sa.update(tables.cases).values(
                status="open", snapshot="{}", outcome=None, seq=1, unit_id="circle-2"
            )
        )
        connection.execute(
            sa.insert(tables.tasks).values(
                case_id="case-1",
                step="talk",
                actor="subject",
                person_id="person-1",
                round=1,
                kind="record",
                opened_at=before["cases"][0].created_at,
            )
        )

    walked.write_now(spoil)
    assert contents(walked) != before
    walked.write_now(lambda c: rebuild(c, LIBRARY, "case-1"))
    after = contents(walked)
    assert after.pop("outbox")[0].seq == before.pop("outbox")[0].seq
    assert after == before


def test_rebuilding_keeps_what_was_delivered(walked):
    walked.write_now(lambda c: c.execute(sa.update(tables.obligations).values(status="sent")))
    walked.write_now(lambda c: rebuild(c, LIBRARY, "case-1"))
    assert {row.status for row in contents(walked)["obligations"]} == {"sent"}


def test_a_case_without_events_cannot_be_rebuilt_or_verified(database):
    with pytest.raises(NotFound):
        database.read_now(lambda c: rebuilt(c, LIBRARY, "case-9"))
    with pytest.raises(NotFound):
        database.read_now(lambda c: verify(c, "case-9"))


def test_an_honest_record_has_no_flaw(walked):
    assert walked.read_now(lambda c: verify(c, "case-1")) == ()


@pytest.mark.parametrize(
    "column, value",
    [
        ("actor", "person-9"),
        ("post", None),
        ("on_behalf_of", "person-2"),
        ("occurred_on", "2025-03-09"),
        ("recorded_at", "2025-03-10T04:00:00.000001Z"),
        ("step", "trial"),
        ("round", 3),
        ("type", "answer-given"),
        ("data", "no json"),
        ("data", "{}"),
        ("prev_hash", "0" * 64),
        ("hash", "0" * 64),
    ],
)
def test_a_changed_value_is_found(walked, column, value):
    seq = max(
        row.seq for row in contents(walked)["events"] if (row.step, row.type) == ("talk", "step-completed")
    )
    raw = sa.table("events", *(sa.column(name) for name in ("seq", column)))
    assert value != contents(walked)["events"][seq - 1]._mapping[column]
    tamper(walked, sa.update(raw).where(raw.c.seq == seq).values({column: value}))
    flaws = walked.read_now(lambda c: verify(c, "case-1"))
    assert seq in {flaw.seq for flaw in flaws} | {flaw.seq - 1 for flaw in flaws if flaw.seq}


def test_data_written_twice_over_is_found(walked):
    row = contents(walked)["events"][-1]
    doubled = '{"outcome":"refused",' + row.data[1:]
    assert json.loads(doubled) == json.loads(row.data)
    tamper(walked, sa.update(tables.events).where(tables.events.c.seq == row.seq).values(data=doubled))
    assert [flaw.seq for flaw in walked.read_now(lambda c: verify(c, "case-1"))] == [row.seq]


def test_a_removed_event_is_found(walked):
    tamper(walked, sa.delete(tables.events).where(tables.events.c.seq == 4))
    flaws = walked.read_now(lambda c: verify(c, "case-1"))
    assert (flaws[0].seq, flaws[0].what) == (5, "event 4 is missing")


def test_a_cut_off_end_is_found(walked):
    last = contents(walked)["events"][-1].seq
    tamper(walked, sa.delete(tables.events).where(tables.events.c.seq == last))
    (flaw,) = walked.read_now(lambda c: verify(c, "case-1"))
    assert "head" in flaw.what


def test_cases_are_walked_through_in_pages(database):
    database.write_now(an_organisation)
    database.write_now(lambda c: start(c, "case-a"))
    database.write_now(lambda c: withdraw(c, case="case-a"))
    database.write_now(lambda c: start(c, "case-b"))
    assert database.read_now(lambda c: case_ids(c, limit=1)) == ["case-a"]
    assert database.read_now(lambda c: case_ids(c, after="case-a")) == ["case-b"]


@pytest.mark.parametrize("step, day", [("talk", date(2025, 3, 20)), ("admit", date(2026, 4, 3))])
def test_a_corrected_day_is_that_of_what_reports_count(walked, step, day):
    correct(walked, step, day, date(2026, 4, 20))
    kept = contents(walked)
    done = [row for row in kept["done_steps"] if row.step == step]
    assert done[-1].done_on == day
    assert (kept["stage_stays"][-1].left_on == day) == (step == "admit")
    walked.write_now(lambda c: rebuild(c, LIBRARY, "case-1"))
    assert contents(walked) == kept
