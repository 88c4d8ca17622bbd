"""The rows of an act, written in one transaction with SQLAlchemy Core: what every peer keeps.

Case state, event with its place in the hash chain, tasks, a message. The process is the walk of the tour,
step by step; a step is for a role in the unit of the case or the unit above it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from docs.tour import CASE

STEPS = tuple((step, role) for _, step, role, _, _ in CASE)
"""Each step of the process and the role that does it."""

metadata = sa.MetaData()
units = sa.Table(
    "peer_units",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("parent_id", sa.String(64)),
)
posts = sa.Table(
    "peer_posts",
    metadata,
    sa.Column("person_id", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(80), primary_key=True),
    sa.Column("unit_id", sa.String(64), primary_key=True),
)
tokens = sa.Table(
    "peer_tokens",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.String(64), nullable=False),
)
cases = sa.Table(
    "peer_cases",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("subject_id", sa.String(64), nullable=False),
    sa.Column("unit_id", sa.String(64), nullable=False, index=True),
    sa.Column("status", sa.String(20), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("head", sa.String(64), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("changed_at", sa.String(40), nullable=False),
)
events = sa.Table(
    "peer_events",
    metadata,
    sa.Column("case_id", sa.String(64), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("step", sa.String(80), nullable=False),
    sa.Column("actor", sa.String(64), nullable=False),
    sa.Column("occurred_on", sa.String(10), nullable=False),
    sa.Column("recorded_at", sa.String(40), nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("prev_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
tasks = sa.Table(
    "peer_tasks",
    metadata,
    sa.Column("case_id", sa.String(64), primary_key=True),
    sa.Column("step", sa.String(80), primary_key=True),
    sa.Column("role", sa.String(80), nullable=False),
    sa.Column("unit_id", sa.String(64), nullable=False, index=True),
    sa.Column("opened_at", sa.String(40), nullable=False),
)
messages = sa.Table(
    "peer_messages",
    metadata,
    sa.Column("case_id", sa.String(64), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.String(64), nullable=False, index=True),
    sa.Column("kind", sa.String(80), nullable=False),
    sa.Column("created_at", sa.String(40), nullable=False),
)


class Refused(Exception):
    """The act was not possible; the argument is the status of the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def open_engine(address: str, connections: int, *, writes: bool = True) -> Engine:
    """Open the database, with commits that are on the disk before they are acknowledged."""
    if not address.startswith("sqlite"):
        return sa.create_engine(address, pool_size=connections, max_overflow=0)
    import pysqlite3.dbapi2 as sqlite  # type: ignore[import-untyped] # noqa: PLC0415 - on SQLite alone; no types

    engine = sa.create_engine(
        address,
        module=sqlite,
        poolclass=sa.QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def furnish(address: str, scenery: Path) -> None:
    """Make the tables and write units, posts and tokens, from a JSON file of `{units, posts, tokens}`."""
    rows = json.loads(scenery.read_text("utf-8"))
    engine = open_engine(address, 1)
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(
            sa.insert(units), [{"id": one, "parent_id": above} for one, above in rows["units"]]
        )
        held = [{"person_id": who, "role": role, "unit_id": unit} for who, role, unit in rows["posts"]]
        connection.execute(sa.insert(posts), held)
        known = [{"digest": digest_of(token), "person_id": who} for token, who in rows["tokens"].items()]
        connection.execute(sa.insert(tokens), known)
    engine.dispose()


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def person_of(connection: Connection, token: str) -> str:
    """Return whose token it is. Raises Refused."""
    query = sa.select(tokens.c.person_id).where(tokens.c.digest == digest_of(token))
    person: str | None = connection.execute(query).scalar()
    if person is None:
        raise Refused(401)
    return person


def check_may(connection: Connection, person: str, case_id: str, step: str) -> None:
    """Raise Refused unless the person holds the post that the step asks for."""
    query = (
        sa.select(posts.c.role)
        .join(units, sa.or_(posts.c.unit_id == units.c.id, posts.c.unit_id == units.c.parent_id))
        .join(cases, cases.c.unit_id == units.c.id)
        .where(cases.c.id == case_id, posts.c.person_id == person)
    )
    if _ROLES.get(step) not in set(connection.execute(query).scalars()):
        raise Refused(403)


def start(connection: Connection, case_id: str, subject: str, unit: str, actor: str) -> dict[str, Any]:
    """Write a new case whose first step is open, and return it."""
    now = _now()
    said = {"case_id": case_id, "seq": 1, "step": "started", "actor": actor, "occurred_on": now[:10]}
    event = chained("0" * 64, said | {"recorded_at": now, "data": "{}"})
    case = {"id": case_id, "subject_id": subject, "unit_id": unit, "status": "open", "position": 0, "seq": 1}
    case |= {"head": event["hash"], "state": json.dumps({"done": []}), "changed_at": now}
    connection.execute(sa.insert(cases).values(case))
    connection.execute(sa.insert(events).values(event))
    _open_task(connection, case_id, 0, unit, now)
    return _seen(case)


@dataclass(frozen=True)
class Act:
    """An act by somebody who may, on the case as it was seen."""

    case_id: str
    step: str
    actor: str
    head: str
    asked: Mapping[str, Any]


def act(connection: Connection, wanted: Act) -> dict[str, Any]:
    """Write an act, and return the case. Raises Refused.

    The same act again, found by its step, answers as before: a step is done once.
    """
    query = sa.select(cases).where(cases.c.id == wanted.case_id).with_for_update()
    case = connection.execute(query).mappings().first()
    if case is None:
        raise Refused(404)
    state = json.loads(case["state"])
    if wanted.step in state["done"]:
        return _seen(dict(case))
    if case["head"] != wanted.head:
        raise Refused(412)
    if STEPS[case["position"]][0] != wanted.step:
        raise Refused(409)
    return _write(connection, dict(case), state, wanted)


def _write(
    connection: Connection, case: dict[str, Any], state: dict[str, Any], wanted: Act
) -> dict[str, Any]:
    now, position, seq = _now(), case["position"] + 1, case["seq"] + 1
    ended = position == len(STEPS)
    step, asked = wanted.step, wanted.asked
    said = {"case_id": case["id"], "seq": seq, "step": step, "actor": wanted.actor, "recorded_at": now}
    said |= {"occurred_on": asked["occurred_on"], "data": json.dumps(asked, ensure_ascii=False)}
    event = chained(case["head"], said)
    state["done"].append(step)
    changed = {"status": "closed" if ended else "open", "position": position, "seq": seq}
    changed |= {"head": event["hash"], "state": json.dumps(state), "changed_at": now}
    connection.execute(sa.update(cases).where(cases.c.id == case["id"]).values(changed))
    connection.execute(sa.insert(events).values(event))
    connection.execute(sa.delete(tasks).where(tasks.c.case_id == case["id"], tasks.c.step == step))
    if not ended:
        _open_task(connection, case["id"], position, case["unit_id"], now)
    told = {"case_id": case["id"], "seq": seq, "person_id": case["subject_id"], "kind": step}
    connection.execute(sa.insert(messages).values(told | {"created_at": now}))
    return _seen({**case, **changed})


_ROLES = dict(STEPS)


def _open_task(connection: Connection, case_id: str, position: int, unit: str, now: str) -> None:
    step, role = STEPS[position]
    row = {"case_id": case_id, "step": step, "role": role, "unit_id": unit, "opened_at": now}
    connection.execute(sa.insert(tasks).values(row))


def chained(before: str, said: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an event: what it says, and its place in the chain."""
    row = said | {"prev_hash": before}
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return row | {"hash": hashlib.sha256(text.encode()).hexdigest()}


def _seen(case: Mapping[str, Any]) -> dict[str, Any]:
    waits_for = None if case["status"] == "closed" else STEPS[case["position"]][0]
    return {key: case[key] for key in ("id", "head", "seq", "status")} | {"open_steps": [waits_for]}


def _now() -> str:
    return datetime.now(UTC).isoformat()
