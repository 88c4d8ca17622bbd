"""Every committed event finds its place in the log, once, and each case's in their order; proofs hold."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.tree import (
    consistency_path,
    inclusion_path,
    is_consistent,
    leaf_hash,
    root,
    root_from_inclusion,
    subtree_over,
)
from records import log, tables
from records.administration import CHAIN
from records.log_tables import log_leaves, log_nodes
from records.problems import NotFound
from tests.records.organisations import an_organisation
from tests.records.walks import BEGIN, due, start, the_whole_way

HASHES = sa.select(tables.events.c.case_id, tables.events.c.seq, tables.events.c.hash)


@pytest.fixture
def kept(database):
    database.write_now(an_organisation)
    return database


def placed(database):
    made = database.write_now(log.place_events)
    while made.more:
        made = database.write_now(log.place_events)
    return made


def leaves(database):
    return database.read_now(lambda connection: log.leaves_from(connection, 0, 10_000))


def test_a_log_without_events_has_no_size(database):
    assert not database.read_now(log.is_behind)
    assert placed(database) == log.Placed(0, 0, more=False)


def test_every_event_finds_one_place_and_cases_keep_their_order(kept):
    the_whole_way(kept)
    assert kept.read_now(log.is_behind)
    first = placed(kept)
    kept.write_now(lambda c: start(c, case="case-2", on=BEGIN + timedelta(days=9), subject="person-2"))
    then = placed(kept)
    found = leaves(kept)
    assert not kept.read_now(log.is_behind)
    assert [one.position for one in found] == list(range(then.size))
    assert then.size == first.size + then.events
    assert {(one.case, one.seq, one.hash) for one in found if one.case != CHAIN} == set(
        kept.read_now(lambda connection: connection.execute(HASHES).all())
    )
    for case in ("case-1", "case-2"):
        assert [one.seq for one in found if one.case == case] == [
            one.seq for one in kept.read_now(lambda c, case=case: log.leaves_of(c, case))
        ]


def test_placing_twice_changes_nothing(kept):
    kept.write_now(start)
    placed(kept)
    before = leaves(kept)
    assert placed(kept).events == 0
    assert leaves(kept) == before


def test_what_has_a_place_keeps_it_where_its_note_was_lost(kept):
    kept.write_now(start)
    placed(kept)
    before = leaves(kept)
    kept.write_now(lambda c: c.execute(sa.update(tables.outbox).values(logged_seq=0)))
    assert placed(kept).events == 0
    assert leaves(kept) == before
    assert not kept.read_now(log.is_behind)


def test_what_is_recorded_later_comes_later(kept):
    kept.write_now(start)
    placed(kept)
    before = leaves(kept)
    kept.write_now(lambda c: due(c, BEGIN + timedelta(days=40)))
    placed(kept)
    assert leaves(kept)[: len(before)] == before
    assert len(leaves(kept)) > len(before)


def test_an_event_without_a_place_says_so(kept):
    kept.write_now(start)
    with pytest.raises(NotFound, match="no place"):
        kept.read_now(lambda connection: log.leaf_of(connection, "case-1", 1))
    placed(kept)
    assert kept.read_now(lambda connection: log.leaf_of(connection, "case-1", 1)).position == 0


def test_the_log_is_never_changed(kept):
    kept.write_now(start)
    placed(kept)
    for change in (sa.update(log_leaves).values(hash="0" * 64), sa.delete(log_leaves)):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"):
            kept.write_now(lambda connection, change=change: connection.execute(change))


def test_proofs_of_a_large_log_come_from_few_rows(kept):
    """70,000 leaves: subtrees over 256 and over 65,536 are kept, and what lies between is computed."""
    size = 70_000
    hashes = [f"{number:064x}" for number in range(size)]

    def fill(connection):
        rows = [
            {"position": place, "case_id": "case-x", "seq": place + 1, "hash": own}
            for place, own in enumerate(hashes)
        ]
        connection.execute(sa.insert(log_leaves), rows[:65_000])
        log.keep_subtrees(connection, 0, 65_000)
        connection.execute(sa.insert(log_leaves), rows[65_000:])
        log.keep_subtrees(connection, 65_000, size)

    kept.write_now(fill)
    known = [leaf_hash(bytes.fromhex(own)) for own in hashes]

    def fetch(level, number):
        return subtree_over(known[number << level : (number + 1) << level])

    def read(connection):
        tree = log.tree_of(connection)
        count = connection.execute(sa.select(sa.func.count()).select_from(log_nodes)).scalar()
        paths = {
            place: inclusion_path(place, size, tree) for place in (0, 255, 256, 65_535, 65_536, size - 1)
        }
        between = consistency_path(65_001, size, tree)
        return count, paths, between, root(65_001, tree), root(size, tree)

    count, paths, between, earlier, whole = kept.read_now(read)
    assert count == size // 256 + 1
    assert whole == root(size, fetch)
    for place, path in paths.items():
        assert root_from_inclusion(known[place], place, size, path) == whole
    assert is_consistent(65_001, earlier, size, whole, between)


def test_two_who_give_places_at_once_give_each_event_one(kept):
    for number in range(3):
        kept.write_now(lambda c, n=number: start(c, case=f"case-{n}", subject=f"person-{n + 1}"))

    async def both():
        await asyncio.gather(*(kept.write(log.place_events) for _ in range(8)))

    asyncio.run(both())
    placed(kept)
    found = leaves(kept)
    assert [one.position for one in found] == list(range(len(found)))
    assert len({(one.case, one.seq) for one in found}) == len(found)
