"""Carries out what was decided about the organisation once its day has come.

Everything is done in small transactions and can be stopped anywhere: what is left is read from the record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.acts import Reassign
from domain.events import Event
from domain.library import Library, UnknownProcess
from domain.refusals import RuleViolation
from records import closings, recording, registers, unit_trees
from records.below import units_below
from records.closings import Closing
from records.database import Database
from records.recording import Recorded
from records.registers import ActedOn
from records.tables import cases
from records.unit_changes import UnitChange, moved_by

Tell = Callable[[str, Sequence[Event]], None]
"""Tells the workflow of a case what was recorded, once it is committed."""

AT_ONCE: Final = 10
"""Cases that move in one transaction: nobody else writes to SQLite meanwhile."""


@dataclass(frozen=True)
class Reorganiser:
    """Carries out changes of the organisation over a record, at one moment."""

    database: Database
    library: Library
    today: date
    now: datetime
    tell: Tell = lambda _case, _events: None

    async def catch_up(self) -> None:
        """Carry out everything whose day has come. Nothing the second time. Raises DatabaseUnavailable."""
        await self.database.write(lambda c: unit_trees.bring_up_to_date(c, self.today, self.now))
        for unit, moved_at in (await self.database.read(unit_trees.moved_units)).items():
            await self.follow(unit, moved_at)
        for closing in await self.database.read(lambda c: closings.closings_due(c, self.today)):
            await self.close(closing)

    async def follow(self, unit: str, moved_at: datetime) -> None:
        """Let every open case below a unit that moved say where it stands.

        One that cannot, because its process is not published here, is tried again the next time.
        """
        after: str | None = ""
        left_any = False
        while after is not None:
            after, left = await self._some_follow(unit, after)
            left_any = left_any or left
        if not left_any:
            await self.database.write(lambda c: unit_trees.settle_move(c, unit, moved_at))

    async def close(self, closing: Closing, most: int | None = None) -> bool:
        """Move what is open in a unit, at most so many cases, and close the unit once nothing is left.

        Return whether it is closed. A case that cannot move stands in the way until it can.
        """
        after: str | None = ""
        tried, stuck = 0, None
        while after is not None:
            if most is not None and tried >= most:
                return False
            after, refused = await self._some_leave(closing, after)
            tried, stuck = tried + AT_ONCE, stuck or refused
        if stuck is not None:
            await self.database.write(lambda c: closings.note_stuck(c, closing, stuck))
            return False
        while await self.database.write(lambda c: _move_people(c, closing, self.now)):
            pass
        return await self.database.write(lambda c: closings.finish(c, closing, self.now))

    async def _some_follow(self, unit: str, after: str) -> tuple[str | None, bool]:
        def work(connection: Connection) -> tuple[list[str], list[Recorded]]:
            below = units_below((unit,))
            query = sa.select(cases.c.id).where(
                cases.c.unit_id.in_(below), cases.c.status != "closed", cases.c.id > after
            )
            found = list(connection.execute(query.order_by(cases.c.id).limit(AT_ONCE)).scalars())
            word = moved_by(connection, unit, self.today)
            done = []
            for case in found:
                with suppress(UnknownProcess):
                    done.append(self._reassigned(connection, case, word))
            return found, done

        found, done = await self.database.write(work)
        self._tell(done)
        return (found[-1] if len(found) == AT_ONCE else None), len(done) < len(found)

    async def _some_leave(self, closing: Closing, after: str) -> tuple[str | None, str | None]:
        def work(connection: Connection) -> tuple[list[str], list[Recorded], str | None]:
            found = closings.open_cases(connection, closing.unit, after=after, limit=AT_ONCE)
            done, stuck = [], None
            for case in found:
                try:
                    done.append(self._moved(connection, case, closing))
                except RuleViolation as refused:
                    stuck = refused.rule
                except UnknownProcess:
                    stuck = "process-not-published"
            if done:
                closings.note_moved(connection, closing, cases_=len(done))
            return found, done, stuck

        found, done, stuck = await self.database.write(work)
        self._tell(done)
        return (found[-1] if len(found) == AT_ONCE else None), stuck

    def _moved(self, connection: Connection, case_id: str, closing: Closing) -> Recorded:
        locked = recording.lock(connection, self.library, case_id)
        goes = closing.plan.place_of(locked.case.subject) if locked.case.unit == closing.unit else None
        known = registers.circumstances(
            connection, locked.process, locked.case, closing.by, self._days(), target_unit=goes
        )
        act = Reassign(
            known=known,
            occurred_on=closing.from_on,
            reason=closing.reason,
            from_unit=closing.unit,
            post=closing.post,
        )
        return recording.record(connection, locked.process, locked, act, self.now)

    def _reassigned(self, connection: Connection, case_id: str, word: UnitChange) -> Recorded:
        locked = recording.lock(connection, self.library, case_id)
        by = word.recorded_by or ""
        known = registers.circumstances(connection, locked.process, locked.case, by, self._days())
        act = Reassign(known=known, occurred_on=word.from_on, reason=word.reason)
        return recording.record(connection, locked.process, locked, act, self.now)

    def _days(self) -> ActedOn:
        return ActedOn(on=self.today, today=self.today)

    def _tell(self, done: Sequence[Recorded]) -> None:
        for recorded in done:
            if recorded.events:
                self.tell(recorded.case.id, [stored.event for stored in recorded.events])


Progress = Literal["ordered", "moving", "stuck", "closed"]
"""How far the closing of a unit is."""


def progress_of(closing: Closing, today: date) -> Progress:
    """Return how far the closing of a unit is."""
    if closing.finished_at is not None:
        return "closed"
    if closing.from_on > today:
        return "ordered"
    return "moving" if closing.stuck_on is None else "stuck"


def _move_people(connection: Connection, closing: Closing, now: datetime) -> int:
    moved = closings.move_people(connection, closing, now)
    if moved:
        closings.note_moved(connection, closing, people=moved)
    return moved
