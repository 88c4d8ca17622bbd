"""What is due in many cases at one moment, on a real record."""

import asyncio
from collections import Counter
from datetime import date
from functools import partial

import pytest

from activities import due_together
from activities.due_together import DueTogether
from domain.library import Library
from records import holding, recording
from records.stored import events_after
from tests.builders import a_process, a_start, noon
from tests.records.organisations import an_organisation

BEGUN, LATER = date(2025, 3, 3), date(2025, 4, 10)
PROCESS = a_process().model_copy(update={"one_open_case": False})
LIBRARY = Library.of([PROCESS])
CASES = tuple(f"case-{number}" for number in range(1, 8))


@pytest.fixture
async def crowd(database):
    """A record of cases that began on one day, and in which the same is due on another."""

    def begin(connection):
        an_organisation(connection)
        for case in CASES:
            start = a_start(case, on=BEGUN)
            recording.record(connection, PROCESS, None, start, noon(BEGUN))

    await database.write(begin)
    return database


def looker(database, library=LIBRARY, on=LATER):
    woken = []
    return DueTogether(database, library, clock=lambda: noon(on), wake=lambda: woken.append(on)), woken


async def overdue(database):
    """How often each case was said to be overdue."""
    found: Counter[str] = Counter()
    for case in CASES:
        stored = await database.read(partial(events_after, case_id=case, seq=0))
        found[case] = sum(one.event.type == "became-overdue" for one in stored)
    return found


async def test_what_is_due_is_recorded_in_every_case_once(crowd, monkeypatch):
    monkeypatch.setattr(due_together, "_PAGE", 3)
    together, woken = looker(crowd)

    assert await together.look() == len(CASES)
    assert await together.look() == 0

    assert await overdue(crowd) == dict.fromkeys(CASES, 1)
    assert woken == [LATER]
    assert await crowd.read(partial(holding.due_cases, now=noon(LATER))) == []


async def test_two_workers_that_look_at_once_record_it_once(crowd):
    lookers = [looker(crowd)[0] for _ in range(3)]

    assert sum(await asyncio.gather(*(one.look() for one in lookers))) == len(CASES)

    assert await overdue(crowd) == dict.fromkeys(CASES, 1)


async def test_nothing_is_recorded_before_its_moment(crowd):
    together, woken = looker(crowd, on=BEGUN)

    assert await together.look() == 0
    assert woken == []


async def test_cases_of_an_unpublished_definition_are_left_to_their_workflows(crowd):
    together, _ = looker(crowd, library=Library.of([]))

    assert await together.look() == 0
    assert await overdue(crowd) == dict.fromkeys(CASES, 0)


async def test_it_looks_once_it_is_asked_and_not_before(crowd):
    done = asyncio.Event()
    together = DueTogether(crowd, LIBRARY, clock=lambda: noon(LATER), wake=done.set)
    async with together.looking():
        await asyncio.sleep(0)
        assert await overdue(crowd) == dict.fromkeys(CASES, 0)
        together.soon()
        await done.wait()

    assert await overdue(crowd) == dict.fromkeys(CASES, 1)
