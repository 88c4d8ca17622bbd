"""A peer without an engine: FastAPI and one SQLAlchemy transaction an act.

On SQLite one thread writes, because it has one writer; on PostgreSQL eight threads have a connection each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import uuid4

from fastapi import FastAPI, Response
from sqlalchemy import Connection

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

T = TypeVar("T")
_CONNECTIONS = 8
_READERS = 4


class Transactions:
    """Runs work in transactions, in threads."""

    def __init__(self, database: str) -> None:
        writers = 1 if database.startswith("sqlite") else _CONNECTIONS
        self._writing = store.open_engine(database, writers)
        self._writers = ThreadPoolExecutor(writers)
        self._reading = store.open_engine(database, _READERS, writes=False)
        self._readers = ThreadPoolExecutor(_READERS)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Return what the work returned, after the commit."""
        return await asyncio.get_running_loop().run_in_executor(self._writers, self._write, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Return what the work returned."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self._writing.begin() as connection:
            return work(connection)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._reading.connect() as connection:
            return work(connection)


def application(transactions: Transactions) -> FastAPI:
    """Return the service."""
    app = FastAPI()
    answer_refusals(app)

    @app.post("/v1/cases")
    async def start(asked: NewCase, authorization: Bearer) -> Response:
        def work(connection: Connection) -> dict[str, object]:
            actor = store.person_of(connection, token_in(authorization))
            return store.start(connection, uuid4().hex, asked.subject, asked.unit, actor)

        return answered(await transactions.write(work), 201)

    @app.post("/v1/cases/{case_id}/steps/{step}")
    async def act(case_id: str, step: str, asked: Asked, authorization: Bearer, if_match: Head) -> Response:
        def work(connection: Connection) -> dict[str, object]:
            actor = store.person_of(connection, token_in(authorization))
            store.check_may(connection, actor, case_id, step)
            said = asked.model_dump(exclude_none=True)
            return store.act(connection, store.Act(case_id, step, actor, head_in(if_match), said))

        return answered(await transactions.write(work))

    return app


def main() -> None:
    """Serve."""
    given = arguments()
    serve(application(Transactions(given.database)), given.port)


if __name__ == "__main__":
    main()
