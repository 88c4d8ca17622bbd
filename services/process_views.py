"""Process definitions and drafts as they are shown."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.views import From, View


class StepRow(View):
    """A step of a process."""

    id: str
    title: str
    kind: str
    by: tuple[str, ...]
    after: tuple[str, ...]
    number: str | None
    basis: str | None
    optional: bool
    outcomes: tuple[str, ...]
    materials: tuple[str, ...]


class StageView(View):
    """A stage of a process."""

    id: str
    title: str
    standing: str | None
    steps: tuple[StepRow, ...]


class ProcessRow(View):
    """A published version in a list."""

    id: str
    version: str
    version_title: str
    """How people are told the version: with what its local overlay is called."""
    title: str
    digest: str
    source: str
    from_: From
    until: date | None
    current: bool
    """Whether a case that starts today runs under it."""


class ProcessView(ProcessRow):
    """A published version; `definition` is all of it."""

    stages: tuple[StageView, ...]
    definition: dict[str, Any]


class DraftProblem(View):
    """One thing wrong in a draft. `line` counts from 1."""

    line: int
    path: str
    problem: str


class UnheldView(View):
    """A post, or a body of posts, that a draft asks for and nobody holds anywhere today."""

    who: str
    title: str


class CheckView(View):
    """Whether a draft could be published."""

    ok: bool
    problems: tuple[DraftProblem, ...]
    unheld: tuple[UnheldView, ...] = ()
    """Of a sound draft. It can be published all the same; its steps would wait for somebody."""
