"""What is due in many cases at one moment, on a real record."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from activities import due_together
from activities.due_together import DueTogether
from domain.library import Library
from records import due, outbox, recording
from records.database import Database
from records.problems import DatabaseUnavailable
from records.stored import events_after
from records.tables import cases
from tests.api.world import Clock
from tests.builders import a_process, a_start, noon
from tests.databases import KINDS
from tests.journeys.household import until
from tests.records.organisations import an_organisation

BEGUN, LATER = date(2025, 3, 3), date(2025, 4, 10)
PROCESS = a_process().model_copy(update={"one_open_case": False})
LIBRARY = Library.of([PROCESS])
CASES = tuple(f"case-{number}" for number in range(1, 30))


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


def looker(database, library=LIBRARY, on=LATER, **parts):
    told = []
    clock = parts.pop("clock", lambda: noon(on))
    return DueTogether(
        database, library, clock=clock, tell=lambda case, events: told.append((case, events)), **parts
    ), told


async def history(database, case):
    stored = await database.read(partial(events_after, case_id=case, seq=0))
    return [(one.event.seq, one.event.type) for one in stored]


async def overdue(database):
    """How often each case was said to be overdue."""
    found: Counter[str] = Counter()
    for case in CASES:
        found[case] = sum(kind == "became-overdue" for _, kind in await history(database, case))
    return found


async def test_what_is_due_is_recorded_in_every_case_once(crowd, monkeypatch):
    monkeypatch.setattr(due_together, "_PAGE", 3)
    together, told = looker(crowd)

    assert await together.look() == len(CASES)
    assert await together.look() == 0

    assert await overdue(crowd) == dict.fromkeys(CASES, 1)
    assert await crowd.read(partial(due.due_cases, now=noon(LATER))) == []
    assert sorted(case for case, _ in told) == sorted(CASES)


async def test_each_workflow_is_told_what_was_recorded_in_its_order(crowd):
    together, told = looker(crowd)
    await together.look()

    for case, events in told:
        recorded = (await history(crowd, case))[-len(events) :]
        assert [(event.seq, event.type) for event in events] == recorded


async def test_many_workflows_are_left_to_the_relays_and_the_courier_is_woken(crowd, monkeypatch):
    monkeypatch.setattr(due_together, "_TOLD_AT_ONCE", len(CASES) - 1)
    woken = []
    together, told = looker(crowd, wake=lambda: woken.append(True))

    assert await together.look() == len(CASES)

    assert told == []
    assert woken == [True]
    untold = await crowd.read(partial(outbox.waiting, before=noon(LATER) + timedelta(seconds=1)))
    assert {row.case_id for row in untold} == set(CASES)


async def test_workers_that_look_at_once_record_it_once(crowd):
    lookers = [looker(crowd) for _ in range(3)]

    happened = await asyncio.gather(*(one.look() for one, _ in lookers))

    assert sum(happened) == len(CASES)
    assert await overdue(crowd) == dict.fromkeys(CASES, 1)
    assert sorted(case for _, told in lookers for case, _ in told) == sorted(CASES)


async def test_workers_of_two_processes_record_it_once(crowd, address):
    other = Database.open(address)
    try:
        lookers = [looker(crowd)[0], looker(other)[0]]
        assert sum(await asyncio.gather(*(one.look() for one in lookers))) == len(CASES)
    finally:
        await other.close()

    assert await overdue(crowd) == dict.fromkeys(CASES, 1)


# On SQLite one transaction writes at a time, and nobody else holds a case meanwhile.
@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
async def test_a_case_on_which_somebody_acts_is_not_waited_for(crowd, address):
    together, told = looker(crowd)
    other = sa.create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    with other.connect() as connection, connection.begin():
        connection.execute(sa.select(cases.c.id).where(cases.c.id == CASES[0]).with_for_update())
        assert await together.look() == len(CASES) - 1
        assert CASES[0] not in {case for case, _ in told}
    other.dispose()

    assert await together.look() == 1
    assert await overdue(crowd) == dict.fromkeys(CASES, 1)


async def test_nothing_is_recorded_before_its_moment(crowd):
    together, told = looker(crowd, on=BEGUN)

    assert await together.look() == 0
    assert told == []


async def test_it_sleeps_until_the_first_moment_and_looks_then(crowd):
    moment = await crowd.read(partial(due.next_moment, after=noon(BEGUN)))
    ahead = timedelta(seconds=0.3)
    began = asyncio.get_running_loop().time()

    def clock():
        return moment - ahead + timedelta(seconds=asyncio.get_running_loop().time() - began)

    together, told = looker(crowd, clock=clock)
    async with together.looking():

        async def one_told():
            return bool(told)

        await until(one_told)

    first = await history(crowd, told[0][0])
    assert clock() >= moment
    assert [seq for seq, _ in first] == list(range(1, len(first) + 1))


async def test_a_clock_that_jumps_over_several_moments_lets_them_happen_once_and_in_order(crowd, monkeypatch):
    monkeypatch.setattr(due_together, "_LOOKS", 0.01)
    clock = Clock(noon(BEGUN))
    together, told = looker(crowd, clock=clock)
    async with together.looking():
        await asyncio.sleep(0.05)
        assert told == []
        clock.turn_to(LATER)

        async def all_told():
            return len(told) >= len(CASES)

        await until(all_told)
        clock.turn_to(BEGUN)
        await asyncio.sleep(0.05)
        clock.turn_to(LATER)
        await asyncio.sleep(0.05)

    assert await overdue(crowd) == dict.fromkeys(CASES, 1)
    assert len(told) == len(CASES)
    for case in CASES:
        numbers = [seq for seq, _ in await history(crowd, case)]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_cases_of_an_unpublished_definition_are_left_to_their_workflows_for_a_while(crowd):
    left = []
    together, told = looker(crowd, library=Library.of([]), left=lambda case, _: left.append(case))

    assert await together.look() == 0
    assert await together.look() == 0

    assert sorted(left) == sorted(CASES)
    assert told == []
    assert await overdue(crowd) == dict.fromkeys(CASES, 0)


async def test_one_case_that_cannot_be_recorded_keeps_no_other_waiting(crowd):
    await crowd.write(
        lambda connection: connection.execute(sa.update(cases).where(cases.c.id == CASES[3]).values(seq=99))
    )
    left = []
    together, _ = looker(crowd, left=lambda case, _: left.append(case))

    assert await together.look() == len(CASES) - 1
    assert left == [CASES[3]]


async def test_while_the_database_is_away_it_waits_and_goes_on_afterwards(crowd, monkeypatch):
    monkeypatch.setattr(due_together, "_PAUSE", 0.01)
    away = Away(crowd)
    together, told = looker(away)
    async with together.looking():
        await asyncio.sleep(0.1)
        assert told == []
        away.is_back = True

        async def all_told():
            return len(told) == len(CASES)

        await until(all_told)


async def test_a_fault_nobody_foresaw_does_not_end_the_looking(crowd, monkeypatch):
    monkeypatch.setattr(due_together, "_LOOKS", 0.01)
    faults = [RuntimeError("nobody foresaw it")]

    def looked_at(_cases):
        if faults:
            raise faults.pop()

    together, _ = looker(crowd, looked_at=looked_at)
    async with together.looking():

        async def all_recorded():
            return await crowd.read(partial(due.due_cases, now=noon(LATER))) == []

        await until(all_recorded)

    assert await overdue(crowd) == dict.fromkeys(CASES, 1)


class Away:
    """A database that is away until it is back."""

    def __init__(self, database):
        self._database, self.is_back = database, False

    async def read(self, work):
        if not self.is_back:
            raise DatabaseUnavailable("away")
        return await self._database.read(work)

    async def write(self, work):
        return await self._database.write(work)
