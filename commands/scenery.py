"""Puts the organisation of a scenario into a record: plain names become ids."""

from __future__ import annotations

from datetime import UTC, datetime, time

from sqlalchemy import Connection

from domain.scenarios import SUBJECT
from domain.scenery import LONG_AGO, Organisation, PersonSpec, RelativeSpec
from records import organisation as register
from records import units as places
from records.relations import add_relation
from records.standings import set_standing
from records.unit_changes import Said


def build(connection: Connection, organisation: Organisation) -> None:
    """Write down units, people, posts, standings, restrictions and relatives."""
    for name in _parents_first(organisation):
        spec = organisation.units[name]
        places.add_unit(
            connection,
            id=name,
            kind=spec.kind,
            name=name,
            parent=spec.parent,
            temporary=spec.temporary,
            may_approve=spec.may_approve,
        )
    everybody = organisation.everybody()
    for name, person in everybody.items():
        _add_person(connection, name, person)
    for name, person in everybody.items():
        if person.relative is not None:
            _relate(connection, name, person.relative)


def _add_person(connection: Connection, name: str, person: PersonSpec) -> None:
    register.add_person(connection, id=name, name=name, born_on=person.born_on)
    for post in person.posts:
        register.add_post(
            connection,
            id=f"{name}/{post.unit}.{post.role}",
            person_id=name,
            role=post.role,
            unit_id=post.unit,
            from_on=post.first,
            to_on=post.last,
        )
    for restriction in person.restrictions:
        register.add_restriction(
            connection, name, restriction.restriction, restriction.first, restriction.last
        )
    if person.unit is None:
        return
    if person.standing is not None:
        set_standing(connection, name, person.standing, person.unit, LONG_AGO, source="scenario")
    for change in person.standings:
        set_standing(connection, name, change.standing, person.unit, change.first, source="scenario")


def _relate(connection: Connection, name: str, spec: RelativeSpec) -> None:
    said = Said(spec.stated_by or name, datetime.combine(spec.first, time(), tzinfo=UTC))
    add_relation(connection, SUBJECT, name, spec.relation, spec.first, spec.last, "scenario", said)


def _parents_first(organisation: Organisation) -> list[str]:
    return sorted(organisation.units, key=lambda name: len(organisation.path(name)))
