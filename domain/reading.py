"""Reading a process definition: YAML to a sound Process with its digest, or every problem with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import rfc8785
from pydantic import BaseModel, ValidationError

from domain import soundness
from domain.complaints import complaints, locate
from domain.marked import Node, Unreadable, read_marked
from domain.process import Process
from domain.spans import Span
from domain.values import Text

MOST_PROBLEMS = 200
"""Nobody reads more than so many at once."""

Parsed = TypeVar("Parsed", bound=BaseModel)
"""What a text is read as."""

_NO_MAPPING = Text(zh="定义应为一组名称和值", en="a definition is a mapping of names to values")
_ALWAYS_NAMED = frozenset({"kind", "type"})


class Problem(NamedTuple):
    """One thing wrong in a definition. `line` counts from 1; `path` is empty where the file is meant."""

    file: str
    line: int
    path: str
    problem: Text

    def __str__(self) -> str:
        """Return `file:line: path: problem`, as editors and people read it."""
        return f"{self.file}:{self.line}: {self.path + ': ' if self.path else ''}{self.problem.en}"


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
    if problems:
        raise DefinitionError(problems)
    return process.published(digest_of(process))


def check(text: str, name: str) -> tuple[Problem, ...]:
    """Return everything wrong with a definition, in the order of the lines; empty where it is sound.

    Of very many problems the first `MOST_PROBLEMS` are returned.
    """
    try:
        return _read(text, name)[1]
    except DefinitionError as error:
        return error.problems


def digest_of(definition: BaseModel) -> str:
    """Return the SHA-256 (hex) of a definition's canonical form.

    What is left at its default is left out, so the way a text is laid out does not matter, and a property
    added to the language later does not change the digest of definitions that do not use it.
    """
    return hashlib.sha256(rfc8785.dumps(_canonical(definition))).hexdigest()


def parse(text: str, name: str, model: type[Parsed]) -> tuple[Node, Parsed]:
    """Return the text as a tree with lines and as a value of `model`. Raises DefinitionError."""
    try:
        root = read_marked(text)
    except Unreadable as error:
        raise DefinitionError([Problem(name, error.line, "", error.problem)]) from None
    if root.entries is None:
        raise DefinitionError([Problem(name, root.line, "", _NO_MAPPING)])
    try:
        return root, model.model_validate(root.plain)
    except ValidationError as error:
        told = islice(complaints(error, root), MOST_PROBLEMS)
        raise DefinitionError(Problem(name, *complaint) for complaint in told) from None


def located(flaws: Iterable[soundness.Flaw], root: Node, name: str) -> tuple[Problem, ...]:
    """Return flaws with the lines of their places, in the order of the lines."""
    found = []
    for flaw in flaws:
        line, path, _, _ = locate(flaw.place, root)
        found.append(Problem(name, line, path, flaw.problem))
    return tuple(sorted(found, key=lambda problem: problem.line)[:MOST_PROBLEMS])


def _read(text: str, name: str) -> tuple[Process, tuple[Problem, ...]]:
    root, process = parse(text, name, Process)
    return process, located(soundness.problems(process), root, name)


def _canonical(value: Any) -> Any:  # noqa: ANN401 - any part of a definition
    match value:
        case Span() | Fraction():
            return str(value)
        case BaseModel():
            return {
                name: _canonical(getattr(value, name))
                for name, field in type(value).model_fields.items()
                if name in _ALWAYS_NAMED
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
