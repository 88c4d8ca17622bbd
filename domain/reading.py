"""Reading a process definition: YAML to a sound Process with its digest, or every problem with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple

import rfc8785
from pydantic import BaseModel, ValidationError

from domain import soundness
from domain.complaints import complaints, locate
from domain.marked import Node, Unreadable, read_marked
from domain.process import Process
from domain.spans import Span

MOST_PROBLEMS = 200
"""Nobody reads more than so many at once."""

_ALWAYS_NAMED = frozenset({"kind", "type"})


class Problem(NamedTuple):
    """One thing wrong in a definition. `line` counts from 1; `path` is empty where the file is meant."""

    file: str
    line: int
    path: str
    problem: str

    def __str__(self) -> str:
        """Return `file:line: path: problem`, as editors and people read it."""
        return f"{self.file}:{self.line}: {self.path + ': ' if self.path else ''}{self.problem}"


class DefinitionError(ValueError):
    """A definition cannot be published as it is written; `problems` says why, each with its line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems; the message lists them, one on a line."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read_process(text: str, name: str) -> Process:
    """Read a definition from YAML; `name` is what problems call the file.

    Returns the process with its digest. Raises DefinitionError with every problem that was found.
    """
    process, problems = _read(text, name)
    if process is None or problems:
        raise DefinitionError(problems)
    return process.published(digest_of(process))


def check(text: str, name: str) -> tuple[Problem, ...]:
    """Return everything wrong with a definition, in the order of the lines; empty where it is sound.

    Of very many problems the first `MOST_PROBLEMS` are returned.
    """
    return _read(text, name)[1]


def digest_of(definition: BaseModel) -> str:
    """Return the SHA-256 (hex) of a definition's canonical form.

    What is left at its default is left out, so the way a text is laid out does not matter, and a property
    added to the language later does not change the digest of definitions that do not use it.
    """
    return hashlib.sha256(rfc8785.dumps(_canonical(definition))).hexdigest()


def _read(text: str, name: str) -> tuple[Process | None, tuple[Problem, ...]]:
    try:
        root = read_marked(text)
    except Unreadable as error:
        return None, (Problem(name, error.line, "", error.problem),)
    if root.entries is None:
        return None, (Problem(name, root.line, "", "a definition is a mapping of names to values"),)
    try:
        process = Process.model_validate(root.plain)
    except ValidationError as error:
        told = islice(complaints(error, root), MOST_PROBLEMS)
        return None, tuple(Problem(name, *complaint) for complaint in told)
    found = [_located(flaw, root, name) for flaw in soundness.problems(process)]
    return process, tuple(sorted(found, key=lambda problem: problem.line)[:MOST_PROBLEMS])


def _located(flaw: soundness.Flaw, root: Node, name: str) -> Problem:
    line, path, _, _ = locate(flaw.place, root)
    return Problem(name, line, path, flaw.problem)


def _canonical(value: Any) -> Any:  # noqa: ANN401 - any part of a definition
    match value:
        case Span() | Fraction():
            return str(value)
        case BaseModel():
            return {
                name: _canonical(getattr(value, name))
                for name, field in type(value).model_fields.items()
                if name in _ALWAYS_NAMED
                or field.is_required()
                or getattr(value, name) != field.get_default(call_default_factory=True)
            }
        case Mapping():
            return {str(key): _canonical(part) for key, part in value.items()}
        case tuple() | list():
            return [_canonical(part) for part in value]
        case date():
            return value.isoformat()
        case _:
            return value
