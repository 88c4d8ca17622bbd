"""The rules of retention beside the definitions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from domain.library import Library
from domain.retention import Retention

FILE = "retention.yaml"

_SHAPE: TypeAdapter[dict[str, Retention]] = TypeAdapter(dict[str, Retention])


class BadRetention(ValueError):
    """The file cannot be read, or names what is not there: something would be kept too long or too short."""


def read_retention(folder: Path, library: Library) -> Mapping[str, Retention]:
    """Return the rules by process, if there are any. Raises BadRetention."""
    file = folder / FILE
    if not file.exists():
        return {}
    try:
        read = _SHAPE.validate_python(YAML(typ="safe", pure=True).load(file.read_text("utf-8")) or {})
    except (YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise BadRetention(f"{FILE} does not say years by outcome for each process") from error
    known: dict[str, set[str]] = {}
    for process in library:
        known.setdefault(process.process, set()).update(process.outcomes)
    for process_id, rules in read.items():
        missing = set(rules.outcomes) - known.get(process_id, set())
        if missing or process_id not in known:
            raise BadRetention(f"{FILE}: {process_id} has no outcome {', '.join(sorted(missing))}")
    return read
