"""Days as people type them: the year first, so that 11 and 12 can not be mixed up."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from domain.bounds import FIRST_DAY, LAST_DAY
from domain.values import Text

_TYPED: Final = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:(?P<between>[-/.])(?P<month>[0-9]{1,2})(?P=between)(?P<day>[0-9]{1,2})"
    r"|\s*年\s*(?P<yue>[0-9]{1,2})\s*月\s*(?P<ri>[0-9]{1,2})\s*[日号]?"
    r"|(?P<mm>[0-9]{2})(?P<dd>[0-9]{2}))"
)
"""2026-11-30, 2026/11/30, 2026.11.30, 2026年11月30日, 20261130. `web/static/fields.js` reads the same."""
_LONGEST: Final = 40


class NoDay(ValueError):
    """What was typed is no day; `problem` says why, in both languages."""

    def __init__(self, problem: Text) -> None:
        """Say what is the matter."""
        super().__init__(problem.en)
        self.problem = problem


def day_typed(text: str) -> date:
    """Return the day that was typed, in full-width signs too. Raises NoDay."""
    found = _TYPED.fullmatch(unicodedata.normalize("NFKC", text[: _LONGEST + 1]).strip())
    if found is None or len(text) > _LONGEST:
        raise NoDay(_UNREADABLE)
    month, on = found["month"] or found["yue"] or found["mm"], found["day"] or found["ri"] or found["dd"]
    try:
        chosen = date(int(found["year"]), int(month), int(on))
    except ValueError:
        raise NoDay(_NO_SUCH) from None
    if not FIRST_DAY <= chosen <= LAST_DAY:
        raise NoDay(_FAR)
    return chosen


_UNREADABLE: Final = Text(
    zh="请按年、月、日填写，如 2026-06-01、2026年6月1日或20260601",
    en="Please write the year first, such as 2026-06-01 or 20260601",
)
_NO_SUCH: Final = Text(
    zh="没有这一天，请核对月和日", en="There is no such day: please look at month and day again"
)
_FAR: Final = Text(
    zh=f"请填写{FIRST_DAY.year}年至{LAST_DAY.year}年之间的日期",
    en=f"Please give a day from {FIRST_DAY.year} to {LAST_DAY.year}",
)
