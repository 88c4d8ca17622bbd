"""Posts and delegations stand in the chain of what administrators did: how each stands today opens it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from domain.chain import GENESIS, canonical, hash_of, moment_text

revision = "0132"
down_revision = "0131"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_DAYS = ("from_on", "to_on", "granted_by", "granted_at", "revoked_at")
_POST = {"person_id": "person", "role": "role", "unit_id": "unit"}
_DELEGATION = {"substitute_id": "person", "post_id": "post", "absence_id": "absence"}
_LIMITS = ("processes", "stages", "units")


def upgrade() -> None:
    at = moment_text(datetime.now(UTC))
    found = op.get_bind().execute(sa.text("SELECT seq, hash FROM administration ORDER BY seq DESC LIMIT 1"))
    last = found.first()
    seq, before = (0, GENESIS) if last is None else (last.seq, last.hash)
    rows: list[dict[str, Any]] = []
    for kind, says in (*_stood("post", "posts", _POST), *_stood("delegation", "delegations", _DELEGATION)):
        seq += 1
        rows.append(_entry(seq, kind, at, before, says))
        before = rows[-1]["hash"]
        if len(rows) == _AT_ONCE:
            _put(rows)
    _put(rows)


def downgrade() -> None:
    """Leave the entries: they only grow. Whoever comes back to this revision opens the chain anew."""


def _stood(what: str, table: str, columns: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    told = {**columns, **{name: name for name in _DAYS}}
    if what == "delegation":
        told |= {name: name for name in _LIMITS}
    query = f"SELECT id, {', '.join(told)} FROM {table} ORDER BY id"  # noqa: S608 - names of ours
    for row in op.get_bind().execute(sa.text(query)).mappings():
        yield f"{what}-stood", {what: row["id"], **{said: row[name] for name, said in told.items()}}


def _entry(seq: int, kind: str, at: str, before: str, says: dict[str, Any]) -> dict[str, Any]:
    image: dict[str, Any] = {
        "case": "administration",
        "seq": seq,
        "type": kind,
        "step": None,
        "round": None,
        "occurred_on": at[:10],
        "recorded_at": at,
        "actor": None,
        "post": None,
        "on_behalf_of": None,
        "data": says,
        "prev_hash": before,
    }
    same = {key: image[key] for key in ("seq", "type", "occurred_on", "recorded_at", "prev_hash")}
    data = canonical(says).decode()
    return {**same, "person_id": says["person"], "data": data, "hash": hash_of(image)}


def _put(rows: list[dict[str, Any]]) -> None:
    if rows:
        names = tuple(rows[0])
        into = f"INSERT INTO administration ({', '.join(names)})"
        values = ", ".join(f":{name}" for name in names)
        op.get_bind().execute(sa.text(f"{into} VALUES ({values})"), rows)
        rows.clear()
