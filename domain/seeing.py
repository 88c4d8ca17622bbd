"""What of a case each of those who see it may see: the table of fields, and who stands in which row of it.

That somebody sees a case at all is not decided here. The table is repeated for readers who check the rules in
`tests/access/fields.yaml`, and a test asks every cell of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from pydantic import Field

from domain.case import Case
from domain.circumstances import Circumstances
from domain.process import Process
from domain.values import Name, Value

Group = Literal[
    "progress",
    "results",
    "people",
    "names",
    "submissions",
    "answers",
    "documents",
    "reasons",
    "votes",
    "deliberation",
    "informants",
    "political-review",
    "corrections",
    "comments",
    "findings",
]
"""A group of fields, which are seen together."""

Way = Literal["subject", "case-role", "officer", "watcher", "auditor", "recused"]
"""How somebody comes to see a case."""

Cell = Literal["visible", "reason", "masked", "hidden"]
"""Visible; visible once a reason was stated; that there is something, and not what; not that either."""

ADMIN: Final = "admin"
"""The role that manages the organisation and sees no case."""
AUDITOR: Final = "auditor"
"""The role that reads and never acts."""

GROUPS: Final[tuple[Group, ...]] = get_args(Group)
WAYS: Final[tuple[Way, ...]] = get_args(Way)
CELLS: Final[tuple[Cell, ...]] = get_args(Cell)

TABLE: Final[Mapping[Group, tuple[Cell, ...]]] = {
    #                    subject    case-role  officer    watcher    auditor    recused
    "progress": ("visible", "visible", "visible", "visible", "visible", "visible"),
    "results": ("visible", "visible", "visible", "visible", "visible", "visible"),
    "people": ("visible", "visible", "visible", "visible", "visible", "visible"),
    "names": ("masked", "visible", "visible", "visible", "visible", "masked"),
    "submissions": ("visible", "visible", "visible", "visible", "visible", "hidden"),
    "answers": ("hidden", "visible", "visible", "visible", "visible", "hidden"),
    "documents": ("hidden", "visible", "visible", "visible", "visible", "hidden"),
    "reasons": ("hidden", "hidden", "visible", "visible", "visible", "hidden"),
    "votes": ("hidden", "hidden", "visible", "visible", "visible", "hidden"),
    "deliberation": ("hidden", "hidden", "visible", "visible", "visible", "hidden"),
    "informants": ("hidden", "hidden", "visible", "hidden", "visible", "hidden"),
    "political-review": ("hidden", "hidden", "visible", "hidden", "reason", "hidden"),
    "corrections": ("hidden", "hidden", "visible", "visible", "visible", "hidden"),
    "comments": ("hidden", "hidden", "visible", "visible", "visible", "hidden"),
    "findings": ("hidden", "hidden", "visible", "visible", "visible", "hidden"),
}
"""For each group of fields what each way shows of it, in the order of WAYS."""

_ALONE: Final[tuple[Way, ...]] = ("recused", "subject")
"""Whoever is one of these sees no more by any post he holds as well."""


class Marked(Value):
    """What of one process belongs to another group than its place says, by the ids of its definition.

    It stands beside the definition, whose digest is in every case and never changes.
    """

    steps: Mapping[Name, Group] = Field(default_factory=dict)
    """Everything recorded and handed in at these steps."""
    entries: Mapping[Name, Group] = Field(default_factory=dict)
    fields: Mapping[Name, Group] = Field(default_factory=dict)
    materials: Mapping[Name, Group] = Field(default_factory=dict)
    case_roles: Mapping[Name, Group] = Field(default_factory=dict)


class Viewer(Value):
    """Somebody who looks at a case, and by what he sees it."""

    person: str
    ways: tuple[Way, ...] = ()
    """Without any, for whatever cause, nothing but what everybody is shown."""
    stated: bool = False
    """A reason was stated for what asks for one."""

    @property
    def alone(self) -> Way | None:
        """The way beside which no other counts, if there is one."""
        return next((way for way in _ALONE if way in self.ways), None)

    def cell(self, group: Group) -> Cell:
        """Return what is shown of a group: the most that any way shows, where no way stands alone."""
        counting = self.ways or _ALONE[:1] if self.alone is None else (self.alone,)
        found = {TABLE[group][WAYS.index(way)] for way in counting}
        return next(cell for cell in CELLS if cell in found)

    def sees(self, group: Group) -> bool:
        """Whether what belongs to a group is shown now."""
        cell = self.cell(group)
        return cell == "visible" or (cell == "reason" and self.stated)


def viewer_of(process: Process, case: Case, known: Circumstances, *, recused: bool = False) -> Viewer:
    """Return how the actor sees a case: `known` says which posts he holds today, and what lies above it."""
    ways: list[Way] = ["recused"] if recused else []
    if known.actor == case.subject:
        ways.append("subject")
    if any(known.actor in held for held in case.people.values()):
        ways.append("case-role")
    named = process.edition(case.version).roles
    there = {place.id for proposal in case.proposals for place in proposal.path}
    works = {place.id for place in case.path} | there
    watches = works | {place.id for place in known.path}
    for post in known.posts:
        if post.unit not in watches or post.role == ADMIN:
            continue
        if post.role == AUDITOR:
            ways.append("auditor")
        else:
            ways.append("officer" if post.actor in named and post.unit in works else "watcher")
    return Viewer(person=known.actor, ways=tuple(dict.fromkeys(ways)))


def roles_shown(viewer: Viewer, marked: Marked, case: Case) -> dict[str, tuple[str, ...]]:
    """Return who holds the case roles, without those the viewer is not shown; himself he always is."""
    return {
        role: tuple(one for one in held if one == viewer.person or viewer.sees(_group_of(marked, role)))
        for role, held in case.people.items()
        if viewer.person in held or viewer.sees(_group_of(marked, role))
    }


def _group_of(marked: Marked, role: str) -> Group:
    return marked.case_roles.get(role, "people")
