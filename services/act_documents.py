"""The documents an act names: what is signed off is the document, not the row that names it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from domain.acts import Backing, MeetingRecord
from records import materials, problems
from records.prepared import Sent
from services.asking import NOT_THERE
from services.parts import Caller, Parts
from services.refusals import InvalidInput
from services.scoping import scope_of

Handed = Mapping[str, tuple[str, ...]]
"""Documents by kind of material: by id as somebody names them, by digest as they are signed off."""


class ActDocuments:
    """What was handed in, and what leaving somebody out of a vote rests on.

    Most of it the caller handed in himself. That is asked for together with whatever else an act asks for
    first; what else he may see is looked up only where something is not among it.
    """

    def __init__(
        self, parts: Parts, caller: Caller, handed: Handed, meeting: MeetingRecord | None = None
    ) -> None:
        """Take what the act names."""
        self._parts = parts
        self._caller = caller
        self._handed = handed
        self._meeting = meeting
        self._ids = [one for ids in handed.values() for one in ids]
        if meeting is not None:
            papers = (paper for one in meeting.excluded for paper in (one.consent, one.resolution))
            self._ids += [
                paper.material for paper in papers if paper is not None and paper.material is not None
            ]
        self._asked: Sent | None = None
        self._digests: Mapping[str, str] | None = None

    def ask(self, connection: Connection) -> None:
        """Ask for the caller's own now; otherwise it is done where they are needed."""
        self._asked = materials.ask_for_own(connection, self._ids, self._caller.person)

    def handed(self, connection: Connection) -> Handed:
        """Return what was handed in by digest. Raises InvalidInput where the caller sees no such document."""
        return {
            kind: tuple(self._digest(connection, one) for one in ids) for kind, ids in self._handed.items()
        }

    def meeting(self, connection: Connection) -> MeetingRecord | None:
        """Return the meeting with what its exclusions rest on by digest as well. Raises InvalidInput."""

        def backed(given: Backing | None) -> Backing | None:
            if given is None or given.material is None:
                return given
            return given.model_copy(update={"material": self._digest(connection, given.material)})

        if self._meeting is None:
            return None
        excluded = tuple(
            one.model_copy(update={"consent": backed(one.consent), "resolution": backed(one.resolution)})
            for one in self._meeting.excluded
        )
        return self._meeting.model_copy(update={"excluded": excluded})

    def _digest(self, connection: Connection, document: str) -> str:
        if self._digests is None:
            self._digests = self._all(connection)
        return self._digests[document]

    def _all(self, connection: Connection) -> Mapping[str, str]:
        if self._asked is None:
            self.ask(connection)
        own = {} if self._asked is None else dict(self._asked.rows())
        if all(one in own for one in self._ids):
            return own
        try:
            scope = scope_of(connection, self._caller, self._parts.today())
            return materials.digests_of(connection, self._ids, scope)
        except problems.NotFound as error:
            raise InvalidInput("materials", NOT_THERE) from error
