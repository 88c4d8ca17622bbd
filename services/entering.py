"""People who become known to the organisation: entered once, with a standing in their unit."""

from __future__ import annotations

from datetime import date

from pydantic import Field
from sqlalchemy import Connection

from domain.values import Language, Value
from records import organisation
from records.standings import set_standing
from services.vocabulary import NO_STANDING

BY_HAND = "register"


class Entered(Value):
    """Somebody who is entered with the case about him."""

    name: str = Field(min_length=1, max_length=200)
    born_on: date | None = None
    email: str | None = None
    language: Language = "zh"


def enter(connection: Connection, new: Entered, unit: str, on: date) -> str:
    """Enter a person who belongs to a unit, and return the id."""
    made = organisation.add_person(connection, **new.model_dump())
    set_standing(connection, made.id, NO_STANDING, unit, on, source=BY_HAND)
    return made.id
