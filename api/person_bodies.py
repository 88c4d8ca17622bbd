"""What may be sent about one person: how he is written down, his standings, what bars him, his relatives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.bounds import Asked, Day, Email, Id, Label, Line, Reason


class PersonChangeBody(Asked):
    """What is to be different; what is left out stays, and null takes an address or a birthday away."""

    reason: Reason
    name: Line | None = None
    email: Email | None = None
    language: Literal["zh", "en"] | None = None
    born_on: Day | None = None


class StandingCorrectionBody(Asked):
    """The right days of a standing; a `to` before `from` says that it never was."""

    reason: Reason
    from_: Annotated[Day, Field(alias="from")]
    to: Day | None = None


class StandingBody(Asked):
    """A standing gained outside of any case, with the ground. `from` is today where it is left out."""

    reason: Reason
    standing: Label
    unit: Id
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


class RestrictionCorrectionBody(Asked):
    """The right days of a restriction; a `to` before `from` says that it never was."""

    reason: Reason
    from_: Annotated[Day, Field(alias="from")]
    to: Day | None = None


class RestrictionBody(RestrictionCorrectionBody):
    """What bars a person, until `to`, the last day, or until further notice."""

    restriction: Label


class RelationBody(Asked):
    """A relative: `kind` is what the relative is to the person. `from` is today where it is left out."""

    relative: Id
    kind: Literal["spouse", "parent", "child", "sibling", "other-relative"]
    source: Reason
    reason: Reason | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


class RelationEndBody(Asked):
    """The last day of a relation; a day before its first says that it never was."""

    reason: Reason
    on: Day
