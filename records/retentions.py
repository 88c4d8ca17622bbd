"""The rules of retention beside the definitions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml.error import YAMLError

from domain.library import Library
from domain.retention import Everyday, Keep, Retention
from records.beside import known_ids, said_by

FILE = "retention.yaml"

EVERYWHERE: Final = "everywhere"
"""Under which name stands what belongs to no case."""
_LEAST: Final[Mapping[Everyday, int]] = {"login-attempts": 1, "answers": 1}
"""Days below which the service would do its work badly: guessing is slowed by what was tried before."""
_SOME_DAY: Final = date(2001, 1, 1)
"""From which the time a rule gives is counted, in years of the calendar; a leap year is years away."""

_EVERYDAY: TypeAdapter[dict[Everyday, Keep]] = TypeAdapter(dict[Everyday, Keep])
_SHAPE: TypeAdapter[dict[str, Retention]] = TypeAdapter(dict[str, Retention])


class BadRetention(ValueError):
    """The file cannot be read, or names what is not there: something would be kept too long or too short."""


def read_everyday(folder: Path) -> Mapping[Everyday, Keep]:
    """Return how long is kept what belongs to no case. Raises BadRetention."""
    return _EVERYDAY.validate_python(_read(folder).get(EVERYWHERE, {}))


def read_retention(folder: Path, library: Library) -> Mapping[str, Retention]:
    """Return the rules by process, if there are any. Raises BadRetention."""
    read = {name: rules for name, rules in _read(folder).items() if name != EVERYWHERE}
    known = known_ids(library, lambda process: process.outcomes)
    for process_id, rules in read.items():
        missing = set(rules.outcomes) - known.get(process_id, set())
        if missing or process_id not in known:
            raise BadRetention(f"{FILE}: {process_id} has no outcome {', '.join(sorted(missing))}")
    return read


def _read(folder: Path) -> dict[str, Any]:
    file = folder / FILE
    if not file.exists():
        return {}
    try:
        written = said_by(file.read_text("utf-8")) or {}
        everyday = _EVERYDAY.validate_python(written.pop(EVERYWHERE, {}))
        read: dict[str, Any] = dict(_SHAPE.validate_python(written))
    except (YAMLError, ValidationError, UnicodeDecodeError, AttributeError, TypeError) as error:
        raise BadRetention(f"{FILE} does not say years by outcome for each process") from error
    for name, least in _LEAST.items():
        keep = everyday.get(name)
        until = None if keep is None else keep.until(_SOME_DAY)
        if until is not None and until < _SOME_DAY + timedelta(days=least):
            raise BadRetention(f"{FILE}: {name} are needed for {least} days at least")
    return read | {EVERYWHERE: everyday}
