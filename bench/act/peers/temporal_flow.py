"""A minimal Temporal service's workflow: one for each case, an Update for each act.

The Update's handler writes the rows in a local activity, which is the cheapest way to a durable write that an
answer waits for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from sqlalchemy import Engine

    from bench.act.peers import store

QUEUE = "peer"
_SOON = timedelta(seconds=10)


class Writing:
    """The activity, on a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @activity.defn(name="write_act")
    def write_act(self, wanted: store.Act) -> dict[str, Any]:
        """Write one act. Safe to run twice: a step is done once."""
        try:
            with self._engine.begin() as connection:
                return store.act(connection, wanted)
        except store.Refused as refused:
            raise ApplicationError("refused", refused.status, type="Refused", non_retryable=True) from None


@workflow.defn(name="peer-case")
class PeerCase:
    """One case: lives until its last step is done."""

    @workflow.init
    def __init__(self, case_id: str) -> None:
        self._case_id = case_id
        self._is_closed = False

    @workflow.run
    async def run(self, case_id: str) -> None:  # noqa: ARG002 - the same arguments as __init__ takes
        """Wait for the end."""
        await workflow.wait_condition(lambda: self._is_closed and workflow.all_handlers_finished())

    @workflow.update(name="act")
    async def act(self, wanted: store.Act) -> dict[str, Any]:
        """Have the act written, and answer with the case."""
        case: dict[str, Any] = await workflow.execute_local_activity(
            "write_act", wanted, start_to_close_timeout=_SOON, result_type=dict[str, Any]
        )
        self._is_closed = case["status"] == "closed"
        return case
