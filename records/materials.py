"""Materials: what is known of a document. The document itself lies in the file store, under its digest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.prepared import Prepared, Sent
from records.problems import NotFound
from records.scope import Scope
from records.tables import case_materials, cases, materials

_DIGITS = 64
"""Of a digest; an id has fewer."""


@dataclass(frozen=True, slots=True)
class Material:
    """A document. `size` is in bytes, `sha256` in hexadecimal digits."""

    id: str
    sha256: str
    media_type: str
    size: int
    name: str
    created_by: str
    created_at: datetime


def add_material(
    connection: Connection,
    *,
    sha256: str,
    media_type: str,
    size: int,
    name: str,
    created_by: str,
    now: datetime,
) -> Material:
    """Write down a document that was stored; the same document twice gets two ids."""
    made = Material(uuid4().hex, sha256, media_type, size, name, created_by, now)
    connection.execute(
        sa.insert(materials).values(
            id=made.id,
            sha256=sha256,
            media_type=media_type,
            size=size,
            name=name,
            created_by=created_by,
            created_at=now,
        )
    )
    return made


def material(connection: Connection, material_id: str, scope: Scope) -> Material:
    """Return a document its reader handed in, or one of a case the reader sees. Raises NotFound.

    Histories name documents by digest, so a digest names one too: as the reader handed it in, else as it
    first came.
    """
    named = materials.c.sha256 if len(material_id) == _DIGITS else materials.c.id
    own = materials.c.created_by == scope.person
    seen = sa.select(case_materials.c.sha256).join(cases, cases.c.id == case_materials.c.case_id)
    visible = sa.or_(own, materials.c.sha256.in_(seen.where(scope.sees())))
    query = sa.select(materials).where(named == material_id, visible)
    first = query.order_by(sa.case((own, 0), else_=1), materials.c.created_at, materials.c.id).limit(1)
    row = connection.execute(first).one_or_none()
    if row is None:
        raise NotFound("no such material")
    return _material(row)


def held_on(connection: Connection, person: str, digests: Iterable[str]) -> tuple[Material, ...]:
    """Return what a person handed in, and documents by digest, each digest once."""
    wanted = sa.or_(materials.c.created_by == person, materials.c.sha256.in_(sorted(set(digests))))
    rows = connection.execute(sa.select(materials).where(wanted).order_by(materials.c.created_at))
    return tuple({row.sha256: _material(row) for row in rows}.values())


def digests_of(connection: Connection, ids: Iterable[str], scope: Scope) -> dict[str, str]:
    """Return the digests of documents by id. Raises NotFound where the reader may not see one of them."""
    wanted = tuple(dict.fromkeys(ids))
    asked = ask_for_own(connection, wanted, scope.person)
    own = {} if asked is None else dict(asked.rows())
    return {each: own.get(each) or material(connection, each, scope).sha256 for each in wanted}


def ask_for_own(connection: Connection, ids: Iterable[str], reader: str) -> Sent | None:
    """Ask for the id and digest of those of some documents that their reader handed in, if there are any."""
    wanted = tuple(dict.fromkeys(ids))
    if not wanted:
        return None
    given = {f"id_{number}": each for number, each in enumerate(wanted)}
    return _own(len(wanted)).send(connection, given | {"reader": reader})


def by_digest(connection: Connection, digests: Iterable[str]) -> dict[str, Material]:
    """Return documents by digest, each as it first came; what is not there is left out."""
    query = sa.select(materials).where(materials.c.sha256.in_(sorted(set(digests))))
    latest_first = query.order_by(materials.c.created_at.desc(), materials.c.id.desc())
    return {row.sha256: _material(row) for row in connection.execute(latest_first)}


@lru_cache(maxsize=64)
def _own(number: int) -> Prepared:
    """Return the query for the digests of so many documents that their reader handed in."""
    ids = [sa.bindparam(f"id_{each}", type_=sa.String()) for each in range(number)]
    mine = materials.c.created_by == sa.bindparam("reader")
    return Prepared(sa.select(materials.c.id, materials.c.sha256).where(materials.c.id.in_(ids), mine))


def _material(row: Row[Any]) -> Material:
    return Material(row.id, row.sha256, row.media_type, row.size, row.name, row.created_by, row.created_at)
