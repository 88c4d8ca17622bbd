"""Why one person may see and do what on one case, on one day: for whoever runs the service or audits it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from domain.moments import end_of
from domain.values import Language
from records import cases, organisation, registers
from records.registers import ActedOn
from services.access import AccessView, access_to
from services.case_views import case_view
from services.parts import Caller, Parts
from services.seeing import as_told, look_by
from services.views import CaseView


@dataclass(frozen=True)
class Explained:
    """What a person could see and do. Without a way in `by` the case was as if it did not exist."""

    name: str
    day: date
    by: tuple[AccessView, ...]
    """Each post, delegation or part in the case that showed it."""
    case: CaseView
    """The case of that day as this person would have been shown it, with `can_act` and `why_not`."""


async def explained_for(
    parts: Parts, person: str, case_id: str, day: date | None, language: Language = "zh"
) -> Explained:
    """Return why somebody could see and do what on a day, today where it is left out.

    Asks what every request asks, in nobody's scope: it is for the machine's operator. Raises NotFound for
    an unknown person or case, and for a case that had not begun.
    """
    today = parts.today()
    on = day or today

    def work(connection: Connection) -> Explained:
        who = organisation.person(connection, person)
        found = cases.find_case(connection, parts.library, case_id, None)
        if on < today:
            found = cases.case_as_of(connection, parts.library, case_id, on, None)
        ways = tuple(way for way in access_to(connection, parts, found, on) if way.person.id == person)
        now = min(parts.clock(), end_of(on, found.case.time_zone))
        around = registers.surroundings(connection, found.process, found.case, person, ActedOn(on, on))
        caller = Caller(person, language)
        look = look_by(parts, found.process, found.case, around)
        found, look = as_told(connection, parts, found, look)
        shown = case_view(connection, parts, caller, look, found.head, known=around.known, now=now)
        return Explained(who.name, on, ways, shown)

    return await parts.read(work)
