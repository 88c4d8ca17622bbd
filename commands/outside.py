"""What the doctor looks at beyond this machine: clocks of others, Temporal, its workers, the mail server."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from commands.findings import Finding
from records import engines
from services.connecting import TemporalUnavailable, connect
from services.probing import greet, worker_seen
from settings import Settings
from workflows import contract

_CLOCK_MAY_DIFFER: Final = 2.0
"""Seconds between our clock and another."""
_RPC: Final = timedelta(seconds=5)
_LOADING: Final = 20.0
"""Seconds in which a Temporal that has just started looks into a queue for the first time."""
_NTP: Final = "set both by the network (NTP): a moment becomes a day here"


async def clock_of_the_record(settings: Settings) -> Finding:
    """Compare our clock with the database server's: several machines must agree on the day."""
    if settings.is_embedded:
        return Finding("clock of the record", "well", "the record is on this machine")
    engine = engines.open_engine(settings.database_url, role="reader")

    def ask() -> datetime:
        with engine.connect() as connection:
            moment: datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
            return moment

    try:
        there = await asyncio.to_thread(ask)
    except sa.exc.SQLAlchemyError as error:
        found = f"the database does not answer: {type(error).__name__}"
        return Finding("clock of the record", "wrong", found, "start it, or set ACCEDE_DATABASE_URL")
    finally:
        engine.dispose()
    return _compared("clock of the record", "the database server's", settings.now(), there)


async def temporal_is_there(settings: Settings) -> list[Finding]:
    """Look whether Temporal answers, knows the namespace, agrees on the time, and has workers."""
    try:
        client = await _connected(settings)
        asked = DescribeNamespaceRequest(namespace=settings.temporal_namespace)
        await client.workflow_service.describe_namespace(asked, timeout=_RPC)
    except TemporalUnavailable as away:
        return [_no_answer(settings, str(away).split(". ", maxsplit=1)[0])]
    except RPCError as trouble:
        return [_refused(settings, trouble)]
    how = "TLS" if settings.temporal_tls else "no TLS"
    found = f"answers at {settings.temporal_address} with {how}, namespace {settings.temporal_namespace}"
    seen = await worker_seen(client, settings.task_queue, within=_LOADING)()
    todo = "" if seen.do is None else seen.do.en
    return [
        Finding("Temporal", "well", found),
        Finding("workers", "well" if seen.state == "well" else "weak", seen.says.en, todo),
        await _clock_of_temporal(client, settings.now),
    ]


async def mail_server_greets(settings: Settings) -> Finding:
    """Look whether the mail server takes a greeting. Nothing is sent, and nobody logs in."""
    if settings.smtp_url is None:
        todo = "set ACCEDE_SMTP_URL to send mail; until then people find messages in the application only"
        return Finding("mail", "weak", "no mail server is set", todo)
    address = settings.smtp_url.get_secret_value()
    try:
        await asyncio.to_thread(greet, address, 5)
    except (OSError, smtplib.SMTPException) as error:
        todo = "see that it runs, and to its host, port and TLS in ACCEDE_SMTP_URL; messages are tried again"
        return Finding("mail", "wrong", f"no greeting: {type(error).__name__}", todo)
    return Finding("mail", "well", f"{urlsplit(address).hostname} greets")


async def _connected(settings: Settings) -> Client:
    return await connect(
        **settings.temporal(),
        lazy=False,
    )


def _no_answer(settings: Settings, found: str) -> Finding:
    todo = "start it, or set ACCEDE_TEMPORAL_ADDRESS; acts are recorded meanwhile and driven later"
    if settings.temporal_tls:
        todo += ". It is asked by TLS: unset ACCEDE_TEMPORAL_TLS where it speaks none"
    return Finding("Temporal", "weak", found, todo)


def _refused(settings: Settings, trouble: RPCError) -> Finding:
    if trouble.status is RPCStatusCode.NOT_FOUND:
        found = f"it has no namespace {settings.temporal_namespace}"
        todo = "create it there (temporal operator namespace create), or set ACCEDE_TEMPORAL_NAMESPACE"
        return Finding("Temporal", "wrong", found, todo)
    if trouble.status in {RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.PERMISSION_DENIED}:
        return Finding("Temporal", "wrong", "it does not let us in", "set ACCEDE_TEMPORAL_API_KEY")
    return _no_answer(settings, f"it answers with {trouble.status.name}")


async def _clock_of_temporal(client: Client, now: Callable[[], datetime]) -> Finding:
    """Compare clocks by waking the courier: Temporal writes down when it heard of that, and nothing else."""
    handle = client.get_workflow_handle(contract.COURIER)
    try:
        await handle.signal(contract.WOKEN, rpc_timeout=_RPC)
        here = now()
        there = await _last_event(client)
    except RPCError:
        return Finding("clock of Temporal", "well", "not compared: no courier runs yet")
    return _compared("clock of Temporal", "Temporal's", here, there)


async def _last_event(client: Client) -> datetime:
    asked = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=contract.COURIER),
        maximum_page_size=1,
    )
    found = await client.workflow_service.get_workflow_execution_history_reverse(asked, timeout=_RPC)
    return found.history.events[0].event_time.ToDatetime(tzinfo=UTC)


def _compared(what: str, whose: str, here: datetime, there: datetime) -> Finding:
    apart = abs((here - there).total_seconds())
    if apart > _CLOCK_MAY_DIFFER:
        return Finding(what, "wrong", f"ours and {whose} are {apart:.0f} seconds apart", _NTP)
    return Finding(what, "well", f"ours and {whose} are {apart:.1f} seconds apart")


Look = Callable[[Settings], Awaitable[Finding | list[Finding]]]
"""One look at an installation."""
