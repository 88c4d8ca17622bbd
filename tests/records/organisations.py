"""A small organisation in the database, for the process of tests/builders.py."""

from datetime import date

from records import organisation, standings
from records.registers import ActedOn, circumstances
from tests.builders import HOST, SECRETARY, SUBJECT

SINCE = date(2015, 1, 1)
OUTSIDER, AUDITOR, ADMIN = "person-9", "person-8", "person-7"


def an_organisation(connection):
    """A committee above two circles; the first has the people of the builders, with their posts."""
    organisation.add_unit(connection, id="committee-1", kind="committee", name="委员会")
    organisation.add_unit(connection, id="circle-1", kind="circle", name="第一读书会", parent="committee-1")
    organisation.add_unit(connection, id="circle-2", kind="circle", name="第二读书会", parent="committee-1")
    named = {
        SUBJECT: "张三",
        SECRETARY: "李四",
        HOST: "王五",
        OUTSIDER: "赵六",
        AUDITOR: "钱七",
        ADMIN: "孙八",
    }
    for person, name in named.items():
        email = f"{person}@example.org"
        organisation.add_person(connection, id=person, name=name, email=email, born_on=date(1990, 1, 1))
    for person, role, unit in (
        (SECRETARY, "secretary", "circle-1"),
        (HOST, "host", "circle-1"),
        (OUTSIDER, "secretary", "circle-2"),
        (AUDITOR, "auditor", "committee-1"),
        (ADMIN, "admin", "committee-1"),
    ):
        organisation.add_post(
            connection, id=f"post-{person}", person_id=person, role=role, unit_id=unit, from_on=SINCE
        )
    for person in (SECRETARY, HOST):
        standings.set_standing(connection, person, "member", "circle-1", SINCE, source="import")


def known(connection, process, place, actor, on, **more):
    return circumstances(connection, process, place, actor, ActedOn(on, on), **more)
