"""A minimal Temporal service's worker: unsandboxed, on uvloop, with pollers that do not starve new cases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import uvloop
from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, UnsandboxedWorkflowRunner, Worker

from bench.act.peers.door import arguments
from bench.act.peers.store import open_engine
from bench.act.peers.temporal_flow import QUEUE, PeerCase, Writing

_CONNECTIONS = 8


async def _work(database: str, temporal: str) -> None:
    client = await Client.connect(temporal)
    connections = 1 if database.startswith("sqlite") else _CONNECTIONS
    writing = Writing(open_engine(database, connections))
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[PeerCase],
        activities=[writing.write_act],
        activity_executor=ThreadPoolExecutor(connections),
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=5000,
        max_concurrent_workflow_tasks=100,
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(maximum=10),
        nonsticky_to_sticky_poll_ratio=0.5,
    )
    await worker.run()


def main() -> None:
    """Work until the process is ended."""
    given = arguments()
    uvloop.run(_work(given.database, given.temporal))


if __name__ == "__main__":
    main()
