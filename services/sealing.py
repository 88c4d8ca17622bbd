"""What has to be read again is sealed with a key that is not in the database.

AES-GCM with 256 bits; what a text belongs to is bound to it, so that nobody puts it elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path
from typing import Final, TypedDict

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY: Final = 32
_NONCE: Final = 12


class BadKey(ValueError):
    """A key is not 32 bytes of base64."""


class Unreadable(Exception):
    """What was sealed cannot be read: its key is gone, or somebody changed or moved it."""


class Sealer:
    """Seals with its first key, and reads with any: a new one is put before the old."""

    def __init__(self, keys: str) -> None:
        """Take keys in base64, separated by commas. Raises BadKey."""
        self._keys = {_name_of(key): AESGCM(key) for key in map(_decoded, keys.split(","))}
        self._first = next(iter(self._keys))

    def seal(self, text: str, about: str) -> str:
        """Return the text so that only this installation reads it, and only as what it is `about`."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._keys[self._first].encrypt(nonce, text.encode(), about.encode())
        return f"{self._first}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def is_first(self, sealed: str) -> bool:
        """Whether a text was sealed with the key that seals now."""
        return sealed.partition(".")[0] == self._first

    def open(self, sealed: str, about: str) -> str:
        """Return what was sealed. Raises Unreadable."""
        name, _, rest = sealed.partition(".")
        try:
            whole = base64.urlsafe_b64decode(rest)
            return self._keys[name].decrypt(whole[:_NONCE], whole[_NONCE:], about.encode()).decode()
        except (InvalidTag, KeyError, ValueError) as error:
            raise Unreadable from error


class SealingPlace(TypedDict):
    """With what is sealed: keys that are set, or else one in a file. Neither: nothing is."""

    keys: str | None
    file: Path | None


def sealer_of(keys: str | None, file: Path | None) -> Sealer | None:
    """Return what seals with the keys that are set, or else with one in a file, or None. Raises BadKey."""
    if keys is not None:
        return Sealer(keys)
    return None if file is None else Sealer(key_in(file))


def key_in(file: Path) -> str:
    """Return the key a file holds, which is made where it is missing and which nobody else may read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    made = base64.urlsafe_b64encode(secrets.token_bytes(_KEY))
    # Written whole under another name, so that of two who begin at once nobody reads half a key.
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(made)
        opened.flush()
        os.fsync(opened.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return file.read_text("ascii").strip()


def _decoded(key: str) -> bytes:
    try:
        decoded = base64.b64decode(key.strip().replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error as error:
        raise BadKey from error
    if len(decoded) != _KEY:
        raise BadKey
    return decoded


def _name_of(key: bytes) -> str:
    return hashlib.sha256(b"accede key name" + key).hexdigest()[:8]
