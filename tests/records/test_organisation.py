"""The organisation: the tree and its closure, people and how they are found, posts, standings."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from records import organisation, standings, tables, units
from records.cursors import BadCursor
from records.names import searchable, searched
from records.problems import NotFound, OutOfOrder
from tests.builders import HOST, SECRETARY, SUBJECT
from tests.records.organisations import OUTSIDER, SINCE, an_organisation

DAY = date(2026, 6, 1)
DAY_BEFORE, DAY_AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


@pytest.fixture
def organised(database):
    database.write_now(an_organisation)
    return database


@pytest.fixture(scope="module")
def shown(shared_database):
    """The same, for tests that change nothing."""
    shared_database.write_now(an_organisation)
    return shared_database


def closure(database):
    query = sa.select(tables.unit_closure)
    return {
        (row.ancestor_id, row.unit_id): row.depth
        for row in database.read_now(lambda c: c.execute(query).all())
    }


def closure_by_walking(database):
    """The same, the slow way, from the parents."""
    parents = dict(
        database.read_now(lambda c: c.execute(sa.select(tables.units.c.id, tables.units.c.parent_id)).all())
    )
    found = {}
    for unit in parents:
        above, depth = unit, 0
        while above is not None:
            found[above, unit] = depth
            above, depth = parents[above], depth + 1
    return found


def test_every_unit_knows_all_above_it(organised):
    organised.write_now(
        lambda c: organisation.add_unit(c, id="group", kind="group", name="组", parent="circle-1")
    )
    assert closure(organised) == closure_by_walking(organised)
    path = organised.read_now(lambda c: organisation.path_of(c, "group"))
    assert [unit.id for unit in path] == ["group", "circle-1", "committee-1"]


def test_a_unit_moves_with_all_below_it(organised):
    def move(connection):
        organisation.add_unit(connection, id="group", kind="group", name="组", parent="circle-1")
        organisation.add_unit(connection, id="top", kind="department", name="部")
        organisation.add_unit(connection, id="committee-2", kind="committee", name="二委", parent="top")
        return organisation.move_unit(connection, "circle-1", "committee-2")

    assert organised.write_now(move).parent == "committee-2"
    assert closure(organised) == closure_by_walking(organised)
    path = organised.read_now(lambda c: organisation.path_of(c, "group"))
    assert [unit.id for unit in path] == ["group", "circle-1", "committee-2", "top"]


@pytest.mark.parametrize("parent", ["committee-1", "circle-1"])
def test_a_unit_cannot_stand_below_itself(shown, parent):
    with pytest.raises(OutOfOrder):
        shown.write_now(lambda c: organisation.move_unit(c, "committee-1", parent))
    assert closure(shown) == closure_by_walking(shown)


def test_a_unit_can_be_renamed_and_qualified(organised):
    changed = organised.write_now(
        lambda c: organisation.change_unit(c, "circle-1", name="新名", temporary=True, may_approve=True)
    )
    assert (changed.name, changed.temporary, changed.may_approve) == ("新名", True, True)


def test_units_are_listed_in_pages_and_below_one(shown):
    first = shown.read_now(lambda c: organisation.list_units(c, limit=2))
    second = shown.read_now(lambda c: organisation.list_units(c, limit=2, cursor=first.next))
    ids = [unit.id for unit in (*first.items, *second.items)]
    assert (ids, second.next) == (["circle-1", "circle-2", "committee-1"], None)
    below = shown.read_now(lambda c: organisation.list_units(c, below=("circle-2",)))
    assert [unit.id for unit in below.items] == ["circle-2"]
    with pytest.raises(BadCursor):
        shown.read_now(lambda c: organisation.list_units(c, cursor="?"))


def test_units_are_found_by_their_name_or_the_beginning_of_their_id_and_listed_by_kind(shown):
    name = shown.read_now(lambda c: units.unit(c, "circle-1")).name

    def found(text, kind=None):
        return [one.id for one in shown.read_now(lambda c: units.named(c, text, 5, kind=kind))]

    assert found(name)[0] == "circle-1"
    assert set(found("CIRC")) >= {"circle-1", "circle-2"}
    assert found("circle-2") == ["circle-2"]
    assert found("cir") == []
    assert found("circle", kind="committee") == []
    listed = shown.read_now(lambda c: units.list_units(c, kind="circle"))
    assert [one.id for one in listed.items] == ["circle-1", "circle-2"]


@pytest.mark.parametrize("q", ["张三", "三", "zhangsan", "ZHANG SAN", "zs", "ｚｓ"])
def test_people_are_found_by_characters_pinyin_and_initials(shown, q):
    found = shown.read_now(lambda c: organisation.list_people(c, q=q)).items
    assert [person.name for person in found] == ["张三"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "张_"])
def test_what_a_search_means_elsewhere_means_itself_here(shown, q):
    assert shown.read_now(lambda c: organisation.list_people(c, q=q)).items == ()


def test_a_changed_name_is_found_and_the_old_one_is_not(organised):
    organised.write_now(lambda c: organisation.change_person(c, SUBJECT, {"name": "欧阳娜娜", "id": "x"}))
    assert organised.read_now(lambda c: organisation.list_people(c, q="oynn")).items[0].id == SUBJECT
    assert organised.read_now(lambda c: organisation.list_people(c, q="zs")).items == ()


def test_names_are_compared_in_one_form():
    assert searched("  Ａb·C d ") == "abcd"
    assert searchable("阿卜杜拉·艾山") == "阿卜杜拉艾山 abodulaaishan abdlas"


def test_names_of_unknown_people_are_left_out(shown):
    assert shown.read_now(lambda c: organisation.names_of(c, [SUBJECT, "x", SUBJECT])) == {SUBJECT: "张三"}
    assert shown.read_now(lambda c: organisation.names_of(c, [])) == {}


def test_a_post_is_held_from_its_first_to_its_last_day(organised):
    organised.write_now(
        lambda c: organisation.add_post(
            c, id="p", person_id=SUBJECT, role="host", unit_id="circle-2", from_on=DAY, to_on=DAY
        )
    )
    held = {
        day: [
            post.id
            for post in organised.read_now(lambda c, day=day: organisation.posts_held(c, SUBJECT, day))
        ]
        for day in (DAY_BEFORE, DAY, DAY_AFTER)
    }
    assert held == {DAY_BEFORE: [], DAY: ["p"], DAY_AFTER: []}


def test_posts_are_listed_by_person_unit_and_day(shown):
    def ids(**narrowed):
        return [post.id for post in shown.read_now(lambda c: organisation.list_posts(c, **narrowed)).items]

    assert ids(person_id=HOST) == [f"post-{HOST}"]
    assert ids(unit_id="circle-1") == [f"post-{SECRETARY}", f"post-{HOST}"]
    assert ids(unit_id="circle-1", on=SINCE - timedelta(days=1)) == []


def test_a_post_cannot_end_before_it_begins(shown):
    with pytest.raises(OutOfOrder):
        shown.write_now(lambda c: organisation.end_post(c, f"post-{HOST}", SINCE - timedelta(days=1)))
    with pytest.raises(OutOfOrder):
        shown.write_now(
            lambda c: organisation.add_post(
                c, person_id=HOST, role="host", unit_id="circle-2", from_on=DAY, to_on=DAY_BEFORE
            )
        )
    with pytest.raises(OutOfOrder):
        shown.write_now(lambda c: organisation.add_restriction(c, HOST, "x", DAY, DAY_BEFORE))


def test_a_post_is_lent_and_taken_back(organised):
    lent = organised.write_now(
        lambda c: organisation.add_delegation(c, post_id=f"post-{HOST}", substitute=OUTSIDER, from_on=DAY)
    )
    assert (lent.owner, lent.substitute, lent.role, lent.unit) == (HOST, OUTSIDER, "host", "circle-1")

    def in_force(day, person):
        found = organised.read_now(lambda c: organisation.list_delegations(c, person_id=person, on=day))
        return [delegation.id for delegation in found.items]

    assert in_force(DAY, HOST) == in_force(DAY_AFTER, OUTSIDER) == [lent.id]
    assert in_force(DAY, SECRETARY) == in_force(DAY_BEFORE, HOST) == []
    organised.write_now(lambda c: organisation.end_delegation(c, lent.id, DAY))
    assert (in_force(DAY, HOST), in_force(DAY_AFTER, HOST)) == ([lent.id], [])


def test_nobody_substitutes_for_themselves(shown):
    with pytest.raises(OutOfOrder):
        shown.write_now(
            lambda c: organisation.add_delegation(c, post_id=f"post-{HOST}", substitute=HOST, from_on=DAY)
        )


@pytest.mark.parametrize(
    "work",
    [
        lambda c: organisation.unit(c, "x"),
        lambda c: organisation.path_of(c, "x"),
        lambda c: organisation.add_unit(c, kind="circle", name="n", parent="x"),
        lambda c: organisation.change_unit(c, "x", name="n"),
        lambda c: organisation.move_unit(c, "circle-1", "x"),
        lambda c: organisation.person(c, "x"),
        lambda c: organisation.change_person(c, "x", {"name": "n"}),
        lambda c: organisation.add_post(c, person_id="x", role="host", unit_id="circle-1", from_on=DAY),
        lambda c: organisation.add_post(c, person_id=HOST, role="host", unit_id="x", from_on=DAY),
        lambda c: organisation.end_post(c, "x", DAY),
        lambda c: organisation.add_delegation(c, post_id="x", substitute=HOST, from_on=DAY),
        lambda c: organisation.add_delegation(c, post_id=f"post-{HOST}", substitute="x", from_on=DAY),
        lambda c: organisation.end_delegation(c, "x", DAY),
        lambda c: organisation.add_restriction(c, "x", "r", DAY),
    ],
)
def test_what_is_not_there_is_not_found(shown, work):
    with pytest.raises(NotFound):
        shown.write_now(work)


def standing_of(database, person=SUBJECT):
    query = sa.select(tables.standings).where(tables.standings.c.person_id == person)
    rows = database.read_now(lambda c: c.execute(query).all())
    return sorted(
        (row.from_on, row.standing, row.to_on)
        for row in rows
        if row.to_on is None or row.to_on >= row.from_on
    )


def say(database, standing, on, unit="circle-1", **more):
    database.write_now(
        lambda c: standings.set_standing(c, SUBJECT, standing, unit, on, source="import", **more)
    )


def test_standings_follow_each_other_without_gap_or_overlap(organised):
    say(organised, "guest", DAY)
    say(organised, "reader", DAY + timedelta(days=9))
    assert standing_of(organised) == [
        (DAY, "guest", DAY + timedelta(days=8)),
        (DAY + timedelta(days=9), "reader", None),
    ]


def test_a_standing_that_comes_late_is_put_in_between(organised):
    say(organised, "guest", DAY)
    say(organised, "member", DAY + timedelta(days=9))
    say(organised, "reader", DAY + timedelta(days=4))
    assert standing_of(organised) == [
        (DAY, "guest", DAY + timedelta(days=3)),
        (DAY + timedelta(days=4), "reader", DAY + timedelta(days=8)),
        (DAY + timedelta(days=9), "member", None),
    ]


def test_two_standings_of_one_day_leave_the_later_said(organised):
    say(organised, "guest", DAY)
    say(organised, "reader", DAY)
    assert standing_of(organised) == [(DAY, "reader", None)]


def test_saying_the_same_again_changes_nothing_and_another_unit_does(organised):
    say(organised, "guest", DAY)
    say(organised, "guest", DAY_AFTER)
    assert standing_of(organised) == [(DAY, "guest", None)]
    say(organised, "guest", DAY_AFTER, unit="circle-2")
    assert standing_of(organised) == [(DAY, "guest", DAY), (DAY_AFTER, "guest", None)]


def test_standings_of_two_processes_stand_beside_each_other(organised):
    say(organised, "guest", DAY, among=["guest", "reader"])
    say(organised, "applicant", DAY_AFTER, among=["applicant"])
    assert standing_of(organised) == [(DAY, "guest", None), (DAY_AFTER, "applicant", None)]
