"""The daily look: who will be missing is told before a case is stuck, once, and to those who can help."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.staffing import StaffingActivities
from domain.circumstances import LentFor
from records import absences, digests, notifications, organisation, tables
from records.shortages import AHEAD, UNDERSTAFFED, keep, look, tell
from records.staffing import open_cases, picture_of, roles_held
from tests.builders import HOST, SECRETARY, SUBJECT, noon
from tests.records.organisations import AUDITOR, OUTSIDER, SINCE, an_organisation
from tests.records.walks import BEGIN, LIBRARY, act_on, start
from workflows.contract import StaffingAsked, StaffingSeen

CHAIR = AUDITOR


@pytest.fixture
def begun(database):
    """A case whose committee has a secretary, too."""
    database.write_now(an_organisation)
    database.write_now(start)
    database.write_now(
        lambda c: organisation.add_post(
            c, person_id=CHAIR, role="secretary", unit_id="committee-1", from_on=SINCE
        )
    )
    return database


async def looked(database, day=BEGIN):
    looking = StaffingActivities(database, LIBRARY, time_zone="Asia/Shanghai", clock=lambda: noon(day))
    return await looking.look_at_staffing(StaffingAsked())


def told(database):
    notices = tables.obligations
    query = sa.select(notices.c.person_id, notices.c.step, notices.c.actor, notices.c.on_behalf_of)
    query = query.where(notices.c.kind == "understaffed").order_by(notices.c.created_at, notices.c.person_id)
    return [tuple(row) for row in database.read_now(lambda c: c.execute(query).all())]


def another(database, number):
    person = f"applicant-{number}"
    database.write_now(lambda c: organisation.add_person(c, id=person, name=f"来人{number}"))
    database.write_now(lambda c: start(c, f"case-{number}", subject=person))


def listed(database, person):
    """The notices of somebody, each with the cases it lists."""

    def read(connection):
        found = notifications.list_notices(connection, person).items
        lines = digests.lines_of(connection, [one.owed.id for one in found])
        return [[line.case for line in lines[one.owed.id]] for one in found if one.owed.kind == UNDERSTAFFED]

    return database.read_now(read)


def end(database, person, day):
    database.write_now(lambda c: organisation.end_post(c, f"post-{person}", day))


async def test_a_case_with_its_people_is_only_counted(begun):
    assert await looked(begun) == StaffingSeen(open_cases=1)
    assert told(begun) == []


async def test_a_case_whose_definition_is_not_published_here_keeps_nobody_from_being_told_of_others(begun):
    end(begun, SECRETARY, BEGIN - timedelta(days=1))
    another(begun, 2)
    elsewhere = sa.update(tables.cases).where(tables.cases.c.id == "case-1")
    begun.write_now(
        lambda c: c.execute(elsewhere.values(snapshot=replaced(c, "case-1", LIBRARY.editions[0].digest)))
    )
    assert await looked(begun) == StaffingSeen(open_cases=1, short=1, told=1)
    first, goes_on = begun.read_now(lambda c: open_cases(c, LIBRARY, limit=1))
    assert (first, goes_on) == ((), "case-1")


def replaced(connection, case, digest):
    """The row of a case that follows another definition than the one there is here."""
    row = connection.execute(sa.select(tables.cases.c.snapshot).where(tables.cases.c.id == case)).scalar_one()
    assert digest in row
    return row.replace(digest, "0" * len(digest))


async def test_a_missing_secretary_is_told_to_those_above_and_once(begun):
    end(begun, SECRETARY, BEGIN - timedelta(days=1))
    assert await looked(begun) == StaffingSeen(open_cases=1, short=1, told=1)
    assert told(begun) == [(CHAIR, "talk", "committee.secretary", None)]
    assert await looked(begun, BEGIN + timedelta(days=1)) == StaffingSeen(open_cases=1, short=1)


async def test_it_is_told_before_the_step_comes_and_not_years_before(begun):
    begun.write_now(lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="done"))
    end(begun, HOST, BEGIN + timedelta(days=30))
    assert await looked(begun) == StaffingSeen(open_cases=1, short=1)
    assert told(begun) == []
    assert (await looked(begun, BEGIN + timedelta(days=380) - AHEAD)).told == 2
    assert [(person, step) for person, step, *_ in told(begun)] == sorted(
        [(SECRETARY, "admit"), (CHAIR, "admit")]
    )


async def test_what_was_gone_and_comes_again_is_told_again(begun):
    end(begun, SECRETARY, BEGIN - timedelta(days=1))
    await looked(begun)
    again = begun.write_now(
        lambda c: organisation.add_post(
            c, person_id=OUTSIDER, role="secretary", unit_id="circle-1", from_on=BEGIN
        )
    )
    assert (await looked(begun, BEGIN + timedelta(days=1))).short == 0
    begun.write_now(lambda c: organisation.end_post(c, again.id, BEGIN + timedelta(days=1)))
    assert (await looked(begun, BEGIN + timedelta(days=2))).told == 1
    assert [person for person, *_ in told(begun)] == [CHAIR, CHAIR]


async def test_of_one_unit_and_day_there_is_one_notice_which_lists_every_case(begun):
    for number in range(2, 5):
        another(begun, number)
    end(begun, HOST, BEGIN - timedelta(days=1))
    for number in range(1, 5):
        case = f"case-{number}"
        begun.write_now(lambda c, case=case: act_on(c, "talk", BEGIN, SECRETARY, outcome="done", case=case))
    day = BEGIN + timedelta(days=380) - AHEAD
    assert (await looked(begun, day)).told == 8
    every = [f"case-{number}" for number in range(1, 5)]
    assert (listed(begun, SECRETARY), listed(begun, CHAIR)) == ([every], [every])
    assert len(told(begun)) == 2


async def test_a_notice_is_let_go_when_every_case_was_looked_at_and_a_later_one_is_another(begun):
    end(begun, SECRETARY, BEGIN - timedelta(days=1))
    page = begun.read_now(lambda c: look(c, LIBRARY, BEGIN, after="", limit=10))
    begun.write_now(lambda c: keep(c, page.news, noon(BEGIN), BEGIN))

    def owed():
        return [
            one.kind
            for one in begun.write_now(lambda c: notifications.claim(c, noon(BEGIN)))
            if one.kind == UNDERSTAFFED
        ]

    assert owed() == []
    assert begun.write_now(lambda c: tell(c, noon(BEGIN))) == 1
    assert owed() == [UNDERSTAFFED]
    another(begun, 2)
    await looked(begun)
    assert listed(begun, CHAIR) == [["case-2"], ["case-1"]] or listed(begun, CHAIR) == [
        ["case-1"],
        ["case-2"],
    ]


def test_keeping_the_same_news_twice_owes_once(begun):
    end(begun, SECRETARY, BEGIN - timedelta(days=1))
    page = begun.read_now(lambda c: look(c, LIBRARY, BEGIN, after="", limit=10))
    for expected in (1, 0):
        owed = begun.write_now(lambda c: keep(c, page.news, noon(BEGIN), BEGIN))
        assert owed == expected


def test_the_picture_knows_leave_and_what_is_lent_for_what(begun):
    def prepare(connection):
        absences.add_absence(connection, SECRETARY, BEGIN, BEGIN + timedelta(days=9), noon(BEGIN))
        organisation.add_delegation(
            connection,
            post_id=f"post-{SECRETARY}",
            substitute=OUTSIDER,
            from_on=BEGIN,
            to_on=BEGIN + timedelta(days=9),
            lent_for=LentFor(stages=("asking",)),
        )

    begun.write_now(prepare)
    page, _ = begun.read_now(lambda c: open_cases(c, LIBRARY))
    picture = begun.read_now(lambda c: picture_of(c, page, BEGIN))
    held = picture.posts["circle-1", "secretary"]
    assert [(one.person, one.on_behalf_of) for one in held] == [(SECRETARY, None), (OUTSIDER, SECRETARY)]
    assert held[1].lent_for == LentFor(stages=("asking",))
    assert [one.to_on for one in picture.away[SECRETARY]] == [BEGIN + timedelta(days=9)]
    assert SUBJECT not in picture.away


def test_a_page_takes_as_many_statements_however_many_cases_are_on_it(begun):
    def count(limit):
        seen = []

        def work(connection):
            sa.event.listen(connection, "before_cursor_execute", lambda *_: seen.append(1))
            look(connection, LIBRARY, BEGIN, after="", limit=limit)

        begun.read_now(work)
        return len(seen)

    for number in range(2, 8):
        person = f"applicant-{number}"
        begun.write_now(lambda c, person=person: organisation.add_person(c, id=person, name="来人"))
        begun.write_now(lambda c, person=person, n=number: start(c, f"case-{n}", subject=person))
    assert count(1) == count(50) <= 8


def test_roles_that_somebody_holds_anywhere_are_known(begun):
    held = begun.read_now(lambda c: roles_held(c, BEGIN))
    assert held == {
        "circle.secretary",
        "circle.host",
        "committee.auditor",
        "committee.admin",
        "committee.secretary",
    }
