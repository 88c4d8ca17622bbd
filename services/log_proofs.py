"""Checkpoints of the log and proofs from it, for whoever wants to verify without believing us.

There are only hashes in them. Whoever sees a case may ask for the proof of its events.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import structlog
from sqlalchemy import Connection

from domain.notes import Signature, VerifierKey
from domain.tree import consistency_path, inclusion_path
from domain.values import Text
from records import checkpoint_places, log
from records import checkpoints as kept
from records.checkpoint_places import Place
from records.checkpoints import KeptCheckpoint, KeptKey
from records.stored import events_after
from services.checkpointing import LogContradicts, Notary
from services.log_keys import NoLogKey
from services.parts import Caller, Parts
from services.refusals import InvalidInput, NotFound, NotReady
from services.seeing import look_into
from services.views import Page, View

_log = structlog.get_logger(__name__)


class CheckpointView(View):
    """A checkpoint: over how many events, the root of the tree over them, and the signed note."""

    size: int
    root: str
    key: str
    made_at: datetime
    note: str
    witnesses: tuple[str, ...]
    """The names of those who signed below."""


class LogKeyView(View):
    """A key that signs checkpoints, from a moment until another; `verifier` is what they are checked with."""

    id: str
    verifier: str
    from_at: datetime
    until: datetime | None
    handover: str | None
    """The signed note in which the key before it names this one."""


class PlaceView(View):
    """Somewhere outside that gets checkpoints: the latest it has, and why it has no later one."""

    name: str
    kind: Literal["witness", "mail"]
    size: int
    reached_at: datetime | None
    tried_at: datetime
    failure: str | None


class LeafView(View):
    """One line of the log: where it stands, and the hash of the event."""

    position: int
    hash: str


class LeafProofView(LeafView):
    """The same with the path to the root of a signed checkpoint."""

    path: tuple[str, ...]
    checkpoint: CheckpointView


class InclusionView(View):
    """The proof that an event stands in the log: from its hash up to the root of a checkpoint."""

    case: str
    seq: int
    hash: str
    position: int
    path: tuple[str, ...]
    checkpoint: CheckpointView


class ConsistencyView(View):
    """The proof that a later log is an earlier one with more at its end."""

    earlier: int
    later: int
    path: tuple[str, ...]


async def listed(parts: Parts, *, cursor: str | None, limit: int) -> Page[CheckpointView]:
    """Return all checkpoints, latest first."""

    def work(connection: Connection) -> Page[CheckpointView]:
        page = kept.list_checkpoints(connection, cursor=cursor, limit=limit)
        return Page(items=tuple(map(checkpoint_view, page.items)), next=page.next)

    return await parts.read(work)


async def latest(parts: Parts) -> CheckpointView:
    """Return the latest checkpoint. Raises NotFound where there is none yet."""
    found = await parts.read(kept.latest_checkpoint)
    if found is None:
        raise NotFound
    return checkpoint_view(found)


async def places(parts: Parts) -> Page[PlaceView]:
    """Return where checkpoints go outside, and how far they came; of mail, for all auditors together."""
    known = await parts.read(checkpoint_places.places)
    found = [
        _place_view(one.place.removeprefix("witness/"), "witness", one) for one in known if not _is_mail(one)
    ]
    mailed = [one for one in known if _is_mail(one)]
    if mailed:
        last = min(mailed, key=lambda one: (one.failure is None, one.size))
        found.append(_place_view("mail", "mail", last))
    return Page(items=tuple(found))


async def keys(parts: Parts) -> Page[LogKeyView]:
    """Return every key there was, oldest first."""
    known = await parts.read(kept.log_keys_of)
    return Page(items=key_views(known))


async def inclusion(parts: Parts, caller: Caller, case_id: str, seq: int | None) -> InclusionView:
    """Return the proof of an event of a case the caller sees, its last one where none is named.

    It leads to the first checkpoint over that event, which is made where there is none yet.

    Raises NotFound, NotReady where no checkpoint can be made.
    """

    def event_asked(connection: Connection) -> int:
        found, look = look_into(connection, parts, caller, case_id)
        last = found.case.seq
        if seq is None:
            return last
        asked = events_after(connection, case_id, seq - 1, limit=1) if 0 < seq <= last else ()
        if not look.history(asked):
            raise NotFound
        return seq

    number = await parts.read(event_asked)
    await ensure_covered(parts, case_id, number)

    def work(connection: Connection) -> InclusionView:
        leaf = log.leaf_of(connection, case_id, number)
        over = kept.checkpoint_over(connection, leaf.position + 1)
        if over is None:
            raise NotFound
        path = inclusion_path(leaf.position, over.size, log.tree_of(connection))
        return InclusionView(
            case=case_id,
            seq=leaf.seq,
            hash=leaf.hash,
            position=leaf.position,
            path=tuple(node.hex() for node in path),
            checkpoint=checkpoint_view(over),
        )

    return await parts.read(work)


async def size(parts: Parts) -> int:
    """Return how many lines the log has."""
    return await parts.read(log.log_size)


async def leaves(parts: Parts, first: int, limit: int) -> Page[LeafView]:
    """Return lines of the log from a position on; hashes only, which say nothing of whose they are."""
    found = await parts.read(lambda connection: log.leaves_from(connection, first, limit))
    return Page(items=tuple(LeafView(position=one.position, hash=one.hash) for one in found))


async def leaf(parts: Parts, position: int) -> LeafProofView:
    """Return a line of the log with its proof; where no checkpoint is over it one is made.

    Raises NotFound where there is no such line, NotReady where no checkpoint can be made.
    """

    def could_be_covered(connection: Connection) -> bool:
        there = position < log.log_size(connection) or log.is_behind(connection)
        return there and kept.checkpoint_over(connection, position + 1) is None

    if parts.notary is not None and await parts.read(could_be_covered):
        await _make(parts.notary)

    def work(connection: Connection) -> LeafProofView:
        own = next(iter(log.leaves_from(connection, position, 1)), None)
        over = kept.checkpoint_over(connection, position + 1)
        if position < 0 or own is None or own.position != position or over is None:
            raise NotFound
        path = inclusion_path(position, over.size, log.tree_of(connection))
        return LeafProofView(
            position=position,
            hash=own.hash,
            path=tuple(node.hex() for node in path),
            checkpoint=checkpoint_view(over),
        )

    return await parts.read(work)


async def ensure_covered(parts: Parts, case_id: str, seq: int) -> None:
    """See to it that a checkpoint is over an event. Raises NotReady where none can be made."""

    def is_covered(connection: Connection) -> bool:
        leaf = next((one for one in log.leaves_of(connection, case_id) if one.seq == seq), None)
        return leaf is not None and kept.checkpoint_over(connection, leaf.position + 1) is not None

    if parts.notary is not None and not await parts.read(is_covered):
        await _make(parts.notary)


async def _make(notary: Notary) -> None:
    try:
        await notary.make()
    except (NoLogKey, LogContradicts) as trouble:
        _log.error("no checkpoint is made", reason=str(trouble))
        raise NotReady from trouble


async def consistency(parts: Parts, earlier: int, later: int) -> ConsistencyView:
    """Return the proof between the logs of two sizes. Raises InvalidInput where there were none so large."""

    def work(connection: Connection) -> ConsistencyView:
        if later > log.log_size(connection):
            raise InvalidInput("later", _NOT_SO_LONG)
        if earlier > later:
            raise InvalidInput("earlier", _TURNED_ROUND)
        path = consistency_path(earlier, later, log.tree_of(connection))
        return ConsistencyView(earlier=earlier, later=later, path=tuple(node.hex() for node in path))

    return await parts.read(work)


def _is_mail(one: Place) -> bool:
    return one.place.startswith("mail/")


def _place_view(name: str, kind: Literal["witness", "mail"], one: Place) -> PlaceView:
    return PlaceView(
        name=name,
        kind=kind,
        size=one.size,
        reached_at=one.reached_at,
        tried_at=one.tried_at,
        failure=one.failure,
    )


def checkpoint_view(found: KeptCheckpoint) -> CheckpointView:
    """Return a checkpoint as it is shown."""
    return CheckpointView(
        size=found.size,
        root=found.root,
        key=found.key_id,
        made_at=found.made_at,
        note=found.whole,
        witnesses=tuple(Signature.read(line.rstrip("\n")).name for line in found.cosigned),
    )


def key_views(known: tuple[KeptKey, ...]) -> tuple[LogKeyView, ...]:
    """Return keys as they are shown: each until the next one's moment."""
    ends = (*(key.from_at for key in known[1:]), None)
    return tuple(_key_view(key, key.verifier, end) for key, end in zip(known, ends, strict=False))


def _key_view(key: KeptKey, verifier: VerifierKey, end: datetime | None) -> LogKeyView:
    return LogKeyView(
        id=verifier.id.hex(), verifier=verifier.text, from_at=key.from_at, until=end, handover=key.handover
    )


_NOT_SO_LONG = Text(zh="日志还没有这么多记录", en="the log has no so many events")
_TURNED_ROUND = Text(zh="不能大于 later", en="is not greater than later")
