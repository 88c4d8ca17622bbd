"""What administrators did: a chain of its own, with places in the log over all events."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.chain import GENESIS
from records import administration, audited, log
from records.log_tables import administration as entries
from records.tables import posts, standings
from tests.builders import HOST, SECRETARY, SUBJECT, noon
from tests.records.organisations import ADMIN
from tests.records.walks import BEGIN


def noted(database, kind="sessions-ended", *, by=ADMIN, person=HOST, **says):
    database.write_now(
        lambda connection: administration.note(connection, kind, BEGIN, noon(BEGIN), by, person, **says)
    )


def test_each_entry_is_hashed_with_the_one_before_it(begun):
    noted(begun, all=True)
    noted(begun, "password-set", by=None)

    rows = begun.read_now(lambda c: c.execute(sa.select(entries).order_by(entries.c.seq)).all())

    assert [row.prev_hash for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
    assert [row.seq for row in rows] == [number + 1 for number in range(len(rows))]
    assert [row.type for row in rows][-2:] == ["sessions-ended", "password-set"]


def test_entries_find_their_places_in_the_log_beside_the_events_once(begun):
    begun.write_now(log.place_events)
    noted(begun)
    assert begun.read_now(log.is_behind)

    begun.write_now(log.place_events)
    begun.write_now(log.place_events)

    assert not begun.read_now(log.is_behind)
    placed = begun.read_now(lambda connection: audited.placed_events(connection, 0, 100))
    assert [(row.leaf_case, row.case_id) for row in placed][-1] == ("administration", "administration")
    assert [row.position for row in placed] == list(range(len(placed)))
    assert all(row.hash == row.leaf_hash for row in placed)


def test_what_a_book_brings_along_finds_its_places_some_at_a_time(begun):
    said = (
        administration.Noted("post-given", BEGIN, noon(BEGIN), ADMIN, {"person": HOST}) for _ in range(2_100)
    )
    begun.write_now(lambda connection: administration.note_all(connection, said))
    sizes = []
    while begun.read_now(log.is_behind):
        made = begun.write_now(log.place_events)
        sizes.append(made.events)
        assert made.more is begun.read_now(log.is_behind)
    assert max(sizes) < 1_100
    assert sum(sizes) > 2_100
    placed = begun.read_now(lambda connection: audited.placed_events(connection, 0, 5_000))
    assert [row.seq for row in placed if row.leaf_case == administration.CHAIN] == list(
        range(1, sum(row.leaf_case == administration.CHAIN for row in placed) + 1)
    )


def test_whoever_audits_a_unit_is_told_of_what_was_done_to_people_in_it_and_below(begun):
    noted(begun, person=HOST)
    noted(begun, "definition-installed", by=None, person=None, process="p", version="1", digest="d")

    def shown(below):
        found = begun.read_now(lambda connection: administration.listed(connection, below=below))
        return [done.kind for done in found.items if done.kind != "post-given"]

    assert shown(None) == ["definition-installed", "sessions-ended"]
    assert shown(("committee-1",)) == ["sessions-ended"]
    assert shown(("circle-1",)) == ["sessions-ended"]
    assert shown(("circle-2",)) == []
    assert shown(()) == []


def test_whoever_has_nothing_but_a_case_in_a_unit_is_one_of_its_people(begun):
    for table in (standings, posts):
        begun.write_now(
            lambda c, table=table: c.execute(sa.delete(table).where(table.c.person_id == SUBJECT))
        )
    noted(begun, "person-erased", person=SUBJECT)

    def shown(below):
        found = begun.read_now(lambda connection: administration.listed(connection, below=below)).items
        return [done.person for done in found if done.kind != "post-given"]

    assert shown(("circle-1",)) == [SUBJECT]
    assert shown(("circle-2",)) == []


def test_lists_go_on_where_a_page_ended(begun):
    for person in (HOST, SECRETARY, ADMIN):
        noted(begun, person=person)

    def page(cursor=None):
        return begun.read_now(lambda c: administration.listed(c, below=None, cursor=cursor, limit=2))

    first = page()
    assert [done.person for done in first.items] == [ADMIN, SECRETARY]
    then = page(first.next)
    assert then.items[0].person == HOST
    while then.next is not None:
        then = page(then.next)
    assert then.items[-1].seq == 1


@pytest.mark.parametrize("verb", ["UPDATE administration SET seq = 9", "DELETE FROM administration"])
def test_the_database_itself_lets_entries_only_grow(begun, verb):
    noted(begun)
    with pytest.raises(sa.exc.DBAPIError, match="never changed"):
        begun.write_now(lambda connection: connection.execute(sa.text(verb)))


def test_a_moment_that_was_put_back_changes_no_order(begun):
    noted(begun)
    early = noon(BEGIN) - timedelta(days=1)
    begun.write_now(lambda c: administration.note(c, "password-set", BEGIN, early, None, HOST))

    found = begun.read_now(lambda connection: administration.listed(connection, below=None))

    assert [done.kind for done in found.items][:2] == ["password-set", "sessions-ended"]
