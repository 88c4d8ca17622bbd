"""This installation as a witness: signs below checkpoints of others' logs once it saw that they only grew.

What contradicts what was signed before is not signed, and kept: it is signed by the key of its log, so it
shows to whoever reads it later that the log was rolled back, or shown in two forms.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from domain.checkpoints import Checkpoint, Proven, keys_followed, read_checkpoint, read_handover
from domain.notes import BadNote, VerifierKey, read_note
from domain.values import Text
from domain.witnessing import (
    LONGEST_REQUEST,
    Asked,
    NotWitnessed,
    check_continues,
    cosignature,
    read_request,
)
from records import witnessed as kept
from records.witnessed import Contradiction, Witnessed
from services.parts import Parts
from services.refusals import Malformed, NotFound, NotPermitted, NotReady
from services.views import View
from services.witness_keys import NoWitnessKey, WitnessPlace, witness_key

MOST_KEYS: Final = 64
"""Keys of one log that follow one another: whoever has its key cannot have us keep any number."""

_log = structlog.get_logger(__name__)


class WitnessedView(View):
    """Another installation's log: the longest checkpoint below which we signed, None before the first."""

    origin: str
    size: int
    root: str | None
    seen_at: datetime | None
    note: str | None
    """The checkpoint with our line: hand it to whoever audits that installation."""


class ContradictionView(View):
    """A checkpoint that its log's key signed, and that contradicts what we signed before."""

    origin: str
    why: str
    """`rolled-back`: it is over fewer events than what we signed; `forked`: it is another log."""
    size: int
    seen_size: int
    root: str
    note: str
    refused_at: datetime


class WitnessView(View):
    """What this installation does as a witness. `verifier` is what its signatures are checked with."""

    verifier: str | None
    """None before the first signature was asked for, or where it is no witness."""
    logs: tuple[WitnessedView, ...]
    contradictions: tuple[ContradictionView, ...]


async def cosign(parts: Parts, body: bytes) -> str:
    """Return the line that we sign below a checkpoint, as `add-checkpoint` of `tlog-witness` asks for it.

    Raises NotFound for a log that is not ours to witness, NotPermitted for an unknown key, Malformed,
    NotReady, NotWitnessed where it does not continue what we signed.
    """
    place = parts.witness
    if place is None or not place.logs:
        raise NotFound
    asked, proven = await _read(parts, place, body)
    try:
        line, refused = await parts.write(partial(_judged, parts, place, asked, proven))
    except NoWitnessKey as trouble:
        _log.error("no checkpoint is signed for others", reason=str(trouble))
        raise NotReady from trouble
    if refused is not None:
        if refused.why != "other-size":
            told = proven.checkpoint
            _log.error(
                "a checkpoint contradicts what was signed before",
                log=told.origin,
                why=refused.why,
                size=told.size,
                seen=refused.size,
            )
        raise refused
    return line


async def follow(parts: Parts, body: bytes) -> None:
    """Trust from now on the key that a trusted one of its log names as the next, in a signed note.

    A key names one; where it did, another is refused, and so is one that makes the chain of keys too long.
    Raises NotFound for a log that is not ours to witness, NotPermitted where no trusted key signed,
    Malformed.
    """
    place = parts.witness
    if place is None or not place.logs:
        raise NotFound
    try:
        note = body[: LONGEST_REQUEST + 1].decode()
        origin = read_note(note).text.partition("\n")[0]
    except ValueError as error:
        raise Malformed from error
    keys = await _keys_of(parts, place, origin)
    try:
        handover = read_handover(note, keys)
    except BadNote as error:
        raise NotPermitted(_NOT_NAMED) from error
    if handover.after not in keys and len(keys) >= MOST_KEYS:
        _log.error("the chain of keys is too long to go on", log=origin, keys=len(keys))
        raise NotPermitted(_TOO_MANY)
    if not await parts.write(lambda connection: kept.add_handover(connection, handover, parts.clock())):
        _log.error("a key names a second one after it", log=origin, key=handover.before.id.hex())
        raise NotPermitted(_NAMED_ANOTHER)
    _log.info("a key is followed to the next", log=origin, key=handover.after.id.hex())


async def told(parts: Parts) -> WitnessView:
    """Return which logs we sign below, how far we saw each, and what contradicted."""

    def work(connection: Connection) -> WitnessView:
        own = kept.witness_key(connection)
        seen = {one.origin: one for one in kept.all_longest(connection)}
        configured = () if parts.witness is None else (key.name for key in parts.witness.logs)
        return WitnessView(
            verifier=None if own is None else own.verifier.text,
            logs=tuple(_view(name, seen.get(name)) for name in sorted({*seen, *configured})),
            contradictions=tuple(
                ContradictionView.model_validate(one, from_attributes=True)
                for one in kept.contradictions(connection)
            ),
        )

    return await parts.read(work)


async def own_verifier(parts: Parts) -> str:
    """Return the verifier key of this witness, made when it is missing. Raises NoWitnessKey."""
    place = parts.witness
    if place is None:
        raise NoWitnessKey("this installation is no witness")

    def work(connection: Connection) -> str:
        verifier, _ = witness_key(connection, place, parts.clock())
        return verifier.text

    return await parts.write(work)


async def _read(parts: Parts, place: WitnessPlace, body: bytes) -> tuple[Asked, Proven]:
    try:
        asked = read_request(body)
        origin = Checkpoint.read(read_note(asked.note).text).origin
    except BadNote as error:
        raise Malformed from error
    keys = await _keys_of(parts, place, origin)
    try:
        return asked, read_checkpoint(asked.note, keys)
    except BadNote as error:
        raise NotPermitted(_NOT_TRUSTED) from error


async def _keys_of(parts: Parts, place: WitnessPlace, origin: str) -> tuple[VerifierKey, ...]:
    """Return the keys that are trusted for a log: those that were set, and those they named since.

    Raises NotFound for a log that is not ours to witness.
    """
    keys = place.keys_of(origin)
    if not keys:
        raise NotFound
    return keys_followed(keys, await parts.read(lambda connection: kept.handovers_of(connection, origin)))


def _judged(
    parts: Parts, place: WitnessPlace, asked: Asked, proven: Proven, connection: Connection
) -> tuple[str, NotWitnessed | None]:
    """Sign, or keep why not: what contradicts stays in the record though nothing was signed."""
    now, told = parts.clock(), proven.checkpoint
    verifier, private = witness_key(connection, place, now)
    last = kept.longest_of(connection, told.origin)
    seen = None if last is None else Checkpoint(told.origin, last.size, bytes.fromhex(last.root))
    try:
        check_continues(asked, told, seen)
    except BadNote as error:
        raise Malformed from error
    except NotWitnessed as refused:
        return "", _kept(connection, refused, proven, now)
    line = cosignature(proven.note.text, verifier.name, private, int(now.timestamp())).line
    # Their signatures only: whatever else stands below is not ours to hand on.
    note = _signed_by_its_log(proven)
    kept.add_witnessed(connection, Witnessed(told.origin, told.size, told.root.hex(), note, line, now))
    return line, None


def _kept(connection: Connection, refused: NotWitnessed, proven: Proven, now: datetime) -> NotWitnessed:
    """Keep what contradicts; an older checkpoint that comes again is none of that."""
    told = proven.checkpoint
    root = told.root.hex()
    if refused.why == "rolled-back" and kept.was_signed(connection, told.origin, told.size, root):
        return NotWitnessed("other-size", refused.size)
    if refused.why != "other-size":
        note = _signed_by_its_log(proven)
        found = Contradiction(told.origin, told.size, root, refused.why, refused.size, note, now)
        kept.add_contradiction(connection, found)
    return refused


def _signed_by_its_log(proven: Proven) -> str:
    lines = (one.line for one in proven.note.signatures if any(one.is_by(key) for key in proven.keys))
    return f"{proven.note.text}\n{''.join(lines)}"


def _view(origin: str, seen: Witnessed | None) -> WitnessedView:
    if seen is None:
        return WitnessedView(origin=origin, size=0, root=None, seen_at=None, note=None)
    return WitnessedView(origin=origin, size=seen.size, root=seen.root, seen_at=seen.seen_at, note=seen.whole)


_NOT_NAMED = Text(zh="没有可信密钥签署这把新密钥", en="no key that is trusted here named the new one")
_NAMED_ANOTHER = Text(zh="该密钥已指定过另一把新密钥", en="this key has named another one after it")
_TOO_MANY = Text(
    zh=f"该日志已先后使用{MOST_KEYS}把密钥，不再自动跟随：请由见证方管理员将现用密钥写入ACCEDE_WITNESS_FOR",
    en=f"{MOST_KEYS} keys of this log followed one another already, and no further one is followed by "
    "itself: the witness's operator has to put the present one into ACCEDE_WITNESS_FOR",
)
_NOT_TRUSTED = Text(zh="检查点没有可信密钥的签名", en="no key that is trusted here signed the checkpoint")
