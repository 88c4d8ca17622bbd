"""What the organisation's registers say on the day of an act. The case never looks them up itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.values import Kinship, Value


class LentFor(Value):
    """What a post is lent for, where it is not lent for everything. An empty part limits nothing."""

    processes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    """Of these, and of all below them."""

    def covers(self, process: str, stage: str, path: Iterable[UnitRef]) -> bool:
        """Whether it is for a case of this process, in this stage, whose units these are."""
        return (
            (not self.processes or process in self.processes)
            and (not self.stages or stage in self.stages)
            and (not self.units or any(unit.id in self.units for unit in path))
        )


class HeldPost(Value):
    """A post the actor holds on the day of the act and on the day of recording, his own or lent."""

    id: str
    role: str
    unit: str
    unit_kind: str
    on_behalf_of: str | None = None
    """The person whose post a substitute uses."""
    lent_for: LentFor | None = None
    """What a substitute may use it for; None for everything, and for one's own."""

    @property
    def actor(self) -> str:
        """The post as an actor of a definition."""
        return f"{self.unit_kind}.{self.role}"


class UnitRef(Value):
    """One unit on the path from the case's unit up to the root, as it stands that day."""

    id: str
    kind: str
    temporary: bool = False
    may_approve: bool = False
    full_members: int = 0


class PersonFacts(Value):
    """What the rules may ask about one person on that day."""

    id: str
    standing: str
    born_on: date | None = None
    """Given for the subject only, and never recorded."""
    restrictions: tuple[str, ...] = ()


class Roster(Value):
    """Those entitled to vote in one body of the process on that day."""

    body: str
    people: tuple[str, ...]


class Relative(Value):
    """Somebody who is related to the subject, as the register of relations has it that day."""

    person: str
    kind: Kinship
    """What this person is to the subject."""
    stated_by: str | None = None
    """Who had it recorded."""


class Circumstances(Value):
    """Everything outside the case that a decision may depend on."""

    actor: str
    posts: tuple[HeldPost, ...] = ()
    path: tuple[UnitRef, ...] = ()
    """The case's unit first, then its parents up to the root."""
    people: tuple[PersonFacts, ...] = ()
    """The subject, everybody named in the act, everybody in a case role."""
    rosters: tuple[Roster, ...] = ()
    """Every body of the process that exists on the path."""
    target_path: tuple[UnitRef, ...] = ()
    """Of the unit a transfer leads to."""
    relatives: tuple[Relative, ...] = ()
    """Of the subject."""
    away: tuple[str, ...] = ()
    """Of those a vote names as present, who had said to be away that day; looked up for audits alone."""

    def person(self, person: str) -> PersonFacts | None:
        """Return what is known of a person, or None."""
        return next((known for known in self.people if known.id == person), None)

    def unit(self, kind: str) -> UnitRef | None:
        """Return the nearest unit of that kind on the path, or None."""
        return next((unit for unit in self.path if unit.kind == kind), None)

    def roster(self, body: str) -> Roster | None:
        """Return the roster of a body, or None where it does not exist."""
        return next((roster for roster in self.rosters if roster.body == body), None)
