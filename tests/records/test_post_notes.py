"""Posts and delegations are noted with every change; a row that says something else is found by its id."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from domain.circumstances import LentFor
from records import additions, administration, bulk, closings, organisation, post_notes
from records.held_units import held_now
from records.log_tables import administration as entries
from records.tables import delegations, posts
from records.unit_changes import Said
from tests.builders import HOST, SECRETARY, noon
from tests.records.organisations import ADMIN, OUTSIDER, SINCE
from tests.records.walks import BEGIN

SAID = Said(ADMIN, noon(BEGIN), "because")
LATER = BEGIN + timedelta(days=30)


def wrong(database):
    return database.read_now(lambda connection: list(post_notes.told_otherwise(connection)))


def noted(database):
    """Return the kinds of what was noted of posts and delegations, with their days and who did it."""
    found = database.read_now(lambda c: administration.listed(c, below=None, limit=1_000)).items
    return [(done.kind, done.on, done.by, done.person) for done in reversed(found)]


def lent(database, **more):
    def work(connection):
        return organisation.add_delegation(
            connection,
            post_id=f"post-{HOST}",
            substitute=OUTSIDER,
            from_on=BEGIN,
            granted_by=ADMIN,
            granted_at=noon(BEGIN),
            **more,
        )

    return database.write_now(work).id


def test_every_change_is_noted_by_whom_for_which_day_and_in_the_same_transaction(begun):
    before = len(noted(begun))
    one = lent(begun, lent_for=LentFor(processes=("reading",)), absence="absence-1")
    begun.write_now(lambda c: organisation.end_delegation(c, one, BEGIN, revoked_at=SAID.at, said=SAID))
    begun.write_now(lambda c: organisation.end_post(c, f"post-{HOST}", LATER, said=SAID))

    assert noted(begun)[before:] == [
        ("delegation-given", BEGIN, ADMIN, OUTSIDER),
        ("delegation-ended", BEGIN, ADMIN, OUTSIDER),
        ("post-ended", LATER, ADMIN, HOST),
    ]
    assert wrong(begun) == []


def test_what_is_taken_back_is_not_noted_either(begun):
    before = noted(begun)

    def work(connection):
        organisation.end_post(connection, f"post-{HOST}", LATER, said=SAID)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        begun.write_now(work)
    assert noted(begun) == before
    assert wrong(begun) == []


def test_many_rows_of_a_book_are_noted_each(begun):
    new: list[bulk.Says] = [
        {"id": f"new-{number}", "person": HOST, "role": "host", "unit": "circle-2", "from": BEGIN, "to": None}
        for number in range(1_002)
    ]
    limits = {"processes": "reading", "stages": None, "units": None}
    loan: bulk.Says = {
        "id": "loan",
        "post": "new-7",
        "substitute": OUTSIDER,
        "from": BEGIN,
        "to": LATER,
        **limits,
    }
    begun.write_now(lambda c: additions.add_posts(c, new, SAID))
    begun.write_now(lambda c: additions.add_delegations(c, [loan], SAID))

    assert [kind for kind, _, by, _ in noted(begun) if by == ADMIN].count("post-given") > 900
    assert wrong(begun) == []


@pytest.mark.parametrize("goes", ["end", "move"])
def test_a_unit_that_is_closed_takes_its_posts_with_it_and_notes_so(begun, goes):
    def work(connection):
        plan = closings.Plan(successor="circle-2", posts=goes)
        ordered = closings.order_closing(connection, "circle-1", LATER, SAID, post=f"post-{ADMIN}", plan=plan)
        return closings.move_people(connection, ordered, SAID.at)

    begun.write_now(work)

    kinds = [kind for kind, _, by, _ in noted(begun) if by == ADMIN]
    assert kinds == ["post-ended"] * 2 + (["post-given"] * 2 if goes == "move" else [])
    assert wrong(begun) == []


def test_a_post_that_was_taken_at_once_does_not_come_to_life_where_its_unit_goes(begun):
    def work(connection):
        organisation.end_post(connection, f"post-{HOST}", LATER, revoked_at=SAID.at, said=SAID)
        plan = closings.Plan(successor="circle-2", posts="move")
        ordered = closings.order_closing(connection, "circle-1", LATER, SAID, post=f"post-{ADMIN}", plan=plan)
        closings.move_people(connection, ordered, SAID.at)
        held = sa.select(posts.c.person_id).where(posts.c.unit_id == "circle-2", held_now(posts, LATER))
        return set(connection.execute(held).scalars())

    assert begun.write_now(work) == {OUTSIDER, SECRETARY}
    assert wrong(begun) == []


CHANGES = {
    "whose it is": (sa.update(posts).values(person_id=OUTSIDER), "person"),
    "its role": (sa.update(posts).values(role="admin"), "role"),
    "its unit": (sa.update(posts).values(unit_id="committee-1"), "unit"),
    "its first day": (sa.update(posts).values(from_on=date(2000, 1, 1)), "from_on"),
    "its last day": (sa.update(posts).values(to_on=date(2020, 1, 1)), "to_on"),
    "who gave it": (sa.update(posts).values(granted_by=OUTSIDER), "granted_by"),
    "when it was given": (sa.update(posts).values(granted_at=noon(LATER)), "granted_at"),
    "that it was taken": (sa.update(posts).values(revoked_at=noon(LATER)), "revoked_at"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_post_that_was_changed_by_hand_is_named_with_what_it_should_be(begun, change):
    statement, column = CHANGES[change]
    query = sa.select(posts).where(posts.c.id == f"post-{SECRETARY}")
    before = begun.read_now(lambda c: c.execute(query).one())
    begun.write_now(lambda c: c.execute(statement.where(posts.c.id == f"post-{SECRETARY}")))

    (found,) = wrong(begun)

    assert (found.what, found.id) == ("post", f"post-{SECRETARY}")
    names = {"person": before.person_id, "role": before.role, "unit": before.unit_id, "from_on": "2015-01-01"}
    assert found.noted == {column: names.get(column)}
    assert found.seq is not None


LIMITS = ("processes", "stages", "units", "absence_id", "substitute_id", "post_id")


@pytest.mark.parametrize("column", LIMITS)
def test_a_delegation_that_was_changed_by_hand_is_named(begun, column):
    one = lent(begun)
    other = {"substitute_id": ADMIN, "post_id": f"post-{ADMIN}"}.get(column, " anything ")
    begun.write_now(lambda c: c.execute(sa.update(delegations).values({column: other})))

    (found,) = wrong(begun)

    assert (found.what, found.id, len(found.noted)) == ("delegation", one, 1)


def test_a_post_that_was_put_in_by_hand_is_named_and_one_that_was_taken_out(begun):
    row = {"id": "by-hand", "person_id": OUTSIDER, "role": "admin", "unit_id": "circle-1", "from_on": SINCE}
    begun.write_now(lambda c: c.execute(sa.insert(posts).values(row)))
    begun.write_now(lambda c: c.execute(sa.delete(posts).where(posts.c.id == f"post-{HOST}")))

    found = {one.id: one for one in wrong(begun)}

    assert found["by-hand"].seq is None
    assert (found[f"post-{HOST}"].noted, found[f"post-{HOST}"].seq is None) == (None, False)
    assert len(found) == 2


def test_two_who_change_posts_at_the_same_moment_note_one_after_the_other(begun):
    def end(number):
        who = (HOST, SECRETARY, OUTSIDER, ADMIN)[number % 4]
        last = LATER + timedelta(days=number)
        begun.write_now(lambda c: organisation.end_post(c, f"post-{who}", last, said=SAID))

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(end, range(12)))

    query = sa.select(entries.c.seq).order_by(entries.c.seq)
    numbers = begun.read_now(lambda c: list(c.execute(query).scalars()))
    assert numbers == list(range(1, len(numbers) + 1))
    assert wrong(begun) == []
