"""Does what the rules of retention say of things that go by themselves, so that nothing grows by them.

Events are kept for good; whoever is to be erased is erased by two people (`services/erasing.py`). Here go
sessions, failed log-ins, places, kept answers, drafts, documents, and what is noted of messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from domain.retention import Ended, Everyday, Keep, Kept, Retention, Thing, kept_until
from records import attempts, expiring, idempotency
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
        if keep.is_for_good:
            return None
        return now - timedelta(days=(keep.days or 0) + 365 * (keep.years or 0))

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
    database: Database, documents: Documents, rules: Rules, *, now: datetime, zone: ZoneInfo
) -> int:
    """Let go the documents, and what is noted of messages, that no rule keeps; return how many documents.

    Twice does no harm; bytes that a fault left behind go the next time. Raises DatabaseUnavailable.
    """
    today = now.astimezone(zone).date()
    gone: Gone = {}
    for thing, rule in (("documents", rules.of("documents")), ("notices", rules.of("notices"))):
        after: str | None = ""
        while after is not None:
            page = partial(expiring.cases_over, rule=rule, today=today, after=after)
            over, after = await database.read(page)
            for case_id, by in over:
                if thing == "notices":
                    await database.write(partial(expiring.forget_reading, case_id=case_id))
                else:
                    work = partial(
                        expiring.remove_documents, case_id=case_id, by=by, rule=rule, today=today, now=now
                    )
                    gone.update(await database.write(work))
    before, keep = rules.before("documents-of-no-case", now), rules.everyday.get("documents-of-no-case")
    if before is not None and keep is not None:
        loose = Kept(rule="retention.everywhere.documents-of-no-case", basis=keep.basis, until=today)
        gone.update(await database.write(partial(expiring.remove_loose, before=before, by=loose, now=now)))
    left = await database.read(partial(expiring.removed_since, moment=now - _TRIED_AGAIN))
    for name in sorted({*left, *(name for names in gone.values() for name in names)}):
        with suppress(FileNotFoundError):
            await documents.remove(name)
    if gone:
        _log.info("documents went by the rules of retention", number=len(gone))
    return len(gone)


_ALL: Final[tuple[Everyday, ...]] = (
    "sessions",
    "login-attempts",
    "login-places",
    "answers",
    "traces",
    "drafts",
)
