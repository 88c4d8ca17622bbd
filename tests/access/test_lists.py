"""Lists and single reads agree: what a caller is listed is what can be read one by one, and nothing else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from records import cases, inbox, materials, notifications, registers, tables, visible
from records.cases import CaseFilter
from records.problems import NotFound
from records.registers import ActedOn
from records.scope import scope_of
from services.case_views import case_view
from services.parts import Caller
from services.seeing import look_by
from tests.access.places import APPLICANT, FARMER, TODAY, person_of
from tests.access.scenes import MAKERS, STRANGER, SUBJECT, run
from tests.access.table import the_table

PEOPLE = [person_of(caller) for caller in the_table().callers]

# One of every place and sort, because looking each of seventy people up takes half a minute.
PROBED = {f"person-secretary-{place}" for place in the_table().places} | {
    SUBJECT,
    STRANGER,
    APPLICANT,
    FARMER,
}


@pytest.fixture(scope="module")
def full(scene):
    """The world with one of everything in it, and a case of somebody who holds a post himself."""

    async def fill():
        for kind in MAKERS:
            await scene.made_of(kind)
        await scene.a_case("person-secretary-own")

    run(fill())
    return scene


def found(find, ids):
    """Those of the ids that are not NotFound."""
    readable = set()
    for each in ids:
        try:
            find(each)
        except NotFound:
            continue
        readable.add(each)
    return readable


def all_of(connection, column, *conditions):
    return set(connection.execute(sa.select(column).where(*conditions)).scalars())


def compared(scene, look):
    """What `look` says of each person: what is listed, and what can be read."""

    def work(connection):
        return {person: look(connection, person) for person in PEOPLE}

    return scene.parts.database.read_now(work)


def check_agreement(pairs, at_least):
    """Every pair is equal, and the world is no empty one in which that says nothing."""
    differing = {
        person: {"only listed": listed - readable, "only readable": readable - listed}
        for person, (listed, readable) in pairs.items()
        if listed != readable
    }
    assert differing == {}
    sizes = {len(listed) for listed, _ in pairs.values()}
    assert len(sizes) >= at_least, sizes


def test_cases(full):
    def look(connection, person):
        scope = scope_of(connection, person, TODAY)
        listed = cases.list_cases(connection, scope=scope, limit=200)
        library = full.parts.library
        ids = all_of(connection, tables.cases.c.id)
        assert listed.next is None
        return {one.id for one in listed.items}, found(
            lambda each: cases.find_case(connection, library, each, scope), ids
        )

    check_agreement(compared(full, look), 4)


def test_histories(full):
    def look(connection, person):
        scope = scope_of(connection, person, TODAY)
        ids = all_of(connection, tables.cases.c.id)
        seen = {each for each in ids if cases.is_seen(connection, each, scope)}
        return seen, found(lambda each: cases.history(connection, each, scope), ids)

    check_agreement(compared(full, look), 4)


def test_people(full):
    def look(connection, person):
        listed = visible.list_people(connection, viewer=person, today=TODAY, limit=200)
        assert listed.next is None
        return {one.id for one in listed.items} & PROBED, found(
            lambda each: visible.find_person(connection, each, viewer=person, today=TODAY),
            PROBED,
        )

    check_agreement(compared(full, look), 5)


def test_posts(full):
    def look(connection, person):
        listed = visible.list_posts(connection, viewer=person, today=TODAY, limit=200)
        assert listed.next is None
        # Those of whoever is probed, and every fifth besides.
        held = all_of(connection, tables.posts.c.id, tables.posts.c.person_id.in_(PROBED))
        probed = held | set(sorted(all_of(connection, tables.posts.c.id))[::5])
        return {one.id for one in listed.items} & probed, found(
            lambda each: visible.find_post(connection, each, viewer=person, today=TODAY), probed
        )

    check_agreement(compared(full, look), 5)


def test_delegations(full):
    def look(connection, person):
        listed = visible.list_delegations(connection, viewer=person, today=TODAY, limit=200)
        return {one.id for one in listed.items}, found(
            lambda each: visible.find_delegation(connection, each, viewer=person, today=TODAY),
            all_of(connection, tables.delegations.c.id),
        )

    check_agreement(compared(full, look), 3)


def test_messages(full):
    """Everybody asks for all that is listed for him, and for a message of each of those who are probed."""

    def owed(connection):
        column = tables.obligations.c.person_id
        rows = connection.execute(sa.select(tables.obligations.c.id, column).where(column.is_not(None))).all()
        one_each = {row.person_id: row.id for row in rows if row.person_id in PROBED}
        return rows, set(one_each.values())

    rows, of_others = full.parts.database.read_now(owed)
    assert len(of_others) > 3

    def look(connection, person):
        listed = notifications.list_notices(connection, person, limit=200)
        ids = of_others | {row.id for row in rows if row.person_id == person}
        return {one.owed.id for one in listed.items}, {
            each for each in ids if notifications.find_notice(connection, person, each) is not None
        }

    check_agreement(compared(full, look), 2)


def test_documents_are_those_handed_in_and_those_of_cases_seen(full):
    def look(connection, person):
        scope = scope_of(connection, person, TODAY)
        rows = connection.execute(sa.select(tables.materials)).all()
        named = connection.execute(sa.select(tables.case_materials)).all()
        seen = {row.sha256 for row in named if cases.is_seen(connection, row.case_id, scope)}
        expected = {row.id for row in rows if row.created_by == person or row.sha256 in seen}
        readable = found(lambda each: materials.material(connection, each, scope), [row.id for row in rows])
        return readable, expected

    check_agreement(compared(full, look), 3)


def test_the_inbox_holds_the_open_steps_that_are_the_callers_and_no_others(full):
    """What is his to do may be blocked for now; but nobody is asked for what is not his."""

    def look(connection, person):
        listed = inbox.list_tasks(connection, person, TODAY, limit=200)
        assert listed.next is None
        running = all_of(connection, tables.cases.c.id, tables.cases.c.status == "open")
        # Somebody's own post brings him the steps of his own case too, which then refuses him.
        asked = {
            (task.case, task.step)
            for task in listed.items
            if task.case in running and (task.post is None or task.subject != person)
        }
        return asked, set(his(connection, person))

    def his(connection, person):
        caller, today = Caller(person), ActedOn(on=TODAY, today=TODAY)
        scope = scope_of(connection, person, TODAY)
        running = CaseFilter(status="open")
        for one in cases.list_cases(connection, scope=scope, narrowed=running, limit=200).items:
            read = cases.find_case(connection, full.parts.library, one.id, scope)
            around = registers.surroundings(connection, read.process, read.case, person, today)
            look = look_by(full.parts, read.process, read.case, around)
            shown = case_view(connection, full.parts, caller, look, read.head, known=around.known)
            for step in shown.open_steps:
                if step.why_not is None or step.why_not.rule != f"{step.step}.by":
                    yield one.id, step.step

    check_agreement(compared(full, look), 3)


def test_how_much_is_in_the_inbox_is_how_much_is_listed(full):
    def look(connection, person):
        listed = inbox.list_tasks(connection, person, TODAY, limit=200)
        count = inbox.count_tasks(connection, person, TODAY)
        return set(range(len(listed.items))), set(range(count.all))

    check_agreement(compared(full, look), 3)
