"""Which cases a caller sees: those of the person, and of these what the token is for."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from domain.case import Case
from records import cases, problems, scope
from records.scope import Scope
from services.parts import Caller
from services.token_scopes import OutsideScope


def scope_of(connection: Connection, caller: Caller, today: date) -> Scope:
    """Return what a caller may see today."""
    narrowed = caller.scope
    if narrowed is None:
        return scope.scope_of(connection, caller.person, today)
    return scope.scope_of(
        connection, caller.person, today, processes=narrowed.processes, within=narrowed.units
    )


def check_covered(caller: Caller, case: Case) -> None:
    """Raise the record's NotFound for a case that the caller's token is not for: to it there is none."""
    if caller.scope is not None and not caller.scope.covers(case.process, (place.id for place in case.path)):
        raise problems.NotFound("not in the token's scope")


def covers_kept(connection: Connection, caller: Caller, case_id: str, today: date) -> bool:
    """Whether the caller's token is for a case, whose kept answer is about to be given a second time.

    What the person may see is no question: the answer was his.
    """
    narrowed = caller.scope
    if narrowed is None:
        return True
    whole = Scope(caller.person, today, everything=True, processes=narrowed.processes, within=narrowed.units)
    return cases.is_seen(connection, case_id, whole)


def check_may_start(caller: Caller, process: str, path: tuple[str, ...]) -> None:
    """Raise OutsideScope where the caller's token is for other processes or units."""
    if caller.scope is not None and not caller.scope.covers(process, path):
        raise OutsideScope
