"""What the registers say today of the days on which the acts of a case happened: what an audit judges by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection

from domain import events as facts
from domain.case import Case
from domain.circumstances import Circumstances, HeldPost, UnitRef
from domain.events import Event
from domain.evolving import evolve
from domain.moments import local_day
from domain.process import Process
from records.absences import absences_since
from records.past import held_then
from records.problems import NotFound
from records.registers import ActedOn, circumstances
from records.unit_changes import states_on


def known_of(connection: Connection, process: Process, events: Sequence[Event]) -> dict[int, Circumstances]:
    """Return the circumstances of every act on a step, by the number of its event.

    `events` are those of one case with what is personal put back, since they name who was left out of votes.
    """
    known: dict[int, Circumstances] = {}
    case: Case | None = None
    for event in events:
        if case is not None and event.actor is not None and isinstance(event.body, facts.Evidence):
            found = _around(connection, process, case, event)
            if found is not None:
                known[event.seq] = found
        case = evolve(process, case, event)
    return known


def _around(connection: Connection, process: Process, case: Case, event: Event) -> Circumstances | None:
    on, actor = event.occurred_on, event.actor or ""
    recorded = local_day(event.recorded_at, case.time_zone)
    try:
        known = circumstances(
            connection, process, case, actor, ActedOn(on=on, today=recorded), named=_named(event)
        )
    except NotFound:
        # The unit is no more: nobody can say how it was by today's picture.
        return None
    return known.model_copy(
        update={
            "posts": _posts(connection, actor, on, recorded),
            "path": _path(connection, case.path, known.path, on),
            "away": _away(connection, case, event),
        }
    )


def _away(connection: Connection, case: Case, event: Event) -> tuple[str, ...]:
    """Return who is named as present in a meeting, and had said before that day to be away.

    Whoever says it on the day itself may have been there before he left.
    """
    meeting, on = getattr(event.body, "meeting", None), event.occurred_on
    there = () if meeting is None else meeting.attended
    leaves = absences_since(connection, there, on)
    gone = {
        one.person
        for one in leaves
        if one.from_on <= on <= one.to_on and local_day(one.recorded_at, case.time_zone) < on
    }
    return tuple(one for one in there if one in gone)


def _named(event: Event) -> tuple[str, ...]:
    meeting = getattr(event.body, "meeting", None)
    left_out = () if meeting is None else tuple(one.person for one in meeting.excluded)
    return (*getattr(event.body, "people", ()), *left_out)


def _posts(connection: Connection, actor: str, on: date, recorded: date) -> tuple[HeldPost, ...]:
    """Return the posts held on the day of the act and on the day it was recorded, whatever became of them."""
    then = held_then(connection, on, person=actor)
    both = then if recorded == on else held_then(connection, recorded, person=actor)
    still = {(one.post, one.on_behalf_of) for one in both}
    return tuple(
        HeldPost(
            id=one.post,
            role=one.role,
            unit=one.unit,
            unit_kind=one.unit_kind,
            on_behalf_of=one.on_behalf_of,
            lent_for=one.lent_for,
        )
        for one in then
        if (one.post, one.on_behalf_of) in still
    )


def _path(
    connection: Connection, recorded: Iterable[UnitRef], now: Iterable[UnitRef], on: date
) -> tuple[UnitRef, ...]:
    """Return the path the case had then, each unit with the qualities it had that day."""
    members = {place.id: place.full_members for place in now}
    path = tuple(recorded)
    states = states_on(connection, [place.id for place in path], on)
    return tuple(
        place
        if (state := states.get(place.id)) is None
        else UnitRef(
            id=place.id,
            kind=state.kind,
            temporary=state.temporary,
            may_approve=state.may_approve,
            full_members=members.get(place.id, place.full_members),
        )
        for place in path
    )
