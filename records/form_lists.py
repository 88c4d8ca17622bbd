"""Which materials of a process are forms that can be filled in: what stands beside the definitions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter

from domain.forms import Asked, FormKind
from domain.library import Library
from records.beside import known_ids, read_beside

FILE = "forms.yaml"

_SHAPE: TypeAdapter[dict[str, dict[FormKind, tuple[str, ...]]]] = TypeAdapter(
    dict[str, dict[FormKind, tuple[str, ...]]]
)


class BadForms(ValueError):
    """The file cannot be read, or names what is not there."""


def read_forms(folder: Path, library: Library) -> Mapping[str, Asked]:
    """Return, by process, which materials are forms of which kind. Raises BadForms."""
    read = read_beside(folder / FILE, _SHAPE, BadForms, "materials for each process and kind of form")
    known = known_ids(library, lambda process: process.materials)
    for process_id, kinds in read.items():
        missing = {one for materials in kinds.values() for one in materials} - known.get(process_id, set())
        if missing:
            raise BadForms(f"{FILE}: {process_id} has no material {', '.join(sorted(missing))}")
    return {
        process_id: {material: kind for kind, materials in kinds.items() for material in materials}
        for process_id, kinds in read.items()
    }
