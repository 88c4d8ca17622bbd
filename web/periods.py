"""From when to when something holds, as forms ask for it: a correction may also say that it never was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query

from domain.values import Text
from services.refusals import InvalidInput
from web.forms import Filled

MaybeDay = Annotated[str, Query(pattern=r"^((19|20|21)\d\d-\d\d-\d\d)?$")]
"""A day in an address, or nothing where a field for one was left empty."""


def read_day(written: str) -> date | None:
    """Return the day that was written; None where there is none, or none of that name."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None


def first_day(form: Filled) -> date:
    """Return the day from which on something holds. Raises InvalidInput where none was chosen."""
    chosen = form.day("from")
    if chosen is None:
        raise InvalidInput("from", Text(zh="请填写此项", en="Please fill this in"))
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
