"""Numbers: each is seen to move, no label grows with people or cases, and each process tells its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

import httpx
import pytest
import sqlalchemy as sa
from temporalio.testing import ActivityEnvironment

from activities.cases import RecordActivities
from activities.reconciling import ReconcileActivities
from records import backlog
from records.problems import DatabaseUnavailable
from records.tables import obligations, outbox
from telemetry import metrics
from telemetry.serving import NoFreePort, told_at
from tests.api.world import HOST, SUBJECT, a_world
from tests.builders import a_library, a_start
from tests.journeys.household import Household
from tests.temporal_server import free_port
from workflows.contract import DueAsked, ReconcileAsked, Reconciled


def value(name, **labels):
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


async def test_acts_are_counted_by_process_kind_and_what_became_of_them(sqlite_database):
    world = await a_world(sqlite_database)
    async with world.client:
        before = {
            outcome: value("accede_acts_total", process="", kind="withdraw", outcome=outcome)
            for outcome in ("refused", "moved", "turned-away")
        }
        case = await world.start()
        path = f"/v1/cases/{case['id']}/withdraw"
        head = {"if_match": f'"{case["head"]}"'}
        await world.post(path, HOST, {}, **head)
        await world.post(path, SUBJECT, {}, if_match=f'"{"0" * 64}"')
        await world.post("/v1/cases/nowhere/withdraw", SUBJECT, {}, **head)
        done = await world.post(path, SUBJECT, {}, **head)
        assert done.status_code == 200
    assert {
        outcome: value("accede_acts_total", process="", kind="withdraw", outcome=outcome) - number
        for outcome, number in before.items()
    } == {"refused": 1, "moved": 1, "turned-away": 1}
    assert value("accede_acts_total", process="reading-circle", kind="withdraw", outcome="recorded") >= 1


async def test_guesses_of_strangers_make_no_labels(sqlite_database):
    world = await a_world(sqlite_database)
    async with world.client:
        for number in range(20):
            await world.client.request(f"GUESS{number}", f"/v1/guess-{number}")
    text = metrics.as_text().decode()
    assert "guess" not in text.lower()
    assert value("accede_requests_total", method="other", route="none", status="404") >= 20


async def test_what_waits_is_read_from_the_record_by_kind_and_age(database):
    household = Household(database)
    await household.furnish()
    now = datetime.now(UTC)
    await household.perform(a_start("case-1", on=date.today()), now - timedelta(hours=1), "case-1")  # noqa: DTZ011
    found = await database.read(partial(backlog.read_backlog, now=now))
    assert (found.outbox, found.given_up) == (1, 0)
    assert found.oldest == now - timedelta(hours=1)
    assert {overdue for _, overdue in found.obligations} == {True}
    early = await database.read(partial(backlog.read_backlog, now=now - timedelta(minutes=55)))
    assert {overdue for _, overdue in early.obligations} == {False}
    await database.write(lambda c: c.execute(sa.update(obligations).values(status="failed")) and None)
    await database.write(lambda c: c.execute(sa.update(outbox).values(waiting_since=None)) and None)
    later = await database.read(partial(backlog.read_backlog, now=now))
    assert (later.outbox, later.oldest, later.messages) == (0, None, 0)
    assert later.given_up == found.messages > 0


def test_no_number_of_the_record_reads_a_whole_table(sqlite_database):
    asked: list[tuple[str, tuple[object, ...]]] = []

    def look(connection):
        note = lambda _c, _k, statement, parameters, *_more: asked.append((statement, parameters))  # noqa: E731
        sa.event.listen(connection, "before_cursor_execute", note)
        backlog.read_backlog(connection, datetime.now(UTC))
        sa.event.remove(connection, "before_cursor_execute", note)
        return [
            row[3]
            for statement, parameters in asked[1:]
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]

    plans = sqlite_database.read_now(look)
    assert len(asked) == 5  # BEGIN, and a question for each number
    assert [plan for plan in plans if plan.startswith("SCAN ") and "anon" not in plan] == []


async def test_a_record_that_does_not_answer_is_told_as_a_number_and_stops_no_scrape(sqlite_database):
    world = await a_world(sqlite_database)
    async with world.client:
        assert (await world.client.get("/metrics")).status_code == 200
        assert value("accede_record_answered") == 1
        sqlite_database._submit_read = _never
        assert (await world.client.get("/metrics")).status_code == 200
        assert value("accede_record_answered") == 0


def _never(_work):
    raise DatabaseUnavailable("gone")


async def test_how_late_a_timer_was_is_measured_from_its_moment(sqlite_database):
    household = Household(sqlite_database)
    await household.furnish()
    begun = datetime.now(UTC) - timedelta(days=100)
    await household.perform(a_start("case-1", on=begun.date()), begun, "case-1")
    before = value("accede_timer_late_seconds_count")
    activities = RecordActivities(sqlite_database, a_library())
    facts = await activities.record_due(DueAsked(case_id="case-1", known=1, moment=datetime.now(UTC)))
    assert facts.events
    assert value("accede_timer_late_seconds_count") == before + 1
    assert value("accede_timer_late_seconds_sum") > 86_400


async def test_a_look_over_all_cases_leaves_its_moment_and_what_it_mended():
    async def look(_deep, _progress):
        return Reconciled(open_cases=7, started=2, nudged=1)

    before = value("accede_reconcile_differences_total", mended="started")
    await ActivityEnvironment().run(ReconcileActivities(look).reconcile, ReconcileAsked(deep=True))
    assert value("accede_reconcile_differences_total", mended="started") == before + 2
    age = datetime.now(UTC).timestamp() - value("accede_reconcile_completed_timestamp_seconds", deep="yes")
    assert 0 <= age < 60


def test_works_that_share_a_commit_are_counted_together(sqlite_database):
    before = value("accede_commit_works_sum")
    for _ in range(5):
        sqlite_database.write_now(lambda connection: None)
    assert value("accede_commit_works_sum") >= before + 5


def test_two_workers_on_one_machine_tell_their_numbers_at_two_ports_and_to_the_token_alone():
    address = f"127.0.0.1:{free_port()}"
    with told_at(address, "numbers-please") as first, told_at(address) as second:
        assert first != second
        with_token = {"authorization": "Bearer numbers-please"}
        assert httpx.get(f"http://127.0.0.1:{first}/metrics", trust_env=False).status_code == 404
        answer = httpx.get(f"http://127.0.0.1:{first}/metrics", headers=with_token, trust_env=False)
        assert "accede_deliveries" in answer.text
        assert "process_resident_memory_bytes" in answer.text
        assert httpx.get(f"http://127.0.0.1:{second}/metrics", trust_env=False).status_code == 200
        assert httpx.get(f"http://127.0.0.1:{second}/other", trust_env=False).status_code == 404


def test_nowhere_to_tell_them_is_said_with_the_setting():
    # No machine that runs tests has this address.
    with pytest.raises(NoFreePort, match="ACCEDE_WORKER_METRICS"), told_at("192.0.2.1:9464"):
        pytest.fail("told at an address of nobody")
