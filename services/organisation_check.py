"""Looks over the organisation for what does not go together, and says what it means and how to mend it.

Nothing here stops anybody: rules of processes do that, act by act. This finds beforehand what would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from sqlalchemy import Connection

from domain.library import Library
from domain.parties import Body
from records import inspecting
from records.inspecting import HeldPost, Snapshot
from records.scope import ADMIN, AUDITOR
from services.inspection_words import INSPECTIONS, Inspection
from services.overlaps import Held, overlaps
from services.parts import Parts
from services.vocabulary import Vocabulary

About = Literal["unit", "person", "post", "standing", "delegation"]

_ENOUGH: Final = 3
"""Members with rights that a unit needs to hold meetings at all."""
_COMMITTEE: Final = 2
"""Holders of posts, fewer of whom are no committee."""
_SECRETARY, _REVIEWER = "secretary", "reviewer"


@dataclass(frozen=True)
class Inconsistency:
    """The same, in both languages."""

    rule: str
    about: About
    id: str
    name: str = ""

    @property
    def says(self) -> Inspection:
        """What it means, and how to mend it."""
        return INSPECTIONS[self.rule]


async def check_organisation(parts: Parts) -> list[Inconsistency]:
    """Return everything that does not go together today, by rule and id."""
    today = parts.today()

    def work(connection: Connection) -> list[Inconsistency]:
        looking = _Looking(connection, parts.library, today)
        return sorted(looking.all(), key=lambda one: (_ORDER[one.rule], one.id))

    return await parts.read(work)


@dataclass
class _Looking:
    connection: Connection
    library: Library
    today: date
    seen: Snapshot = field(init=False)

    def __post_init__(self) -> None:
        self.seen = inspecting.snapshot(self.connection, self.today)
        self.words = Vocabulary.of(self.library)

    def all(self) -> Iterator[Inconsistency]:
        """Yield what each look finds."""
        looks: tuple[Callable[[], Iterable[Inconsistency]], ...] = (
            self._units,
            self._tree,
            self._members,
            self._posts,
            self._people,
            self._standings,
            self._loans,
        )
        for look in looks:
            yield from look()

    def _units(self) -> Iterator[Inconsistency]:
        held = {(post.unit, post.role) for post in self.seen.posts}
        for unit in self.seen.units.values():
            if unit.closed_on is not None:
                continue
            if unit.kind not in self.words.kinds:
                yield self._of_unit("unit-of-unknown-kind", unit.id)
            if f"{unit.kind}.{_SECRETARY}" in self.words.roles and (unit.id, _SECRETARY) not in held:
                yield self._of_unit("unit-without-secretary", unit.id)
            decides = unit.may_approve and f"{unit.kind}.{_REVIEWER}" in self.words.roles
            if decides and (unit.id, _REVIEWER) not in held:
                yield self._of_unit("committee-without-reviewer", unit.id)

    def _tree(self) -> Iterator[Inconsistency]:
        for unit in self.seen.units.values():
            above = self.seen.units.get(unit.parent or "")
            if unit.closed_on is None and above is not None and above.closed_on is not None:
                yield self._of_unit("unit-below-a-closed-one", unit.id)
        for unit_id in inspecting.wrong_closures(self.connection, self.seen):
            yield self._of_unit("closure-out-of-step", unit_id)
        for unit_id in inspecting.wrong_pictures(self.connection, self.today):
            yield self._of_unit("picture-out-of-step", unit_id)

    def _members(self) -> Iterator[Inconsistency]:
        """Yield units with too few members, and those with enough for a committee that have none."""
        bodies = {
            (body.unit, name): (body, process.bodies)
            for process in self.library
            for name, body in process.bodies.items()
        }
        small, headless = set[str](), set[str]()
        for body, others in bodies.values():
            if body.standing is not None:
                small |= set(self._with_few(body.unit, body.standing))
            general = others.get(body.instead) if body.instead else None
            if body.needs_full_members and general is not None and general.standing is not None:
                headless |= set(self._without_committee(body, general.standing))
        yield from (self._of_unit("too-few-members", unit_id) for unit_id in small)
        yield from (self._of_unit("no-committee", unit_id) for unit_id in headless)

    def _with_few(self, kind: str, standing: str) -> Iterator[str]:
        for unit in self.seen.units.values():
            there = self.seen.members.get((unit.id, standing), 0)
            if unit.kind == kind and unit.closed_on is None and not unit.temporary and there < _ENOUGH:
                yield unit.id

    def _without_committee(self, body: Body, standing: str) -> Iterator[str]:
        holders: dict[str, set[str]] = {}
        for post in self.seen.posts:
            if post.role in body.roles:
                holders.setdefault(post.unit, set()).add(post.person)
        for unit in self.seen.units.values():
            there = self.seen.members.get((unit.id, standing), 0)
            enough = unit.kind == body.unit and unit.closed_on is None and there >= body.needs_full_members
            if enough and len(holders.get(unit.id, ())) < _COMMITTEE:
                yield unit.id

    def _posts(self) -> Iterator[Inconsistency]:
        needs = _standings_needed(self.library)
        for post in self.seen.posts:
            unit = self.seen.units[post.unit]
            role = f"{unit.kind}.{post.role}"
            if post.role not in {ADMIN, AUDITOR} and role not in self.words.roles:
                yield self._of_post("post-of-unknown-role", post)
            if unit.closed_on is not None:
                yield self._of_post("post-in-a-closed-unit", post)
            if role in needs and not self.seen.standings_of(post.person) & needs[role]:
                yield self._of_post("post-without-standing", post)

    def _people(self) -> Iterator[Inconsistency]:
        for person, name in inspecting.people_without_unit(self.connection, self.today):
            yield Inconsistency("person-without-unit", "person", person, name)

    def _standings(self) -> Iterator[Inconsistency]:
        for _, together in inspecting.standings_by_person(self.connection):
            held = [Held(one.id, one.standing, one.unit, one.from_on, one.to_on) for one in together]
            for _, later in overlaps("standings", held, self.words):
                yield Inconsistency("standings-overlap", "standing", later.id)
            for one in held:
                unit = self.seen.units.get(one.unit)
                if (
                    unit is not None
                    and unit.closed_on is not None
                    and one.last >= max(self.today, unit.closed_on)
                ):
                    yield Inconsistency("standing-in-a-closed-unit", "standing", one.id)

    def _loans(self) -> Iterator[Inconsistency]:
        for loan in inspecting.loans_to_nobody_who_logs_in(self.connection, self.today):
            yield Inconsistency("substitute-without-login", "delegation", loan)

    def _of_unit(self, rule: str, unit_id: str) -> Inconsistency:
        unit = self.seen.units.get(unit_id)
        return Inconsistency(rule, "unit", unit_id, "" if unit is None else unit.name)

    def _of_post(self, rule: str, post: HeldPost) -> Inconsistency:
        return Inconsistency(rule, "post", post.id, self.seen.units[post.unit].name)


def _standings_needed(library: Library) -> dict[str, frozenset[str]]:
    """Return the standings of which holders of a post need one, by `kind.role`.

    A body that gives way to all members of a unit where these are few is made up of such members.
    """
    needed: dict[str, frozenset[str]] = {}
    for process in library:
        for body in process.bodies.values():
            general = process.bodies.get(body.instead) if body.instead else None
            if general is None or general.standing is None:
                continue
            for role in body.roles:
                name = f"{body.unit}.{role}"
                needed[name] = needed.get(name, frozenset()) | {general.standing}
    return needed


_ORDER: Final = {rule: place for place, rule in enumerate(INSPECTIONS)}
