"""Who holds the posts that an act tells is asked ahead: what is told never depends on the guess."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from domain.acts import StepAct
from records import tables
from records.owing import ask_ahead
from records.prepared import watched
from records.recording import lock, record
from records.telling_ahead import AskedAhead, Like, Told
from tests.builders import SECRETARY, noon
from tests.records.organisations import known
from tests.records.walks import BEGIN, LIBRARY

TALKED = BEGIN + timedelta(days=10)


class Undone(Exception):
    """Takes the transaction of a try back, with what it told."""

    def __init__(self, told):
        super().__init__()
        self.told = told


def told(database, ahead=lambda _connection, _case: None):
    """Do the talk, with what was asked ahead; return whom it told, and the statements about posts."""
    seen: list[str] = []

    def work(connection):
        locked = lock(connection, LIBRARY, "case-1")
        about = known(connection, locked.process, locked.case, SECRETARY, TALKED)
        locked = replace(locked, ahead=ahead(connection, locked.case))
        act = StepAct(known=about, occurred_on=TALKED, step="talk", outcome="done")
        seen.clear()
        record(connection, locked.process, locked, act, noon(TALKED))
        query = sa.select(tables.obligations).order_by(tables.obligations.c.id)
        rows = [tuple(row) for row in connection.execute(query)]
        raise Undone((rows, sum("delegations" in text for text in seen)))

    with watched(seen.append), pytest.raises(Undone) as undone:
        database.write_now(work)
    return undone.value.told


def like(case):
    return Like(case.digest, "talk", "done")


def test_what_an_act_told_is_asked_ahead_the_next_time_and_not_again(begun):
    def ahead(connection, case):
        return ask_ahead(connection, case, like(case), TALKED)

    rows, asked = told(begun)
    assert asked == 1
    assert any(row[tables.obligations.c.keys().index("person_id")] for row in rows)
    told(begun, ahead)
    assert told(begun, ahead) == (rows, 0)


@pytest.mark.parametrize("wrong", ["posts", "subject", "today"])
def test_what_was_asked_ahead_and_is_not_enough_is_asked_again(begun, wrong):
    others: dict[str, Any] = {
        "posts": frozenset({("circle-2", "secretary")}),
        "subject": "other",
        "today": BEGIN,
    }

    def ahead(connection, case):
        right = ask_ahead(connection, case, like(case), TALKED)
        return replace(right, **{wrong: others[wrong]})

    rows, _ = told(begun)
    assert told(begun, ahead) == (rows, 1)


def test_the_posts_are_those_of_the_cases_own_units(begun):
    seen: list[AskedAhead] = []

    def ahead(connection, case):
        seen.append(ask_ahead(connection, case, Like(case.digest, "talk", "none"), TALKED))
        remembering = Told(2)
        remembering.note(like(case), ("circle.secretary", "nowhere.secretary"))
        assert remembering.posts(like(case), case) == {("circle-1", "secretary")}
        elsewhere = case.model_copy(update={"path": ()})
        assert remembering.posts(like(case), elsewhere) == frozenset()

    told(begun, ahead)
    assert (seen[0].posts, seen[0].sent) == (frozenset(), None)


def test_only_so_many_kinds_of_acts_are_remembered():
    remembering = Told(2)
    for step in "abc":
        remembering.note(Like("d", step, None), ("circle.secretary",))
    assert len(remembering._actors) == 1
