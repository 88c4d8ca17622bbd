"""The organisation as its people see and keep it: units and people."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Connection

from domain.values import Language, Value
from records import organisation, unit_trees, units, visible
from records.organisation import Person
from records.standings import set_standing
from records.units import Unit
from services.asking import NOT_THERE, Asking, check_takes_in, existing, once
from services.entering import BY_HAND
from services.parts import Caller, Parts
from services.people import person_view, unit_view
from services.refusals import InvalidInput
from services.views import Page, PersonView, UnitView
from services.vocabulary import NO_STANDING


class NewUnit(Value):
    """A unit to add below another."""

    kind: str
    name: str
    parent: str
    temporary: bool = False
    may_approve: bool = False


class NewPerson(Value):
    """A person to add to a unit, with a standing in it if any."""

    name: str
    unit: str
    email: str | None = None
    language: Language = "zh"
    born_on: date | None = None
    standing: str | None = None


async def list_units(
    parts: Parts,
    *,
    below: Collection[str] | None = None,
    kind: str | None = None,
    cursor: str | None = None,
    limit: int = 200,
) -> Page[UnitView]:
    """Return all units, those at and below some, of a kind. The tree is no secret.

    Raises InvalidInput for a bad cursor.
    """
    page = await parts.read(
        lambda connection: units.list_units(connection, below=below, kind=kind, cursor=cursor, limit=limit)
    )
    return Page(items=tuple(unit_view(unit) for unit in page.items), next=page.next)


async def unit(parts: Parts, unit_id: str) -> UnitView:
    """Return a unit. Raises NotFound."""
    return unit_view(await parts.read(lambda connection: units.unit(connection, unit_id)))


async def units_among(parts: Parts, ids: Iterable[str | None]) -> dict[str, UnitView]:
    """Return units by their ids, closed ones too; the tree is no secret."""
    wanted = sorted({unit for unit in ids if unit is not None})
    found = await parts.read(lambda connection: units.units_by_id(connection, wanted))
    return {name: unit_view(unit) for name, unit in found.items()}


async def around(
    parts: Parts, unit: UnitView, limit: int = 200
) -> tuple[UnitView | None, tuple[UnitView, ...]]:
    """Return the unit above one, and those directly below it. The tree is no secret."""

    def work(connection: Connection) -> tuple[UnitView | None, tuple[UnitView, ...]]:
        above = None if unit.parent is None else unit_view(units.unit(connection, unit.parent))
        return above, tuple(unit_view(one) for one in units.units_under(connection, unit.id, limit))

    return await parts.read(work)


async def add_unit(parts: Parts, caller: Caller, new: NewUnit, *, key: str | None = None) -> UnitView:
    """Add a unit below one the caller administers. Raises NotPermitted, InvalidInput."""

    def work(asking: Asking) -> UnitView:
        existing(lambda: units.unit(asking.connection, new.parent), "parent")
        asking.check_administers(new.parent)
        unit_trees.keep_others_out(asking.connection)
        check_takes_in(asking.connection, new.parent, "parent")
        made: Unit = units.add_unit(
            asking.connection,
            **new.model_dump(),
            from_on=asking.today,
            recorded_at=parts.clock(),
            recorded_by=caller.person,
        )
        return unit_view(made)

    return await once(parts, caller, key, ("unit", new), UnitView, work)


async def list_people(
    parts: Parts,
    caller: Caller,
    *,
    text: str | None = None,
    unit: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PersonView]:
    """Return the people within the caller's scope. Raises InvalidInput for a bad cursor."""
    today = parts.today()

    def work(connection: Connection) -> Page[PersonView]:
        page = visible.list_people(
            connection, viewer=caller.person, today=today, q=text, unit_id=unit, cursor=cursor, limit=limit
        )
        ids = tuple(person.id for person in page.items)
        standing = visible.present_standings(connection, ids, today)
        items = tuple(person_view(person, standing.get(person.id)) for person in page.items)
        return Page(items=items, next=page.next)

    return await parts.read(work)


async def add_person(parts: Parts, caller: Caller, new: NewPerson, *, key: str | None = None) -> PersonView:
    """Add a person to a unit the caller administers. Raises NotPermitted, InvalidInput."""

    def work(asking: Asking) -> PersonView:
        existing(lambda: units.unit(asking.connection, new.unit), "unit")
        asking.check_administers(new.unit)
        unit_trees.keep_others_out(asking.connection)
        check_takes_in(asking.connection, new.unit, "unit")
        if new.standing is not None and new.standing not in _standings(parts):
            raise InvalidInput("standing", NOT_THERE)
        made: Person = organisation.add_person(
            asking.connection, name=new.name, email=new.email, language=new.language, born_on=new.born_on
        )
        standing = new.standing or NO_STANDING
        set_standing(asking.connection, made.id, standing, new.unit, asking.today, source=BY_HAND)
        return person_view(made, (standing, new.unit))

    return await once(parts, caller, key, ("person", new), PersonView, work)


def _standings(parts: Parts) -> frozenset[str]:
    return frozenset(standing for process in parts.library for standing in process.standings)
