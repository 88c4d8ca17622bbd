"""What in an organisation does not go together is found, and nothing where all is well."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.working_days import WorkingCalendar
from records import accounts, organisation, standings, tables, units
from records.definitions import read_library
from services.documents import StoredDocuments
from services.inspection_words import INSPECTIONS
from services.organisation_check import check_organisation
from services.parts import Parts

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
SINCE = date(2020, 1, 1)
MEMBER = "full-member"
COMMITTEE = ("secretary", "deputy-secretary", "organisation-member")


@pytest.fixture(scope="module")
def library():
    return read_library(Path(__file__).parents[2] / "processes")


@pytest.fixture
def looked_over(database, library):
    """Look an organisation over: what is found, as pairs of rule and id, but for rules that are left out."""
    parts = Parts(
        database=database,
        library=library,
        documents=StoredDocuments.at("memory:///"),
        calendars=lambda name, day: WorkingCalendar(version="none"),
        clock=lambda: NOW,
    )

    def look(change=lambda _connection: None):
        database.write_now(sound)
        database.write_now(change)
        found = asyncio.run(check_organisation(parts))
        assert all(one.says.means.zh and one.says.mend.en for one in found)
        return {(one.rule, one.id) for one in found}

    return look


def sound(connection):
    """A committee that may approve, and a branch of eight with a committee of its own."""
    units.add_unit(connection, id="top", kind="base-committee", name="党委", may_approve=True)
    units.add_unit(connection, id="branch", kind="branch", name="支部", parent="top")
    for number in range(8):
        person = f"p-{number}"
        organisation.add_person(connection, id=person, name="张三")
        standings.set_standing(connection, person, MEMBER, "branch", SINCE, source="import")
    for number, role in enumerate(COMMITTEE):
        give(connection, f"p-{number}", role, "branch")
    give(connection, "p-3", "secretary", "top")
    give(connection, "p-4", "reviewer", "top")


def give(connection, person, role, unit):
    organisation.add_post(
        connection,
        id=f"{person}/{role}/{unit}",
        person_id=person,
        role=role,
        unit_id=unit,
        from_on=SINCE,
    )


def end(*posts):
    def change(connection):
        for post in posts:
            organisation.end_post(connection, post, date(2026, 5, 31))

    return change


def lend(connection):
    organisation.add_delegation(
        connection, id="loan", post_id="p-0/secretary/branch", substitute="p-5", from_on=SINCE
    )


def lend_to_one_who_logs_in(connection):
    lend(connection)
    accounts.add_account(connection, login="p5", person="p-5", password_hash="x", now=NOW)


def close(unit):
    def change(connection):
        connection.execute(
            sa.update(tables.units).where(tables.units.c.id == unit).values(closed_on=date(2026, 1, 1))
        )

    return change


def few(connection):
    units.add_unit(connection, id="small", kind="branch", name="小支部", parent="top")
    give(connection, "p-0", "secretary", "small")


def closure(connection):
    connection.execute(sa.delete(tables.unit_closure).where(tables.unit_closure.c.depth == 1))


def picture(connection):
    connection.execute(sa.update(tables.units).where(tables.units.c.id == "branch").values(name="别名"))


def stand_twice(connection):
    connection.execute(
        sa.insert(tables.standings).values(
            id="twice",
            person_id="p-6",
            standing="activist",
            unit_id="branch",
            from_on=date(2021, 1, 1),
            source="import",
        )
    )


def someone_else(connection):
    organisation.add_person(connection, id="loose", name="游离")


def not_a_member(connection):
    organisation.add_person(connection, id="young", name="新人")
    standings.set_standing(connection, "young", "activist", "branch", SINCE, source="import")
    give(connection, "young", "publicity-member", "branch")


@pytest.mark.parametrize(
    "change, found",
    [
        (lambda _connection: None, set()),
        (lend_to_one_who_logs_in, set()),
        (lend, {("substitute-without-login", "loan")}),
        (end("p-0/secretary/branch"), {("unit-without-secretary", "branch")}),
        (end("p-4/reviewer/top"), {("committee-without-reviewer", "top")}),
        (
            end("p-1/deputy-secretary/branch", "p-2/organisation-member/branch"),
            {("no-committee", "branch")},
        ),
        (few, {("too-few-members", "small")}),
        (closure, {("closure-out-of-step", "branch")}),
        (picture, {("picture-out-of-step", "branch")}),
        (stand_twice, {("standings-overlap", "twice")}),
        (someone_else, {("person-without-unit", "loose")}),
        (not_a_member, {("post-without-standing", "young/publicity-member/branch")}),
        (lambda c: give(c, "p-5", "porter", "branch"), {("post-of-unknown-role", "p-5/porter/branch")}),
        (
            lambda c: units.add_unit(c, id="odd", kind="club", name="俱乐部", parent="top"),
            {("unit-of-unknown-kind", "odd")},
        ),
        (
            close("top"),
            {
                ("unit-below-a-closed-one", "branch"),
                ("post-in-a-closed-unit", "p-3/secretary/top"),
                ("post-in-a-closed-unit", "p-4/reviewer/top"),
            },
        ),
    ],
)
def test_each_inconsistency_is_found_where_it_is_and_no_other(looked_over, change, found):
    assert looked_over(change) == found


def test_standings_that_go_on_in_a_closed_unit_are_found(looked_over):
    found = looked_over(close("branch"))
    assert sum(rule == "standing-in-a-closed-unit" for rule, _ in found) == 8


def test_every_rule_says_what_it_means_and_how_to_mend_it_in_both_languages():
    for inspection in INSPECTIONS.values():
        assert len({inspection.means.zh, inspection.means.en, inspection.mend.zh, inspection.mend.en}) == 4
