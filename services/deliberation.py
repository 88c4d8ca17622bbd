"""Of which deliberation people with a conflict of interest keep out: whoever they are, of which steps.

Everything that shows what was said, voted or handed in where something is decided asks here or `seeing`, for
lists and for single reads alike. Who keeps out, and of which steps, the domain says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from domain.circumstances import Relative
from domain.library import UnknownProcess
from domain.recusing import closed_to, recused
from records import cases, relations
from records.cases import FoundCase
from services.parts import Parts


def closed_steps(connection: Connection, parts: Parts, person: str, case_id: str) -> frozenset[str]:
    """Return the steps of a case whose deliberation is closed to somebody; mostly none.

    Whoever was a relative at any time in the case keeps out of looking at it, too.
    """
    return steps_closed(connection, parts, person, case_id).get(case_id, frozenset())


def steps_closed(
    connection: Connection, parts: Parts, person: str, case_id: str | None = None
) -> Mapping[str, frozenset[str]]:
    """Return the same by case, for every case in which somebody keeps out, or for one."""
    found = {}
    for one, read in _kept_out_of(connection, parts, person, case_id):
        # Where its rules cannot be read here, lists pass over the case, and what it is read from fails.
        closed = frozenset() if read is None else _closed_in(connection, read, person)
        if closed:
            found[one] = closed
    return found


def hidden_cases(connection: Connection, parts: Parts, person: str) -> tuple[str, ...]:
    """Return every case of which somebody is shown no findings though he sees it by a post; mostly none.

    Lists and counts leave them out in the question itself, so that what is counted is what is listed. A case
    whose rules cannot be read here is among them, for nothing says that he does not keep out.
    """
    return tuple(
        one
        for one, read in _kept_out_of(connection, parts, person, None)
        if read is None or person in recused(read.edition, read.case, _relatives(connection, read))
    )


def _closed_in(connection: Connection, read: FoundCase, person: str) -> frozenset[str]:
    return closed_to(read.process, read.case, person, _relatives(connection, read))


def _relatives(connection: Connection, read: FoundCase) -> tuple[Relative, ...]:
    return relations.relatives_since(connection, read.case.subject, read.case.opened_on)


def _kept_out_of(
    connection: Connection, parts: Parts, person: str, case_id: str | None
) -> Iterator[tuple[str, FoundCase | None]]:
    """Return cases somebody may keep out of by id; None where the definition is not published here."""
    for one in relations.cases_kept_out_of(connection, person, case_id):
        try:
            yield one, cases.find_case(connection, parts.library, one, None)
        except UnknownProcess:
            yield one, None
