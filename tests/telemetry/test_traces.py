"""One trace from the request to the mail, on a real Temporal, whoever drives; and nothing while off."""

from __future__ import annotations

import subprocess
import sys

import pytest
from opentelemetry.trace import StatusCode
from temporalio.worker import Replayer

from telemetry import tracing
from tests.api.world import SECRETARY, SUBJECT
from tests.journeys.household import until
from tests.mail_peer import Peer, listening
from tests.telemetry.served import Served, a_door, a_service, driven
from tests.workflows.test_histories import GOLDEN, WORKFLOWS, history_of, the_definitions_of
from workflows.definitions import KNOWN
from workflows.payloads import CONVERTER

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
GIVEN = f"00-{TRACE}-00f067aa0ba902b7-01"
WHOLE_WAY = {
    "POST /v1/cases",
    "record.write",
    "record.work",
    "tell",
    "SignalWithStartWorkflow:case",
    "HandleSignal:recorded",
    "deliver",
}


def in_trace(spans, trace=TRACE):
    return [span for span in spans.get_finished_spans() if f"{span.context.trace_id:032x}" == trace]


def named(made, name):
    found = [span for span in made if span.name == name]
    assert found, f"no span {name} among {sorted(span.name for span in made)}"
    return found[0]


def is_below(made, lower, upper):
    by_id = {span.context.span_id: span for span in made}
    at = named(made, lower)
    while at.parent is not None and at.parent.span_id in by_id:
        at = by_id[at.parent.span_id]
        if at.name == upper:
            return True
    return False


async def wait_for(spans, names, trace=TRACE):
    async def all_are_there() -> bool:
        return not names - {span.name for span in in_trace(spans, trace)}

    await until(all_are_there)
    return in_trace(spans, trace)


async def test_one_trace_runs_from_the_request_through_record_signal_and_workflow_to_the_mail(
    sqlite_database, temporal, spans
):
    async with a_service(sqlite_database, temporal) as served:
        answer = await served.start(traceparent=GIVEN)
        made = await wait_for(spans, WHOLE_WAY)
        assert len(served.peer.taken) == 1

    assert answer.headers["x-trace"] == TRACE
    request = named(made, "POST /v1/cases")
    assert f"{request.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert request.attributes["http.response.status_code"] == 201
    assert is_below(made, "record.work", "record.write")
    assert is_below(made, "tell", "POST /v1/cases")
    assert is_below(made, "HandleSignal:recorded", "tell")
    assert is_below(made, "deliver", "record.work")
    batch = named(spans.get_finished_spans(), "RunActivity:deliver_batch")
    assert named(made, "deliver").links[0].context.span_id == batch.context.span_id


async def test_after_a_crash_of_the_door_what_it_left_untold_goes_on_in_the_trace_of_the_act(
    sqlite_database, temporal, spans
):
    # A door that drives nothing is one that died right after its commit.
    world = await a_door(sqlite_database)
    async with world.client, listening(Peer()) as peer:
        await Served(world, peer).start(traceparent=GIVEN)
        assert "tell" not in {span.name for span in in_trace(spans)}
        async with driven(sqlite_database, temporal, world.parts.library, peer):
            made = await wait_for(spans, WHOLE_WAY)
    assert is_below(made, "tell", "record.work")
    assert is_below(made, "deliver", "record.work")


async def test_acts_told_in_one_signal_are_linked_with_each_other(sqlite_database, temporal, spans):
    world = await a_door(sqlite_database)
    other = TRACE.replace("4", "5")
    async with world.client, listening(Peer()) as peer:
        case = (await Served(world, peer).start(traceparent=GIVEN)).json()
        body = {"outcome": "postponed"}
        path = f"/v1/cases/{case['id']}/steps/talk"
        headers = {"if_match": f'"{case["head"]}"', "traceparent": GIVEN.replace(TRACE, other)}
        acted = await world.post(path, SECRETARY, body, **headers)
        assert acted.status_code == 200, acted.text
        async with driven(sqlite_database, temporal, world.parts.library, peer):
            made = await wait_for(spans, WHOLE_WAY)
    links = [f"{link.context.trace_id:032x}" for link in named(made, "tell").links]
    assert links == [other]


async def test_a_timer_begins_a_trace_of_its_own(sqlite_database, temporal, spans):
    async with a_service(sqlite_database, temporal) as served:
        await served.start(traceparent=GIVEN)
        await wait_for(spans, WHOLE_WAY)
    batch = named(spans.get_finished_spans(), "RunActivity:deliver_batch")
    assert batch.parent is None
    assert f"{batch.context.trace_id:032x}" != TRACE


async def test_spans_name_no_person_and_no_query_and_not_what_an_error_says(sqlite_database, spans):
    world = await a_door(sqlite_database)

    class Broken:
        def soon(self, case_id, events, *, is_to_carry=True):
            raise ValueError("张三 could not be told")

    object.__setattr__(world.parts, "driver", Broken())
    async with world.client, listening(Peer()) as peer:
        await world.get("/v1/cases?q=张三", SUBJECT)
        with pytest.raises(ValueError, match="could not be told"):
            await Served(world, peer).start()
    made = spans.get_finished_spans()
    failed = named(made, "POST /v1/cases")
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.attributes["error.type"] == "ValueError"
    everything = " ".join(span.to_json() for span in made)
    assert "张三" not in everything
    assert "\\u5f20" not in everything
    assert SUBJECT not in everything
    assert "could not be told" not in everything


@pytest.mark.parametrize(
    "given", ["", "00-0-0-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", GIVEN.upper(), GIVEN + "x"]
)
def test_what_is_no_traceparent_begins_a_trace_of_its_own(given):
    place = tracing.a_place(given)
    assert tracing.is_place(place)
    assert tracing.trace_id(place) != TRACE


def test_a_trace_goes_on_from_the_one_that_came_also_while_no_spans_are_made():
    place = tracing.a_place(GIVEN)
    assert tracing.trace_id(place) == TRACE
    assert tracing.span_id(place) != "00f067aa0ba902b7"


def test_while_off_nothing_is_imported_for_it():
    program = """
import sys, api.app, worker
print([name for name in ("opentelemetry.sdk", "telemetry.spans") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_a_history_from_before_replays_while_spans_are_made_and_makes_none(path, spans):
    KNOWN.fill(the_definitions_of(path.parent))
    replayer = Replayer(workflows=WORKFLOWS, data_converter=CONVERTER, interceptors=[*tracing.interceptors()])
    await replayer.replay_workflow(history_of(path))
    assert spans.get_finished_spans() == ()
