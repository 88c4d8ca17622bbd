"""The scenery: the organisation a scenario plays in, by plain names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from domain.marked import read_marked
from domain.values import Kinship, Name, Value

LONG_AGO = date(2000, 1, 1)
"""Since when posts and standings hold that name no day."""


class _Dated(Value):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class PostSpec(_Dated):
    """A post somebody holds. Written `<unit>.<role>`, or with days."""

    role: Name
    unit: Name
    first: date = Field(default=LONG_AGO, alias="from")
    last: date | None = Field(default=None, alias="to")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        if isinstance(given, str):
            unit, _, role = given.rpartition(".")
            return {"unit": unit, "role": role}
        return given

    def held_on(self, day: date) -> bool:
        """Whether the post is held on `day`, the last day included."""
        return self.first <= day and (self.last is None or day <= self.last)


class StandingSpec(_Dated):
    """A standing from a day on."""

    standing: Name
    first: date = Field(alias="from")


class RestrictionSpec(_Dated):
    """A restriction for a time, both days included."""

    restriction: Name
    first: date = Field(default=LONG_AGO, alias="from")
    last: date | None = Field(default=None, alias="to")

    def holds_on(self, day: date) -> bool:
        """Whether the restriction holds on `day`."""
        return self.first <= day and (self.last is None or day <= self.last)


class RelativeSpec(_Dated):
    """A relative of the subject. Written as the relation alone, or with days."""

    relation: Kinship
    first: date = Field(default=LONG_AGO, alias="from")
    last: date | None = Field(default=None, alias="to")
    stated_by: str | None = None
    """Who had it recorded, where that matters."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        return {"relation": given} if isinstance(given, str) else given

    def holds_on(self, day: date) -> bool:
        """Whether they are related on `day`."""
        return self.first <= day and (self.last is None or day <= self.last)


class PersonSpec(Value):
    """Somebody in the organisation of a scenario."""

    standing: Name | None = None
    unit: Name | None = None
    """Where the person is counted as a member; absent: nowhere."""
    born_on: date = date(1995, 3, 12)
    posts: tuple[PostSpec, ...] = ()
    standings: tuple[StandingSpec, ...] = ()
    """Later changes of standing, in order."""
    restrictions: tuple[RestrictionSpec, ...] = ()
    relative: RelativeSpec | None = None
    """What the person is to the subject, as the register of relations has it."""

    def standing_on(self, day: date) -> str | None:
        """Return the standing on `day`."""
        later = [change.standing for change in self.standings if change.first <= day]
        return later[-1] if later else self.standing

    def restrictions_on(self, day: date) -> tuple[str, ...]:
        """Return the restrictions the person is under on `day`."""
        return tuple(spec.restriction for spec in self.restrictions if spec.holds_on(day))


class UnitSpec(Value):
    """A unit of the organisation of a scenario."""

    kind: Name
    parent: Name | None = None
    temporary: bool = False
    may_approve: bool = False


class Organisation(Value):
    """Who there is. Units and people go by plain names; a runner gives them ids of its own."""

    units: Mapping[Name, UnitSpec] = Field(default_factory=dict)
    people: Mapping[Name, PersonSpec] = Field(default_factory=dict)
    crowd: Mapping[Name, Mapping[Name, int]] = Field(default_factory=dict)
    """Further people without a part: how many of which standing in which unit."""
    usual: Mapping[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """Who is named for a case role where an act does not say so."""

    def everybody(self) -> dict[str, PersonSpec]:
        """Return all people by name, the crowd written out as `<unit>-<standing>-1` and so on."""
        crowd = {
            f"{unit}-{standing}-{number}": PersonSpec(standing=standing, unit=unit)
            for unit, standings in self.crowd.items()
            for standing, many in standings.items()
            for number in range(1, many + 1)
        }
        return {**self.people, **crowd}

    def path(self, unit: str) -> tuple[str, ...]:
        """Return the names from a unit up to the root. Raises KeyError for a unit that is not there."""
        names = [unit]
        while (parent := self.units[names[-1]].parent) is not None:
            names.append(parent)
        return tuple(names)

    def with_changes(self, own: Organisation) -> Organisation:
        """Return this organisation with what a single scenario says otherwise; people are replaced whole."""
        return Organisation(
            units={**self.units, **own.units},
            people={**self.people, **own.people},
            crowd={**self.crowd, **own.crowd},
            usual={**self.usual, **own.usual},
        )


def read_organisation(text: str) -> Organisation:
    """Read the organisation the scenarios of a process share. Raises ValueError."""
    return Organisation.model_validate(read_marked(text).plain)
