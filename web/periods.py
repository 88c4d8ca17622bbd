"""From when to when something holds, as forms ask for it: a correction may also say that it never was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated

from fastapi import Query

from api.bounds import Storable
from domain.values import Language, Text
from services.refusals import InvalidInput
from web.forms import REQUIRED, Filled
from web.refused import REFUSALS, Refused
from web.typed_days import NoDay, day_typed

MaybeDay = Annotated[str, Query(max_length=40), Storable]
"""A day in an address as somebody typed it, or nothing where a field for one was left empty."""


@dataclass(frozen=True)
class AskedDays:
    """Days that an address asks for, by the names of their fields, and what is wrong with some of them."""

    typed: Mapping[str, str]
    days: Mapping[str, date]
    refused: Refused | None = None

    @property
    def status(self) -> int:
        """What a page answers with that shows them."""
        return 200 if self.refused is None else self.refused.status

    def on(self, name: str) -> date | None:
        """Return a day; None where none was typed, or none that is one."""
        return self.days.get(name)

    def shown(self, name: str, otherwise: date | None = None) -> str:
        """Return what stands in a field: what was typed where it is no day, else the day."""
        if self.refused is not None and name in self.refused.faults:
            return self.typed[name]
        day = self.days.get(name, otherwise)
        return "" if day is None else day.isoformat()


def asked_days(language: Language, **typed: str) -> AskedDays:
    """Read the days of an address. What is none is told of at its field."""
    days: dict[str, date] = {}
    faults: dict[str, str] = {}
    refused: Refused | None = None
    for name, text in typed.items():
        try:
            if text.strip():
                days[name] = day_typed(text)
        except NoDay as wrong:
            refused = Refused.of(InvalidInput(name, wrong.problem), language)
            faults |= refused.faults
    return AskedDays(typed, days, None if refused is None else replace(refused, faults=faults))


def day_said_in(form: Filled) -> date | None:
    """Return the day an act is said to have happened; None where none is said, or none that is one."""
    try:
        return form.day("occurred_on")
    except REFUSALS:
        return None


def first_day(form: Filled) -> date:
    """Return the day from which on something holds. Raises InvalidInput where none was chosen."""
    chosen = form.day("from")
    if chosen is None:
        raise InvalidInput("from", REQUIRED)
    return chosen


def last_day(form: Filled, first: date | None) -> date | None:
    """Return the last day: None until further notice, one before the first where it never was.

    Raises InvalidInput where it lies before the first and nobody said that it never was.
    """
    if first is not None and form.flag("never"):
        return first - timedelta(days=1)
    chosen = form.day("to")
    if chosen is not None and first is not None and chosen < first:
        raise InvalidInput("to", _TURNED_ROUND)
    return chosen


_TURNED_ROUND = Text(zh="截止日期早于起始日期", en="The last day lies before the first")
