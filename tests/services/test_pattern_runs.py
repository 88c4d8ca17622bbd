"""A look for patterns over a record finds what is in it, seals or not, and is kept for auditors."""

import base64
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bench.patterns.filling import fill
from bench.patterns.organisation import TODAY, Organisation
from domain.patterns.thresholds import UnknownThreshold
from domain.working_days import WorkingCalendar
from records import keys, pattern_runs
from records.definitions import read_library
from records.pattern_runs import Audited
from services.documents import StoredDocuments
from services.parts import Parts
from services.pattern_counting import Source
from services.pattern_runs import Asked, look
from services.person_keys import PersonKeys
from services.refusals import NotFound
from services.sealing import Sealer
from tests.domain.patterns.looking import found_in

PLANTED = ("copied-texts", "nobody-admitted", "same-files", "relatives", "over-plan")
KEY = base64.b64encode(b"k" * 32).decode()
SEALER = Sealer(KEY)
EVERYTHING = Audited(everything=True, units=())
NOW = datetime.combine(date.fromordinal(TODAY), datetime.min.time(), UTC)


@pytest.fixture(scope="module")
def organisation():
    return Organisation(3, 480, PLANTED)


@pytest.fixture(scope="module")
def library():
    return read_library(Path("processes"))


async def parts_over(database, organisation, library):
    made = Parts(
        database=database,
        library=library,
        documents=StoredDocuments.at("memory:///"),
        calendars=lambda name, day: WorkingCalendar(version="none"),
        clock=lambda: NOW,
        keys=PersonKeys(SEALER),
    )
    digest = library.find("membership-development", "2026.1").digest
    await made.database.write(lambda c: fill(c, organisation, digest, made.keys))
    return made


@pytest.fixture
async def parts(database, organisation, library):
    return await parts_over(database, organisation, library)


async def results(parts, run):
    page = await parts.read(lambda c: pattern_runs.list_results(c, run.id, EVERYTHING, limit=1_000))
    return page.items


async def test_a_look_over_a_record_finds_what_is_in_its_cases(parts, organisation):
    told = []
    run = await look(parts, Asked(), lambda *one: told.append(one))
    found = {(one.pattern, one.unit, round(one.told["figure"], 9)) for one in await results(parts, run)}
    expected = {(one.pattern, one.whose.unit, round(one.figure, 9)) for one in found_in(organisation).raised}
    assert found == expected
    assert {pattern for pattern, _, _ in found} >= set(PLANTED)
    assert told[0] == ("cases", 400, 480)
    assert all(done <= of for _, done, of in told)
    assert run.told["cases"] == 480
    assert run.told["unread"] == 0
    assert all("同志" not in str(one.told) for one in await results(parts, run))


async def test_several_processes_count_what_one_would(sqlite_database, sqlite_address, organisation, library):
    parts = await parts_over(sqlite_database, organisation, library)
    one, told = await look(parts, Asked()), []
    source = Source(sqlite_address, {"keys": KEY, "file": None}, part=200)
    several = await look(parts, Asked(), lambda *one: told.append(one), source=source)
    assert [done for what, done, _ in told if what == "cases"] == [200, 400, 480]
    assert await results(parts, several) == await results(parts, one)
    assert {**several.told, "findings": None} == {**one.told, "findings": None}
    assert one.told["findings"] == {"new": one.told["found"], "again": 0, "gone": 0}
    assert several.told["findings"] == {"new": 0, "again": 0, "gone": 0}


async def test_what_was_erased_is_passed_over_and_counted(parts, organisation):
    there = [branch for branch in organisation.branches if branch.id == organisation.planted["copied-texts"]]
    gone = {f"subject-{branch.id}-{number:04d}" for branch in there for number in range(branch.cases)}

    def destroy(connection):
        for person in gone:
            keys.destroy_key(connection, person, "an-erasure", NOW)

    await parts.write(destroy)
    run = await look(parts, Asked())
    assert run.told["unread"] > 10
    assert "copied-texts" not in {one.pattern for one in await results(parts, run)}


async def test_a_look_can_be_narrowed_to_a_unit_and_to_what_happened_since_a_day(parts, organisation):
    unit = organisation.planted["copied-texts"]
    run = await look(parts, Asked(unit=unit))
    assert run.told["cases"] == next(one.cases for one in organisation.branches if one.id == unit)
    assert {one.unit for one in await results(parts, run)} == {unit}
    later = await look(parts, Asked(since=date.fromordinal(TODAY)))
    assert "copied-texts" not in {one.pattern for one in await results(parts, later)}
    with pytest.raises(NotFound):
        await look(parts, Asked(unit="nowhere"))
    with pytest.raises(UnknownThreshold):
        await look(parts, Asked(changed={"nothing": 1.0}))
