"""Counting within a frame: of which process, period and unit, for whose eyes. What is much is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from domain.process import Process
from domain.steps import PeriodStep
from domain.values import Language, Text
from records.scope import Scope
from records.stats import Asked
from services import stats_words
from services.kept_figures import KeptFigures
from services.refusals import InvalidInput
from services.stats_views import OfView
from services.views import Named

A_YEAR: Final = relativedelta(years=1)
A_WAY: Final = relativedelta(years=4)
"""About how long a case lasts: the funnel follows those that began within it."""
_LONGEST: Final = relativedelta(years=10)


class Numbered(Protocol):
    """A row of figures, which says of how many."""

    @property
    def number(self) -> int:
        """Of how many."""


NumberedT = TypeVar("NumberedT", bound=Numbered)
Count = Callable[[Connection, Scope, Asked], tuple[NumberedT, ...]]
"""A way to ask the record for figures."""


@dataclass(frozen=True)
class Question(Generic[NumberedT]):
    """One question to the record."""

    ask: Count[NumberedT]
    asked: Asked
    scope: Scope

    def counted(
        self, connection: Connection, figures: KeptFigures, now: datetime, *, lasts: timedelta | None = None
    ) -> tuple[tuple[NumberedT, ...], datetime]:
        """Return the answer, and when the record was asked; of much that of some minutes ago."""
        return figures.counted(
            (self.ask, self.asked, self.scope.of_anybody()),
            now,
            lambda: self.ask(connection, self.scope, self.asked),
            _weight,
            lasts=lasts,
        )


def _weight(rows: Iterable[Numbered]) -> int:
    return sum(row.number for row in rows)


def period_of(narrowed: Narrowed, today: date, back: relativedelta) -> tuple[date, date]:
    """Return the period asked for; where no day is named, one that ends today. Raises InvalidInput."""
    last = narrowed.last or today
    first = narrowed.first or (last - back + timedelta(days=1)).replace(day=1)
    if first > last:
        raise InvalidInput("from", Text(zh="起始日期晚于截止日期。", en="The period ends before it begins."))
    if first < last - _LONGEST:
        raise InvalidInput("from", Text(zh="期间最长为十年。", en="A period lasts ten years at most."))
    return first, last


@dataclass(frozen=True)
class Narrowed:
    """What figures are asked for; None: the process with cases, all units, the last year."""

    process: str | None = None
    unit: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Frame:
    """What every report has: of what it is, and what is called how."""

    asked: Asked
    scope: Scope
    family: tuple[Process, ...]
    unit: Named | None
    language: Language
    now: datetime
    figures: KeptFigures
    times: list[datetime] = field(default_factory=list)
    """When the figures were counted that were asked for."""

    def counted(self, connection: Connection, ask: Count[NumberedT]) -> tuple[NumberedT, ...]:
        """Return figures of the record; of much those of some minutes ago."""
        found, at = Question(ask, self.asked, self.scope).counted(connection, self.figures, self.now)
        self.times.append(at)
        return found

    @property
    def at(self) -> datetime:
        """When the oldest figures were counted."""
        return min(self.times, default=self.now)

    @property
    def latest(self) -> Process:
        """The latest version of the process."""
        return self.family[-1]

    @property
    def view(self) -> OfView:
        """Of what the report is."""
        process = Named(id=self.asked.process, name=self.latest.title.in_language(self.language))
        return OfView(process=process, unit=self.unit, from_=self.asked.first, to=self.asked.last)

    def steps(self) -> dict[str, str]:
        """Return the steps of every version, those of the latest first, with their titles."""
        found: dict[str, str] = {}
        for edition in reversed(self.family):
            for name, step in edition.steps.items():
                found.setdefault(name, step.title.in_language(self.language))
        return found

    def is_period(self, step: str) -> bool:
        """Whether a step is a time to be served, in which nobody waits for anybody."""
        found = next((one.steps[step] for one in reversed(self.family) if step in one.steps), None)
        return isinstance(found, PeriodStep)

    def role(self, actor: str) -> str:
        """Return what people call an actor."""
        known = next((one for one in reversed(self.family) if stats_words.knows(one, actor)), self.latest)
        return stats_words.role(known, actor).in_language(self.language)
