"""Random organisations: what a caller is listed is what a plain model of the rules says."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records import cases, organisation, tables, units, visible
from records.scope import scope_of
from tests.access.places import TODAY
from tests.api.world import NOON

PEOPLE = ("ann", "bo", "cy", "di")
DAYS = st.tuples(st.integers(-2, 1), st.none() | st.integers(-1, 2)).filter(
    lambda days: days[1] is None or days[0] <= days[1]
)
PERSON = st.sampled_from(PEOPLE)


@dataclass(frozen=True)
class Organisation:
    """Units by their parent's number; posts, loans and cases as drawn."""

    parents: tuple[Any, ...]
    posts: tuple[Any, ...]
    loans: tuple[Any, ...]
    cases: tuple[Any, ...]


@st.composite
def organisations(draw):
    size = draw(st.integers(1, 6))
    parents = tuple(draw(st.none() | st.integers(0, each - 1)) if each else None for each in range(size))
    unit = st.integers(0, size - 1)
    role = st.sampled_from(("secretary", "auditor", "admin"))
    posts = tuple(draw(st.lists(st.tuples(PERSON, role, unit, DAYS), max_size=5)))
    loan = st.tuples(st.integers(0, max(len(posts) - 1, 0)), PERSON, DAYS)
    loans = tuple(draw(st.lists(loan, max_size=4))) if posts else ()
    kept = tuple(one for one in loans if posts[one[0]][0] != one[1])
    case = st.tuples(PERSON, unit, st.none() | unit, st.none() | PERSON)
    return Organisation(parents, posts, kept, tuple(draw(st.lists(case, max_size=5))))


# The model: written from the rules, without a look at how the record finds out.


def now(days):
    return days[0] <= 0 and (days[1] is None or days[1] >= 0)


def is_below(drawn, unit, top):
    while unit is not None:
        if unit == top:
            return True
        unit = drawn.parents[unit]
    return False


def held(drawn, person, roles):
    """The units of posts that somebody may use today."""
    own = {unit for who, role, unit, days in drawn.posts if who == person and role in roles and now(days)}
    for number, substitute, days in drawn.loans:
        _, role, unit, lasting = drawn.posts[number]
        if substitute == person and role in roles and now(days) and now(lasting):
            own.add(unit)
    return own


def under(drawn, unit, tops):
    return unit is not None and any(is_below(drawn, unit, top) for top in tops)


def cases_seen(drawn, person):
    tops = held(drawn, person, {"secretary", "auditor"})
    return {
        f"case-{number}"
        for number, (subject, unit, target, helper) in enumerate(drawn.cases)
        if person in {subject, helper} or under(drawn, unit, tops) or under(drawn, target, tops)
    }


def posts_seen(drawn, person):
    tops = held(drawn, person, {"secretary", "auditor", "admin"})
    return {
        f"post-{number}"
        for number, (holder, _, unit, _) in enumerate(drawn.posts)
        if holder == person or under(drawn, unit, tops)
    }


def loans_seen(drawn, person):
    tops = held(drawn, person, {"admin"})
    return {
        f"loan-{number}"
        for number, (post, substitute, _) in enumerate(drawn.loans)
        if person in {substitute, drawn.posts[post][0]} or under(drawn, drawn.posts[post][2], tops)
    }


def day(offset):
    return None if offset is None else TODAY + timedelta(days=offset)


def write(connection, drawn):
    for number, parent in enumerate(drawn.parents):
        above = None if parent is None else f"unit-{parent}"
        units.add_unit(connection, id=f"unit-{number}", kind="circle", name="单位", parent=above)
    for person in PEOPLE:
        organisation.add_person(connection, id=person, name=person)
    for number, (person, role, unit, (first, last)) in enumerate(drawn.posts):
        organisation.add_post(
            connection,
            id=f"post-{number}",
            person_id=person,
            role=role,
            unit_id=f"unit-{unit}",
            from_on=day(first),
            to_on=day(last),
        )
    for number, (post, substitute, (first, last)) in enumerate(drawn.loans):
        organisation.add_delegation(
            connection,
            id=f"loan-{number}",
            post_id=f"post-{post}",
            substitute=substitute,
            from_on=day(first),
            to_on=day(last),
        )
    for number, case in enumerate(drawn.cases):
        write_case(connection, f"case-{number}", case)


def write_case(connection, case, drawn):
    subject, unit, target, helper = drawn
    row = {
        "id": case,
        "process": "joining",
        "version": "1",
        "digest": "0" * 64,
        "subject_id": subject,
        "unit_id": f"unit-{unit}",
        "target_unit_id": None if target is None else f"unit-{target}",
        "status": "open",
        "stage": "asking",
        "standing": "guest",
        "opened_on": TODAY,
        "seq": 1,
        "head": "0" * 64,
        "created_at": NOON,
        "changed_at": NOON,
        "snapshot": "{}",
    }
    connection.execute(sa.insert(tables.cases).values(row))
    if helper is not None:
        part = {"case_id": case, "role": "introducers", "person_id": helper}
        connection.execute(sa.insert(tables.case_people).values(part))


class Enough(Exception):
    """Raised at the end of a work, so that nothing of it is kept."""


def listed(connection, person):
    scope = scope_of(connection, person, TODAY)
    found = (
        cases.list_cases(connection, scope=scope, limit=200),
        visible.list_posts(connection, viewer=person, today=TODAY, limit=200),
        visible.list_delegations(connection, viewer=person, today=TODAY, limit=200),
    )
    return tuple({one.id for one in page.items} for page in found)


@given(drawn=organisations())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lists_hold_what_the_rules_say(shared_database, drawn):
    found: dict[str, Any] = {}

    def work(connection):
        write(connection, drawn)
        found.update((person, listed(connection, person)) for person in PEOPLE)
        raise Enough

    with contextlib.suppress(Enough):
        shared_database.write_now(work)
    assert found == {
        person: (cases_seen(drawn, person), posts_seen(drawn, person), loans_seen(drawn, person))
        for person in PEOPLE
    }
