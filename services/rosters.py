"""The roster of a meeting before it is recorded: who votes on a day, who does not and why, what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from domain.case import Case
from domain.circumstances import Circumstances
from domain.process import Process
from domain.refusals import NotPossible
from domain.rosters import Seats, seats
from domain.rules import Threshold
from domain.steps import MeetingStep
from domain.values import Text
from domain.voting import voting_body
from records import cases, organisation, past, registers, rosters, units
from records.registers import ActedOn
from services import deliberation
from services.parts import Caller, Parts
from services.refusals import NotFound, NotPermitted
from services.scoping import scope_of
from services.views import Named, View

Why = Literal["standing", "restriction", "recused", "subject"]


class AbsentView(View):
    """Somebody around a body who does not vote on this person, and why."""

    id: str
    name: str
    why: Why


class NeededView(View):
    """How many it takes; null where that follows from those who come and not from those entitled."""

    rule: str
    basis: str
    of: Literal["eligible", "present", "cast"]
    needed: int | None


class BodyView(View):
    """The body that decides that day."""

    id: str
    title: str
    unit: Named


class RosterView(View):
    """Who votes in a meeting on a day. `eligible` is what the meeting states, less those left out."""

    step: str
    on: date
    body: BodyView
    eligible: int
    entitled: tuple[Named, ...]
    others: tuple[AbsentView, ...]
    quorum: NeededView | None
    carried: NeededView


async def roster_of(parts: Parts, caller: Caller, case_id: str, step_id: str, on: date | None) -> RosterView:
    """Return the roster of a meeting on a day, today where it is left out.

    Asked of those who see the case by a post. Raises NotFound (also for whoever keeps out of the meeting, and
    for what is no meeting), NotPermitted, and NotPossible where the body does not exist.
    """
    today = parts.today()
    day = on or today

    def work(connection: Connection) -> RosterView:
        found = cases.find_case(connection, parts.library, case_id, scope_of(connection, caller, today))
        case = found.case
        if not past.holds_above(connection, caller.person, (case.unit,), today):
            raise NotPermitted
        edition = found.process.in_force_on(day, case.version)
        step = edition.steps.get(step_id) or found.edition.steps.get(step_id)
        closed = deliberation.closed_steps(connection, parts, caller.person, case_id)
        if not isinstance(step, MeetingStep) or step.id in closed:
            raise NotFound
        days = ActedOn(on=day, today=today)
        known = registers.circumstances(connection, found.process, case, caller.person, days)
        return _view(connection, caller, edition, case, step, known, day)

    return await parts.read(work)


def _view(  # noqa: PLR0917 - everything a roster depends on
    connection: Connection,
    caller: Caller,
    process: Process,
    case: Case,
    step: MeetingStep,
    known: Circumstances,
    day: date,
) -> RosterView:
    name = voting_body(process, step, known)
    body = process.bodies[name]
    place = known.unit(body.unit)
    if place is None:
        raise NotPossible(f"{step.id}.body", basis=body.basis, detail=_NO_BODY)
    found = seats(process, case, name, known)
    why = _why_not(found, case, rosters.not_entitled(connection, body, place.id, day))
    names = organisation.names_of(connection, {*found.entitled, *why})
    unit = Named(id=place.id, name=units.unit(connection, place.id).name)
    number = len(found.entitled)
    return RosterView(
        step=step.id,
        on=day,
        body=BodyView(id=name, title=body.title.in_language(caller.language), unit=unit),
        eligible=number,
        entitled=tuple(Named(id=one, name=names.get(one, "")) for one in found.entitled),
        others=tuple(
            AbsentView(id=one, name=names.get(one, ""), why=reason) for one, reason in sorted(why.items())
        ),
        quorum=None if step.quorum is None else _needed(step.quorum, f"{step.id}.quorum", number),
        carried=_needed(step.carried, f"{step.id}.carried", number),
    )


def _why_not(found: Seats, case: Case, others: Mapping[str, Why]) -> dict[str, Why]:
    reasons: dict[str, Why] = {one: why for one, why in others.items() if one not in found.entitled}
    reasons |= dict.fromkeys(found.recused, "recused")
    if found.subject or case.subject in reasons:
        reasons[case.subject] = "subject"
    return reasons


def _needed(threshold: Threshold, rule: str, eligible: int) -> NeededView:
    known = threshold.count is not None or threshold.of == "eligible"
    return NeededView(
        rule=threshold.id or rule,
        basis=threshold.basis,
        of=threshold.of,
        needed=threshold.needed(eligible) if known else None,
    )


_NO_BODY = Text(zh="该个案所在组织没有这一会议。", en="There is no such body on this case's path.")
