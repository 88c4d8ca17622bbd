"""Temporal never had it: words planted wherever people write, and looked for in all that it keeps."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from temporalio.client import Client

from commands.playing import Player
from commands.rehearsing import Rehearsals
from domain import rehearsing
from domain.acts import Backing, Excluded
from domain.moments import local_day
from domain.rehearsing import Asked
from domain.scenarios import Scenario, read_scenarios
from records.definitions import read_library
from records.people import change_person
from records.tables import events, materials, people
from services import materials as documents
from services.calendars import working_calendar
from services.parts import Caller
from services.reconciling import ensure_schedules
from tests.builders import a_start, an_act
from tests.journeys.household import Household, until
from tests.temporal_server import TemporalServer

PROCESSES = Path(__file__).parents[2] / "processes"
MEMBERSHIP = "membership-development"
NAME, TEXT, REASON, DOCUMENT, FILE, ADDRESS = (
    "欧阳秘而不宣",
    "此处是绝密的个人陈述",
    "这是不可外传的理由",
    "文件里写着家庭住址",
    "欧阳的档案",
    "ouyang.mibuxuan@example.org",
)
PLANTED = (NAME, TEXT, REASON, DOCUMENT, FILE, ADDRESS)


def spelled(word: str) -> Iterator[bytes]:
    """Every way in which a word might stand in what is kept: plain, escaped, and in base64 at any place."""
    plain = word.encode()
    yield plain
    yield json.dumps(word)[1:-1].encode()
    for shift in range(3):
        # Whole groups alone: those at the ends depend on what stands beside.
        whole = base64.b64encode(b"\0" * shift + plain)
        yield whole[4 if shift else 0 : len(whole) // 4 * 4 - 4]
        yield base64.urlsafe_b64encode(b"\0" * shift + plain)[4 if shift else 0 : len(whole) // 4 * 4 - 4]


def found_in(content: bytes) -> list[str]:
    return [word for word in PLANTED if any(one in content for one in spelled(word))]


def reworded(value: Any) -> Any:
    """An act with every free text in it replaced by planted words."""
    if isinstance(value, Mapping):
        return {key: reworded(one) for key, one in value.items()}
    return f"{TEXT}：{value}" if isinstance(value, str) and value.endswith(" 1") else value


def planted(act: Any) -> Any:
    changed: dict[str, Any] = {}
    if hasattr(act, "reason"):
        changed["reason"] = REASON
    if hasattr(act, "fields"):
        changed["fields"] = reworded(act.fields)
    if getattr(act, "entry", None) is not None:
        changed["entry"] = act.entry.model_copy(update={"fields": reworded(act.entry.fields)})
    if getattr(act, "meeting", None) is not None:
        changed["meeting"] = act.meeting.model_copy(
            update={"excluded": tuple(map(_backed, act.meeting.excluded))}
        )
    return act.model_copy(update=changed)


def _backed(one: Excluded) -> Excluded:
    if one.consent is None and one.resolution is None:
        return one
    return one.model_copy(update={"consent": Backing(ref=REASON), "resolution": Backing(ref=REASON)})


class Planter(Player):
    """Plays as everybody does, and hands in documents that have something in them."""

    async def _handed_in(self, digests: Mapping[str, tuple[str, ...]], by: str) -> dict[str, tuple[str, ...]]:
        ids: dict[str, tuple[str, ...]] = {}
        for kind in digests:
            content = io.BytesIO(f"{DOCUMENT} {kind}".encode())
            view = await documents.hand_in(self._parts, Caller(by), f"{FILE} {kind}.txt", content)
            ids[kind] = (view.id,)
        return ids


class Planted(Rehearsals):
    """Rehearses with planted words; returns what Temporal keeps of a case, and the words the record has."""

    async def lived(self, scenario: Scenario) -> tuple[bytes, set[str]]:
        first = scenario.opening.on
        self._number += 1
        edition = self._library.for_start(MEMBERSHIP, first)
        expected = rehearsing.run(edition, scenario, working_calendar(edition.calendar, first))
        assert not expected.unmet
        async with self._stage(scenario, edition.time_zone) as (parts, driver):
            await parts.write(_name_everybody)
            player = Planter(parts, MEMBERSHIP, expected.asked[0].what.known.path[0].id)
            await self._time.begin(expected.asked[0].at - timedelta(seconds=2))
            for asked in expected.asked:
                await self._skip(driver, asked.at)
                with_words: Asked = asked.model_copy(update={"what": planted(asked.what)})
                await player.perform(with_words)
            await driver.told()
            said = await parts.read(_said)
            client = self._environment.client
            kept = [part async for part in histories(client, f"case/{player.case_id}")]
            return b"".join(kept), said


def _name_everybody(connection: sa.Connection) -> None:
    for person in connection.execute(sa.select(people.c.id)).scalars().all():
        change_person(connection, person, {"name": f"{NAME} {person}", "email": ADDRESS})


def _said(connection: sa.Connection) -> set[str]:
    """Which of the planted words the record holds: else nothing was looked for."""
    rows = [[tuple(row) for row in connection.execute(sa.select(one))] for one in (people, events, materials)]
    text = json.dumps(rows, ensure_ascii=False, default=str)
    return {word for word in PLANTED if word in text}


async def histories(client: Client, workflow_id: str) -> AsyncIterator[bytes]:
    """All runs of a workflow, as they are kept: each event with its payloads, memo and search attributes."""
    run: str | None = None
    while True:
        handle = client.get_workflow_handle(workflow_id, run_id=run)
        history = await handle.fetch_history()
        for event in history.events:
            yield event.SerializeToString()
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run:
            return


def test_what_is_looked_for_would_be_found_however_it_is_written():
    for word in PLANTED:
        for before in ("", "x", "xy", "xyz"):
            around = f'{before}"{word}"后面'
            assert word in found_in(around.encode())
            assert word in found_in(json.dumps(around).encode())
            assert word in found_in(base64.b64encode(around.encode()))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["ordinary-2026", "left-out-of-the-count"])
async def test_a_whole_case_leaves_nothing_personal_in_any_history(tmp_path, name):
    files = (PROCESSES / MEMBERSHIP / "scenarios").glob("*.yaml")
    scenarios = read_scenarios({file.stem: file.read_text("utf-8") for file in files})
    async with Planted.opened(read_library(PROCESSES), tmp_path) as opened:
        kept, said = await cast("Planted", opened).lived(scenarios[name])
    assert said >= {NAME, REASON, FILE, ADDRESS}
    assert TEXT in said or name != "ordinary-2026"
    assert len(kept) > 1_000
    assert found_in(kept) == []


async def test_nor_does_a_memo_a_search_attribute_a_schedule_or_any_byte_of_its_own_file(
    sqlite_database, temporal: TemporalServer
):
    household = Household(sqlite_database)
    await household.furnish()
    await sqlite_database.write(_name_everybody)
    client = await household.client(temporal)
    driver = household.driver(client)
    now = datetime.now(UTC)
    day = local_day(now, "Asia/Shanghai")
    async with driver, household.working(client, driver):
        await ensure_schedules(client, task_queue="journey")
        begun = a_start(on=day, fields={"letter": TEXT}, reason=REASON)
        for act in (begun, an_act("talk", day, outcome="postponed", reason=REASON)):
            driver.soon("case-1", await household.perform(act, now, "case-1"))
        await until(lambda: _is_told(household))
        await client.get_schedule_handle("reconcile/nightly").trigger()
        await until(lambda: _looked_over(client))
        kept = [part async for part in _everything(client)]
    assert await sqlite_database.read(_said) == {NAME, TEXT, REASON, ADDRESS}
    temporal.kill()
    files = temporal.file.parent.glob(f"{temporal.file.name}*")
    kept.extend(file.read_bytes() for file in files)
    whole = b"\n".join(kept)
    assert b"case-1" in whole
    assert found_in(whole) == []


async def _is_told(household: Household) -> bool:
    return await household.untold() == 0


async def _looked_over(client: Client) -> bool:
    done = 'WorkflowType = "reconciling" AND ExecutionStatus = "Completed"'
    return bool([found async for found in client.list_workflows(done)])


async def _everything(client: Client) -> AsyncIterator[bytes]:
    """What Temporal tells of itself: workflows with memo and search attributes, histories, schedules."""
    async for workflow in client.list_workflows():
        yield workflow.raw_info.SerializeToString()
        described = await client.get_workflow_handle(workflow.id, run_id=workflow.run_id).describe()
        yield described.raw_description.SerializeToString()
        async for part in histories(client, workflow.id):
            yield part
    async for schedule in await client.list_schedules():
        found = await client.get_schedule_handle(schedule.id).describe()
        yield found.raw_description.SerializeToString()
