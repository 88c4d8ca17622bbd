"""Of which deliberation people with a conflict of interest keep out: whoever they are, of which steps.

Everything that shows what was said, voted or handed in where something is decided asks here or `seeing`, for
lists and for single reads alike. Who keeps out, and of which steps, the domain says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from domain.circumstances import Relative
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
    for read, relatives in _kept_out_of(connection, parts, person, case_id):
        closed = closed_to(read.process, read.case, person, relatives)
        if closed:
            found[read.case.id] = closed
    return found


def hidden_cases(connection: Connection, parts: Parts, person: str) -> tuple[str, ...]:
    """Return every case of which somebody is shown no findings though he sees it by a post; mostly none.

    Lists and counts leave them out in the question itself, so that what is counted is what is listed.
    """
    return tuple(
        read.case.id
        for read, relatives in _kept_out_of(connection, parts, person, None)
        if person in recused(read.process.edition(read.case.version), read.case, relatives)
    )


def _kept_out_of(
    connection: Connection, parts: Parts, person: str, case_id: str | None
) -> Iterator[tuple[FoundCase, tuple[Relative, ...]]]:
    for one in relations.cases_kept_out_of(connection, person, case_id):
        read = cases.find_case(connection, parts.library, one, None)
        yield read, relations.relatives_since(connection, read.case.subject, read.case.opened_on)
