"""What the courier asks for: deliver what waits, and write down how that went.

An obligation is claimed, sent, and written down as delivered, in three steps. A crash between the last two
sends it again when the claim runs out, with the same Message-ID: SMTP has no better way. Whoever ends in good
order finishes the mail it is at and gives back what it had not begun.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from types import MappingProxyType
from typing import Final

import structlog
from sqlalchemy import Connection
from temporalio import activity

from activities.beating import BEAT, CalledOff, alive
from domain.library import Library, UnknownProcess
from domain.moments import local_day
from domain.permitting import actor_title
from domain.preferences import Required, Sending, Topic, sending
from domain.values import Language, Text
from records import notifications
from records.database import Database
from records.digests import ToldLine, lines_of
from records.keeping_out import owed_no_more
from records.notifications import LEASE, Owed
from records.places import places_of
from senders.in_app import InAppSender
from senders.messages import Lent, Message, MessageLine, NotNow, Refused, Round, Sender, of_a_day
from telemetry import metrics, tracing
from workflows.contract import DeliverAsked, Delivered

_ENOUGH: Final = LEASE / 2
"""A round that takes longer leaves the rest for later, so that no claim runs out under it."""
_UNTITLED: Final = Text(zh="审批流程", en="Approval process")

_log = structlog.get_logger(__name__)


class DeliveringActivities:
    """Delivers through one sender; people it cannot reach have the list in the application."""

    def __init__(
        self,
        database: Database,
        library: Library,
        sender: Sender | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone: tzinfo = UTC,
        required: Mapping[Topic, Required] = MappingProxyType({}),
        beat: float = BEAT,
    ) -> None:
        """Take the record, what was published, and the sender (none: the list in the application only).

        `zone` is the organisation's; of topics that are `required` nobody can switch mails off. `beat` is how
        many seconds lie between two signs of life.
        """
        self._database = database
        self._library = library
        self._sender = sender or InAppSender()
        self._clock = clock
        self._zone = zone
        self._required = required
        self._beat = beat

    @activity.defn(name="deliver_batch")
    async def deliver_batch(self, asked: DeliverAsked) -> Delivered:
        """Deliver what is to be sent now, oldest first."""
        return await alive(partial(self._deliver_batch, asked.limit), every=self._beat)

    async def _deliver_batch(self, limit: int, called_off: CalledOff) -> Delivered:
        begun = self._clock()
        shown, owed = await self._database.write(partial(self._claim, now=begun, limit=limit))
        for one in shown:
            metrics.DELIVERIES.labels(one.kind, "delivered").inc()
        sent, failed, left = await self._send_until(
            owed, lambda: called_off() or self._clock() - begun > _ENOUGH
        )
        if left:
            give_back = partial(notifications.give_back, ids=[one.id for one in left], claimed=begun)
            await self._database.write(partial(give_back, now=self._clock()))
        next_at = await self._database.read(notifications.next_attempt)
        more = next_at is not None and next_at <= self._clock()
        return Delivered(delivered=len(shown) + sent, failed=failed, more=more, next_at=next_at)

    async def _send_until(
        self, owed: Sequence[Owed], is_enough: Callable[[], bool]
    ) -> tuple[int, int, Sequence[Owed]]:
        """Send one mail after another; return how many were sent, how many not, and what was not tried."""
        sent, failed, here = 0, 0, tracing.here()
        places = await self._places(owed)
        lists = await self._database.read(partial(lines_of, notices=[one.id for one in owed]))
        waiting = deque(self._mails(owed))
        async with self._sender.round() as sending:
            while waiting and not is_enough():
                mail = waiting.popleft()
                one = mail[0]
                place = places.get((one.case, one.seq), "")
                with tracing.span("deliver", parent=place, links=[here], obligation=one.id, about=one.kind):
                    went_well = await self._deliver(mail, lists, sending)
                for each in mail:
                    metrics.DELIVERIES.labels(each.kind, "delivered" if went_well else "failed").inc()
                number = len(mail)
                sent, failed = sent + number * went_well, failed + number * (not went_well)
        return sent, failed, [one for mail in waiting for one in mail]

    def _claim(self, connection: Connection, now: datetime, limit: int) -> tuple[list[Owed], list[Owed]]:
        """Claim what waits; return what the list delivers by itself, and what is to be sent.

        Most duties are of the first kind, and a transaction for each would cost more than the acts they
        follow from.
        """
        how = partial(self._sending, now=now)
        owed = notifications.claim(
            connection,
            now,
            limit,
            by_itself=self._shown_in,
            later=lambda one: how(one).later,
            together=lambda one: how(one).way == "daily",
            no_more=partial(owed_no_more, connection, self._library),
        )
        shown = [one for one in owed if self._shown_in(one)]
        return shown, [one for one in owed if not self._shown_in(one)]

    def _shown_in(self, owed: Owed) -> str | None:
        """Return the list's channel for what nobody else has to deliver."""
        here = InAppSender.channel
        if not owed.email or self._sender.channel == here:
            return here
        return here if self._sending(owed, owed.created_at).way == "list" else None

    def _sending(self, owed: Owed, now: datetime) -> Sending:
        return sending(owed.preferences, self._required, owed.kind, owed.created_at, now, self._zone)

    def _mails(self, owed: Sequence[Owed]) -> list[list[Owed]]:
        """Return what goes in one mail: all that comes once a day together, the rest each by itself."""
        mails: dict[str, list[Owed]] = {}
        for one in owed:
            is_daily = self._sending(one, one.created_at).way == "daily"
            mails.setdefault(f"daily {one.person}" if is_daily else one.id, []).append(one)
        return list(mails.values())

    async def _places(self, owed: Sequence[Owed]) -> Mapping[tuple[str, int], str]:
        """Return where the acts are traced to which messages are owed, by case and event."""
        if not owed or not tracing.is_on():
            return {}
        return await self._database.read(partial(places_of, asked=[(one.case, one.seq) for one in owed]))

    async def _deliver(
        self, mail: Sequence[Owed], lists: Mapping[str, Sequence[ToldLine]], sending: Round
    ) -> bool:
        """Send one mail, and write down for everything in it how that went."""
        try:
            messages = [self._message(one, one.email or "", lists.get(one.id, ())) for one in mail]
            await sending.send(messages[0] if len(messages) == 1 else of_a_day(messages))
        except Refused as refused:
            await self._failed(mail, refused, final=True)
        except NotNow as trouble:
            await self._failed(mail, trouble)
        except Exception as trouble:  # noqa: BLE001 - one message must not hold up those behind it
            _log.exception("a message could not be made or sent", obligation=mail[0].id)
            await self._failed(mail, type(trouble).__name__)
        else:
            await self._taken(mail, self._sender.channel)
            return True
        return False

    async def _taken(self, mail: Sequence[Owed], channel: str) -> None:
        now, ids = self._clock(), [one.id for one in mail]
        await self._database.write(partial(notifications.delivered, ids=ids, now=now, channel=channel))

    async def _failed(self, mail: Sequence[Owed], why: Exception | str, *, final: bool = False) -> None:
        now = self._clock()

        def work(connection: Connection) -> None:
            for one in mail:
                notifications.failed(connection, one.id, now, str(why), final=final)

        await self._database.write(work)

    def _message(self, owed: Owed, address: str, lines: Sequence[ToldLine]) -> Message:
        step = outcome = lent = None
        title, zone = _UNTITLED, "UTC"
        try:
            process = self._library.by_digest(owed.digest)
        except UnknownProcess:
            _log.warning("a definition is not published here", digest=owed.digest)
        else:
            title, zone = process.title, process.time_zone
            step = process.steps[owed.step].title if owed.step in process.steps else None
            lent = _lent(owed, actor_title(process, owed.actor))
            outcome = process.outcomes[owed.outcome].title if owed.outcome in process.outcomes else None
        return Message(
            id=owed.message_id,
            to=address,
            language=(owed.preferences and owed.preferences.language) or _language(owed.language),
            kind=owed.kind,
            case=owed.case,
            process=title,
            step=step,
            outcome=outcome,
            lent=lent,
            due_on=owed.due_on,
            lines=tuple(self._line(one) for one in lines),
            today=local_day(self._clock(), zone),
            created_at=owed.created_at,
        )

    def _line(self, told: ToldLine) -> MessageLine:
        try:
            step = self._library.by_digest(told.digest).steps[told.step].title
        except (UnknownProcess, KeyError):
            step = _UNTITLED
        return MessageLine(case=told.case, step=step, from_on=told.from_on)


def _lent(owed: Owed, post: Text) -> Lent | None:
    if owed.on_behalf_of is None:
        return None
    return Lent(post=post, substitute=owed.person_name, owner=owed.owner_name or "")


def _language(named: str) -> Language:
    return "en" if named == "en" else "zh"
