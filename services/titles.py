"""What people call the posts and units of the organisation, by the definitions that know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.library import Library
from domain.values import Kinship, Language, Text

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


def roles_in_words(library: Library, language: Language) -> tuple[tuple[str, str], ...]:
    """Return the roles that posts may have, with what each is called and in which kind of unit."""
    found: dict[str, list[str]] = {}
    of = "：" if language == "zh" else ": "
    for process in library:
        for actor, role in process.roles.items():
            kind, _, name = actor.rpartition(".")
            says = f"{unit_kind_title(library, kind).in_language(language)}{of}" if kind else ""
            found.setdefault(name, []).append(says + role.title.in_language(language))
    for name, says_of_it in _OF_EVERY_UNIT.items():
        found.setdefault(name, []).append(says_of_it.in_language(language))
    return tuple((name, " / ".join(dict.fromkeys(says))) for name, says in found.items())


KINSHIPS: Final[Mapping[Kinship, Text]] = {
    "spouse": Text(zh="配偶", en="Spouse"),
    "parent": Text(zh="父母", en="Parent"),
    "child": Text(zh="子女", en="Child"),
    "sibling": Text(zh="兄弟姐妹", en="Brother or sister"),
    "other-relative": Text(zh="其他亲属", en="Other relative"),
}
"""What one person is to another, as far as rules ask."""


def restriction_titles(library: Library) -> dict[str, Text]:
    """Return what everything is called that may bar people, by the latest definition that knows it."""
    return {name: says for process in library.editions for name, says in process.restrictions.items()}


def standing_titles(library: Library) -> dict[str, Text]:
    """Return what every standing is called, by the latest definition that knows it."""
    return {name: says for process in library.editions for name, says in process.standings.items()}
