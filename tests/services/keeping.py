"""A record with a bit of everything, for tests of backups."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from functools import partial

import sqlalchemy as sa

from domain.circumstances import PersonFacts
from domain.moments import local_day
from records import accounts, attempts, copying, idempotency, materials, organisation, recording
from records.door_tables import unfinished
from tests.builders import SECRETARY, SUBJECT, a_library, a_start, an_act, known_to
from tests.records.organisations import an_organisation

LIBRARY = a_library()
LETTERS = ("第一封信".encode(), b"a second letter\x00", b"\xff third")
ZONE = "Asia/Shanghai"


def digest(letter):
    return hashlib.sha256(letter).hexdigest()


async def fill(database, documents, cases=3, ago=timedelta(0)):
    """People, posts, cases with acts, documents, a login with a session, an answer to a key.

    Return the secret of the session.
    """
    now = datetime.now(UTC) - ago
    await database.write(an_organisation)
    for letter in LETTERS:
        await documents.keep(digest(letter), letter)
    for number in range(cases):
        await begin(database, f"case-{number}", now)
    return await database.write(partial(_add_the_rest, now=now))


def _add_the_rest(connection, now):
    for letter in LETTERS:
        materials.add_material(
            connection,
            sha256=digest(letter),
            media_type="text/plain",
            size=len(letter),
            name="信.txt",
            created_by=SUBJECT,
            now=now,
        )
    accounts.add_account(connection, login="li", person=SECRETARY, password_hash="$argon2id$x", now=now)
    attempts.note_failure(connection, ["li"], now)
    attempts.note_familiar(connection, "li", "somewhere", now)
    row = {"id_hash": "x", "purpose": "code", "login": "li", "data": "{}", "expires_at": now}
    connection.execute(sa.insert(unfinished).values(row))
    idempotency.begin(connection, SECRETARY, "a key", "0" * 64, now)
    idempotency.finish(
        connection, SECRETARY, "a key", idempotency.Answer(200, {"是": [True, None, "\\\t\n"]})
    )
    organisation.add_unit(connection, id="a-new-top", kind="committee", name="新")
    organisation.add_unit(connection, id="0-below", kind="circle", name="下", parent="a-new-top")
    return accounts.begin(connection, login="li", now=now)


async def begin(database, case_id, now=None):
    """Start a case of a person of its own, whose first talk was postponed."""
    now = now or datetime.now(UTC)
    subject, day = f"of-{case_id}", local_day(now, ZONE)
    named = partial(organisation.add_person, id=subject, name=f"候选人\t\\ {case_id}", email="x@example.org")
    await database.write(partial(named, born_on=date(1990, 2, 28)))
    known = known_to(subject)
    known = known.model_copy(update={"people": (*known.people, PersonFacts(id=subject, standing="guest"))})
    await perform(database, a_start(case_id, on=day, subject=subject, known=known), case_id, now)
    # No two acts on a case are recorded at one moment: rows are made anew act by act, told by it.
    await postpone(database, case_id, now + timedelta(milliseconds=1))


async def postpone(database, case_id, now=None):
    """Let a case have an event or two more, and return the last."""
    now = now or datetime.now(UTC)
    return (await perform(database, an_act("talk", local_day(now, ZONE), outcome="postponed"), case_id, now))[
        -1
    ]


async def perform(database, act, case_id, now):
    def work(connection):
        locked = None if act.kind == "start" else recording.lock(connection, LIBRARY, case_id)
        process = locked.process if locked else LIBRARY.editions[0]
        return recording.record(connection, process, locked, act, now).events

    return await database.write(work)


def everything(connection, leave_out=()):
    """All rows of all tables, comparable between databases."""
    return {
        shape.name: sorted(map(copying.line_of, copying.rows_of(connection, shape)))
        for shape in copying.shapes(leave_out=leave_out)
    }
