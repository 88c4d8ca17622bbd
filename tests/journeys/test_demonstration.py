"""The demonstration: invented, made by the same acts as real cases, and the same each time."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select

from commands.opening import opened_parts
from records import migrating, organisation, rebuilding
from records.tables import cases, events, people, units
from services import demo
from services.demo import LOGINS, NotEmpty, seed
from services.logging_in import Knock, log_in
from services.parts import Parts
from services.proofs import Begun
from settings import read_settings

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@asynccontextmanager
async def a_record(folder):
    settings = read_settings(data_dir=folder)
    migrating.upgrade(settings.database_url)
    async with opened_parts(settings) as parts:
        yield replace(parts, clock=lambda: NOW)


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory):
    """A folder with the demonstration."""
    folder = tmp_path_factory.mktemp("demonstrated")

    async def fill():
        async with a_record(folder) as parts:
            assert await seed(parts) is True

    asyncio.run(fill())
    return folder


def rows(parts: Parts, *columns):
    return parts.database.read_now(lambda connection: list(connection.execute(select(*columns)).all()))


def what_happened(parts):
    """Every case as it went, without the ids that differ each time."""
    subjects = dict(rows(parts, cases.c.id, cases.c.subject_id))
    return sorted(
        (subjects[case], seq, kind, step or "", occurred_on, recorded_at)
        for case, seq, kind, step, occurred_on, recorded_at in rows(
            parts,
            events.c.case_id,
            events.c.seq,
            events.c.type,
            events.c.step,
            events.c.occurred_on,
            events.c.recorded_at,
        )
    )


async def test_the_demonstration_is_what_it_says_and_the_same_each_time(demonstrated, tmp_path):
    async with a_record(demonstrated) as parts:
        assert await seed(parts) is False
        assert len(rows(parts, people.c.id)) == 40
        kinds = sorted(kind for (kind,) in rows(parts, units.c.kind))
        assert kinds == ["base-committee", "branch", "branch", "branch", "department", "general-branch"]
        found = rows(parts, cases.c.id, cases.c.stage, cases.c.status, cases.c.outcome)
        assert len(found) == 12
        assert len({stage for _, stage, _, _ in found}) >= 5
        assert {outcome for *_, outcome in found} == {None, "full-member", "not-approved", "withdrawn"}
        for case, *_ in found:
            assert await parts.read(partial(rebuilding.verify, case_id=case)) == ()
        first = what_happened(parts)
        assert max(recorded_at for *_, recorded_at in first) <= NOW
        zone = parts.zone
        assert all(
            occurred_on <= recorded_at.astimezone(zone).date() for *_, occurred_on, recorded_at in first
        )
    async with a_record(tmp_path) as parts:
        await seed(parts)
        # The minute of a reminder depends on the id of the case, so that not all come at once.
        assert [row[:-1] for row in what_happened(parts)] == [row[:-1] for row in first]


async def test_every_login_opens_a_session_and_the_applicant_holds_no_post(demonstrated):
    async with a_record(demonstrated) as parts:
        assert await demo.has_demo_logins(parts)
        for login in LOGINS:
            begun = await log_in(parts, Knock(login.login, login.password))
            assert isinstance(begun, Begun)
            assert begun.me.person.name == login.name
            assert bool(begun.me.posts) is (login.login not in {"applicant", "member"})


async def test_a_record_with_people_of_its_own_is_left_alone(tmp_path):
    async with a_record(tmp_path) as parts:
        await parts.write(lambda connection: organisation.add_person(connection, name="王小明"))
        with pytest.raises(NotEmpty):
            await seed(parts)
        assert len(rows(parts, people.c.id)) == 1
