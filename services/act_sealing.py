"""What of one act is sealed: what is personal in its events, the documents they name, and the answer kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from domain.case import Case
from domain.documents import documents_in
from domain.events import Event
from records import cases, words
from records.stored import Sealed
from services.document_keys import give_to
from services.parts import Parts
from services.person_keys import Erased, HeldKeys, PersonKeys, sealed_word


class ActSealing:
    """Seals for one act. Without keys everything is kept as it is."""

    def __init__(self, keys: PersonKeys | None, clock: Callable[[], datetime]) -> None:
        """Take the keys of people, and the clock."""
        self._keys = keys
        self._clock = clock
        self._cipher: AESGCM | None = None

    def __call__(self, connection: Connection, case: Case, new: Sequence[Event]) -> Mapping[int, Sealed]:
        """Return what is to be kept of events that hold something personal, by number.

        The documents they name open from then on by the key of the person the case is about. Raises Erased,
        NotReady.
        """
        if self._keys is None:
            return {}
        held = HeldKeys(self._keys, connection, self._clock())
        give_to(connection, held, case.subject, documents_in(new))
        found, self._cipher = held.sealed(case, new)
        return found

    def answer(self, text: str) -> str:
        """Return the answer to the act as it is kept: sealed where it repeats what was sealed."""
        return text if self._cipher is None else words.MARK + sealed_word(self._cipher, text)


def opened_answer(connection: Connection, parts: Parts, case_id: str, kept: str) -> str:
    """Return the answer to an act on a case as it was given. Raises Erased where the person is."""
    if not kept.startswith(words.MARK):
        return kept
    words.seal_with(connection, parts.keys)
    (answer,) = words.opened(connection, [((cases.subject_of(connection, case_id),), kept)])
    if answer is None:
        raise Erased
    return answer
