"""Reading cases: who sees which, what lists can be narrowed to, how it was on a past day."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from records import organisation, tables
from records.cases import CaseFilter, case_as_of, events, find_case, history, is_seen, list_cases
from records.cursors import BadCursor, cursor_of
from records.evaluations import list_evaluations
from records.followed import unpublished
from records.problems import NotFound
from records.scope import scope_of
from tests.builders import HOST, SECRETARY, SUBJECT
from tests.records.organisations import ADMIN, AUDITOR, OUTSIDER, SINCE, an_organisation
from tests.records.walks import BEGIN, LIBRARY, TALK, act_on, due, start, the_whole_way

TODAY = date(2025, 6, 1)


@pytest.fixture(scope="module")
def shown(shared_database):
    """The same, for tests that only read."""
    shared_database.write_now(an_organisation)
    shared_database.write_now(start)
    return shared_database


def seen_by(database, person, today=TODAY):
    """The ids in the person's list, after making sure that single reads say the same."""

    def work(connection):
        scope = scope_of(connection, person, today)
        listed = [found.id for found in list_cases(connection, scope=scope).items]
        every = connection.execute(sa.select(tables.cases.c.id)).scalars().all()
        for case in every:
            assert is_seen(connection, case, scope) is (case in listed)
            if case in listed:
                assert find_case(connection, LIBRARY, case, scope).case.id == case
                assert history(connection, case, scope).items
            else:
                for read in (
                    lambda case=case: find_case(connection, LIBRARY, case, scope),
                    lambda case=case: history(connection, case, scope),
                    lambda case=case: case_as_of(connection, LIBRARY, case, today, scope),
                ):
                    with pytest.raises(NotFound):
                        read()
        return listed

    return database.read_now(work)


@pytest.mark.parametrize(
    "person, sees",
    [
        pytest.param(SUBJECT, True, id="the subject"),
        pytest.param(SECRETARY, True, id="a post in the unit"),
        pytest.param(HOST, True, id="another post in the unit"),
        pytest.param(AUDITOR, True, id="an auditor above it"),
        pytest.param(OUTSIDER, False, id="a post in a sibling unit"),
        pytest.param(ADMIN, False, id="whoever manages the organisation"),
        pytest.param("nobody", False, id="somebody unknown"),
    ],
)
def test_who_sees_a_case(shown, person, sees):
    assert seen_by(shown, person) == (["case-1"] if sees else [])


def test_the_unit_a_transfer_would_lead_to_sees_the_case_while_it_waits(begun):
    assert seen_by(begun, OUTSIDER) == []
    begun.write_now(lambda c: c.execute(sa.update(tables.cases).values(target_unit_id="circle-2")) and None)
    assert seen_by(begun, OUTSIDER) == ["case-1"]


def test_whoever_has_a_role_in_the_case_sees_it_without_any_post(begun):
    begun.write_now(lambda c: organisation.end_post(c, f"post-{OUTSIDER}", SINCE))
    assert seen_by(begun, OUTSIDER) == []
    row = {"case_id": "case-1", "role": "introducers", "person_id": OUTSIDER}
    begun.write_now(lambda c: c.execute(sa.insert(tables.case_people).values(row)) and None)
    assert seen_by(begun, OUTSIDER) == ["case-1"]


def test_a_post_shows_cases_from_its_first_to_its_last_day_only(begun):
    begun.write_now(lambda c: organisation.end_post(c, f"post-{HOST}", TODAY))
    assert seen_by(begun, HOST, SINCE) == ["case-1"]
    assert seen_by(begun, HOST, SINCE - timedelta(days=1)) == []
    assert seen_by(begun, HOST, TODAY) == ["case-1"]
    assert seen_by(begun, HOST, TODAY + timedelta(days=1)) == []


def test_a_substitute_sees_what_the_post_shows_while_it_is_lent(begun):
    begun.write_now(
        lambda c: organisation.add_delegation(
            c, post_id=f"post-{SECRETARY}", substitute=OUTSIDER, from_on=TODAY, to_on=TODAY
        )
    )
    assert seen_by(begun, OUTSIDER, TODAY) == ["case-1"]
    assert seen_by(begun, OUTSIDER, TODAY + timedelta(days=1)) == []


def test_a_lent_admin_post_shows_no_case_either(begun):
    begun.write_now(
        lambda c: organisation.add_delegation(c, post_id=f"post-{ADMIN}", substitute=OUTSIDER, from_on=TODAY)
    )
    assert seen_by(begun, OUTSIDER) == []


def test_a_post_above_every_unit_sees_everything_and_one_beside_another_root_does_not(begun):
    def scope(person):
        return begun.read_now(lambda c: scope_of(c, person, TODAY))

    assert scope(AUDITOR).everything
    assert not scope(SECRETARY).everything
    assert not scope("nobody").everything
    begun.write_now(lambda c: organisation.add_unit(c, id="other", kind="committee", name="另一委员会"))
    assert not scope(AUDITOR).everything
    assert seen_by(begun, AUDITOR) == ["case-1"]


def listed(database, viewer=AUDITOR, **narrowed):
    def work(connection):
        scope = scope_of(connection, viewer, TODAY)
        page = list_cases(connection, scope=scope, narrowed=CaseFilter(**narrowed))
        return [found.id for found in page.items]

    return database.read_now(work)


@pytest.mark.parametrize(
    "narrowed, found",
    [
        ({}, ["case-1"]),
        ({"status": "open"}, ["case-1"]),
        ({"status": "closed"}, []),
        ({"stage": "asking"}, ["case-1"]),
        ({"stage": "reading"}, []),
        ({"standing": "guest"}, ["case-1"]),
        ({"standing": "member"}, []),
        ({"unit": "circle-1"}, ["case-1"]),
        ({"unit": "committee-1"}, ["case-1"]),
        ({"unit": "circle-2"}, []),
        ({"process": "reading-circle"}, ["case-1"]),
        ({"process": "another"}, []),
        ({"subject": SUBJECT}, ["case-1"]),
        ({"overdue": True}, ["case-1"]),
        ({"overdue": False}, []),
        ({"q": "张三"}, ["case-1"]),
        ({"q": "三"}, ["case-1"]),
        ({"q": "ZhangSan"}, ["case-1"]),
        ({"q": "zs"}, ["case-1"]),
        ({"q": "李四"}, []),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"status": "open", "stage": "asking", "unit": "circle-1", "q": "张"}, ["case-1"]),
    ],
)
def test_a_list_can_be_narrowed(shown, narrowed, found):
    assert listed(shown, **narrowed) == found


def test_the_cases_of_a_unit_are_those_of_the_whole_list_that_lie_there_or_below(begun):
    def check(viewer, unit):
        there = unit in {"committee-1", "circle-1"}
        assert listed(begun, viewer, unit=unit) == (listed(begun, viewer) if there else []), (viewer, unit)

    viewers = (SUBJECT, SECRETARY, AUDITOR, OUTSIDER, ADMIN, "nobody")
    units = ("committee-1", "circle-1", "circle-2", "other", "unknown")
    for pair in itertools.product(viewers, units):
        check(*pair)
    # With a second root the auditor no longer sees everything there is.
    begun.write_now(lambda c: organisation.add_unit(c, id="other", kind="committee", name="另一委员会"))
    for unit in units:
        check(AUDITOR, unit)


def test_a_case_that_waits_for_another_unit_is_listed_for_it_where_it_still_lies(begun):
    begun.write_now(lambda c: c.execute(sa.update(tables.cases).values(target_unit_id="circle-2")))
    assert listed(begun, OUTSIDER, unit="circle-1") == ["case-1"]
    assert listed(begun, OUTSIDER, unit="circle-2") == []


def test_pages_show_every_case_once_those_opened_last_first(database):
    database.write_now(an_organisation)
    expected: list[str] = []
    for number in range(7):
        person, on = f"newcomer-{number}", BEGIN + timedelta(days=number // 3)
        database.write_now(lambda c, person=person: organisation.add_person(c, id=person, name="新人"))
        database.write_now(
            lambda c, number=number, person=person, on=on: start(c, f"case-{number}", on, subject=person)
        )
        expected.insert(0, f"case-{number}")
    seen, cursor = [], None
    while True:
        page = database.read_now(
            lambda c, cursor=cursor: list_cases(
                c, scope=scope_of(c, SECRETARY, TODAY), cursor=cursor, limit=3
            )
        )
        seen += [found.id for found in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == expected


@pytest.mark.parametrize("cursor", ["", "x", "ä", "W10", "WzEsMl0", "WyJcdTAwMDAiLCJhIl0", "🂡" * 9])
def test_a_cursor_that_is_none_is_refused(shown, cursor):
    with pytest.raises(BadCursor):
        shown.read_now(lambda c: list_cases(c, scope=scope_of(c, AUDITOR, TODAY), cursor=cursor))


@pytest.mark.parametrize("place", ["x", "-1", "1.5", str(2**31), "9" * 40])
def test_a_cursor_whose_number_no_row_can_have_is_refused(shown, place):
    with pytest.raises(BadCursor):
        shown.read_now(lambda c: list_evaluations(c, "case-1", cursor=cursor_of(place)))


def test_history_comes_in_pages_with_what_was_hashed(database):
    database.write_now(an_organisation)
    the_whole_way(database)
    every = database.read_now(lambda c: history(c, "case-1", None).items)
    first = database.read_now(lambda c: history(c, "case-1", None, limit=4))
    second = database.read_now(lambda c: history(c, "case-1", None, limit=400, cursor=first.next))
    assert (*first.items, *second.items) == every
    assert second.next is None
    assert [one.event for one in every] == list(database.read_now(lambda c: events(c, "case-1")))
    assert set(every[0].item) == {
        "seq",
        "type",
        "step",
        "round",
        "occurred_on",
        "recorded_at",
        "actor",
        "post",
        "on_behalf_of",
        "data",
        "prev_hash",
        "hash",
    }
    assert every[1].item["prev_hash"] == every[0].item["hash"]


def test_a_case_as_of_a_day_is_what_the_record_said_at_its_end(database):
    database.write_now(an_organisation)
    the_whole_way(database)

    def as_of(day):
        return database.read_now(lambda c: case_as_of(c, LIBRARY, "case-1", day, None))

    assert (as_of(TALK - timedelta(days=1)).case.stage, as_of(TALK).case.stage) == ("asking", "reading")
    now = database.read_now(lambda c: find_case(c, LIBRARY, "case-1", None))
    assert as_of(date(2030, 1, 1)) == now
    assert as_of(TALK).head != now.head
    with pytest.raises(NotFound):
        as_of(BEGIN - timedelta(days=1))


def test_the_day_of_as_of_is_the_organisations_not_utcs(begun):
    before_midnight = datetime(TALK.year, TALK.month, TALK.day, 15, 59, tzinfo=UTC)
    begun.write_now(lambda c: act_on(c, "talk", TALK, SECRETARY, outcome="done", now=before_midnight))
    assert begun.read_now(lambda c: case_as_of(c, LIBRARY, "case-1", TALK, None)).case.stage == "reading"


def test_a_found_case_carries_names_head_and_edition(shown):
    found = shown.read_now(lambda c: find_case(c, LIBRARY, "case-1", None))
    assert (found.subject_name, found.unit_name, found.edition.version) == ("张三", "第一读书会", "1")
    assert found.head == shown.read_now(lambda c: history(c, "case-1", None).items[-1].hash)


def test_overdue_steps_are_listed_from_the_day_after(begun):
    begun.write_now(lambda c: due(c, BEGIN))

    def overdue_on(day):
        def work(connection):
            scope = scope_of(connection, AUDITOR, day)
            return list_cases(connection, scope=scope, narrowed=CaseFilter(overdue=True)).items

        return len(begun.read_now(work))

    assert (overdue_on(date(2025, 4, 3)), overdue_on(date(2025, 4, 4))) == (0, 1)


def test_what_cases_follow_and_is_not_published_is_named_with_how_many_follow_it(shown):
    (ours,) = {case.digest for case in LIBRARY}
    (found,) = shown.read_now(lambda connection: unpublished(connection, ["0" * 64]))
    assert (found.process, found.version, found.digest, found.cases) == ("reading-circle", "1", ours, 1)
    assert shown.read_now(lambda connection: unpublished(connection, [ours])) == ()
