"""Seals what is personal in events with the key of the person concerned, and opens it for whoever may read.

Each person has a key of his own, 32 bytes, wrapped by the keys of `sealing.py`. It is made with the first act
that needs one. Where an installation has no key to wrap with, events stay as they are handed in.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from domain.case import Case
from domain.chain import canonical
from domain.events import Event
from domain.personal import APART, Parts, commitment, personal_parts, together, without
from records import keys
from records.keys import Kept
from records.stored import Sealed, StoredEvent
from services.refusals import NotReady, Refusal
from services.sealing import Sealer, SealingPlace, Unreadable, sealer_of

_KEY: Final = 32
_NONCE: Final = 12
_SALT: Final = 16
_WORDS: Final = b"words about people"


class Erased(Refusal):
    """The person was erased: nothing about him is recorded any more."""

    kind = "erased"


@dataclass(frozen=True)
class PersonKeys:
    """The keys of people, wrapped and unwrapped by what seals for the installation."""

    sealer: Sealer

    def sealed_again(
        self,
        connection: Connection,
        case_id: str,
        subject: str,
        told: Mapping[int, tuple[str, Any]],
        now: datetime,
    ) -> dict[int, str]:
        """Return what was recorded elsewhere as personal, sealed with the key its subject has here.

        `told` has the salt and the parts of each event. Raises Erased, NotReady.
        """
        if not told:
            return {}
        key = self.key_of(connection, subject, now)
        return {seq: _text(key, case_id, seq, salt, parts) for seq, (salt, parts) in told.items()}

    def opened(
        self, connection: Connection, subject: str, found: Iterable[StoredEvent]
    ) -> tuple[StoredEvent, ...]:
        """Return events with what is personal in them; without it where the person's key is gone."""
        stored = tuple(found)
        try:
            return self.checked(connection, subject, stored)
        except Unreadable:
            # Operators hear of it from `accede db check`; the rest of the case is not lost for it.
            return stored

    def checked(
        self, connection: Connection, subject: str, stored: tuple[StoredEvent, ...]
    ) -> tuple[StoredEvent, ...]:
        """Return the same. Raises Unreadable where the person's key is there and opens something not."""
        if not any(one.sealed for one in stored):
            return stored
        key = self.known_key(connection, subject)
        if key is None:
            return stored
        return tuple(one if one.sealed is None else _opened(key, one) for one in stored)

    def seal_words(self, connection: Connection, people: Sequence[str], words: str, now: datetime) -> str:
        """Return words about people, sealed with the key of one within that of another.

        Raises Erased, NotReady.
        """
        text = words
        for person in people:
            text = sealed_word(self.key_of(connection, person, now), text)
        return text

    def open_words(
        self, connection: Connection, kept: Sequence[tuple[tuple[str, ...], str]]
    ) -> list[str | None]:
        """Return words that were sealed; None where one of their keys is gone, or does not open them."""
        wrapped = keys.find_wrapped(connection, {person for people, _ in kept for person in people})
        known: dict[str, AESGCM] = {}
        for person, one in wrapped.items():
            # Whose key cannot be unwrapped here, of him nothing is told.
            with suppress(Unreadable):
                known[person] = AESGCM(self._unwrapped(person, one))
        return [_words(known, people, text) for people, text in kept]

    def opens(self, person: str, wrapped: str) -> bool:
        """Whether a person's key can be unwrapped here."""
        try:
            self._unwrapped(person, wrapped)
        except Unreadable:
            return False
        return True

    def opener(
        self, connection: Connection, people: Collection[str]
    ) -> Callable[[str, str, int, str], Parts | None]:
        """Return what opens the parts of events of cases about these people, given whom, case, number and
        what is sealed. It returns None where the key is gone, or opens nothing.
        """
        wrapped = keys.find_wrapped(connection, people)
        made: dict[str, AESGCM] = {}

        def opened(subject: str, case_id: str, seq: int, sealed: str) -> Parts | None:
            if subject not in wrapped:
                return None
            try:
                if subject not in made:
                    made[subject] = AESGCM(self._unwrapped(subject, wrapped[subject]))
                parts: Parts = _unsealed(made[subject], case_id, seq, sealed)["parts"]
            except Unreadable:
                return None
            return parts

        return opened

    def wrapped_anew(self, person: str, wrapped: str) -> str | None:
        """Return a wrapped key under the present first key; None where it is. Raises Unreadable."""
        if self.sealer.is_first(wrapped):
            return None
        return self.sealer.seal(self.sealer.open(wrapped, _about(person)), _about(person))

    def key_of(self, connection: Connection, person: str, now: datetime) -> AESGCM:
        """Return the key of a person, made where he has none. Raises Erased, NotReady."""
        return self.key_in(keys.find_key(connection, person), connection, person, now)

    def key_in(self, kept: Kept | None, connection: Connection, person: str, now: datetime) -> AESGCM:
        """Return the same of what is known of a person's key. Raises Erased, NotReady."""
        if kept is None:
            fresh = base64.b64encode(secrets.token_bytes(_KEY)).decode()
            kept = keys.keep_key(connection, person, self.sealer.seal(fresh, _about(person)), now)
        if kept.wrapped is None:
            raise Erased
        try:
            return AESGCM(self._unwrapped(person, kept.wrapped))
        except Unreadable as error:
            raise NotReady from error

    def known_key(self, connection: Connection, person: str) -> AESGCM | None:
        """Return the key of a person; None where he has none, or none any more. Raises Unreadable."""
        return self.known_in(keys.find_key(connection, person), person)

    def known_in(self, kept: Kept | None, person: str) -> AESGCM | None:
        """Return the same of what is known of a person's key. Raises Unreadable."""
        if kept is None or kept.wrapped is None:
            return None
        return AESGCM(self._unwrapped(person, kept.wrapped))

    def _unwrapped(self, person: str, wrapped: str) -> bytes:
        return base64.b64decode(self.sealer.open(wrapped, _about(person)))


class HeldKeys:
    """The keys of people as one transaction finds them: each is looked up and unwrapped once.

    Nobody holds them longer than that, so that a key that is destroyed is gone for the next.
    """

    def __init__(self, keys: PersonKeys, connection: Connection, now: datetime) -> None:
        """Take the keys of people, and the moment that keys which are made were made at."""
        self._keys = keys
        self._connection = connection
        self._now = now
        self._found: dict[str, Kept | None] = {}
        self._opened: dict[str, AESGCM] = {}

    def note(self, found: Mapping[str, Kept | None]) -> None:
        """Take what is known of some keys, which was read in this transaction."""
        self._found |= found

    def key_of(self, person: str) -> AESGCM:
        """Return the key of a person, made where he has none. Raises Erased, NotReady."""
        opened = self._opened.get(person)
        if opened is None:
            kept = self._kept(person)
            opened = self._keys.key_in(kept, self._connection, person, self._now)
            self._opened[person] = opened
        return opened

    def known_key(self, person: str) -> AESGCM | None:
        """Return the key of a person; None where he has none, or none any more. Raises Unreadable."""
        opened = self._opened.get(person)
        if opened is None:
            opened = self._keys.known_in(self._kept(person), person)
            if opened is not None:
                self._opened[person] = opened
        return opened

    def sealed(self, case: Case, events: Sequence[Event]) -> tuple[dict[int, Sealed], AESGCM | None]:
        """Return what is to be kept of events that hold something personal, by number, and by which key.

        Raises Erased, NotReady where the key cannot be unwrapped here.
        """
        apart = [(event, parts) for event in events if (parts := personal_parts(event))]
        if not apart:
            return {}, None
        key = self.key_of(case.subject)
        return {event.seq: _sealed(key, case.id, event.seq, event.data, parts) for event, parts in apart}, key

    def _kept(self, person: str) -> Kept | None:
        if person not in self._found:
            self._found[person] = keys.find_key(self._connection, person)
        return self._found[person]


def keys_of(place: SealingPlace) -> PersonKeys | None:
    """Return the keys of people, where there is something to wrap them with. Raises BadKey."""
    sealer = sealer_of(**place)
    return None if sealer is None else PersonKeys(sealer)


def sealed_word(key: AESGCM, words: str) -> str:
    """Return words sealed with the key of a person they are about."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.b64encode(nonce + key.encrypt(nonce, words.encode(), _WORDS)).decode()


def _words(known: Mapping[str, AESGCM], people: Sequence[str], sealed: str) -> str | None:
    text = sealed
    try:
        for person in reversed(people):
            whole = base64.b64decode(text)
            text = known[person].decrypt(whole[:_NONCE], whole[_NONCE:], _WORDS).decode()
    except (InvalidTag, KeyError, ValueError):
        return None
    return text


def _about(person: str) -> str:
    return f"key of person {person}"


def _place(case_id: str, seq: int) -> bytes:
    return f"event {case_id}/{seq}".encode()


def _sealed(key: AESGCM, case_id: str, seq: int, data: dict[str, Any], parts: dict[str, Any]) -> Sealed:
    salt = secrets.token_hex(_SALT)
    digest = commitment(salt, parts)
    return Sealed(without(data, parts, digest), _text(key, case_id, seq, salt, parts))


def _text(key: AESGCM, case_id: str, seq: int, salt: str, parts: dict[str, Any]) -> str:
    nonce = secrets.token_bytes(_NONCE)
    text = canonical({"salt": salt, "parts": parts})
    return base64.b64encode(nonce + key.encrypt(nonce, text, _place(case_id, seq))).decode()


def _opened(key: AESGCM, stored: StoredEvent) -> StoredEvent:
    """Return an event whole. Raises Unreadable where what was sealed is not what the chain commits to."""
    data = stored.image["data"]
    found = _unsealed(key, str(stored.image["case"]), stored.seq, stored.sealed or "")
    if not isinstance(data, dict) or data.get(APART) != commitment(found["salt"], found["parts"]):
        raise Unreadable
    return stored.with_data(together(data, found["parts"]), found["salt"])


def _unsealed(key: AESGCM, case_id: str, seq: int, sealed: str) -> dict[str, Any]:
    """Return the salt and the parts of an event. Raises Unreadable."""
    whole = base64.b64decode(sealed)
    try:
        text = key.decrypt(whole[:_NONCE], whole[_NONCE:], _place(case_id, seq))
    except InvalidTag as error:
        raise Unreadable from error
    found: dict[str, Any] = json.loads(text)
    return found
