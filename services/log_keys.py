"""The keys that sign the log's checkpoints: made when first needed, changed by rotation, none ever forgotten.

The private key lies sealed in the record, or in a file that whoever reads the record cannot read. When a key
is followed by another the old one signs that, so that whoever trusts the first may trust all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import Connection

from domain.chain import moment_text
from domain.checkpoints import handover_text
from domain.notes import BadNote, signed, verifier_of
from records import log
from records.checkpoints import KeptKey, add_key, log_keys_of
from services.sealing import Sealer, Unreadable

_ABOUT = "log key "


class NoLogKey(Exception):
    """No checkpoint can be signed here. The message says why, and what to do."""


@dataclass(frozen=True)
class KeyPlace:
    """Where the private key is kept, and what the log is called."""

    origin: str
    """The name of the log in its checkpoints; the first key's name stays."""
    sealer: Callable[[], Sealer | None] = lambda: None
    """Gives what seals the key in the record, once that is needed."""
    file: Path | None = None
    """A file with an Ed25519 key in PEM, which comes before what is sealed."""


@dataclass(frozen=True)
class SigningKey:
    """A key that can sign."""

    kept: KeptKey
    private: Ed25519PrivateKey

    @property
    def name(self) -> str:
        """The name of the log."""
        return self.kept.verifier.name


def signing_key(connection: Connection, place: KeyPlace, now: datetime) -> SigningKey:
    """Return the key that signs now; the first is made here, and one that a file brings is taken over.

    Raises NoLogKey.
    """
    log.keep_others_from_signing(connection)
    known = log_keys_of(connection)
    if place.file is not None:
        private = _from_file(place.file)
        name = known[-1].verifier.name if known else place.origin
        if not known or known[-1].verifier != verifier_of(name, private):
            return _added(connection, private, place, now)
        return SigningKey(known[-1], private)
    if not known:
        return rotated(connection, place, now)
    return SigningKey(known[-1], _opened(known[-1], place))


def rotated(connection: Connection, place: KeyPlace, now: datetime) -> SigningKey:
    """Make a new key that signs from now on, named by the old one where that can be read. Raises NoLogKey."""
    log.keep_others_from_signing(connection)
    if place.file is not None:
        raise NoLogKey(
            "the key lies in a file: put another in its place, and the next checkpoint takes it over"
        )
    sealer = place.sealer()
    if sealer is None:
        raise NoLogKey("nothing seals a key here: set ACCEDE_SECRET_KEYS or ACCEDE_LOG_KEY_FILE")
    private = Ed25519PrivateKey.generate()
    return _added(connection, private, place, now, sealer=sealer)


def _added(
    connection: Connection,
    private: Ed25519PrivateKey,
    place: KeyPlace,
    now: datetime,
    *,
    sealer: Sealer | None = None,
) -> SigningKey:
    known = log_keys_of(connection)
    try:
        verifier = verifier_of(known[-1].verifier.name if known else place.origin, private)
    except BadNote as error:
        raise NoLogKey(f"ACCEDE_LOG_ORIGIN cannot name a log: {error}") from error
    if any(one.verifier == verifier for one in known):
        raise NoLogKey("an earlier key cannot come back: every key signs until the next one")
    sealed = None
    if sealer is not None:
        sealed = sealer.seal(private.private_bytes_raw().hex(), _ABOUT + verifier.id.hex())
    handover = None
    if known:
        text = handover_text(verifier, moment_text(now))
        try:
            handover = f"{text}\n{signed(text, verifier.name, _opened(known[-1], place)).line}"
        except NoLogKey:
            # It is lost. That nobody vouches for the new one is seen by whoever verifies.
            handover = None
    kept = KeptKey(verifier, now, sealed, handover)
    add_key(connection, kept)
    return SigningKey(kept, private)


def _opened(kept: KeptKey, place: KeyPlace) -> Ed25519PrivateKey:
    if kept.sealed is None:
        raise NoLogKey(
            "the key lay in a file: name it by ACCEDE_LOG_KEY_FILE, or run `accede audit keys rotate`"
        )
    sealer = place.sealer()
    if sealer is None:
        raise NoLogKey("nothing opens the key here: set ACCEDE_SECRET_KEYS")
    try:
        opened = sealer.open(kept.sealed, _ABOUT + kept.verifier.id.hex())
    except Unreadable as error:
        raise NoLogKey(
            "the key is sealed with another secret: bring that back, or run `accede audit keys rotate`"
        ) from error
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(opened))


def _from_file(file: Path) -> Ed25519PrivateKey:
    try:
        read = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise NoLogKey(
            "ACCEDE_LOG_KEY_FILE names no file with an Ed25519 key in PEM that can be read"
        ) from error
    if not isinstance(read, Ed25519PrivateKey):
        raise NoLogKey("ACCEDE_LOG_KEY_FILE names a key of another kind than Ed25519")
    return read
