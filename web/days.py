"""Days, moments and numbers as people write them, in both languages, in the organisation's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent

from domain.values import Language, Text
from services.form_words import Words

Urgency = Literal["late", "today", "soon", "later"]

_LOCALES: Final[dict[Language, str]] = {"zh": "zh_Hans_CN", "en": "en_GB"}
_PATTERNS: Final[dict[Language, tuple[str, str, str, str]]] = {
    "zh": ("{year}年{month}{day}日{weekday}", "{year}年{month}{day}日", "{year}年{month}", "{year}年"),
    "en": ("{weekday} {day} {month} {year}", "{day} {month} {year}", "{month} {year}", "{year}"),
}
"""A day with its weekday, a day, a month, a year; in Chinese a month is called with its sign: 6月."""
_SOON_DAYS: Final = 7
_REMEMBERED: Final = 4_096
"""Days whose words are kept: a list has the same ones again and again."""


@dataclass(frozen=True)
class Due:
    """How far a day is away, in words; `urgency` decides colour and sign."""

    on: date
    urgency: Urgency
    says: str


@dataclass(frozen=True)
class DayWords:
    """What scripts write days with: the names, and patterns of {year}, {month}, {day} and {weekday}.

    A browser has names of its own, in the languages it happens to know.
    """

    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    short_weekdays: tuple[str, ...]
    """From Monday on."""
    whole: str
    day: str
    month: str
    year: str


@cache
def day_words(language: Language) -> DayWords:
    """Return what scripts write days with."""
    months = tuple(date(2001, number, 1) for number in range(1, 13))
    week = tuple(date(2001, 1, on) for on in range(1, 8))
    patterns = _PATTERNS[language]
    return DayWords(
        months=tuple(
            format_date(one, "LLL" if language == "zh" else "LLLL", locale=_LOCALES[language])
            for one in months
        ),
        weekdays=tuple(weekday(one, language) for one in week),
        short_weekdays=tuple(short_weekday(one, language) for one in week),
        whole=patterns[0],
        day=patterns[1],
        month=patterns[2],
        year=patterns[3],
    )


def day(given: date, language: Language) -> str:
    """Return a day: 2026年6月1日, 1 June 2026."""
    return Words(language).day(given)


@lru_cache(maxsize=_REMEMBERED)
def short_day(given: date, language: Language, today: date | None = None) -> str:
    """Return a day in few signs: without the year where it is this year's."""
    same_year = today is not None and given.year == today.year
    if language == "zh":
        return f"{given.month}月{given.day}日" if same_year else f"{given.year}年{given.month}月{given.day}日"
    return format_date(given, "d MMM" if same_year else "d MMM yyyy", locale=_LOCALES[language])


def weekday(given: date, language: Language) -> str:
    """Return the day of the week."""
    return format_date(given, "EEEE", locale=_LOCALES[language])


def short_weekday(given: date, language: Language) -> str:
    """Return the day of the week in the fewest signs: 一, Mon."""
    return format_date(given, "EEEEE" if language == "zh" else "EEE", locale=_LOCALES[language])


def month(given: date, language: Language) -> str:
    """Return the month of a day: 2026年6月, June 2026."""
    return format_date(given, "yyyy年M月" if language == "zh" else "MMMM yyyy", locale=_LOCALES[language])


def moment(given: datetime, language: Language, zone: ZoneInfo) -> str:
    """Return an aware moment, to the minute, as clocks of the organisation showed it."""
    pattern = "yyyy年M月d日 HH:mm" if language == "zh" else "d MMM yyyy, HH:mm"
    return format_datetime(given, pattern, tzinfo=zone, locale=_LOCALES[language])


def clock(given: datetime, language: Language, zone: ZoneInfo) -> str:
    """Return the time of day of an aware moment."""
    return format_time(given, "HH:mm", tzinfo=zone, locale=_LOCALES[language])


def in_words(sentence: str, language: Language) -> str:
    """Return a sentence with its days as people write them; the record writes 2026-06-01."""
    return Words(language).dated(sentence)


def number(given: float, language: Language) -> str:
    """Return a number with its groups."""
    return format_decimal(given, locale=_LOCALES[language])


def percent(given: float, language: Language) -> str:
    """Return a part of one as so many of a hundred."""
    return format_percent(given, locale=_LOCALES[language])


def size(given: int, language: Language) -> str:
    """Return a number of bytes."""
    for unit, name in ((1 << 20, "MB"), (1 << 10, "KB")):
        if given >= unit:
            return f"{number(round(given / unit, 1), language)} {name}"
    return f"{number(given, language)} {'字节' if language == 'zh' else 'bytes'}"


def due(on: date, today: date, language: Language) -> Due:
    """Return how far a deadline is away."""
    left = (on - today).days
    if left < 0:
        return Due(on, "late", _days(-left, _LATE).in_language(language))
    if left == 0:
        return Due(on, "today", Text(zh="今天到期", en="due today").in_language(language))
    if left == 1:
        return Due(on, "soon", Text(zh="明天到期", en="due tomorrow").in_language(language))
    says = _days(left, _LEFT).in_language(language)
    return Due(on, "soon" if left <= _SOON_DAYS else "later", says)


def _days(number_of: int, words: tuple[str, str, str]) -> Text:
    zh, one, many = words
    return Text(zh=zh.format(number_of), en=(one if number_of == 1 else many).format(number_of))


_LATE: Final = ("已逾期{}天", "{} day overdue", "{} days overdue")
_LEFT: Final = ("还有{}天", "{} day left", "{} days left")
