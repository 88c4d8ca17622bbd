"""Which cases somebody may start, where, and what starting asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from domain.library import UnknownProcess
from domain.process import MaterialSpec, Process
from domain.steps import Step
from records import organisation, units, visible
from services import overlays
from services.parts import Caller, Parts
from services.refusals import NotPermitted


@dataclass(frozen=True)
class Startable:
    """A process in which somebody may start cases today, and the units in which, by id and name."""

    process: Process
    units: dict[str, str]
    only_oneself: bool
    """The caller may start a case about himself only."""

    @property
    def first_step(self) -> Step:
        """The step that starting completes."""
        return self.process.first_step

    @property
    def materials(self) -> tuple[tuple[str, MaterialSpec, bool], ...]:
        """The documents starting asks for: id, title, and whether it is refused without."""
        return tuple(
            (ref.id, self.process.materials[ref.id], ref.required and ref.level == "block")
            for ref in self.first_step.materials
        )


async def startable(parts: Parts, caller: Caller, on: date | None = None) -> tuple[Startable, ...]:
    """Return every process the caller may start a case in on a day, today where it is left out."""

    def work(connection: Connection) -> tuple[Startable, ...]:
        day = on or parts.today()
        held = _actors(connection, caller, parts.today())
        own = visible.present_standings(connection, (caller.person,), parts.today()).get(caller.person)
        found = (_startable(connection, process, held, own) for process in _in_force(parts, day))
        return tuple(
            here for one in found if one is not None for here in _by_overlay(connection, parts, one, day)
        )

    return await parts.read(work)


async def startable_here(parts: Parts, caller: Caller, process: str, unit: str) -> Startable:
    """Return how the caller starts a case of a process in a unit. Raises NotPermitted."""
    for one in await startable(parts, caller):
        if one.process.process == process and unit in one.units:
            return one
    raise NotPermitted


def _by_overlay(connection: Connection, parts: Parts, one: Startable, on: date) -> tuple[Startable, ...]:
    """Return it once for each version its units start under: by the law, or with a local overlay."""
    found: dict[str, Startable] = {}
    for unit, name in one.units.items():
        process = overlays.for_start(connection, parts, one.process.process, on, unit)
        known = found.get(process.version, replace(one, process=process, units={}))
        found[process.version] = replace(known, units={**known.units, unit: name})
    return tuple(found.values())


def _in_force(parts: Parts, on: date) -> tuple[Process, ...]:
    found = []
    for name in parts.library.processes:
        try:
            found.append(parts.library.for_start(name, on))
        except UnknownProcess:
            continue
    return tuple(found)


def _actors(connection: Connection, caller: Caller, today: date) -> dict[tuple[str, str], str]:
    """Return the actors of the caller's posts today, own and lent, with the name of the unit of each."""
    posts = list(organisation.posts_held(connection, caller.person, today))
    lent = organisation.list_delegations(connection, person_id=caller.person, on=today, limit=200)
    ids = [one.post for one in lent.items if one.substitute == caller.person]
    posts += list(organisation.posts_by_id(connection, ids))
    return {
        (f"{units.unit(connection, post.unit).kind}.{post.role}", post.unit): post.unit_name for post in posts
    }


def _startable(
    connection: Connection,
    process: Process,
    held: dict[tuple[str, str], str],
    own: tuple[str, str] | None,
) -> Startable | None:
    by = process.first_step.by
    places = {
        unit: name
        for (actor, unit), name in held.items()
        if actor in by and actor.rpartition(".")[0] == process.starts_in
    }
    if places:
        return Startable(process, places, only_oneself=False)
    if "subject" not in by or own is None:
        return None
    unit = units.unit(connection, own[1])
    return Startable(process, {unit.id: unit.name}, True) if unit.kind == process.starts_in else None
