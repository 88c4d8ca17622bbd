"""Who is measured on which database, and with which fault planted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bench.act.organisation import Organisation
from bench.act.others import Dbos, Plain, Temporal, Viewflow
from bench.act.ours import AccedeApart, AccedeUp
from bench.act.postgres import Postgres
from bench.act.promised import OURS
from bench.act.systems import System

DATABASES: Final = ("sqlite", "postgresql")
PEERS: Final = ("temporal", "plain", "dbos", "viewflow")
ON_POSTGRESQL_ALONE: Final = frozenset({"dbos", "viewflow"})
FAULTS: Final = ("slow-act", "undelivered")
_SLOW: Final = (sys.executable, "-P", "-m", "bench.act.slow_api")


@dataclass(frozen=True)
class Ground:
    """What the systems of one database stand on."""

    database: str
    folder: Path
    scenery: Organisation
    plant: str | None = None


def lineup(ground: Ground, names: Sequence[str], stopping: AsyncExitStack) -> Iterator[System]:
    """Yield systems that are not started yet; a server they share is stopped with `stopping`."""
    servers: Mapping[str, Collection[int]] = {}
    postgres = None
    if ground.database == "postgresql":
        postgres = Postgres(ground.folder / "server")
        stopping.callback(postgres.stop)
        servers = {"database": [postgres.pid]}
    for name in names:
        if ground.database == "sqlite" and name in ON_POSTGRESQL_ALONE:
            continue
        place = ground.folder / name
        address = postgres.database(name) if postgres else f"sqlite:///{place / 'rows.db'}"
        if name == OURS:
            system = _ours(ground, place, address, servers)
        else:
            system = _PEER[name](place, ground.scenery, address, servers)
        if postgres:
            system.count_rows = partial(postgres.count_rows, name)
        yield system


def _ours(ground: Ground, place: Path, address: str, servers: Mapping[str, Collection[int]]) -> System:
    scenery, plant = ground.scenery, ground.plant
    if plant == "slow-act":
        return AccedeApart(place, scenery, address, servers=servers, api=_SLOW)
    if plant == "undelivered":
        return AccedeApart(place, scenery, address, servers=servers, workers=0)
    if servers:
        return AccedeApart(place, scenery, address, servers=servers)
    return AccedeUp(place, scenery)


_PEER: Final[Mapping[str, Callable[..., System]]] = {
    "plain": Plain,
    "temporal": Temporal,
    "dbos": Dbos,
    "viewflow": Viewflow,
}
