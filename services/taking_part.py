"""Who has a part in a case: what is refused to all others, and in which words."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.case import Case
from domain.circumstances import Circumstances
from domain.process import Process
from domain.refusals import NotEntitled
from records import cases, problems
from records.registers import Surroundings
from services.disclosures import is_auditing
from services.parts import Caller, Parts
from services.refusals import NotPermitted
from services.scoping import scope_of


def check_seen(
    connection: Connection, parts: Parts, caller: Caller, case: Case, around: Surroundings
) -> None:
    """Raise the record's NotFound where the case is outside the caller's scope.

    Most acts are those of the subject, of people in its case roles, and of posts in its unit or above it: for
    them the short way says the same as the scope of all lists, and much sooner.
    """
    if caller.person in (case.subject, *(person for held in case.people.values() for person in held)):
        return
    if any(place.id in around.watches for place in around.known.path):
        return
    if not cases.is_seen(connection, case.id, scope_of(connection, caller, parts.today())):
        raise problems.NotFound("not in the caller's scope")


def check_reads_on(connection: Connection, parts: Parts, caller: Caller, case: Case) -> None:
    """Raise NotPermitted for an auditor, before he is told what was recorded since: he does not act on it."""
    if case.process in parts.sensitive and is_auditing(connection, parts, caller, case.id):
        raise NotPermitted


def check_takes_part(refused: NotEntitled, process: Process, case: Case | None, known: Circumstances) -> None:
    """Raise NotPermitted for those without a part in the case: the rule's own refusal is not for them."""
    in_roles = () if case is None else (p for held in case.people.values() for p in held)
    takes_part = case is not None and known.actor in (case.subject, *in_roles)
    if not takes_part and not works_here(process, case, known):
        raise NotPermitted(refused.detail) from refused


def works_here(process: Process, case: Case | None, known: Circumstances) -> bool:
    """Return whether the actor holds a post the process knows in a unit of the case; an auditor's is none."""
    edition = process if case is None else process.edition(case.version)
    stage = edition.stages[0].id if case is None else case.stage
    path = known.path if case is None else case.path
    places = {unit.id for unit in path}
    return any(
        post.actor in edition.roles
        and post.unit in places
        and (post.lent_for is None or post.lent_for.covers(edition.process, stage, path))
        for post in known.posts
    )
