"""The demonstration: invented, made by the same acts as real cases, and the same each time."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from commands.opening import opened_parts
from records import migrating, organisation, rebuilding
from records.tables import cases, events, people, units
from services import demo
from services.demo import LOGINS, NotEmpty, seed
from services.demo_cases import following
from services.demo_organisation import demo_id
from services.logging_in import Knock, log_in
from services.parts import Caller, Parts
from services.proofs import Begun
from services.step_forms import step_form
from services.unit_overview import overview
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


async def test_a_notice_hangs_and_a_unit_is_short_of_people_on_whatever_day_it_is_made(demonstrated):
    async with a_record(demonstrated) as parts:
        secretary = Caller(demo_id("person", "赵铁山"))
        subjects = {subject: case for case, subject in rows(parts, cases.c.id, cases.c.subject_id)}
        case = subjects[demo_id("person", "邓凯旋")]
        form = await step_form(parts, secretary, case, "object-notice")
        assert form.countdown is not None
        assert form.countdown.left > 0
        assert [one.answered_on for one in form.objections] == [None]
        seen = await overview(parts, Caller(demo_id("person", "顾文心")), demo_id("unit", "library"))
        assert {one.have for one in seen.short} == {0}


@pytest.mark.parametrize("day", range(0, 30, 3))
def test_a_notice_is_put_up_on_its_day_and_looked_at_again_while_it_hangs(day):
    put_up = date(2026, 2, 1) + timedelta(days=day)
    days = [date(2025, 12, 20)]
    while days[-1] <= put_up + timedelta(days=1):
        days.append(following("邓凯旋", days[-1], put_up))
    assert put_up in days
    assert put_up + timedelta(days=2) in days


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
