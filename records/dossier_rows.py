"""What a dossier needs beside events: documents by digest, names, and where a case came from."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.batches import in_batches
from domain.chain import moment_text
from records.log_tables import imported_cases
from records.materials import Material
from records.tables import materials, people, units

_AT_ONCE = 500
"""Values in one question."""


def documents(connection: Connection, digests: Sequence[str]) -> tuple[Material, ...]:
    """Return documents by digest, each as it first came, in the order of their digests."""
    found: dict[str, Material] = {}
    for some in in_batches(digests, _AT_ONCE):
        query = sa.select(materials).where(materials.c.sha256.in_(some))
        for row in connection.execute(query.order_by(materials.c.created_at, materials.c.id)):
            made = Material(
                row.id, row.sha256, row.media_type, row.size, row.name, row.created_by, row.created_at
            )
            found.setdefault(row.sha256, made)
    return tuple(found[digest] for digest in sorted(found))


def names_of_people(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return the names of those who are people, by id."""
    return _names(connection, people, ids)


def names_of_units(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return the names of those that are units, by id."""
    return _names(connection, units, ids)


def provenance(connection: Connection, case_id: str) -> dict[str, str] | None:
    """Return where a case was brought from, or None where it began here."""
    for row in connection.execute(sa.select(imported_cases).where(imported_cases.c.case_id == case_id)):
        return {
            "origin": row.origin,
            "head": row.head,
            "events": str(row.seq),
            "manifest_sha256": row.manifest,
            "checkpoint": row.checkpoint,
            "keys": row.verifiers,
            "imported_at": moment_text(row.imported_at),
        }
    return None


def _names(connection: Connection, table: sa.Table, ids: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in in_batches(sorted(ids), _AT_ONCE):
        rows = connection.execute(sa.select(table.c.id, table.c.name).where(table.c.id.in_(some)))
        found.update({row.id: row.name for row in rows})
    return found
