"""Process definitions for people and programs: the published ones in three forms, and drafts."""

from __future__ import annotations

import asyncio
import io

from ruamel.yaml import YAML

from domain.drawing import mermaid
from domain.library import UnknownProcess
from domain.process import Process
from domain.reading import check, read_process
from domain.staffing import unheld
from domain.steps import Step
from domain.values import Language, Text
from services import staffing
from services.parts import Caller, Parts
from services.process_views import (
    CheckView,
    DraftProblem,
    ProcessRow,
    ProcessView,
    StageView,
    StepRow,
    UnheldView,
)
from services.refusals import NotFound, TooLarge
from services.views import Page

LARGEST_DRAFT = 256 << 10
"""Bytes. The longest definition shipped has a fifth of that."""

_DRAFT = "draft.yaml"
_NOT_UTF8 = Text(zh="文本不是 UTF-8 编码", en="the text is not UTF-8")
_TOO_DEEP = Text(zh="文本嵌套太深", en="the text is nested too deeply")


def published(parts: Parts, caller: Caller) -> Page[ProcessRow]:
    """Return every published version, by process, oldest first."""
    return Page(items=tuple(_row(parts, edition, caller.language) for edition in parts.library))


def shown(parts: Parts, caller: Caller, process_id: str, version: str | None) -> ProcessView:
    """Return a version, or the one a case started today would run under. Raises NotFound."""
    found = find(parts, process_id, version)
    stages = tuple(
        StageView(
            id=stage.id,
            title=stage.title.in_language(caller.language),
            standing=stage.standing,
            steps=tuple(_step(found, step, caller.language) for step in stage.steps),
        )
        for stage in found.stages
    )
    row = _row(parts, found, caller.language).model_dump()
    return ProcessView(**row, stages=stages, definition=_definition(found))


def as_yaml(parts: Parts, process_id: str, version: str | None) -> str:
    """Return a version as a definition file, with the same digest as the published one. Raises NotFound."""
    written = io.StringIO()
    yaml = YAML()
    yaml.allow_unicode = True
    yaml.width = 120
    yaml.dump(_definition(find(parts, process_id, version)), written)
    return written.getvalue()


def as_mermaid(parts: Parts, caller: Caller, process_id: str, version: str | None) -> str:
    """Return a version as the text of a Mermaid flow chart. Raises NotFound."""
    return mermaid(find(parts, process_id, version), caller.language)


async def checked(parts: Parts, caller: Caller, draft: bytes) -> CheckView:
    """Return whether a draft could be published, what is wrong with it, and who would be missing.

    Raises TooLarge.
    """
    if len(draft) > LARGEST_DRAFT:
        raise TooLarge
    problems = await asyncio.to_thread(_problems, draft, caller.language)
    if problems:
        return CheckView(ok=False, problems=problems)
    process = await asyncio.to_thread(read_process, draft.decode("utf-8"), _DRAFT)
    missing = unheld(process, await staffing.posts_held(parts))
    language = caller.language
    return CheckView(
        ok=True,
        problems=(),
        unheld=tuple(
            UnheldView(who=one, title=staffing.who_in_words(process, one, language)) for one in missing
        ),
    )


def find(parts: Parts, process_id: str, version: str | None) -> Process:
    """Return a version, or the one in force today, or else the latest. Raises NotFound."""
    try:
        if version is not None:
            return parts.library.find(process_id, version)
        return _current(parts, process_id) or parts.library.family(process_id)[-1]
    except UnknownProcess as error:
        raise NotFound from error


def _current(parts: Parts, process_id: str) -> Process | None:
    try:
        return parts.library.for_start(process_id, parts.today())
    except UnknownProcess:
        return None


def _row(parts: Parts, process: Process, language: Language) -> ProcessRow:
    current = _current(parts, process.process)
    return ProcessRow(
        id=process.process,
        version=process.version,
        version_title=process.version_title.in_language(language),
        title=process.title.in_language(language),
        digest=process.digest,
        source=process.source.in_language(language),
        from_=process.in_force.first,
        until=process.in_force.until,
        current=current is not None and current.digest == process.digest,
    )


def _step(process: Process, step: Step, language: Language) -> StepRow:
    return StepRow(
        id=step.id,
        title=step.title.in_language(language),
        kind=step.kind,
        by=step.by,
        after=process.predecessors[step.id],
        number=step.number,
        basis=step.basis,
        optional=step.optional,
        outcomes=tuple(step.outcomes),
        materials=tuple(material.id for material in step.materials),
    )


def _definition(process: Process) -> dict[str, object]:
    definition: dict[str, object] = process.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return definition


def _problems(draft: bytes, language: Language) -> tuple[DraftProblem, ...]:
    try:
        text = draft.decode("utf-8")
        found = check(text, _DRAFT)
    except UnicodeDecodeError:
        return (DraftProblem(line=1, path="", problem=_NOT_UTF8.in_language(language)),)
    except RecursionError:
        return (DraftProblem(line=1, path="", problem=_TOO_DEEP.in_language(language)),)
    return tuple(
        DraftProblem(line=one.line, path=one.path, problem=one.problem.in_language(language)) for one in found
    )
