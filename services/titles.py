"""What people call the posts and units of the organisation, by the definitions that know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.library import Library
from domain.values import Text

_OF_EVERY_UNIT: Final[Mapping[str, Text]] = {
    "admin": Text(zh="系统管理员", en="Administrator"),
    "auditor": Text(zh="审计员", en="Auditor"),
}
_MEMBER: Final = Text(zh="成员", en="Member")


def role_title(library: Library, unit_kind: str, role: str) -> Text:
    """Return what a role in a unit of some kind is called: by the latest definition that knows it."""
    known = _OF_EVERY_UNIT.get(role)
    if known is not None:
        return known
    actor = f"{unit_kind}.{role}"
    for process in reversed(library.editions):
        if actor in process.roles:
            return process.roles[actor].title
    return next(
        (
            process.roles[name].title
            for process in reversed(library.editions)
            for name in process.roles
            if name.rpartition(".")[2] == role
        ),
        _MEMBER,
    )


def unit_kind_title(library: Library, kind: str) -> Text:
    """Return what a kind of unit is called; its own name where no definition knows it."""
    found = (process.unit_kinds[kind] for process in reversed(library.editions) if kind in process.unit_kinds)
    return next(found, Text(zh=kind, en=kind))
