"""Counting within a frame: of which process, period and unit, for whose eyes. What is much is kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
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
from services.idempotency import has_acted
from services.kept_figures import MANY, KeptFigures
from services.parts import Caller
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


T = TypeVar("T")
NumberedT = TypeVar("NumberedT", bound=Numbered)
Count = Callable[[Connection, Scope, Asked], tuple[NumberedT, ...]]
"""A way to ask the record for figures."""


@dataclass(frozen=True)
class Question(Generic[NumberedT]):
    """One question to the record."""

    ask: Count[NumberedT]
    asked: Asked
    scope: Scope

    @property
    def key(self) -> Hashable:
        """By what its answer is kept."""
        return self.ask, self.asked, self.scope.of_anybody()

    def counted(
        self, connection: Connection, figures: KeptFigures, now: datetime, *, lasts: timedelta
    ) -> tuple[tuple[NumberedT, ...], datetime]:
        """Return the answer, and when the record was asked: ahead, for whoever will look."""
        return figures.counted(self.key, now, lambda: self.answer(connection), weight, lasts=lasts)

    def answer(self, connection: Connection) -> tuple[NumberedT, ...]:
        """Ask the record."""
        return self.ask(connection, self.scope, self.asked)


@dataclass(frozen=True)
class Onlooker:
    """Somebody who looks at figures. Those that were counted before he did something are old to him."""

    connection: Connection
    caller: Caller
    figures: KeptFigures
    now: datetime

    def counted(
        self, key: Hashable, count: Callable[[], T], weight: Callable[[T], int], *, many: int = MANY
    ) -> tuple[T, datetime]:
        """Return what was counted, and when: of much some minutes ago, or after his own last act."""
        return self.figures.counted(
            key,
            self.now,
            count,
            weight,
            many=many,
            has_changed=lambda at: has_acted(self.connection, self.caller, at),
        )


def weight(rows: Iterable[Numbered]) -> int:
    """Return of how much rows of figures are."""
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
    looks: Onlooker
    times: list[datetime] = field(default_factory=list)
    """When the figures were counted that were asked for."""

    def counted(self, connection: Connection, ask: Count[NumberedT]) -> tuple[NumberedT, ...]:
        """Return figures of the record; of much those of some minutes ago, after his own acts."""
        question = Question(ask, self.asked, self.scope)
        found, at = self.looks.counted(question.key, lambda: question.answer(connection), weight)
        self.times.append(at)
        return found

    @property
    def at(self) -> datetime:
        """When the oldest figures were counted."""
        return min(self.times, default=self.looks.now)

    @property
    def language(self) -> Language:
        """In which language things are called."""
        return self.looks.caller.language

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
