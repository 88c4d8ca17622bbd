"""A worker: runs the workflows and their activities, and repeats what a crash left untold.

Puts the parts together from the settings; as many workers as wanted may run beside each other.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib.metadata import version
from typing import Any, Final

import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import (
    PollerBehaviorSimpleMaximum,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkerDeploymentConfig,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from uvicorn.loops.auto import auto_loop_factory

from activities.beating import BEAT
from activities.cases import RecordActivities
from activities.checkpointing import CheckpointActivities
from activities.delivering import DeliveringActivities
from activities.due_together import DueTogether
from activities.patterns import PatternLooks
from activities.reconciling import ReconcileActivities
from activities.staffing import StaffingActivities
from domain.events import Event
from domain.library import Library, UnsoundLibrary
from domain.moments import start_of
from domain.notes import BadNote
from domain.reading import DefinitionError
from domain.values import Language
from records.audit_books import read_books
from records.checkpoints import KeptCheckpoint
from records.database import Database
from records.definitions import read_library
from records.listening import Listening
from records.preferences import read_required
from records.problems import DatabaseUnavailable, RecordDamaged, SchemaOutdated
from records.retentions import BadRetention, read_everyday, read_retention
from senders.mail import MailSender
from senders.messages import NotNow, Refused
from services import pattern_runs
from services.administration import note_definitions
from services.auditing import audit_all
from services.calendars import working_calendar
from services.checkpointing import LogContradicts, Notary
from services.circulating import Circulation, Mailing, NotSent, keep_circulating
from services.clearing import Rules, clear, expire
from services.connecting import TemporalUnavailable, connect
from services.documents import StoredDocuments
from services.driving import Driver
from services.log_keys import NoLogKey
from services.logs import set_up_logs
from services.memory import keep_what_is_loaded
from services.notaries import open_notary
from services.parts import Parts
from services.pattern_counting import Source
from services.pattern_runs import Asked
from services.person_keys import keys_of
from services.placing import keep_placing
from services.reconciling import Progress, ensure_schedules, reconcile
from services.reorganising import Reorganiser
from services.telling import wake_courier
from services.witnesses import witnesses_of
from settings import Settings, SettingsError, read_settings
from telemetry.placing import PlacedActivities
from telemetry.serving import NoFreePort, told_at
from telemetry.switching import CannotTrace, traced
from telemetry.temporal_numbers import runtime_told_at
from workflows.case import CaseWorkflow
from workflows.checkpointing import CheckpointingWorkflow
from workflows.contract import CheckpointMade, PatternsSeen, Reconciled
from workflows.courier import CourierWorkflow
from workflows.definitions import KNOWN
from workflows.patterns import PatternsWorkflow
from workflows.reconciling import ReconcilingWorkflow
from workflows.staffing import StaffingWorkflow

WORKFLOWS: Final = (
    CaseWorkflow,
    CourierWorkflow,
    ReconcilingWorkflow,
    CheckpointingWorkflow,
    StaffingWorkflow,
    PatternsWorkflow,
)

_PURE: Final = ("annotated_types", "dateutil", "domain", "pydantic", "pydantic_core", "typing_extensions")
"""What the sandbox takes as it is: modules without clock, chance or files, which cost most to load again."""
_POLLERS: Final = 10
"""Questions for tasks of workflows that are open at once, and ..."""
_ACTIVITY_POLLERS: Final = 2
"""... for activities: those go straight to the worker whose workflow asks for them, or are a few an hour.
Each question is asked again every minute, and costs Temporal's server several milliseconds each time."""
_LISTENS: Final = 2.0
"""Seconds between two questions whether anything was written, for those who found nothing that waits."""
_GOODBYE: Final = timedelta(seconds=8)
"""How long activities under way may take to finish when the worker is asked to stop."""
_FIRST_PAUSE: Final = 0.2
"""Seconds until the second try to reach Temporal or the database."""
_LONGEST_PAUSE: Final = 5.0
"""Seconds between two tries to reach Temporal or the database, at most."""
_NEW_DAY: Final = 20.0
"""Seconds between two looks whether a new day has begun, where that is not sooner."""
_LOOKS: Final = 0.05
"""Seconds between two questions whether Temporal has seen us."""
_EXIT_USAGE: Final = 2

_log = structlog.get_logger("worker")


class CannotStart(Exception):
    """The worker is not set up right, and waiting would not help. The message says what to do."""


def main(is_ready: Callable[[], None] = lambda: None) -> None:
    """Run a worker until SIGINT or SIGTERM. Exits with 2 and one line where it is not set up right.

    Calls `is_ready` once Temporal has seen it ask for work.
    """

    def ready() -> None:
        keep_what_is_loaded()
        is_ready()

    try:
        settings = read_settings()
        with (
            traced(settings.traces_url, program="worker", share=settings.traces_share),
            told_at(settings.worker_metrics, _metrics_token(settings)) as port,
            asyncio.Runner(loop_factory=auto_loop_factory()) as runner,
        ):
            runner.run(_until_told_to_stop(settings, port, ready))
    except (SettingsError, CannotStart, CannotTrace, NoFreePort) as wrong:
        sys.stderr.write(f"{wrong}\n")
        sys.exit(_EXIT_USAGE)


async def work(settings: Settings, stop: asyncio.Event, is_ready: Callable[[], None] = lambda: None) -> None:
    """Run a worker until `stop` is set. Waits for Temporal and the database as long as they are away.

    Calls `is_ready` once Temporal has seen it ask for work. Raises CannotStart where waiting would not help.
    """
    library = _library(settings)
    KNOWN.fill(library)
    database = await _database(settings, stop)
    if database is None:
        return
    try:
        # What is due is recorded on its day, whether or not Temporal is there to be told.
        async with DueTogether(database, library, clock=settings.now).looking():
            client = await _client(settings, stop)
        if client is None:
            return
        listening = Listening(database, every=_LISTENS)
        async with (
            Driver(
                client, database, task_queue=settings.task_queue, clock=settings.now, listening=listening
            ) as driver,
            a_worker(client, database, library, settings=settings, driver=driver, clock=settings.now),
        ):
            _log.info("working", task_queue=settings.task_queue, temporal=settings.temporal_address)
            housekeeping = asyncio.create_task(_housekeeping(client, settings))
            seen = asyncio.create_task(_once_seen(client, settings, is_ready))
            due = asyncio.create_task(_catch_up(database, library, settings, driver))
            notary = open_notary(database, settings.notary(), clock=settings.now)
            placing = asyncio.create_task(keep_placing(notary, listening))
            circulating = asyncio.create_task(keep_circulating(_circulation(database, settings)))
            await stop.wait()
            for task in (housekeeping, seen, due, placing, circulating):
                task.cancel()
            _log.info("stopping")
    finally:
        await database.close()


@asynccontextmanager
async def a_worker(
    client: Client,
    database: Database,
    library: Library,
    *,
    settings: Settings,
    driver: Driver,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    runner: WorkflowRunner | None = None,
    punctual: bool = True,
) -> AsyncIterator[Worker]:
    """Run a worker with everything in it as long as the context is open. `clock` gives the moment, UTC.

    It records what is due by itself if `punctual`, and only when a workflow asks for it otherwise.
    """
    audits = _parts_of_audits(database, library, settings, clock)

    async def look_over(deep: bool, progress: Progress) -> Reconciled:  # noqa: FBT001 - the activity's own call
        now = clock()
        if deep:
            await _keep_the_rules(database, library, settings, now, lambda: progress(0))
        today = now.astimezone(settings.zone).date()
        queue = settings.task_queue

        def tell(case: str, events: Sequence[Event]) -> None:
            driver.soon(case, events)
            progress(0)

        await Reorganiser(database, library, today, now, tell).catch_up()
        found = await reconcile(
            client, database, library, today=today, now=now, task_queue=queue, deep=deep, progress=progress
        )
        if deep:
            # Last: the first night looks at every case there is, and nobody waits for it.
            await audit_all(audits, progress=lambda done, _of: progress(done))
        return found

    source = Source(settings.database_url, settings.sealing())

    async def look_for_patterns(sign: Callable[..., None]) -> PatternsSeen:
        run = await pattern_runs.look(audits, Asked(), sign, source=source)
        kept = run.told["findings"]
        return PatternsSeen(cases=run.told["cases"], found=run.told["found"], **kept)

    notary = open_notary(database, settings.notary(), clock=clock)
    record = RecordActivities(database, library, clock=clock, wake=driver.wake)
    delivering = DeliveringActivities(
        database,
        library,
        _sender(settings),
        clock=clock,
        zone=settings.zone,
        required=read_required(settings.processes_dir),
    )
    staffing = StaffingActivities(
        database, library, time_zone=str(settings.zone), clock=clock, wake=driver.wake
    )
    activities: list[Callable[..., Any]] = [
        record.fetch_case,
        record.fetch_events,
        record.record_due,
        delivering.deliver_batch,
        ReconcileActivities(look_over).reconcile,
        staffing.look_at_staffing,
        PatternLooks(look_for_patterns).look_for_patterns,
        CheckpointActivities(lambda: _checkpoint(notary)).make_checkpoint,
    ]
    together = DueTogether(
        database, library, clock=clock, tell=driver.soon, wake=driver.wake, listening=driver.listening
    )
    looking = together.looking() if punctual else nullcontext()
    async with looking, _worker(client, settings, activities, runner) as worker:
        yield worker


def _parts_of_audits(
    database: Database, library: Library, settings: Settings, clock: Callable[[], datetime]
) -> Parts:
    """Return what cases are evaluated with each night: the record, the rules, and the keys of people."""
    return Parts(
        database=database,
        library=library,
        documents=StoredDocuments.at(settings.materials_url),
        calendars=working_calendar,
        clock=clock,
        zone=settings.zone,
        keys=keys_of(settings.sealing()),
        books=read_books(settings.processes_dir),
    )


def _worker(
    client: Client,
    settings: Settings,
    activities: Sequence[Callable[..., Any]],
    runner: WorkflowRunner | None,
) -> Worker:
    deployment = _deployment(settings)
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=list(WORKFLOWS),
        activities=activities,
        workflow_runner=runner or _runner(settings),
        deployment_config=deployment,
        # A deployment has its own. Otherwise it is a hash of all code, for which every start would wait.
        build_id=None if deployment is not None else f"accede {version('accede')}",
        interceptors=[PlacedActivities()],
        max_cached_workflows=settings.max_cached_cases,
        # One thread runs them all: what waits longer for its turn than a task may take would be done twice.
        max_concurrent_workflow_tasks=20,
        max_concurrent_activities=50,
        # Otherwise new cases starve behind running ones.
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(maximum=_POLLERS),
        activity_task_poller_behavior=PollerBehaviorSimpleMaximum(maximum=_ACTIVITY_POLLERS),
        nonsticky_to_sticky_poll_ratio=0.5,
        # The cases of a dead worker go to the other this soon. Were it sooner, a busy one would lose cases it
        # has in memory to the other, which has to read their histories first, when there is no time for that.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=10),
        # Signs of life are gathered before they are sent: no longer than they take to come.
        max_heartbeat_throttle_interval=timedelta(seconds=BEAT),
        graceful_shutdown_timeout=_GOODBYE,
    )


async def _keep_the_rules(
    database: Database, library: Library, settings: Settings, now: datetime, sign: Callable[[], None]
) -> None:
    """Let go what no rule of retention keeps; where the rules cannot be read, what only ever lasts a time."""
    try:
        rules = Rules(read_retention(settings.processes_dir, library), read_everyday(settings.processes_dir))
    except BadRetention as error:
        _log.error("the rules of retention cannot be read, and nothing goes by them", reason=str(error))
        await clear(database, now)
        return
    await clear(database, now, rules)
    documents = StoredDocuments.at(settings.materials_url)
    await expire(database, documents, rules, now=now, zone=settings.zone, sign_of_life=sign)


async def _checkpoint(notary: Notary) -> CheckpointMade:
    """Make a checkpoint; trying again is no help where there is no key, or the log is not the one signed."""
    try:
        made = await notary.make()
    except (NoLogKey, LogContradicts) as refused:
        _log.error("no checkpoint is made", reason=str(refused))
        return CheckpointMade(refused=str(refused))
    return CheckpointMade(size=0 if made is None else made.size)


async def _until_told_to_stop(
    settings: Settings, metrics_port: int | None, is_ready: Callable[[], None]
) -> None:
    set_up_logs(settings.log_level, settings.log_format)
    if metrics_port is not None:
        _log.info("numbers are told", port=metrics_port)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await work(settings, stop, is_ready)


async def _once_seen(client: Client, settings: Settings, is_ready: Callable[[], None]) -> None:
    """Call `is_ready` once Temporal knows that this worker asks for work."""
    asked = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=settings.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    while True:
        with suppress(RPCError):
            found = await client.workflow_service.describe_task_queue(asked, timeout=timedelta(seconds=2))
            if any(poller.identity == client.identity for poller in found.pollers):
                is_ready()
                return
        await asyncio.sleep(_LOOKS)


async def _housekeeping(client: Client, settings: Settings) -> None:
    """Set the courier and the schedules going, as soon as Temporal lets us."""
    pause = _FIRST_PAUSE
    while True:
        try:
            await wake_courier(client, settings.task_queue)
            await ensure_schedules(client, task_queue=settings.task_queue)
        except RPCError as trouble:
            if trouble.status is RPCStatusCode.UNIMPLEMENTED:
                _log.warning("this Temporal has no schedules; run `accede reconcile` after an outage")
                return
            _log.warning("courier and schedules not set going yet", reason=trouble.status.name)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            return


async def _catch_up(database: Database, library: Library, settings: Settings, driver: Driver) -> None:
    """Carry out what is to happen in the organisation: at once, and as soon as each new day has begun."""
    done_for: date | None = None
    while True:
        now = settings.now()
        today = now.astimezone(settings.zone).date()
        if today != done_for:
            try:
                if done_for is None:
                    await database.write(partial(note_definitions, library=library, on=today, at=now))
                await Reorganiser(database, library, today, now, driver.soon).catch_up()
                done_for = today
            except DatabaseUnavailable as away:
                _log.warning("changes of the organisation wait", reason=str(away))
        next_day = start_of(today + timedelta(days=1), str(settings.zone))
        await asyncio.sleep(min(_NEW_DAY, max(_LOOKS, (next_day - now).total_seconds())))


def _library(settings: Settings) -> Library:
    try:
        return read_library(settings.processes_dir)
    except (FileNotFoundError, DefinitionError, UnsoundLibrary) as wrong:
        raise CannotStart(str(wrong)) from wrong


async def _database(settings: Settings, stop: asyncio.Event) -> Database | None:
    """Open the record, waiting while nobody answers there; None when told to stop meanwhile."""
    pause = _FIRST_PAUSE
    while not stop.is_set():
        try:
            return await asyncio.to_thread(Database.open, settings.database_url)
        except (SchemaOutdated, RecordDamaged, ValueError) as wrong:
            raise CannotStart(str(wrong)) from wrong
        except DatabaseUnavailable as away:
            _log.warning(str(away), tries_again_in=pause)
        pause = await _pause(stop, pause)
    return None


async def _client(settings: Settings, stop: asyncio.Event) -> Client | None:
    """Connect to Temporal, waiting while it is away; None when told to stop meanwhile."""
    runtime = runtime_told_at(settings.temporal_metrics)
    pause = _FIRST_PAUSE
    while not stop.is_set():
        try:
            return await connect(
                **settings.temporal(),
                lazy=False,
                runtime=runtime,
            )
        except TemporalUnavailable as away:
            _log.warning(str(away), tries_again_in=pause)
        pause = await _pause(stop, pause)
    return None


async def _pause(stop: asyncio.Event, seconds: float) -> float:
    """Wait, or be told to stop; return how long to wait the next time."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return min(seconds * 2, _LONGEST_PAUSE)
    return seconds


def _metrics_token(settings: Settings) -> str | None:
    return None if settings.metrics_token is None else settings.metrics_token.get_secret_value()


def _sender(settings: Settings) -> MailSender | None:
    if settings.smtp_url is None:
        return None
    return MailSender(
        settings.smtp_url.get_secret_value(), sender=settings.mail_from, public_url=settings.public_url
    )


def _circulation(database: Database, settings: Settings) -> Circulation:
    """Return what brings checkpoints to witnesses and auditors. Raises CannotStart."""
    try:
        witnesses = witnesses_of(settings.checkpoint_witnesses)
    except BadNote as wrong:
        raise CannotStart(f"ACCEDE_CHECKPOINT_WITNESSES: {wrong}") from None
    sender = _sender(settings) if settings.checkpoint_mail else None
    mail = None if sender is None else _mailing(sender, settings)
    return Circulation(database, witnesses, mail, clock=settings.now, zone=settings.zone)


def _mailing(sender: MailSender, settings: Settings) -> Mailing:
    async def mail(checkpoint: KeptCheckpoint, to: str, language: Language) -> None:
        try:
            await sender.send_checkpoint(checkpoint.whole, checkpoint.size, to, language, settings.now())
        except (Refused, NotNow) as trouble:
            raise NotSent(str(trouble)) from trouble

    return mail


def _deployment(settings: Settings) -> WorkerDeploymentConfig | None:
    """Return which build this is; None where workers are not versioned.

    Cases last for years, so their workflows go over to the build in use at their next task, instead of
    keeping the worker they began with alive. That they can is what recorded histories are replayed for.
    """
    if not settings.temporal_deployment:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(settings.temporal_deployment, settings.temporal_build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


def _runner(settings: Settings) -> WorkflowRunner:
    if not settings.sandbox:
        return UnsandboxedWorkflowRunner()
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*_PURE))


if __name__ == "__main__":
    main()
