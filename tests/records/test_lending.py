"""Random posts and delegations with what they are lent for: what is listed, read and acted on is the same."""

import contextlib
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.circumstances import LentFor
from domain.entitled import entitled_to
from domain.waiting import open_steps
from records import cases, notifications, organisation, tables
from records.inbox import list_tasks
from records.recording import lock
from records.scope import scope_of
from tests.builders import HOST, SECRETARY, SUBJECT, noon
from tests.records.organisations import ADMIN, OUTSIDER, an_organisation, known
from tests.records.walks import BEGIN, LIBRARY, PROCESS, TALK, act_on, start

TODAY = TALK
PEOPLE = (SUBJECT, SECRETARY, HOST, OUTSIDER, ADMIN)
UNITS = ("committee-1", "circle-1", "circle-2")
DAYS = st.sampled_from(((-1, None), (0, 0), (1, None), (-2, -1)))


def some(*words):
    return st.lists(st.sampled_from(words), max_size=1).map(tuple)


SCOPES = st.none() | st.builds(
    LentFor, processes=some("reading-circle", "other"), stages=some("asking", "reading"), units=some(*UNITS)
)
POSTS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(("secretary", "host")), st.sampled_from(UNITS), DAYS),
    max_size=4,
)
LOANS = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(PEOPLE), DAYS, SCOPES), min_size=1, max_size=5)


class Enough(Exception):
    """Raised at the end of a work, so that nothing of it is kept."""


@pytest.fixture
def begun(shared_database):
    """A case in each circle that asks, one that reads, and one that stands still."""
    if not shared_database.read_now(lambda c: c.execute(sa.select(tables.cases.c.id)).first()):
        shared_database.write_now(an_organisation)
        shared_database.write_now(lambda c: start(c, "asks"))
        shared_database.write_now(lambda c: start(c, "elsewhere", subject=HOST, unit="circle-2"))
        shared_database.write_now(lambda c: start(c, "reads", subject=OUTSIDER))
        shared_database.write_now(lambda c: act_on(c, "talk", TALK, SECRETARY, case="reads", outcome="done"))
    return shared_database


def day(offset):
    return None if offset is None else TODAY + timedelta(days=offset)


def lend(connection, drawn_posts, loans):
    ids = [f"post-{person}" for person in (SECRETARY, HOST, OUTSIDER)]
    for person, role, unit, (first, last) in drawn_posts:
        made = organisation.add_post(
            connection, person_id=person, role=role, unit_id=unit, from_on=day(first), to_on=day(last)
        )
        ids.append(made.id)
    for number, substitute, (first, last), lent_for in loans:
        post = organisation.post(connection, ids[number % len(ids)])
        if post.person != substitute:
            organisation.add_delegation(
                connection,
                post_id=post.id,
                substitute=substitute,
                from_on=day(first),
                to_on=day(last),
                lent_for=lent_for,
            )


def compare(connection, person):
    scope = scope_of(connection, person, TODAY)
    known_cases = ("asks", "elsewhere", "reads")
    seen = {case for case in known_cases if cases.is_seen(connection, case, scope)}
    listed = cases.list_cases(connection, scope=scope, limit=50)
    assert {row.id for row in listed.items} == seen
    for unit in UNITS:
        narrowed = cases.CaseFilter(unit=unit)
        inside = cases.list_cases(connection, scope=scope, narrowed=narrowed, limit=50)
        there = {"circle-1": {"asks", "reads"}, "circle-2": {"elsewhere"}}.get(unit, set(known_cases))
        assert {row.id for row in inside.items} == seen & there
    may = set()
    for name in known_cases:
        case = lock(connection, LIBRARY, name).case
        steps = [step.step for step in open_steps(PROCESS, case, noon(TODAY))]
        about = known(connection, PROCESS, case, person, TODAY)
        may |= {(name, step) for step in entitled_to(PROCESS, case, steps, about)}
    assert {case for case, _ in may} <= seen
    tasks = list_tasks(connection, person, TODAY).items
    assert {(task.case, task.step) for task in tasks} == may


@given(drawn_posts=POSTS, loans=LOANS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lists_and_inboxes_hold_what_may_be_read_and_acted_on(begun, drawn_posts, loans):
    def work(connection):
        lend(connection, drawn_posts, loans)
        for person in PEOPLE:
            compare(connection, person)
        raise Enough

    with contextlib.suppress(Enough):
        begun.write_now(work)


def test_a_substitute_is_told_for_whom_and_only_of_what_is_lent_to_him(database):
    database.write_now(an_organisation)

    def lends(connection):
        for substitute, stage in ((OUTSIDER, "asking"), (ADMIN, "reading")):
            organisation.add_delegation(
                connection,
                post_id=f"post-{SECRETARY}",
                substitute=substitute,
                from_on=BEGIN,
                lent_for=LentFor(stages=(stage,)),
            )

    database.write_now(lends)
    database.write_now(start)
    told = {
        person: [
            (notice.owed.kind, notice.owed.on_behalf_of)
            for notice in database.read_now(
                lambda c, person=person: notifications.list_notices(c, person)
            ).items
        ]
        for person in (SECRETARY, OUTSIDER, ADMIN)
    }
    assert told == {
        SECRETARY: [("task-opened", None)],
        OUTSIDER: [("task-opened", SECRETARY)],
        ADMIN: [],
    }


def test_what_somebody_may_not_act_on_is_in_no_inbox(database):
    database.write_now(an_organisation)
    database.write_now(lambda c: start(c, "own", subject=SECRETARY))
    database.write_now(
        lambda c: organisation.add_delegation(
            c, post_id=f"post-{SECRETARY}", substitute=OUTSIDER, from_on=date(2025, 1, 1)
        )
    )
    for person in (SECRETARY, OUTSIDER):
        assert database.read_now(lambda c, person=person: list_tasks(c, person, TODAY)).items == ()
