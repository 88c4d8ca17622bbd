"""Lengths of time as the rules state them: calendar months, days, working days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from dateutil.relativedelta import relativedelta
from pydantic import model_serializer, model_validator

from domain.values import Text, Unfit, Value

_PATTERN = re.compile(r"^P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})D)?(?:(\d{1,4})WD)?$")


class Span(Value):
    """A length such as `P12M` (calendar months), `P30D` (days) or `P5WD` (working days).

    Written as ISO 8601 text in definitions and JSON; `WD` is this project's own unit.
    Raises ValueError for any other text.
    """

    months: int = 0
    days: int = 0
    working_days: int = 0

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        if not isinstance(given, str):
            return given
        match = _PATTERN.match(given)
        if match is None or given == "P":
            raise Unfit(
                zh=f"“{given}”不是时长：请写作 P12M、P1Y、P30D 或 P5WD",
                en=f"{given!r} is not a span: write P12M, P1Y, P30D or P5WD",
            )
        years, months, days, working_days = (int(part or 0) for part in match.groups())
        return {"months": years * 12 + months, "days": days, "working_days": working_days}

    @model_serializer
    def _to_text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        parts = [
            f"{number}{unit}"
            for number, unit in ((self.months, "M"), (self.days, "D"), (self.working_days, "WD"))
            if number
        ]
        return "P" + ("".join(parts) or "0D")

    @property
    def in_words(self) -> Text:
        """The span as people say it."""
        named = (
            (self.months, "个月", "month"),
            (self.days, "天", "day"),
            (self.working_days, "个工作日", "working day"),
        )
        zh = "".join(f"{number}{unit}" for number, unit, _ in named if number)
        en = " ".join(f"{number} {unit}{'s' if number > 1 else ''}" for number, _, unit in named if number)
        return Text(zh=zh or "0天", en=en or "0 days")

    @property
    def rough_days(self) -> float:
        """Days in an average month times months, and so on: only to compare two spans."""
        return self.months * 30.4375 + self.days + self.working_days * 1.4


@lru_cache(maxsize=4096)
def months_later(day: date, months: int) -> date:
    """Return the same day `months` calendar months on, clipped to the end of that month."""
    return day + relativedelta(months=months)


def days_later(day: date, days: int) -> date:
    """Return the day `days` calendar days on."""
    return day + timedelta(days=days)
