"""A record that was tampered with is not verified: the first thing wrong is named, and what it should be."""

import shutil
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoints import Checkpoint
from domain.library import Library
from domain.notes import signed, verifier_of
from domain.verifying import Tampered
from records import log, tables
from records.database import Database
from records.engines import SQLITE
from records.log_tables import administration, checkpoints, log_keys, log_leaves, log_nodes
from records.rebuilding import rebuild
from services import sessions
from services.log_keys import rotated
from services.verifying import CannotVerify, verify
from tests.api.world import NOBODY, SECRETARY, SUBJECT, a_world

EVENTS, CASES = tables.events, tables.cases


async def checkpointed(world):
    """Make a checkpoint, and return it as it is kept elsewhere."""
    made = await world.parts.notary.make()
    assert made is not None
    return made.whole


async def furnished(database):
    """Two cases, the first with a document, and a checkpoint of everything."""
    made = await a_world(database)
    answer = await made.client.post(
        "/v1/materials", files={"file": ("a.txt", b"a scan")}, headers=made.by(SUBJECT)
    )
    materials = {"scan": [answer.json()["id"]]}
    case = await made.start(fields={"letter": "想读书"}, materials=materials)
    made.clock.pass_by(timedelta(seconds=1))
    await made.act(case, "talk", SECRETARY, outcome="done", occurred_on="2025-03-10")
    await made.start(subject=NOBODY, by=NOBODY)
    await checkpointed(made)
    return made


@pytest.fixture
async def world(sqlite_database):
    made = await furnished(sqlite_database)
    yield made
    await made.client.aclose()


@pytest.fixture
async def world_on_both(database):
    made = await furnished(database)
    yield made
    await made.client.aclose()


def tampered(world, *statements):
    """Change rows as somebody does who may do anything with the database."""

    def work(connection):
        if connection.dialect.name == "sqlite":
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in list(connection.execute(sa.text(names)).scalars()):
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
            connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        else:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(statement)

    world.parts.database.write_now(work)


def first_case(world):
    query = sa.select(CASES.c.id).where(CASES.c.subject_id == SUBJECT)
    return world.parts.database.read_now(lambda connection: connection.execute(query).scalar_one())


async def test_an_honest_record_is_verified(world_on_both):
    world = world_on_both
    held = [await checkpointed(world)]
    await world.start(subject=SECRETARY, by=SECRETARY)
    found = await verify(world.parts, held=held)
    assert (found.cases, found.checkpoints, found.documents) == (3, 1, 1)
    assert found.events > 0
    assert found.waiting > 0
    assert found.remarks == []


async def test_rows_made_anew_are_verified(world_on_both):
    world = world_on_both
    case = first_case(world)
    world.parts.database.write_now(lambda c: rebuild(c, world.parts.library, case))
    await verify(world.parts)


CHANGES = {
    "an event's actor": sa.update(EVENTS).where(EVENTS.c.seq == 2).values(actor=NOBODY),
    "its day": sa.update(EVENTS).where(EVENTS.c.seq == 2).values(occurred_on=date(2020, 1, 1)),
    "its data": sa.update(EVENTS).where(EVENTS.c.seq == 1).values(data='{"x":1}'),
    "how its data is written": sa.update(EVENTS).where(EVENTS.c.seq == 1).values(data=EVENTS.c.data + " "),
    "that it can be read": sa.update(EVENTS).where(EVENTS.c.seq == 1).values(data="{"),
    "its hash": sa.update(EVENTS).where(EVENTS.c.seq == 2).values(hash="0" * 64),
    "what it follows": sa.update(EVENTS).where(EVENTS.c.seq == 2).values(prev_hash="0" * 64),
    "an event deleted": sa.delete(EVENTS).where(EVENTS.c.seq == 2),
    "all events deleted": sa.delete(EVENTS),
    "a place deleted": sa.delete(log_leaves).where(log_leaves.c.position == 1),
    "the last place deleted": sa.delete(log_leaves).where(log_leaves.c.seq == 4),
    "the log deleted": sa.delete(log_leaves),
    "a place changed": sa.update(log_leaves).where(log_leaves.c.position == 1).values(hash="0" * 64),
    "a checkpoint's root": sa.update(checkpoints).values(root="0" * 64),
    "a checkpoint's note": sa.update(checkpoints).values(
        note=sa.func.replace(checkpoints.c.note, "log", "lag")
    ),
    "the keys": sa.delete(log_keys),
    "a part of the tree": sa.insert(log_nodes).values(level=8, number=0, hash="0" * 64),
    "where a case stands": sa.update(CASES).values(stage="reading"),
    "whom it is about": sa.update(CASES).where(CASES.c.subject_id == SUBJECT).values(subject_id=SECRETARY),
    "its outcome": sa.update(CASES).values(status="closed", outcome="joined"),
    "its snapshot": sa.update(CASES).values(snapshot=sa.func.replace(CASES.c.snapshot, SUBJECT, NOBODY)),
    "its head": sa.update(CASES).values(head="0" * 64),
    "its last number": sa.update(CASES).values(seq=1),
    "a task's day": sa.update(tables.tasks).values(due_on=date(2030, 1, 1)),
    "a task": sa.delete(tables.tasks),
    "who takes part": sa.insert(tables.case_people).from_select(
        ["case_id", "role", "person_id"], sa.select(CASES.c.id, sa.literal("host"), CASES.c.subject_id)
    ),
    "which documents it names": sa.delete(tables.case_materials),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_every_change_is_found(world, change):
    tampered(world, CHANGES[change])
    with pytest.raises(Tampered):
        await verify(world.parts)


NOTED = {
    "who did it": sa.update(administration).values(actor=NOBODY),
    "to whom": sa.update(administration).values(person_id=NOBODY),
    "what": sa.update(administration).values(type="password-set"),
    "how much of it": sa.update(administration).values(data=administration.c.data + " "),
    "that it was done": sa.delete(administration),
    "its place": sa.delete(log_leaves).where(log_leaves.c.case_id == "administration"),
}


@pytest.mark.parametrize("change", NOTED)
async def test_a_change_of_what_administrators_did_is_found(world, change):
    await sessions.end_of_login(world.parts, SECRETARY, None)
    held = [await checkpointed(world)]
    assert (await verify(world.parts, held=held)).waiting == 0
    tampered(world, NOTED[change])
    with pytest.raises(Tampered):
        await verify(world.parts, held=held)


RIGHTS = {
    "a role": (sa.update(tables.posts).values(role="admin"), "not what was noted of it last"),
    "another post": (
        sa.insert(tables.posts).from_select(
            ["id", "person_id", "role", "unit_id", "from_on"],
            sa.select(
                sa.literal("by-hand"),
                tables.posts.c.person_id,
                sa.literal("admin"),
                tables.posts.c.unit_id,
                tables.posts.c.from_on,
            ).limit(1),
        ),
        "nobody noted that there is the post by-hand",
    ),
    "a post that is gone": (sa.delete(tables.posts), "is gone"),
    "that a post was given": (sa.delete(administration), "nobody noted|gone"),
}


@pytest.mark.parametrize("change", RIGHTS)
async def test_a_post_that_was_changed_by_hand_is_found(world_on_both, change):
    statement, why = RIGHTS[change]
    assert (await verify(world_on_both.parts)).rights > 3
    tampered(world_on_both, statement)
    with pytest.raises(Tampered, match=why):
        await verify(world_on_both.parts, thorough=False)


async def test_what_administrators_did_is_verified_before_it_has_a_place(world):
    await sessions.end_of_login(world.parts, SECRETARY, None)
    assert (await verify(world.parts)).waiting == 1
    tampered(world, sa.update(administration).values(type="password-set"))
    with pytest.raises(Tampered, match="not what was recorded"):
        await verify(world.parts)


async def test_the_first_event_that_is_wrong_is_named_with_what_it_should_have_been(world_on_both):
    world = world_on_both
    case = first_case(world)
    query = sa.select(EVENTS.c.hash).where(EVENTS.c.case_id == case, EVENTS.c.seq == 3)
    own = world.parts.database.read_now(lambda connection: connection.execute(query).scalar_one())
    change = sa.update(EVENTS).where(EVENTS.c.case_id == case, EVENTS.c.seq.in_((3, 4))).values(actor="x")
    tampered(world, change)
    with pytest.raises(Tampered, match="not what was recorded") as found:
        await verify(world.parts)
    assert (found.value.case, found.value.seq) == (case, 3)
    assert own in found.value.should_be


async def test_a_replaced_document_and_a_missing_one_are_found(world):
    query = sa.select(tables.case_materials.c.sha256)
    (digest,) = world.parts.database.read_now(lambda connection: connection.execute(query).scalars().all())

    class Replaced:
        async def read(self, _sha256):
            yield b"another scan"

    class Missing:
        async def read(self, _sha256):
            for _ in [None]:
                raise FileNotFoundError
            yield b""

    for documents, why in ((Replaced(), "replaced"), (Missing(), "missing")):
        object.__setattr__(world.parts, "documents", documents)
        with pytest.raises(Tampered, match=why) as found:
            await verify(world.parts)
        assert digest in found.value.should_be


async def test_an_event_put_in_beside_the_log_is_found(world):
    case = first_case(world)
    row = sa.select(EVENTS).where(EVENTS.c.case_id == case, EVENTS.c.seq == 2)
    kept = world.parts.database.read_now(lambda connection: connection.execute(row).one())
    tampered(world, sa.insert(EVENTS).values({**kept._mapping, "seq": 99}))
    with pytest.raises(Tampered):
        await verify(world.parts)


async def everything_made_anew(world, private):
    """Take the last event away everywhere, and sign the rest with a key of one's own, as the only one."""
    last = log_leaves.c.position == world.parts.database.read_now(log.log_size) - 1
    gone = world.parts.database.read_now(lambda c: c.execute(sa.select(log_leaves).where(last)).one())
    here = sa.and_(EVENTS.c.case_id == gone.case_id, EVENTS.c.seq == gone.seq)
    tampered(
        world,
        sa.delete(log_leaves).where(last),
        sa.delete(EVENTS).where(here),
        sa.delete(checkpoints),
        sa.delete(log_keys),
        sa.update(tables.outbox)
        .where(tables.outbox.c.case_id == gone.case_id)
        .values(logged_seq=gone.seq - 1),
    )
    world.parts.database.write_now(lambda c: rebuild(c, world.parts.library, gone.case_id))
    key = verifier_of("accede.test/log", private)
    size = world.parts.database.read_now(log.log_size)
    root = world.parts.database.read_now(lambda c: log.tree_root(c, size))
    text = Checkpoint(key.name, size, root).text
    note = f"{text}\n{signed(text, key.name, private).line}"
    values = {
        "size": size,
        "key_id": key.id.hex(),
        "root": root.hex(),
        "made_at": world.clock(),
        "note": note,
    }
    tampered(
        world,
        sa.insert(log_keys).values(key_id=key.id.hex(), verifier=key.text, from_at=world.clock()),
        sa.insert(checkpoints).values(values),
    )


async def test_a_record_made_anew_and_signed_with_another_key_is_found_by_a_checkpoint_from_outside(world):
    await world.start(subject=SECRETARY, by=SECRETARY)
    held = await checkpointed(world)
    await everything_made_anew(world, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    await verify(world.parts)
    with pytest.raises(Tampered, match="does not belong to this log"):
        await verify(world.parts, held=[held])


async def test_a_key_that_the_one_before_did_not_name_is_found(world):
    world.clock.pass_by(timedelta(days=1))
    place = world.parts.notary.place
    world.parts.database.write_now(lambda c: rotated(c, place, world.clock()))
    assert (await verify(world.parts)).remarks == []
    newest = log_keys.c.handover.is_not(None)
    tampered(world, sa.update(log_keys).where(newest).values(from_at=world.clock() + timedelta(days=1)))
    with pytest.raises(Tampered, match="not the one that the key before it named"):
        await verify(world.parts)
    tampered(world, sa.update(log_keys).where(newest).values(handover=None))
    assert len((await verify(world.parts)).remarks) == 1


async def test_a_definition_that_is_not_here_cannot_be_verified(world):
    object.__setattr__(world.parts, "library", Library.of([]))
    with pytest.raises(CannotVerify, match="not published here"):
        await verify(world.parts)


async def test_an_older_backup_is_found_by_a_newer_checkpoint(sqlite_address, tmp_path):
    database = Database.open(sqlite_address)
    world = await a_world(database)
    await world.start()
    await checkpointed(world)
    older = tmp_path / "older.db"
    connection = SQLITE.connect(sqlite_address.removeprefix("sqlite:///"))
    connection.execute(f"VACUUM INTO '{older}'")
    connection.close()
    await world.start(subject=NOBODY, by=NOBODY)
    newer = await checkpointed(world)
    await world.client.aclose()
    await database.close()
    shutil.copy(older, tmp_path / "back.db")
    back = Database.open(f"sqlite:///{tmp_path / 'back.db'}")
    object.__setattr__(world.parts, "database", back)
    try:
        await verify(world.parts)
        with pytest.raises(Tampered, match="older copy"):
            await verify(world.parts, held=[newer])
    finally:
        await back.close()
