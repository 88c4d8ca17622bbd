"""What an act asks of the registers: in the round of the lock, where it can be guessed which case that is."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.case import Case
from domain.process import Process
from records import registers
from records.prepared import at_once
from records.registers import ActedOn, Asking, Surroundings
from services.parts import Caller, Parts
from services.requests import ActRequest

Place = tuple[Process, Case]


def ask_ahead(
    connection: Connection, parts: Parts, caller: Caller, guessed: Place | None, asked: ActRequest
) -> Asking | None:
    """Ask by the case as it was when last seen here, after its lock was asked for."""
    return None if guessed is None else _ask(connection, parts, caller, guessed, asked)


def around_of(  # noqa: PLR0917 - who acts on what, and what was asked before
    connection: Connection,
    parts: Parts,
    caller: Caller,
    found: Place,
    asked: ActRequest,
    ahead: Asking | None,
) -> Surroundings:
    """Return the surroundings of an act on the case that was locked.

    What was asked `ahead` counts only where it was asked by the very same case. Raises the record's NotFound.
    """
    if ahead is None or ahead.place is not found[1]:
        with at_once(connection):
            ahead = _ask(connection, parts, caller, found, asked)
    return registers.surroundings_in(ahead)


def excluded(asked: ActRequest) -> tuple[str, ...]:
    """Return those an act leaves out of a meeting."""
    return tuple(one.person for one in asked.meeting.excluded) if asked.meeting else ()


def recused(asked: ActRequest) -> tuple[str, ...]:
    """Return whom an act has keep out."""
    return (asked.person,) if asked.person is not None else ()


def _ask(connection: Connection, parts: Parts, caller: Caller, place: Place, asked: ActRequest) -> Asking:
    process, case = place
    today = parts.today()
    return registers.ask(
        connection,
        process,
        case,
        caller.person,
        ActedOn(on=asked.occurred_on or today, today=today),
        named=(*asked.people, *excluded(asked), *recused(asked)),
        target_unit=asked.to_unit,
    )
