"""A minimal Temporal service's HTTP side: who asks and whether they may, then an Update of the case."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Response
from sqlalchemy import Connection
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from bench.act.peers import store
from bench.act.peers.door import (
    Asked,
    Bearer,
    Head,
    NewCase,
    answer_refusals,
    answered,
    arguments,
    head_in,
    serve,
    token_in,
)
from bench.act.peers.plain import Transactions
from bench.act.peers.temporal_flow import QUEUE, PeerCase


def application(transactions: Transactions, temporal: str) -> FastAPI:
    """Return the service."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.client = await Client.connect(temporal)
        yield

    app = FastAPI(lifespan=lifespan)
    answer_refusals(app)

    @app.post("/v1/cases")
    async def start(asked: NewCase, authorization: Bearer) -> Response:
        case_id = uuid4().hex

        def work(connection: Connection) -> dict[str, Any]:
            actor = store.person_of(connection, token_in(authorization))
            return store.start(connection, case_id, asked.subject, asked.unit, actor)

        made = await transactions.write(work)
        await app.state.client.start_workflow(PeerCase.run, case_id, id=f"case/{case_id}", task_queue=QUEUE)
        return answered(made, 201)

    @app.post("/v1/cases/{case_id}/steps/{step}")
    async def act(case_id: str, step: str, asked: Asked, authorization: Bearer, if_match: Head) -> Response:
        def entitled(connection: Connection) -> str:
            person = store.person_of(connection, token_in(authorization))
            store.check_may(connection, person, case_id, step)
            return person

        actor = await transactions.read(entitled)
        said = asked.model_dump(exclude_none=True)
        wanted = store.Act(case_id, step, actor, head_in(if_match), said)
        handle = app.state.client.get_workflow_handle(f"case/{case_id}")
        try:
            return answered(await handle.execute_update(PeerCase.act, wanted))
        except WorkflowUpdateFailedError as failed:
            raise store.Refused(_status(failed)) from None

    return app


def _status(failed: WorkflowUpdateFailedError) -> int:
    cause: BaseException | None = failed.cause
    while cause is not None:
        if isinstance(cause, ApplicationError) and cause.type == "Refused":
            return int(cause.details[0])
        cause = cause.__cause__
    return 500


def main() -> None:
    """Serve."""
    given = arguments()
    serve(application(Transactions(given.database), given.temporal), given.port)


if __name__ == "__main__":
    main()
