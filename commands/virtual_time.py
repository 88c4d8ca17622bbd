"""Time in a rehearsal: the test server's clock, moved so that a scenario finds itself on its own days.

The time-skipping server begins in the present and never goes back, while scenarios lie years in the past and
follow each other. So workflows, activities and services see the server's time plus a shift, the same for all
of one scenario. Workflows need no word of this: the shift is put on what the server tells them.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import (
    UnsandboxedWorkflowRunner,
    WorkflowInstance,
    WorkflowInstanceDetails,
    WorkflowRunner,
)
from temporalio.workflow import Info

_NANOSECONDS = 1_000_000_000
_AT_MOST = timedelta(days=60)
"""How much time one call may skip: with many timers on the way, more could outlast its patience."""


class VirtualTime:
    """The clock of one rehearsal. Moments are aware, UTC."""

    def __init__(self, environment: WorkflowEnvironment) -> None:
        self._environment = environment
        self._shift = timedelta()
        self._now = datetime.now(UTC)
        self._task_began = self._now

    @property
    def shift_ns(self) -> int:
        """What is added to the server's time, in nanoseconds."""
        return int(self._shift.total_seconds()) * _NANOSECONDS

    async def begin(self, moment: datetime) -> None:
        """Make it `moment` now, forwards or backwards. Nothing of an earlier scenario may run any more."""
        server = await self._environment.get_current_time()
        self._shift = timedelta(seconds=math.ceil((moment - server).total_seconds()))
        self._now = self._task_began = server + self._shift

    async def skip_to(self, moment: datetime) -> None:
        """Let time pass until `moment`; what is due on the way happens on its day."""
        await self.look()
        while moment > self._now:
            await self._environment.sleep(min(moment - self._now, _AT_MOST))
            await self.look()

    async def look(self) -> datetime:
        """Ask the server how late it is."""
        self._now = await self._environment.get_current_time() + self._shift
        return self._now

    def note_task(self, moment: datetime) -> None:
        """Take note that a workflow's task began, at a moment that is shifted already."""
        self._task_began = moment

    def now(self) -> datetime:
        """Return the moment: an activity's own where one runs, otherwise as of the last look.

        A local activity runs inside a workflow's task and knows the real time only; no time is skipped while
        the task lasts.
        """
        if not activity.in_activity():
            return self._now
        info = activity.info()
        return self._task_began if info.is_local else info.started_time + self._shift


class ShiftedRunner(WorkflowRunner):
    """Runs workflows that see the time of a rehearsal."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time
        self._inner = UnsandboxedWorkflowRunner()

    def prepare_workflow(self, defn: Any) -> None:  # noqa: ANN401 - the SDK keeps its type to itself
        """Prepare as usual."""
        self._inner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Return the usual instance, told another time."""
        return _ShiftedInstance(self._inner.create_instance(det), self._time)


class _ShiftedInstance(WorkflowInstance):
    def __init__(self, inner: WorkflowInstance, time: VirtualTime) -> None:
        self._inner = inner
        self._time = time
        self._shift_ns = time.shift_ns

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        act.timestamp.FromNanoseconds(act.timestamp.ToNanoseconds() + self._shift_ns)
        self._time.note_task(act.timestamp.ToDatetime(tzinfo=UTC))
        return self._inner.activate(act)

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:  # noqa: ANN401 - the same
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:  # noqa: ANN401 - the same
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()
