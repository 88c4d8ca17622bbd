"""The parts every service works with, put together once at the top and handed down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from domain.auditing.rules import Book
from domain.events import Event
from domain.forms import Asked
from domain.library import Library
from domain.preferences import Required, Topic
from domain.retention import Everyday, Keep, Retention
from domain.seeing import Marked
from domain.values import Language, Text
from domain.working_days import WorkingCalendar
from records import problems, unit_trees, words
from records.cursors import BadCursor
from records.database import Database
from records.sensitivity import Sensitive
from services import refusals
from services.acquaintances import Acquaintances
from services.checkpointing import Notary
from services.documents import Documents
from services.kept_figures import KeptFigures
from services.passwords import Passwords
from services.person_keys import PersonKeys
from services.probing import Probes
from services.token_scopes import TokenScope
from services.underway import Counts
from services.witness_keys import WitnessPlace

T = TypeVar("T")


class Driver(Protocol):
    """Tells the workflows what was recorded. Must return at once and never fail: the record is the memory."""

    def soon(self, case_id: str, events: Sequence[Event], *, is_to_carry: bool = True) -> None:
        """Facts of one case were committed, in order; messages may be to carry."""


class Looker(Protocol):
    """Has somebody look for patterns over all cases."""

    async def begin(self) -> bool:
        """Begin a look, unless one is under way; return whether it was this that began it."""
        ...


class NullDriver:
    """Tells nobody. What it leaves untold waits in the outbox."""

    def soon(self, case_id: str, events: Sequence[Event], *, is_to_carry: bool = True) -> None:
        """Do nothing."""


class Calendars(Protocol):
    """Where the working days of a country come from."""

    def __call__(self, name: str, day: date) -> WorkingCalendar:
        """Return the calendar of that name with the years a case started on `day` may need."""
        ...


@dataclass(frozen=True)
class Caller:
    """Who asks, and in which language answers are to be."""

    person: str
    language: Language = "zh"
    secret: str | None = field(default=None, repr=False, compare=False)
    """Of a session that has yet to be confirmed; see services/presuming.py."""
    scope: TokenScope | None = None
    """What the token is narrowed to; None where it has all the rights of its login."""


@dataclass
class Picture:
    """What this process knows of the picture of the organisation tree: the latest day it was right for."""

    stands_for: date = date.min


@dataclass(frozen=True)
class Parts:
    """Everything a service needs beside what it is asked."""

    database: Database
    library: Library
    documents: Documents
    calendars: Calendars
    clock: Callable[[], datetime]
    """The moment, aware, UTC."""
    driver: Driver = field(default_factory=NullDriver)
    passwords: Passwords = field(default_factory=Passwords)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    """Of the organisation: in which a moment becomes a day."""
    acquaintances: Acquaintances = field(default_factory=Acquaintances)
    sensitive: Sensitive = field(default_factory=dict)
    """Steps of which auditors read for a stated reason only, by process."""
    marked: Mapping[str, Marked] = field(default_factory=dict)
    """What belongs to another group of fields than its place says, by process."""
    everyday: Mapping[Everyday, Keep] = field(default_factory=dict)
    """How long is kept what belongs to no case."""
    required: Mapping[Topic, Required] = field(default_factory=dict)
    """Of which topics messages cannot be switched off, each with why."""
    forms: Mapping[str, Asked] = field(default_factory=dict)
    """Which materials are forms that can be filled in, by process."""
    retention: Mapping[str, Retention] = field(default_factory=dict)
    """How long cases are kept, by process."""
    books: Mapping[str, Book] = field(default_factory=dict)
    """The audit rules, by process."""
    keys: PersonKeys | None = None
    """Seals what is personal in events; None where there is nothing to wrap the keys of people with."""
    session_lasts: timedelta = timedelta(hours=12)
    largest_document: int = 50 << 20
    """Bytes."""
    notary: Notary | None = None
    """Makes checkpoints of the log; None where this process has no part in it."""
    witness: WitnessPlace | None = None
    """Whose logs this installation signs below, as a witness; None where it is none."""
    picture: Picture = field(default_factory=Picture)
    figures: KeptFigures = field(default_factory=KeptFigures)
    """Of reports over many cases."""
    counts: Counts = field(default_factory=Counts)
    """What is being counted just now."""
    looker: Looker | None = None
    """Looks for patterns when an auditor asks; None where this process cannot have anybody look."""
    probes: Probes | None = None
    """Look at what acts do not wait for; None where this process drives nothing."""

    def today(self) -> date:
        """Return the organisation's day."""
        return self.clock().astimezone(self.zone).date()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction. Raises what a person can be told instead of what the record says."""
        try:
            await self._see_todays_picture()
            return await self.database.write(partial(self._run, work))
        except _OF_THE_RECORD as error:
            raise translated(error) from error

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on one consistent moment, with the same refusals."""
        try:
            await self._see_todays_picture()
            return await self.database.read(partial(self._run, work))
        except _OF_THE_RECORD as error:
            raise translated(error) from error

    def _run(self, work: Callable[[Connection], T], connection: Connection) -> T:
        words.seal_with(connection, self.keys)
        return work(connection)

    async def _see_todays_picture(self) -> None:
        """See to it that the tree of units is that of today, before it is asked for the first time that day.

        Costs a look at the clock where it is. Else it is asked of the record, and mended there if nobody has.
        """
        today = self.today()
        if self.picture.stands_for >= today:
            return
        known = await self.database.read(unit_trees.picture_day_of)
        if known is None or known < today:
            now = self.clock()
            await self.database.write(lambda connection: unit_trees.stand_for(connection, today, now))
        self.picture.stands_for = today


_OF_THE_RECORD = (
    problems.NotFound,
    problems.HeadMoved,
    problems.OneOpenCase,
    problems.KeyReused,
    problems.AlreadyThere,
    problems.OutOfOrder,
    problems.StorageFull,
    problems.DatabaseUnavailable,
    problems.RecordDamaged,
    BadCursor,
)


def translated(error: Exception) -> refusals.Refusal:
    """Return what a person is told where the record refused."""
    if isinstance(error, problems.HeadMoved):
        # What happened since is told by services/seeing.py, to whom it may be told.
        return refusals.HeadMoved(error.head, ())
    if isinstance(error, BadCursor):
        return refusals.InvalidInput("cursor", Text(zh="不是此列表的游标", en="is no cursor of this list"))
    plain: dict[type[Exception], type[refusals.Refusal]] = {
        problems.NotFound: refusals.NotFound,
        problems.OneOpenCase: refusals.OneOpenCase,
        problems.KeyReused: refusals.KeyReused,
        problems.AlreadyThere: refusals.InUse,
        problems.OutOfOrder: refusals.Contradiction,
        problems.StorageFull: refusals.StorageFull,
        problems.DatabaseUnavailable: refusals.NotReady,
        problems.RecordDamaged: refusals.NotReady,
    }
    return plain[type(error)]()
