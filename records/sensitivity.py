"""What stands beside the definitions: what auditors read for a stated reason, and what fewer people see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from domain.library import Library
from domain.moments import PUBLISHED
from domain.process import Process
from domain.seeing import Group, Marked
from domain.steps import PeriodStep
from records.beside import known_ids, read_beside
from records.scope import Scope
from records.tables import case_materials, cases, events

FILE = "sensitive.yaml"
MARKS = "confidential.yaml"

Sensitive = Mapping[str, frozenset[str]]
"""The ids of steps, by process."""

_Kind = Literal["steps", "entries", "fields", "materials", "case-roles"]

_SHAPE: TypeAdapter[dict[str, frozenset[str]]] = TypeAdapter(dict[str, frozenset[str]])


_MARKS: TypeAdapter[dict[str, dict[Group, dict[_Kind, frozenset[str]]]]] = TypeAdapter(
    dict[str, dict[Group, dict[_Kind, frozenset[str]]]]
)


class BadSensitivity(ValueError):
    """The file cannot be read, or names what is not there: what it means to protect would lie open."""


def read_sensitive(folder: Path, library: Library) -> Sensitive:
    """Return what the file beside the definitions names, if there is one. Raises BadSensitivity."""
    read = read_beside(folder / FILE, _SHAPE, BadSensitivity, "steps for each process")
    known = known_ids(library, lambda process: process.steps)
    for process_id, steps in read.items():
        missing = steps - known.get(process_id, set())
        if missing:
            raise BadSensitivity(f"{FILE}: {process_id} has no step {', '.join(sorted(missing))}")
    return read


def read_marks(folder: Path, library: Library) -> Mapping[str, Marked]:
    """Return, by process, what belongs to another group than its place says. Raises BadSensitivity."""
    read = read_beside(folder / MARKS, _MARKS, BadSensitivity, "ids for each process, group and kind")
    return {process_id: _marked(process_id, groups, library) for process_id, groups in read.items()}


def _marked(
    process_id: str, groups: Mapping[Group, Mapping[_Kind, frozenset[str]]], library: Library
) -> Marked:
    found: dict[str, dict[str, Group]] = {}
    known = _ids_of([process for process in library if process.process == process_id])
    for group, kinds in groups.items():
        for kind, ids in kinds.items():
            missing = ids - known[kind]
            if missing:
                raise BadSensitivity(f"{MARKS}: {process_id} has no {kind} {', '.join(sorted(missing))}")
            found.setdefault(kind.replace("-", "_"), {}).update(dict.fromkeys(ids, group))
    return Marked.model_validate(found)


def _ids_of(editions: Sequence[Process]) -> dict[_Kind, set[str]]:
    steps = [step for process in editions for step in process.steps.values()]
    periods = [step for step in steps if isinstance(step, PeriodStep)]
    entries = [entry for step in periods for entry in step.entries]
    return {
        "steps": {step.id for step in steps},
        "entries": {entry.id for entry in entries} | {PUBLISHED, "objection", "answer"},
        "fields": {each.id for owner in (*steps, *entries) for each in owner.fields},
        "materials": {each for process in editions for each in process.materials},
        "case-roles": {each for process in editions for each in process.case_roles},
    }


def cases_with(connection: Connection, sha256: str, scope: Scope) -> tuple[str, ...]:
    """Return the cases that name a document and that somebody sees."""
    query = (
        sa.select(cases.c.id)
        .join(case_materials, case_materials.c.case_id == cases.c.id)
        .where(case_materials.c.sha256 == sha256, scope.sees())
        .order_by(cases.c.id)
    )
    return tuple(connection.execute(query).scalars())


def numbers_naming(connection: Connection, case_id: str, sha256: str) -> tuple[int, ...]:
    """Return the numbers of a case's events that name a document."""
    named = events.c.data.contains(sha256, autoescape=True)
    query = sa.select(events.c.seq).where(events.c.case_id == case_id, named)
    return tuple(connection.execute(query.order_by(events.c.seq)).scalars())
