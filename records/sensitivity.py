"""Which steps hold what auditors read for a stated reason only, and which events and documents that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from sqlalchemy import Connection

from domain.library import Library
from records.scope import Scope
from records.tables import case_materials, cases, events

FILE = "sensitive.yaml"

Sensitive = Mapping[str, frozenset[str]]
"""The ids of steps, by process."""

_SHAPE: TypeAdapter[dict[str, frozenset[str]]] = TypeAdapter(dict[str, frozenset[str]])


class BadSensitivity(ValueError):
    """The file cannot be read, or names what is not there: what it means to protect would lie open."""


def read_sensitive(folder: Path, library: Library) -> Sensitive:
    """Return what the file beside the definitions names, if there is one. Raises BadSensitivity."""
    file = folder / FILE
    if not file.exists():
        return {}
    try:
        read = _SHAPE.validate_python(YAML(typ="safe", pure=True).load(file.read_text("utf-8")) or {})
    except (YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise BadSensitivity(f"{FILE} is not a list of steps for each process") from error
    known: dict[str, set[str]] = {}
    for process in library:
        known.setdefault(process.process, set()).update(process.steps)
    for process_id, steps in read.items():
        missing = steps - known.get(process_id, set())
        if missing:
            raise BadSensitivity(f"{FILE}: {process_id} has no step {', '.join(sorted(missing))}")
    return read


def sensitive_numbers(connection: Connection, case_id: str, steps: Collection[str]) -> frozenset[int]:
    """Return the numbers of a case's events that belong to sensitive steps."""
    query = sa.select(events.c.seq).where(events.c.case_id == case_id, events.c.step.in_(steps))
    return frozenset(connection.execute(query).scalars())


def cases_with(connection: Connection, sha256: str, scope: Scope) -> tuple[tuple[str, str], ...]:
    """Return the cases, with their processes, that name a document and that somebody sees."""
    query = (
        sa.select(cases.c.id, cases.c.process)
        .join(case_materials, case_materials.c.case_id == cases.c.id)
        .where(case_materials.c.sha256 == sha256, scope.sees())
        .order_by(cases.c.id)
    )
    return tuple((row.id, row.process) for row in connection.execute(query))


def is_sensitive_in(connection: Connection, case_id: str, sha256: str, steps: Collection[str]) -> bool:
    """Whether a document was handed in at a sensitive step of a case, or put there by a correction."""
    named = events.c.data.contains(sha256, autoescape=True)
    place = sa.or_(events.c.step.in_(steps), events.c.type.like("correction-%"))
    query = sa.select(events.c.seq).where(events.c.case_id == case_id, named, place).limit(1)
    return bool(steps) and connection.execute(query).first() is not None
