"""Of which deliberation people with a conflict of interest keep out: whoever they are, of which steps.

Everything that shows what was said, voted or handed in where something is decided asks here or `seeing`, for
lists and for single reads alike. Who keeps out, and of which steps, the domain says.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from domain.recusing import closed_to
from records import cases, relations
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
    for one in relations.cases_kept_out_of(connection, person, case_id):
        read = cases.find_case(connection, parts.library, one, None)
        relatives = relations.relatives_since(connection, read.case.subject, read.case.opened_on)
        closed = closed_to(read.process, read.case, person, relatives)
        if closed:
            found[one] = closed
    return found
