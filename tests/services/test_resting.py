"""Who found nothing that waits looks again when something is written, and once a minute all the same."""

import asyncio
import math
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from typing import Any

import pytest

from activities import due_together
from activities.due_together import DueTogether
from domain.library import Library
from records import due, listening, recording
from records.listening import LONGEST_REST_S, Listening, Rest
from services import driving
from services.driving import Driver
from services.placing import keep_placing
from tests.builders import a_process, a_start, noon
from tests.journeys.household import until
from tests.records.organisations import an_organisation

BEGUN, LATER = date(2025, 3, 3), date(2025, 4, 10)
PROCESS = a_process()
NO_TEMPORAL: Any = object()


class Heard:
    """A listening that tests let hear of something; it counts how often it was asked."""

    def __init__(self):
        self.written = 0
        self.asked = 0

    async def number(self):
        self.asked += 1
        return self.written


class Hands:
    """A clock that tests turn, in seconds."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Counted:
    """A record that counts how often it is read."""

    def __init__(self, database):
        self._database = database
        self.read_by = 0

    async def read(self, work):
        self.read_by += 1
        return await self._database.read(work)

    async def write(self, work):
        return await self._database.write(work)


async def asked_again(heard, times=5):
    """Wait until somebody who looks over and over was at it so often from now on."""
    enough = heard.asked + times

    async def was_asked():
        return heard.asked >= enough

    await until(was_asked)


async def test_a_rest_lasts_from_a_look_that_found_nothing_until_something_is_written():
    heard = Heard()
    rest = Rest(heard, Hands())
    assert not await rest.lasts()
    assert not await rest.lasts()
    rest.begins()
    assert await rest.lasts()
    heard.written += 1
    assert not await rest.lasts()
    assert not await rest.lasts()


async def test_what_is_written_during_the_look_is_heard_of_afterwards():
    heard = Heard()
    rest = Rest(heard, Hands())
    assert not await rest.lasts()
    heard.written += 1
    rest.begins()
    assert not await rest.lasts()


async def test_a_rest_ends_after_a_minute():
    clock = Hands()
    rest = Rest(Heard(), clock)
    await rest.lasts()
    rest.begins()
    clock.now = LONGEST_REST_S
    assert not await rest.lasts()


async def test_nobody_rests_who_hears_nothing():
    rest = Rest()
    rest.begins()
    assert not await rest.lasts()


async def test_a_real_write_of_another_process_ends_the_rest(database, address):
    rest = Rest(Listening(database, every=0))

    async def resting():
        if await rest.lasts():
            return True
        rest.begins()
        return False

    await until(resting)
    await database.write(an_organisation)
    assert not await rest.lasts()


@pytest.fixture
async def waiting(sqlite_database, monkeypatch):
    """A record with a case in which something is due later, and which is looked at all the time."""
    monkeypatch.setattr(due_together, "_LOOKS", 0.01)
    monkeypatch.setattr(listening, "LONGEST_REST_S", math.inf)

    def begin(connection):
        an_organisation(connection)
        recording.record(connection, PROCESS, None, a_start("case-1", on=BEGUN), noon(BEGUN))

    await sqlite_database.write(begin)
    return Counted(sqlite_database)


async def rests_until_something_is_written(record, heard):
    """Hold that a record is not read while nothing is written, and read again after that."""
    await asked_again(heard)
    once = record.read_by
    await asked_again(heard)
    assert record.read_by == once
    heard.written += 1
    await asked_again(heard)
    assert record.read_by > once


async def goes_on_looking(record, heard):
    """Hold that a record is read although nothing is written."""
    await asked_again(heard)
    some = record.read_by
    await asked_again(heard)
    assert record.read_by > some


async def test_what_is_due_is_not_looked_for_while_nothing_is_written_and_then_on_its_moment(waiting):
    heard, told, now = Heard(), [], [noon(BEGUN)]
    together = DueTogether(
        waiting,
        Library.of([PROCESS]),
        clock=lambda: now[0],
        tell=lambda case, _: told.append(case),
        listening=heard,
    )
    async with together.looking():
        await rests_until_something_is_written(waiting, heard)

        now[0] = noon(LATER)

        async def is_told():
            return told

        await until(is_told)
    assert set(told) == {"case-1"}
    assert await waiting.read(partial(due.due_cases, now=noon(LATER))) == []


async def test_a_case_that_cannot_be_recorded_keeps_the_looker_from_resting(waiting):
    heard = Heard()
    together = DueTogether(waiting, Library.of([]), clock=lambda: noon(LATER), listening=heard)
    async with together.looking():
        await goes_on_looking(waiting, heard)


@asynccontextmanager
async def relaying(database, heard):
    """A driver that relays all the time, and has no Temporal."""
    driver = Driver(NO_TEMPORAL, database, relay_every=0.01, relay_after=3600, listening=heard)
    async with driver:
        yield


async def test_nothing_is_relayed_from_a_record_in_which_nothing_waits_and_nothing_is_written(
    sqlite_database, monkeypatch
):
    monkeypatch.setattr(driving, "_NEXT_ROUND", 0.01)
    record, heard = Counted(sqlite_database), Heard()
    async with relaying(record, heard):
        await rests_until_something_is_written(record, heard)


async def test_the_relay_goes_on_looking_while_somebody_has_yet_to_be_told(waiting):
    heard = Heard()
    # What was recorded a moment ago is left to whoever recorded it, and is the relay's only later.
    driver = Driver(
        NO_TEMPORAL, waiting, relay_every=0.01, relay_after=3600, listening=heard, clock=lambda: noon(BEGUN)
    )
    async with driver:
        await goes_on_looking(waiting, heard)


class Notary:
    """Has so many events to place, one look after the other; it counts the looks."""

    def __init__(self, *events):
        self.events = list(events)
        self.looks = 0

    async def place_events(self):
        self.looks += 1
        return self.events.pop() if self.events else 0

    async def is_due(self):
        return False


async def test_places_are_given_out_as_long_as_there_are_events_and_again_after_a_write():
    notary: Any = Notary(1, 1)
    heard = Heard()
    placing = asyncio.create_task(keep_placing(notary, heard, every=0.001))
    try:
        await asked_again(heard, 10)
        assert notary.looks == 3
        heard.written += 1
        await asked_again(heard)
        assert notary.looks == 4
    finally:
        placing.cancel()
