"""Logins, sessions, idempotency keys and materials: what the doors keep in the record."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from records import (
    accounts,
    attempts,
    door_tables,
    factors,
    idempotency,
    login_policies,
    materials,
    tables,
    unfinished,
)
from records.idempotency import Answer
from records.problems import AlreadyThere, KeyReused, NotFound
from records.scope import scope_of
from tests.builders import HOST, SECRETARY, SUBJECT
from tests.records.organisations import ADMIN, AUDITOR, OUTSIDER, an_organisation
from tests.records.walks import start

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
LATER = NOW + timedelta(hours=12)


@pytest.fixture
def organised(database):
    database.write_now(an_organisation)
    database.write_now(lambda c: accounts.add_account(c, login="li", person=HOST, password_hash="h", now=NOW))
    return database


def begin(database, **more):
    return database.write_now(lambda c: accounts.begin(c, login="li", now=NOW, **more))


def whose(database, secret, now=NOW, kind=None):
    found = database.read_now(lambda c: accounts.session(c, secret, now, kind))
    return None if found is None else found.person


def test_a_login_belongs_to_one_account(organised):
    with pytest.raises(AlreadyThere):
        organised.write_now(
            lambda c: accounts.add_account(c, login="li", person=SUBJECT, password_hash="x", now=NOW)
        )
    assert organised.read_now(lambda c: accounts.account(c, "li")) == accounts.Account("li", HOST, "h", False)
    assert organised.read_now(lambda c: accounts.account(c, "nobody")) is None


def test_a_session_lasts_until_its_end_and_a_token_without_one_goes_on(organised):
    secret, token = begin(organised), begin(organised, kind="token", lasts=None, name="import")
    assert [whose(organised, secret, at) for at in (NOW, LATER - timedelta(microseconds=1), LATER)] == [
        HOST,
        HOST,
        None,
    ]
    assert whose(organised, token, LATER + timedelta(days=4000)) == HOST


def test_a_token_is_no_session(organised):
    token = begin(organised, kind="token")
    assert (whose(organised, token, kind="session"), whose(organised, token, kind="token")) == (None, HOST)


def test_secrets_are_never_stored(organised):
    secret = begin(organised)
    stored = organised.read_now(lambda c: c.execute(sa.select(door_tables.sessions)).all())
    assert len(secret) >= 43
    assert secret not in repr(stored)
    assert whose(organised, stored[0].id_hash) is None


@pytest.mark.parametrize("secret", ["", "x", "\ud800", "\x00", "a" * 10_000])
def test_a_wrong_secret_is_nobodys(shared_database, secret):
    assert whose(shared_database, secret) is None


def test_an_ended_session_is_over_at_once_and_others_are_not(organised):
    one, other = begin(organised), begin(organised)
    organised.write_now(lambda c: accounts.end(c, one))
    assert (whose(organised, one), whose(organised, other)) == (None, HOST)


@pytest.mark.parametrize(
    "work", [lambda c: accounts.change_password(c, "li", "new"), lambda c: accounts.disable(c, "li")]
)
def test_a_new_password_and_a_disabled_login_end_every_session(organised, work):
    secrets = [begin(organised), begin(organised, kind="token")]
    organised.write_now(work)
    assert [whose(organised, secret) for secret in secrets] == [None, None]


def test_nobody_gets_in_with_a_disabled_or_unknown_login(organised):
    organised.write_now(lambda c: accounts.disable(c, "li"))
    for login in ("li", "nobody"):
        with pytest.raises(NotFound):
            organised.write_now(lambda c, login=login: accounts.begin(c, login=login, now=NOW))
    for work in (lambda c: accounts.disable(c, "x"), lambda c: accounts.change_password(c, "x", "y")):
        with pytest.raises(NotFound):
            organised.write_now(work)


def failed(database, key, since=NOW):
    return database.read_now(lambda c: attempts.failures(c, key, since))


def test_failed_logins_are_counted_by_key_and_time_and_forgotten_after_success(organised):
    for minute in range(3):
        at = NOW + timedelta(minutes=minute)
        organised.write_now(lambda c, at=at: attempts.note_failure(c, ["li", "here"], at))
    last = NOW + timedelta(minutes=2)
    assert failed(organised, "li") == failed(organised, "here") == attempts.Failures(3, last)
    assert failed(organised, "li", NOW + timedelta(minutes=1)) == attempts.Failures(2, last)
    assert failed(organised, "other") is None
    organised.write_now(lambda c: attempts.forget_failures(c, "li"))
    assert (failed(organised, "li"), failed(organised, "here").number) == (None, 3)


def test_a_place_is_familiar_from_the_log_in_that_worked_there_and_no_longer_than_asked(organised):
    organised.write_now(lambda c: attempts.note_familiar(c, "li", "m", NOW))
    for mark, since, expected in (("m", NOW, True), ("m", LATER, False), ("n", NOW, False)):
        assert organised.read_now(lambda c, m=mark, s=since: attempts.is_familiar(c, m, s)) == expected
    organised.write_now(lambda c: accounts.change_password(c, "li", "new"))
    assert not organised.read_now(lambda c: attempts.is_familiar(c, "m", NOW))


async def test_many_at_once_do_not_get_in_each_others_way(organised):
    works = (
        lambda c: attempts.note_familiar(c, "li", "m", NOW),
        lambda c: factors.put_code_app(c, "li", "sealed", NOW),
        lambda c: login_policies.set_policy(c, "circle-1", "any", set_by=HOST, now=NOW),
    )
    for work in works:
        await asyncio.gather(*(organised.write(work) for _ in range(12)))
    assert organised.read_now(lambda c: attempts.is_familiar(c, "m", NOW))
    assert organised.read_now(lambda c: factors.code_app(c, "li")).confirmed_at is None
    numbers = sa.select(door_tables.login_policies.c.number).order_by(sa.text("number"))
    assert organised.read_now(lambda c: c.execute(numbers).scalars().all()) == list(range(1, 13))


async def test_of_many_who_bring_the_same_thing_at_once_one_gets_what_it_opens(organised):
    def begin_one(connection):
        factors.put_code_app(connection, "li", "sealed", NOW)
        factors.put_recovery_codes(connection, "li", ["code"])
        lasts = timedelta(minutes=1)
        return unfinished.begin(connection, "passkey", "x", now=NOW, lasts=lasts, login="li")

    ticket = organised.write_now(begin_one)
    works = (
        lambda c: unfinished.take(c, "passkey", ticket, NOW) is not None,
        lambda c: factors.take_step(c, "li", 7),
        lambda c: factors.take_recovery_code(c, "li", "code", NOW),
    )
    for work in works:
        assert sum(await asyncio.gather(*(organised.write(work) for _ in range(12)))) == 1
    assert not organised.write_now(lambda c: factors.take_step(c, "li", 6))
    assert organised.read_now(lambda c: factors.recovery_codes_left(c, "li")) == 0


def test_what_waits_is_for_its_purpose_and_its_time(organised):
    def begin_one(connection):
        lasts = timedelta(minutes=1)
        return unfinished.begin(connection, "passkey", "x", now=NOW, lasts=lasts)

    ticket = organised.write_now(begin_one)
    asked = (("passkey", NOW), ("provider", NOW), ("passkey", NOW + timedelta(minutes=1)))
    found = [organised.read_now(lambda c, a=a: unfinished.look(c, a[0], ticket, a[1])) for a in asked]
    assert found == [unfinished.Unfinished(None, "x"), None, None]


def test_of_many_places_the_latest_are_remembered(organised):
    for number in range(25):
        at = NOW + timedelta(minutes=number)
        organised.write_now(lambda c, n=number, at=at: attempts.note_familiar(c, "li", f"place-{n}", at))
    kept = organised.read_now(
        lambda c: set(c.execute(sa.select(door_tables.familiar_places.c.mark)).scalars())
    )
    assert kept == {f"place-{number}" for number in range(5, 25)}


def test_what_has_expired_is_cleared_and_nothing_else(organised):
    kept = begin(organised, lasts=timedelta(days=9))
    begin(organised)
    organised.write_now(lambda c: attempts.note_failure(c, ["li"], NOW))
    for mark, at in (("old", NOW - timedelta(seconds=1)), ("new", NOW)):
        organised.write_now(lambda c, mark=mark, at=at: attempts.note_familiar(c, "li", mark, at))
    organised.write_now(
        lambda c: attempts.clear(c, LATER, ended_before=LATER, attempts_before=NOW, familiar_before=NOW)
    )
    assert len(organised.read_now(lambda c: c.execute(sa.select(door_tables.sessions)).all())) == 1
    assert whose(organised, kept, LATER) == HOST
    assert failed(organised, "li").number == 1
    assert organised.read_now(lambda c: attempts.is_familiar(c, "new", NOW))
    assert not organised.read_now(lambda c: attempts.is_familiar(c, "old", NOW - timedelta(days=1)))


def perform(connection, key="k", request="r", body=None, person=HOST):
    """What a service does with a key: begin, act, finish."""
    known = idempotency.begin(connection, person, key, request, NOW)
    if known is not None:
        return "again", known
    connection.execute(sa.insert(door_tables.login_attempts).values(key="effect", at=NOW))
    answer = Answer(201, body or {"id": "案"})
    idempotency.finish(connection, person, key, answer)
    return "first", answer


def effects(database):
    return len(database.read_now(lambda c: c.execute(sa.select(door_tables.login_attempts)).all()))


def test_the_same_request_twice_has_one_effect_and_one_answer(organised):
    first, second = organised.write_now(perform), organised.write_now(perform)
    assert (first[0], second[0]) == ("first", "again")
    assert first[1] == second[1]
    assert effects(organised) == 1


def test_a_key_stands_for_one_request_of_one_person(organised):
    organised.write_now(perform)
    with pytest.raises(KeyReused):
        organised.write_now(lambda c: perform(c, request="another"))
    assert organised.write_now(lambda c: perform(c, person=SUBJECT))[0] == "first"
    assert effects(organised) == 2


def test_a_key_that_was_taken_before_an_answer_is_kept_beside_it_is_reused(organised):
    def keep(connection):
        with idempotency.refusing():
            idempotency.keep(connection, HOST, "k", "other", "{}", NOW)

    organised.write_now(perform)
    with pytest.raises(KeyReused):
        organised.write_now(keep)
    assert organised.write_now(perform)[0] == "again"


def test_a_refused_act_gives_its_key_back(organised):
    def refused(connection):
        perform(connection)
        raise LookupError

    with pytest.raises(LookupError):
        organised.write_now(refused)
    assert organised.write_now(perform)[0] == "first"
    assert effects(organised) == 1


async def test_a_storm_with_one_key_has_one_effect(organised):
    answers = await asyncio.gather(*(organised.write(perform) for _ in range(50)))
    assert sorted(answer[0] for answer in answers) == ["again"] * 49 + ["first"]
    assert len({repr(answer[1]) for answer in answers}) == 1
    assert effects(organised) == 1


def test_old_keys_are_forgotten(organised):
    organised.write_now(perform)
    assert organised.write_now(lambda c: idempotency.forget(c, NOW)) == 0
    assert organised.write_now(lambda c: idempotency.forget(c, NOW + timedelta(seconds=1))) == 1
    assert organised.write_now(perform)[0] == "first"


def test_a_request_has_one_digest_however_its_keys_are_ordered():
    one = idempotency.request_digest("POST", {"a": 1, "b": [2]})
    assert one == idempotency.request_digest("POST", {"b": [2], "a": 1})
    assert one != idempotency.request_digest("POST", {"a": 1, "b": [3]})


def hand_in(database, person, sha256="a" * 64):
    return database.write_now(
        lambda c: materials.add_material(
            c,
            sha256=sha256,
            media_type="application/pdf",
            size=3,
            name="申请书.pdf",
            created_by=person,
            now=NOW,
        )
    )


def may_read(database, material, person):
    def work(connection):
        scope = scope_of(connection, person, date(2026, 6, 1))
        return materials.material(connection, material.id, scope)

    try:
        return database.read_now(work) == material
    except NotFound:
        return False


def test_a_document_is_read_by_whoever_handed_it_in_and_nobody_else(organised):
    document = hand_in(organised, SUBJECT)
    readers = [SUBJECT, SECRETARY, AUDITOR, OUTSIDER, ADMIN]
    assert [person for person in readers if may_read(organised, document, person)] == [SUBJECT]


def test_a_document_of_a_case_is_read_by_those_who_see_the_case(organised):
    document = hand_in(organised, SUBJECT)

    def use(connection):
        start(connection)
        row = {"case_id": "case-1", "sha256": document.sha256}
        connection.execute(sa.insert(tables.case_materials).values(row))

    organised.write_now(use)
    readers = [SUBJECT, SECRETARY, AUDITOR, OUTSIDER, ADMIN]
    assert [p for p in readers if may_read(organised, document, p)] == [SUBJECT, SECRETARY, AUDITOR]


def test_digests_are_given_for_documents_one_may_read_only(organised):
    mine, other = hand_in(organised, SUBJECT), hand_in(organised, OUTSIDER, "b" * 64)

    def digests(*ids):
        def work(connection):
            return materials.digests_of(connection, ids, scope_of(connection, SUBJECT, date(2026, 6, 1)))

        return organised.read_now(work)

    assert digests(mine.id, mine.id) == {mine.id: "a" * 64}
    with pytest.raises(NotFound):
        digests(mine.id, other.id)
