"""Lists that stand beside the definitions: what they say, mostly by the ids of a process, is in no digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from domain.library import Library
from domain.process import Process

K = TypeVar("K", bound=str)
T = TypeVar("T")


def read_beside(
    file: Path, shape: TypeAdapter[dict[K, T]], bad: type[ValueError], should_be: str
) -> dict[K, T]:
    """Return what a file says by process, or by topic; nothing where there is none. Raises `bad`."""
    if not file.exists():
        return {}
    try:
        return shape.validate_python(said_by(file.read_text("utf-8")) or {})
    except (YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise bad(f"{file.name} is not a list of {should_be}") from error


def said_by(text: str) -> Any:  # noqa: ANN401 - whatever YAML can say
    """Return what a text in YAML says, for the caller to keep. Raises YAMLError."""
    return deepcopy(_parsed(text))


def known_ids(library: Library, of: Callable[[Process], Iterable[str]]) -> dict[str, set[str]]:
    """Return the ids by process that any of its versions has."""
    known: dict[str, set[str]] = {}
    for process in library:
        known.setdefault(process.process, set()).update(of(process))
    return known


@lru_cache(maxsize=32)
def _parsed(text: str) -> object:
    """Return what a text says, read once: processes that start read the same few, several times each."""
    parsed: object = YAML(typ="safe", pure=True).load(text)
    return parsed
