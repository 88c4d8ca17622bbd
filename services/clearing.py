"""Does what the rules of retention say of things that go by themselves, so that nothing grows by them.

Events are kept for good; whoever is to be erased is erased by two people (`services/erasing.py`). Here go
sessions, failed log-ins, places, kept answers, drafts, documents, and what is noted of messages.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from domain.refusals import StillKept
from domain.retention import Ended, Everyday, Keep, Kept, Retention, Thing, check_time_over, kept, kept_until
from records import attempts, erasures, expiring, idempotency
from records.database import Database
from records.expiring import Gone, Rule
from records.places import forget_places
from services.documents import Documents
from services.throttling import FAMILIAR_FOR, LONGEST_WINDOW

_USUALLY: Final[Mapping[Everyday, timedelta]] = {
    "sessions": timedelta(0),
    "login-attempts": LONGEST_WINDOW,
    "login-places": FAMILIAR_FOR,
    "answers": timedelta(days=30),
    "traces": timedelta(days=30),
}
"""What holds where no rule says anything of it; the rest is then kept."""
_TRIED_AGAIN: Final = timedelta(days=7)
"""For how long bytes that a fault left behind are looked for."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rules:
    """The rules of retention of an installation."""

    cases: Mapping[str, Retention] = field(default_factory=dict)
    """By process."""
    everyday: Mapping[Everyday, Keep] = field(default_factory=dict)

    def before(self, thing: Everyday, now: datetime) -> datetime | None:
        """Return the moment before which something goes; None where it is kept for good."""
        keep = self.everyday.get(thing)
        if keep is None:
            lasts = _USUALLY.get(thing)
            return None if lasts is None else now - lasts
        return keep.before(now)

    def of(self, thing: Thing) -> Rule:
        """Return what says how long something of a case is kept."""

        def rule(case: Ended) -> Kept | None:
            return kept_until(self.cases, case, thing)

        return rule


async def clear(database: Database, now: datetime, rules: Rules | None = None) -> None:
    """Forget what belongs to no case and has had its time.

    `now` is aware, UTC. Twice does no harm. Raises DatabaseUnavailable.
    """
    known = rules or Rules()
    before = {thing: known.before(thing, now) for thing in _ALL}

    def work(connection: Connection) -> None:
        attempts.clear(
            connection,
            ended_before=before["sessions"],
            now=now,
            attempts_before=before["login-attempts"],
            familiar_before=before["login-places"],
        )
        if (moment := before["answers"]) is not None:
            idempotency.forget(connection, moment)
        if (moment := before["traces"]) is not None:
            forget_places(connection, moment)
        if (moment := before["drafts"]) is not None:
            expiring.forget_drafts(connection, moment)

    await database.write(work)


async def expire(
    database: Database,
    documents: Documents,
    rules: Rules,
    *,
    now: datetime,
    zone: ZoneInfo,
    sign_of_life: Callable[[], None] = lambda: None,
) -> int:
    """Let go the documents, and what is noted of messages, that no rule keeps; return how many documents.

    Twice does no harm; bytes that a fault left behind go the next time. Whom no rule keeps any more is only
    counted. Raises DatabaseUnavailable.
    """
    today = now.astimezone(zone).date()
    gone: Gone = {}
    rule = rules.of("documents")
    async for case_id, by in _over(database, "documents", rules, today, sign_of_life):
        work = partial(expiring.remove_documents, case_id=case_id, by=by, rule=rule, today=today, now=now)
        gone.update(await database.write(work))
    async for case_id, _ in _over(database, "notices", rules, today, sign_of_life):
        await database.write(partial(expiring.forget_reading, case_id=case_id))
    before, keep = rules.before("documents-of-no-case", now), rules.everyday.get("documents-of-no-case")
    if before is not None and keep is not None:
        loose = Kept(rule="retention.everywhere.documents-of-no-case", basis=keep.basis, until=today)
        gone.update(await database.write(partial(expiring.remove_loose, before=before, by=loose, now=now)))
    left = await database.read(partial(expiring.removed_since, moment=now - _TRIED_AGAIN))
    await _count_people(database, rules, today, sign_of_life)
    for name in sorted({*left, *(name for names in gone.values() for name in names)}):
        with suppress(FileNotFoundError):
            await documents.remove(name)
    if gone:
        _log.info("documents went by the rules of retention", number=len(gone))
    return len(gone)


async def _over(
    database: Database, thing: Thing, rules: Rules, today: date, sign_of_life: Callable[[], None]
) -> AsyncIterator[tuple[str, Kept]]:
    """Yield the ended cases of which no rule keeps a kind of thing that is left, with the rule that did."""
    after: str | None = ""
    while after is not None:
        page = partial(expiring.cases_over, thing=thing, rule=rules.of(thing), today=today, after=after)
        found, after = await database.read(page)
        for one in found:
            sign_of_life()
            yield one
        sign_of_life()


async def _count_people(
    database: Database, rules: Rules, today: date, sign_of_life: Callable[[], None]
) -> None:
    """Say in the log how many people may be erased: who they are, administrators are told when they ask."""
    number, after = 0, ""
    while page := await database.read(partial(erasures.people_with_ended_cases, after=after, limit=_PEOPLE)):
        number += await database.read(partial(_may_go, people=page, rules=rules, today=today))
        after = page[-1]
        sign_of_life()
    if number:
        _log.info("people may be erased: see `accede person due`", number=number)


def _may_go(connection: Connection, people: Sequence[str], rules: Rules, today: date) -> int:
    ended = erasures.ended_cases(connection, people, lock=False)
    needed = erasures.needed(connection, people, today)
    number = 0
    for person in people:
        with suppress(StillKept):
            check_time_over(kept(rules.cases, ended[person]), today)
            number += person not in needed
    return number


_PEOPLE: Final = 200
_ALL: Final[tuple[Everyday, ...]] = (
    "sessions",
    "login-attempts",
    "login-places",
    "answers",
    "traces",
    "drafts",
)
