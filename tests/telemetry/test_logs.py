"""What is said while a whole case goes its way: bound together by trace ids, and naming nobody."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import cast

import pytest
import structlog
from temporalio.client import Client
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from records.problems import NotFound
from services.driving import Driver
from services.gathering import Gathering
from services.logs import set_up_logs
from telemetry.placing import PlacedActivities
from tests.api.world import HOST, NOBODY, PASSWORD, PEOPLE, SECRETARY, SUBJECT, UNITS
from tests.journeys.household import until
from tests.telemetry.served import a_door, a_service
from tests.telemetry.test_traces import GIVEN, TRACE

TYPED = ("a very private remark", "私下的话")
PERSONAL = [
    *(name for name, _ in PEOPLE.values()),
    *(f"{person}@example.org" for person in PEOPLE),
    *(name for _, _, name, _ in UNITS),
    *TYPED,
    PASSWORD,
    "1990-01-01",
]


@pytest.fixture
def said():
    """Every line of this process, as JSON, down to the least important."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    set_up_logs("debug", "json")
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()


def fail_with(error):
    raise error


def of_the_peer(line):
    return line["logger"] == "mail.log"


async def go_a_whole_way(served):
    """Start a case, act on it with a remark, be refused, ask for what is not there, and log in in vain."""
    world = served.world
    case = (await served.start(traceparent=GIVEN)).json()
    path = f"/v1/cases/{case['id']}"
    act = {"outcome": "postponed", "reason": TYPED[0], "note": TYPED[1]}
    for by in (SECRETARY, HOST, NOBODY):
        seen = {"if_match": f'"{case["head"]}"', "traceparent": GIVEN}
        await world.post(f"{path}/steps/talk", by, act, **seen)
    await world.post(f"{path}/withdraw", SUBJECT, {"reason": TYPED[1]}, if_match=f'"{case["head"]}"')
    await world.get(f"/v1/cases?q={PEOPLE[SUBJECT][0]}", SECRETARY)
    await world.client.post("/v1/session", json={"login": PEOPLE[SUBJECT][0], "password": TYPED[0]})
    await world.client.post("/v1/session", json={"login": SUBJECT, "password": PASSWORD})


async def test_the_log_of_a_whole_case_names_nobody_and_repeats_nothing_typed(
    sqlite_database, temporal, said
):
    async with a_service(sqlite_database, temporal) as served:
        await go_a_whole_way(served)

        async def a_mail_left() -> bool:
            return bool(served.peer.taken)

        await until(a_mail_left)
    lines = said()
    ours = json.dumps([line for line in lines if not of_the_peer(line)], ensure_ascii=False)
    assert [word for word in PERSONAL if word in ours] == []
    # The scan does find them: the mail server of the test lives in this process, and logs addresses.
    peers = json.dumps([line for line in lines if of_the_peer(line)], ensure_ascii=False)
    assert [word for word in PERSONAL if word in peers] != []
    assert len(lines) > 5


async def test_a_fault_is_logged_with_the_trace_of_its_request_and_without_what_the_error_says(
    sqlite_database, said
):
    world = await a_door(sqlite_database)

    class Broken:
        def soon(self, case_id, events, *, is_to_carry=True):
            structlog.get_logger("driver").info("telling", case=case_id)
            try:
                fail_with(ValueError(TYPED[0]))
            except ValueError:
                logging.getLogger("theirs").exception("broken")

    object.__setattr__(world.parts, "driver", Broken())
    async with world.client:
        asked = {"process": "reading-circle", "subject": SUBJECT, "unit": "circle-1"}
        answer = await world.post("/v1/cases", SUBJECT, asked, traceparent=GIVEN)
        problem = await world.get("/v1/nothing", SUBJECT, traceparent=GIVEN)
    assert problem.json()["trace"] == problem.headers["x-trace"] == TRACE
    told, broken = (line for line in said() if line["logger"] in {"driver", "theirs"})
    for line in (told, broken):
        assert (line["trace_id"], len(line["span_id"])) == (answer.headers["x-trace"], 16)
    assert "ValueError" in broken["exception"]
    assert TYPED[0] not in json.dumps(broken, ensure_ascii=False)


class OutOfOrder:
    """A client of Temporal that fails in a way nobody foresaw."""

    async def start_workflow(self, *_given, **_more):
        raise ValueError(TYPED[0])


async def test_telling_a_workflow_in_vain_is_said_with_the_trace_of_the_act(sqlite_database, said):
    client = cast("Client", OutOfOrder())
    driver = Driver(client, sqlite_database, relay_every=0, gathering=Gathering(rests=0))
    world = await a_door(sqlite_database, driver)
    async with world.client:
        driver.wake = lambda: None  # type: ignore[method-assign]  # nobody delivers here
        async with driver:
            asked = {"process": "reading-circle", "subject": SUBJECT, "unit": "circle-1"}
            answer = await world.post("/v1/cases", SUBJECT, asked, traceparent=GIVEN)

            async def it_was_said() -> bool:
                return any(line["event"] == "a case could not be driven" for line in said())

            await until(it_was_said)
    line = next(line for line in said() if line["event"] == "a case could not be driven")
    assert (line["case"], line["trace_id"]) == (answer.json()["id"], TRACE)
    assert TYPED[0] not in json.dumps(line)


async def test_what_an_activity_says_has_a_trace_of_its_own(said):
    class Speaking(ActivityInboundInterceptor):
        async def execute_activity(self, input):  # noqa: A002 - the SDK's own name
            structlog.get_logger("activity").info("done")

    for _ in range(2):
        placed = PlacedActivities().intercept_activity(Speaking(cast("ActivityInboundInterceptor", None)))
        await asyncio.create_task(placed.execute_activity(cast("ExecuteActivityInput", None)))
    first, second = (line for line in said() if line["logger"] == "activity")
    assert len(first["trace_id"]) == len(second["trace_id"]) == 32
    assert first["trace_id"] != second["trace_id"]


def test_of_an_error_of_our_own_the_sentence_is_told_and_of_its_cause_only_the_kind(said):
    try:
        try:
            fail_with(KeyError(TYPED[0]))
        except KeyError as cause:
            raise NotFound("no such case") from cause
    except NotFound:
        logging.getLogger("ours").exception("failed")
    (line,) = said()
    assert "records.problems.NotFound: no such case" in line["exception"]
    assert "KeyError" in line["exception"]
    assert TYPED[0] not in line["exception"]


def test_asyncio_repeats_no_task(said):
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <ValueError('%s')>", TYPED[0]
    )
    (line,) = said()
    assert line["event"] == "Task exception was never retrieved"
