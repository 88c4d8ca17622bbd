"""Who has a part in a process: posts, roles in one case, bodies that vote, and what keeps somebody out."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from domain.values import Kinship, Level, Name, Text, Value


class OrgRole(Value):
    """A post a process knows, `<unit kind>.<role>`, held by people in the organisation tree."""

    title: Text


class Bar(Value):
    """A restriction that keeps somebody out of a case role."""

    restriction: Name
    level: Level = "block"
    basis: str


class RelativesBar(Value):
    """What it is to a case role that somebody in it is a relative of the subject."""

    level: Level = "block"
    basis: str


class Ground(Text):
    """A ground on which an entitled member may be left out of a count, and what it has to rest on.

    Without a level, a consent of the superior or a resolution of the meeting is not asked for.
    """

    consent: Level | None = None
    resolution: Level | None = None
    basis: str = "gen"


class Recusal(Value):
    """Which relatives of the subject keep out of what is decided about him.

    They are not among those entitled, do not act in steps of the kinds decision, meeting and appoint, and do
    not see what was said, voted and handed in there. That a meeting was held without them is noted.
    """

    relations: tuple[Kinship, ...]
    also: tuple[Name, ...] = ()
    """Steps of other kinds they keep out of."""
    noted: Level = "finding"
    """How a meeting notes that relatives kept out of it."""
    basis: str
    id: Name | None = None


class Count(Value):
    """How many people a case role takes."""

    min: int = Field(ge=1)
    max: int = Field(ge=1)


class CaseRole(Value):
    """A role people hold in one case only, such as introducer."""

    title: Text
    count: Count
    standing: Name | None = None
    """The standing everybody needs on the day of appointment."""
    excluded: tuple[str, ...] = Field(default=("subject",), alias="not")
    """`subject`, `appointer`, or other case roles that exclude each other."""
    bars: tuple[Bar, ...] = ()
    relatives: RelativesBar | None = None
    """Absent: relatives of the subject may hold it."""
    basis: str

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Body(Value):
    """A collective body: the roster of those entitled to vote, on a day."""

    title: Text
    unit: Name
    roles: tuple[Name, ...] = ()
    """Holders of these posts in the unit form the body ..."""
    standing: Name | None = None
    """... or everybody of this standing who belongs to the unit and whose rights are not suspended."""
    without: tuple[Name, ...] = ()
    """Nobody under one of these restrictions is entitled to vote."""
    needs_full_members: int = 0
    """A smaller unit has no such body ..."""
    instead: Name | None = None
    """... and this body takes its decisions."""
    basis: str
