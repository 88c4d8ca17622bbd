"""Signed notes, in the form of C2SP `signed-note`: a text, an empty line, and a line for each signature.

    the text, which ends with a line break

    — the name of the key base64(four bytes of its id, and the signature)

A key is told by its verifier key: name, id in hexadecimal, and base64 of a byte for the kind and the public
key. A reader looks for the signatures of keys he knows and ignores others, so that witnesses may add theirs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = 1
"""The kind of a key that signs the text of a note itself."""
COSIGNING: Final = 4
"""The kind of a key that signs, as a witness, the text with the moment at which it was seen."""

_DASH: Final = "— "
_ID: Final = 4
_KEY: Final = 32
_SIGNATURE: Final = 64
_MOMENT: Final = 8
_LARGEST: Final = 1_000_000
"""Bytes of a note."""


class BadNote(ValueError):
    """It is no signed note, or no key. The message says what is wrong with its form."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """What a signature is checked with."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:_ID]

    @property
    def text(self) -> str:
        """The key as people hand it on."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> VerifierKey:
        """Return the key of a text. Raises BadNote."""
        name, _, rest = text.strip().partition("+")
        named, _, encoded = rest.partition("+")
        _check_name(name)
        decoded = _decoded(encoded)
        if len(decoded) != _KEY + 1 or decoded[0] not in {ED25519, COSIGNING}:
            raise BadNote("the key is of a kind that is not known here")
        key = cls(name, decoded[1:], decoded[0])
        if key.id.hex() != named:
            raise BadNote("the key's id does not belong to it")
        return key


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note: who signed, by which key, and the bytes."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line as it stands below the note, with its end."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"

    @classmethod
    def read(cls, line: str) -> Signature:
        """Return the signature of a line without its end. Raises BadNote."""
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH):
            raise BadNote("a line below the text is no signature")
        _check_name(name)
        decoded = _decoded(encoded)
        if len(decoded) <= _ID:
            raise BadNote("a signature is too short")
        return cls(name, decoded[:_ID], decoded[_ID:])

    def is_by(self, key: VerifierKey) -> bool:
        """Whether it says that it was made with this key."""
        return (self.name, self.key_id) == (key.name, key.id)

    def holds(self, key: VerifierKey, text: str) -> bool:
        """Whether it was made with this key, for this text."""
        signed, moment = self.signature, b""
        if key.kind == COSIGNING:
            moment, signed = signed[:_MOMENT], signed[_MOMENT:]
        if not self.is_by(key) or len(signed) != _SIGNATURE:
            return False
        image = cosigned(text, int.from_bytes(moment, "big")) if key.kind == COSIGNING else text.encode()
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signed, image)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def signed_by(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Return those of the keys whose signatures are there and hold.

        Raises BadNote where a signature names one of the keys and does not hold: somebody changed something.
        """
        found = []
        for key in keys:
            of_it = [one for one in self.signatures if one.is_by(key)]
            if any(not one.holds(key, self.text) for one in of_it):
                raise BadNote(f"the signature of {key.name} does not fit the text")
            if of_it:
                found.append(key)
        return tuple(found)

    @property
    def whole(self) -> str:
        """The note as it is handed on."""
        return self.text + "\n" + "".join(one.line for one in self.signatures)


def read_note(whole: str) -> Note:
    """Return a note in its parts. Raises BadNote."""
    text, between, below = whole.rpartition("\n\n")
    if len(whole) > _LARGEST or not between or not text or not below.endswith("\n"):
        raise BadNote("it is no signed note: text, an empty line, and signatures")
    if any(ord(letter) < ord(" ") and letter != "\n" for letter in whole):
        raise BadNote("there are control characters in it")
    return Note(f"{text}\n", tuple(Signature.read(line) for line in below[:-1].split("\n")))


def signed(text: str, name: str, private: Ed25519PrivateKey) -> Signature:
    """Return the signature of a key under a text, which ends with a line break."""
    key = verifier_of(name, private)
    return Signature(name, key.id, private.sign(text.encode()))


def verifier_of(name: str, private: Ed25519PrivateKey, kind: int = ED25519) -> VerifierKey:
    """Return what signatures of a private key are checked with. Raises BadNote for a name no key may have."""
    _check_name(name)
    return VerifierKey(name, private.public_key().public_bytes_raw(), kind)


def cosigned(text: str, moment: int) -> bytes:
    """Return what a witness signs (C2SP `tlog-cosignature`): the text and when it saw it, in seconds."""
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


def _check_name(name: str) -> None:
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise BadNote("the name of a key is empty, or has a plus or a space in it")


def _decoded(encoded: str) -> bytes:
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("base64 is expected, and something else is there") from error
    # Some last letters stand for the same bytes: only one of them is right, so that no bit may differ.
    if base64.b64encode(decoded).decode() != encoded:
        raise BadNote("base64 is expected in its one right form")
    return decoded
