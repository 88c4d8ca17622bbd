"""What any text, number or day from outside has to be before it reaches anything that could choke on it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from domain.bounds import EMAIL, FIRST_DAY, ID, LABEL, LAST_DAY, LONGEST_EMAIL, LONGEST_LABEL, is_storable

SAFE_INTEGER = 2**53 - 1
"""The largest whole number that JSON readers agree on, and canonical JSON admits."""


def _storable(text: str) -> str:
    """Refuse what a database or UTF-8 cannot hold: NUL and lone surrogates."""
    if not is_storable(text):
        raise ValueError("characters")
    return text


def _within_years(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError("years")
    return day


Storable = AfterValidator(_storable)

Id = Annotated[str, Field(pattern=ID)]
"""An opaque id."""
Line = Annotated[str, Field(min_length=1, max_length=200), Storable]
"""One line of text: a name, a title."""
Prose = Annotated[str, Field(max_length=20_000), Storable]
"""Free text."""
Reason = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S"), Storable]
"""Why something is done, in a sentence or a few."""
Label = Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL, pattern=LABEL)]
"""An identifier out of a process definition."""
FormId = Annotated[str, Field(min_length=1, max_length=2 * LONGEST_LABEL + 1, pattern=LABEL)]
"""A form of a case: two such identifiers with a point between."""
Day = Annotated[date, AfterValidator(_within_years)]
"""A day in the organisation's time zone."""
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day where the organisation is."""
Email = Annotated[str, Field(max_length=LONGEST_EMAIL, pattern=EMAIL)]
Number = Annotated[StrictInt, Field(ge=-SAFE_INTEGER, le=SAFE_INTEGER)]
Count = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
Seq = Annotated[StrictInt, Field(ge=1, le=2**31 - 1)]
"""The number of an event in its case."""
Answer = StrictBool | Number | Prose | None
"""The value of a field: text, a whole number, yes or no, or nothing."""
Ids = Annotated[tuple[Id, ...], Field(max_length=200)]
Fields = Annotated[dict[Label, Answer], Field(max_length=100)]
MaterialIds = Annotated[dict[Label, Annotated[tuple[Id, ...], Field(max_length=50)]], Field(max_length=100)]


class Asked(BaseModel):
    """A body somebody sent: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
