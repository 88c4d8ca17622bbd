"""A DBOS service: a workflow for each act, whose transaction writes the rows and DBOS's own in one commit."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from dbos import DBOS, SQLAlchemyDatasource
from fastapi import FastAPI, Response

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

_CONNECTIONS = 20
_GIVEN = arguments()
_ENGINE = store.open_engine(_GIVEN.database, _CONNECTIONS)

# What DBOS waits for in tests of its own is shortened the same way; its pools fit the threads that serve.
DBOS(
    config={
        "name": "peer",
        "system_database_url": _GIVEN.database,
        "sys_db_pool_size": _CONNECTIONS,
        "log_level": "WARNING",
        "notification_listener_polling_interval_sec": 0.01,
    }
)
_ROWS = SQLAlchemyDatasource.create(_GIVEN.database, engine=_ENGINE)


@_ROWS.transaction(isolation_level="READ COMMITTED")
def write_act(wanted: dict[str, Any]) -> dict[str, Any]:
    """Write the rows of an act; the row of the case is locked."""
    return store.act(_ROWS.sql_session().connection(), store.Act(**wanted))


@DBOS.workflow()
def perform(wanted: dict[str, Any]) -> dict[str, Any]:
    """Perform an act durably."""
    return write_act(wanted)


@asynccontextmanager
async def _launched(_: FastAPI) -> AsyncIterator[None]:
    DBOS.launch()
    yield
    DBOS.destroy()


app = FastAPI(lifespan=_launched)
answer_refusals(app)


@app.post("/v1/cases")
def start(asked: NewCase, authorization: Bearer) -> Response:
    """Start a case."""
    with _ENGINE.begin() as connection:
        actor = store.person_of(connection, token_in(authorization))
        return answered(store.start(connection, uuid4().hex, asked.subject, asked.unit, actor), 201)


@app.post("/v1/cases/{case_id}/steps/{step}")
def act(case_id: str, step: str, asked: Asked, authorization: Bearer, if_match: Head) -> Response:
    """Act on a step."""
    with _ENGINE.connect() as connection:
        actor = store.person_of(connection, token_in(authorization))
        store.check_may(connection, actor, case_id, step)
    said = asked.model_dump(exclude_none=True)
    return answered(perform(asdict(store.Act(case_id, step, actor, head_in(if_match), said))))


if __name__ == "__main__":
    sys.exit(serve(app, _GIVEN.port))
