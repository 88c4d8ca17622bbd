"""The key with which this installation signs, as a witness, below checkpoints of others' logs, and of whose.

It is another key than that of its own log, made when first needed, and lies sealed in the record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from domain.notes import COSIGNING, ED25519, BadNote, VerifierKey, verifier_of
from records import witnessed as kept
from records.witnessed import WitnessKey
from services.sealing import Sealer, Unreadable

_ABOUT: Final = "witness key "


class NoWitnessKey(Exception):
    """Nothing can be signed for others here. The message says why, and what to do."""


@dataclass(frozen=True)
class WitnessPlace:
    """What this installation is called as a witness, where its key is, and whose logs it signs below."""

    name: str
    sealer: Callable[[], Sealer | None]
    logs: tuple[VerifierKey, ...] = ()

    def keys_of(self, origin: str) -> tuple[VerifierKey, ...]:
        """Return the keys with which a log of this name is trusted to be signed."""
        return tuple(key for key in self.logs if key.name == origin)


def logs_of(setting: str) -> tuple[VerifierKey, ...]:
    """Return the verifier keys a setting names, with commas between. Raises BadNote."""
    found = tuple(VerifierKey.read(one) for one in setting.split(",") if one.strip())
    if any(key.kind != ED25519 for key in found):
        raise BadNote("the key of a log is of the kind that signs checkpoints, not of a witness")
    return found


def witness_key(
    connection: Connection, place: WitnessPlace, now: datetime
) -> tuple[VerifierKey, Ed25519PrivateKey]:
    """Return the key with what it is verified by; it is made here when it is missing. Raises NoWitnessKey."""
    kept.alone(connection)
    sealer = place.sealer()
    if sealer is None:
        raise NoWitnessKey("nothing seals a key here: set ACCEDE_SECRET_KEYS")
    known = kept.witness_key(connection)
    if known is None:
        return _made(connection, place, sealer, now)
    try:
        opened = sealer.open(known.sealed, _ABOUT + known.verifier.id.hex())
    except Unreadable as error:
        raise NoWitnessKey("the key of the witness is sealed with another secret: bring that back") from error
    return known.verifier, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(opened))


def _made(
    connection: Connection, place: WitnessPlace, sealer: Sealer, now: datetime
) -> tuple[VerifierKey, Ed25519PrivateKey]:
    private = Ed25519PrivateKey.generate()
    try:
        verifier = verifier_of(place.name, private, COSIGNING)
    except BadNote as error:
        raise NoWitnessKey(f"ACCEDE_LOG_ORIGIN cannot name a witness: {error}") from error
    sealed = sealer.seal(private.private_bytes_raw().hex(), _ABOUT + verifier.id.hex())
    kept.add_witness_key(connection, WitnessKey(verifier, sealed, now))
    return verifier, private
