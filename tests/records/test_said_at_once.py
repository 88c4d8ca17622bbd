"""What several people say of a unit or a person at the same moment is written down one after the other."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
import sqlalchemy as sa

from records import absences, closings, people_over_time, plans, restrictions, tables, unit_overlays
from records.engines import open_engine
from records.unit_changes import Said
from tests.builders import HOST, SUBJECT, noon
from tests.databases import KINDS
from tests.records.organisations import ADMIN
from tests.records.walks import BEGIN

TIMES = 16


@pytest.mark.parametrize("what", ["a plan", "an overlay", "a restriction"])
def test_every_word_of_many_who_say_something_at_once_is_kept(begun, what):
    barred = begun.write_now(
        lambda c: restrictions.add_restriction(c, HOST, "watched", BEGIN, None, Said(ADMIN, noon(BEGIN)))
    )

    def say(number):
        at = noon(BEGIN) + timedelta(seconds=number)

        def work(connection):
            if what == "a plan":
                of = ("circle-1", BEGIN.year, "reading-circle", "reader")
                plans.say(connection, of, number, "because", ADMIN, at)
            elif what == "a restriction":
                last = BEGIN + timedelta(days=number)
                restrictions.correct_restriction(connection, HOST, barred.id, BEGIN, last, Said(ADMIN, at))
            else:
                unit_overlays.say(connection, "circle-1", "reading-circle", "", BEGIN, str(number), at)

        begun.write_now(work)

    with ThreadPoolExecutor(8) as several:
        list(several.map(say, range(TIMES)))

    if what == "a plan":
        kept = begun.read_now(lambda c: plans.plans_of(c, "circle-1", BEGIN.year))
        assert sorted(one.planned for one in kept) == list(range(TIMES))
    elif what == "a restriction":
        words = begun.read_now(lambda c: restrictions.history_of(c, HOST))
        assert [one.number for one in words] == list(range(1, TIMES + 2))
    else:
        said = begun.read_now(lambda c: unit_overlays.said(c, "circle-1"))
        assert sorted(int(one.reason) for one in said) == list(range(TIMES))


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_whoever_says_something_of_a_person_holds_up_nobody_who_only_names_him(begun, address):
    engine = open_engine(address)
    with engine.connect() as elsewhere, ThreadPoolExecutor(1) as acting:
        people_over_time.keep_others_out(elsewhere, SUBJECT)
        named = acting.submit(
            begun.write_now, lambda c: absences.add_absence(c, SUBJECT, BEGIN, BEGIN, noon(BEGIN))
        )
        done, _ = wait([named], 5)
        elsewhere.rollback()
    engine.dispose()
    assert done == {named}


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_unit_that_is_closed_takes_no_standing_along_that_ends_at_the_same_moment(begun, address):
    said, day = Said(ADMIN, noon(BEGIN), "because"), BEGIN + timedelta(days=9)
    plan = closings.Plan(successor="circle-2", standings="move")
    ordered = begun.write_now(
        lambda c: closings.order_closing(c, "circle-1", day, said, post=f"post-{ADMIN}", plan=plan)
    )
    his = tables.standings.c.person_id == HOST
    engine = open_engine(address)
    with engine.connect() as elsewhere, ThreadPoolExecutor(1) as closing:
        elsewhere.execute(sa.update(tables.standings).where(his).values(to_on=BEGIN))
        moved = closing.submit(begun.write_now, lambda c: closings.move_people(c, ordered, noon(day)))
        wait([moved], 0.3)
        elsewhere.commit()
        moved.result(5)
    engine.dispose()
    query = sa.select(tables.standings.c.unit_id, tables.standings.c.to_on).where(his)
    assert begun.read_now(lambda c: c.execute(query).all()) == [("circle-1", BEGIN)]
