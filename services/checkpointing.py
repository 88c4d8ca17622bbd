"""Makes checkpoints of the log: places what has no place yet, signs the root, and has it leave the machine.

A log that contradicts what was signed before, here or in a copy outside, is never signed again: else an older
copy of the record, or a changed one, would soon have checkpoints that look well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Connection

from domain.checkpoints import Checkpoint
from domain.notes import signed
from records import checkpoints as kept
from records import log
from records.checkpoints import KeptCheckpoint
from records.database import Database
from records.problems import NotFound
from services.log_keys import KeyPlace, SigningKey, signing_key

_ROUNDS: Final = 10_000
"""Transactions in which events are placed, at most, before a checkpoint is made of what has a place."""


class LogContradicts(Exception):
    """The log is not the one that was signed before. The message says how it differs."""


class Outside(Protocol):
    """A place outside the record that gets every checkpoint."""

    def newest(self) -> Checkpoint | None:
        """Return the newest checkpoint of this log that is there; None where nothing is known."""

    async def publish(self, checkpoint: KeptCheckpoint) -> None:
        """Bring a checkpoint there. Whatever goes wrong is logged, and tried again with the next one."""


class Notary:
    """Makes checkpoints, in one process or several at once."""

    def __init__(
        self,
        database: Database,
        place: KeyPlace,
        *,
        clock: Callable[[], datetime],
        outside: Sequence[Outside] = (),
        every: int = 1_000,
    ) -> None:
        """Take the record, where the key is, a clock (UTC), places outside, and after how many events."""
        self._database = database
        self.place = place
        self._clock = clock
        self._outside = outside
        self._every = every

    async def place_events(self) -> int:
        """Give every committed event its place; return how many found one."""
        number = 0
        for _ in range(_ROUNDS):
            if not await self._database.read(log.is_behind):
                break
            placed = await self._database.write(log.place_events)
            number += placed.events
            if not placed.more:
                break
        return number

    async def is_due(self) -> bool:
        """Whether enough events came since the last checkpoint for another."""

        def since(connection: Connection) -> int:
            last = kept.latest_checkpoint(connection)
            return log.log_size(connection) - (0 if last is None else last.size)

        return await self._database.read(since) >= self._every

    async def make(self) -> KeptCheckpoint | None:
        """Make a checkpoint over everything committed by now; return the latest, None of an empty log.

        Where nothing came since the last one that stays the latest. Raises NoLogKey, LogContradicts.
        """
        await self.place_events()
        for place in self._outside:
            self._check_against(place.newest(), await self._database.read(log.log_size))
        made = await self._database.write(self._sign)
        if made is not None:
            for place in self._outside:
                await place.publish(made)
        return made

    async def sign(self, text_of: Callable[[str], str]) -> str:
        """Return a signed note over a text about this log; `text_of` is handed its name. Raises NoLogKey."""

        def work(connection: Connection) -> str:
            key = signing_key(connection, self.place, self._clock())
            text = text_of(key.name)
            return f"{text}\n{signed(text, key.name, key.private).line}"

        return await self._database.write(work)

    def _check_against(self, there: Checkpoint | None, size: int) -> None:
        if there is not None and there.size > size:
            raise LogContradicts(
                f"a checkpoint outside is over {there.size} events, and the log has {size}: an older copy of "
                "the record is in use, or events were removed"
            )

    def _sign(self, connection: Connection) -> KeptCheckpoint | None:
        log.keep_others_from_signing(connection)
        size = log.log_size(connection)
        last = kept.latest_checkpoint(connection)
        if size == 0:
            if last is not None:
                raise LogContradicts(f"the log is empty, and a checkpoint is over {last.size} events")
            return None
        now = self._clock()
        key = signing_key(connection, self.place, now)
        if last is not None:
            _check_continues(connection, last, size)
            if (last.size, last.key_id) == (size, key.kept.verifier.id.hex()):
                return last
        made = _signed(connection, key, size, now)
        for place in self._outside:
            there = place.newest()
            if there is not None and there.size == size and there.root.hex() != made.root:
                raise LogContradicts(f"a checkpoint outside over the same {size} events has another root")
        kept.add_checkpoint(connection, made)
        return made


def _check_continues(connection: Connection, last: KeptCheckpoint, size: int) -> None:
    """Raise LogContradicts unless the log still begins with what was signed last."""
    if last.size > size:
        raise LogContradicts(f"a checkpoint is over {last.size} events, and the log has {size}")
    try:
        same = log.tree_root(connection, last.size).hex() == last.root
    except NotFound as error:
        raise LogContradicts(str(error)) from error
    if not same:
        raise LogContradicts(f"the first {last.size} events are not those that were signed")


def _signed(connection: Connection, key: SigningKey, size: int, now: datetime) -> KeptCheckpoint:
    try:
        over = log.tree_root(connection, size)
    except NotFound as error:
        raise LogContradicts(str(error)) from error
    text = Checkpoint(key.name, size, over).text
    note = f"{text}\n{signed(text, key.name, key.private).line}"
    return KeptCheckpoint(size, key.kept.verifier.id.hex(), over.hex(), now, note)
