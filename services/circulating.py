"""Brings checkpoints to witnesses and auditors: after they were made, again and again, in nobody's way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from domain.notes import read_note
from domain.tree import consistency_path
from domain.values import Language
from records import checkpoint_places as places
from records import checkpoints as kept
from records import log
from records.checkpoint_places import Place
from records.checkpoints import KeptCheckpoint
from records.database import Database
from records.problems import DatabaseUnavailable
from services.witnesses import NotCosigned, Witness

_log = structlog.get_logger(__name__)

_LOOKS: Final = 15.0
"""Seconds between two looks."""
_PAUSE: Final = timedelta(minutes=1)
"""Between two tries at one place, at least; each failure doubles it."""
_LONGEST: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
"""Auditors get one checkpoint a day, at most."""


class NotSent(Exception):
    """A mail did not leave. The message says why, without the address."""


class Mailing(Protocol):
    """Sends one checkpoint to one address. Raises NotSent."""

    def __call__(self, checkpoint: KeptCheckpoint, to: str, language: Language) -> Awaitable[None]:
        """Send it."""
        ...


class Circulation:
    """Knows where checkpoints go, and brings the latest there."""

    def __init__(
        self,
        database: Database,
        witnesses: Sequence[Witness],
        mail: Mailing | None,
        *,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
    ) -> None:
        """Take the record, the witnesses, and how mail leaves; None where no mail does."""
        self._database = database
        self._witnesses = witnesses
        self._mail = mail
        self._clock = clock
        self._zone = zone

    async def go_round(self) -> None:
        """Bring the latest checkpoint wherever it is not yet. What fails is written down, and tried later."""
        if not self._witnesses and self._mail is None:
            return
        latest = await self._database.read(kept.latest_checkpoint)
        if latest is None:
            return
        known = {one.place: one for one in await self._database.read(places.places)}
        for witness in self._witnesses:
            place = f"witness/{witness.key.name}"
            if self._is_due(known.get(place), latest, _PAUSE):
                await self._bring(place, latest, partial(self._cosigned, witness))
        if self._mail is not None:
            today = self._clock().astimezone(self._zone).date()
            for person, address, language in await self._database.read(partial(places.auditors, today=today)):
                place = f"mail/{person}"
                if self._is_due(known.get(place), latest, _DAY):
                    spoken: Language = "en" if language == "en" else "zh"
                    await self._bring(place, latest, partial(self._mailed, address, spoken))

    def _is_due(self, known: Place | None, latest: KeptCheckpoint, often: timedelta) -> bool:
        if known is None:
            return True
        if known.size >= latest.size:
            return False
        came = known.reached_at
        return known.tries > 0 or came is None or self._clock() - came >= often

    async def _bring(
        self, place: str, latest: KeptCheckpoint, how: Callable[[KeptCheckpoint, Place], Awaitable[None]]
    ) -> None:
        now = self._clock()
        known = next((one for one in await self._database.read(places.places) if one.place == place), None)
        pause = min(_PAUSE * 2 ** min(known.tries if known else 0, 10), _LONGEST)
        claimed = await self._database.write(partial(places.claim, place=place, now=now, pause=pause))
        if claimed is None:
            return
        try:
            await how(latest, claimed)
        except (NotCosigned, NotSent) as trouble:
            why = str(trouble)
            _log.warning("a checkpoint did not arrive", place=place, reason=why, size=latest.size)
            await self._database.write(partial(places.failed, place=place, why=why))
            return
        reached = partial(places.reached, place=place, size=latest.size, now=self._clock())
        await self._database.write(reached)

    async def _cosigned(self, witness: Witness, latest: KeptCheckpoint, known: Place) -> None:
        def prove(connection: Connection, size: int) -> tuple[bytes, ...]:
            return consistency_path(size, latest.size, log.tree_of(connection))

        async def proof(size: int) -> tuple[bytes, ...]:
            return await self._database.read(partial(prove, size=size))

        text = read_note(latest.note).text
        keys = await self._database.read(kept.log_keys_of)
        named = [key.handover for key in keys if key.handover is not None]
        line = await witness.cosign(latest.note, text, known.size, proof, named)
        put = partial(
            kept.add_cosignature,
            checkpoint=latest,
            witness=witness.key.name,
            line=line,
            now=self._clock(),
        )
        await self._database.write(put)

    async def _mailed(self, address: str, language: Language, latest: KeptCheckpoint, _known: Place) -> None:
        if self._mail is not None:
            await self._mail(latest, address, language)


async def keep_circulating(circulation: Circulation, *, every: float = _LOOKS) -> None:
    """Go round, over and over. Never returns."""
    while True:
        try:
            await circulation.go_round()
        except DatabaseUnavailable as away:
            _log.warning("checkpoints wait to be brought to their places", reason=str(away))
        await asyncio.sleep(every)
