"""A checkpoint is signed where the log is the one that was signed before, and leaves the machine."""

import base64
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from domain.checkpoints import read_checkpoint
from domain.notes import read_note
from records import checkpoints, log
from records.log_tables import log_leaves
from services.checkpoint_folder import CheckpointFolder
from services.checkpointing import LogContradicts, Notary
from services.log_keys import KeyPlace, NoLogKey, rotated
from services.sealing import Sealer
from tests.api.world import NOON, Clock, a_notary
from tests.records.organisations import an_organisation
from tests.records.walks import start

SEAL = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def record(sqlite_database):
    sqlite_database.write_now(an_organisation)
    return sqlite_database


def another(record, number=1):
    record.write_now(lambda c: start(c, case=f"case-{number}", subject=f"person-{number}"))


async def made_by(notary):
    made = await notary.make()
    assert made is not None
    return made


def keys_of(record):
    return record.read_now(checkpoints.log_keys_of)


async def test_where_nothing_was_recorded_since_there_is_no_new_checkpoint(record, clock):
    notary = a_notary(record, clock)
    another(record)
    first = await made_by(notary)
    clock.pass_by(timedelta(hours=1))
    assert await notary.make() == first
    another(record, 2)
    assert (await made_by(notary)).size > first.size


async def test_a_new_key_signs_the_same_log_again(record, clock):
    notary = a_notary(record, clock)
    another(record)
    first = await made_by(notary)
    clock.pass_by(timedelta(hours=1))
    record.write_now(lambda c: rotated(c, notary.place, clock()))
    second = await made_by(notary)
    assert (second.size, second.root) == (first.size, first.root)
    assert second.key_id != first.key_id
    assert record.read_now(checkpoints.latest_checkpoint) == second


async def test_many_events_call_for_a_checkpoint(record, clock):
    another(record)
    notary = Notary(record, a_notary(record, clock).place, clock=clock, every=3)
    assert not await notary.is_due()
    await notary.place_events()
    assert await notary.is_due()
    await notary.make()
    assert not await notary.is_due()


async def test_every_checkpoint_reaches_the_folder_as_it_was_signed(record, clock, tmp_path):
    folder = CheckpointFolder(tmp_path / "outside")
    assert folder.newest() is None
    notary = a_notary(record, clock, [folder])
    another(record)
    first = await made_by(notary)
    another(record, 2)
    second = await made_by(notary)
    files = sorted((tmp_path / "outside").iterdir())
    assert [file.read_text("utf-8") for file in files] == [first.whole, second.whole]
    assert folder.newest() == read_checkpoint(second.note, [keys_of(record)[0].verifier]).checkpoint


async def test_an_older_copy_of_the_record_is_not_signed(record, clock, tmp_path):
    """Another record, with fewer events, and the folder of the first."""
    another(record)
    older = await made_by(a_notary(record, clock))
    another(record, 2)
    newer = await made_by(a_notary(record, clock, [CheckpointFolder(tmp_path)]))

    class Elsewhere(CheckpointFolder):
        def newest(self):
            found = super().newest()
            return None if found is None else type(found)(found.origin, found.size + 1, found.root)

    with pytest.raises(LogContradicts, match="older copy"):
        await a_notary(record, clock, [Elsewhere(tmp_path)]).make()
    assert older.note != newer.note


def tampered(record, statement):
    def work(connection):
        for verb in ("update", "delete"):
            connection.execute(sa.text(f"DROP TRIGGER IF EXISTS log_leaves_no_{verb}"))
        connection.execute(statement)

    record.write_now(work)


@pytest.mark.parametrize(
    "change",
    [
        sa.update(log_leaves).where(log_leaves.c.position == 1).values(hash="0" * 64),
        sa.delete(log_leaves).where(log_leaves.c.position == 1),
        sa.delete(log_leaves).where(log_leaves.c.position > 1),
        sa.delete(log_leaves),
    ],
    ids=["changed", "a gap", "cut off", "emptied"],
)
async def test_a_log_that_was_changed_is_not_signed_again(record, clock, change):
    notary = a_notary(record, clock)
    another(record)
    await notary.make()
    tampered(record, change)
    with pytest.raises(LogContradicts):
        await notary.make()


async def test_a_folder_that_takes_nothing_stops_nobody(record, clock, tmp_path):
    (tmp_path / "file").write_text("in the way")
    another(record)
    assert await a_notary(record, clock, [CheckpointFolder(tmp_path / "file")]).make() is not None


def pem(private):
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


async def test_a_key_in_a_file_signs_and_another_in_its_place_takes_over(record, clock, tmp_path):
    file = tmp_path / "log.pem"
    file.write_bytes(pem(Ed25519PrivateKey.from_private_bytes(bytes(32))))
    notary = Notary(record, KeyPlace("here/log", file=file), clock=clock)
    another(record)
    first = await made_by(notary)
    assert keys_of(record)[0].sealed is None
    clock.pass_by(timedelta(days=1))
    file.write_bytes(pem(Ed25519PrivateKey.from_private_bytes(bytes(range(32)))))
    second = await made_by(notary)
    verifiers = [key.verifier for key in keys_of(record)]
    assert [key.id.hex() for key in verifiers] == [first.key_id, second.key_id]
    assert read_checkpoint(second.note, verifiers[1:]).checkpoint.size == first.size
    clock.pass_by(timedelta(days=1))
    file.write_bytes(pem(Ed25519PrivateKey.from_private_bytes(bytes(32))))
    with pytest.raises(NoLogKey, match="cannot come back"):
        await notary.make()


async def test_a_file_takes_over_from_a_sealed_key_which_names_it(record, clock, tmp_path):
    another(record)
    await a_notary(record, clock).make()
    clock.pass_by(timedelta(days=1))
    file = tmp_path / "log.pem"
    file.write_bytes(pem(Ed25519PrivateKey.from_private_bytes(bytes(32))))
    await Notary(record, KeyPlace("x", lambda: Sealer(SEAL), file), clock=clock).make()
    first, second = keys_of(record)
    assert read_note(second.handover).signed_by([first.verifier]) == (first.verifier,)
    assert second.verifier.name == first.verifier.name == "accede.test/log"


@pytest.mark.parametrize(
    "place, why",
    [
        (KeyPlace("a/log"), "nothing seals"),
        (KeyPlace("a log", lambda: Sealer(SEAL)), "cannot name a log"),
    ],
)
async def test_without_a_key_nothing_is_signed_and_somebody_is_told_why(record, clock, place, why):
    another(record)
    with pytest.raises(NoLogKey, match=why):
        await Notary(record, place, clock=clock).make()


async def test_a_file_that_holds_no_such_key_is_refused(record, clock, tmp_path):
    another(record)
    (tmp_path / "other.pem").write_bytes(pem(X25519PrivateKey.generate()))
    (tmp_path / "none.pem").write_text("none")
    for name, why in (("missing.pem", "no file"), ("none.pem", "no file"), ("other.pem", "another kind")):
        with pytest.raises(NoLogKey, match=why):
            await Notary(record, KeyPlace("a/log", file=tmp_path / name), clock=clock).make()


async def test_a_sealed_key_is_opened_by_whoever_has_the_secret(record, clock):
    another(record)
    place = a_notary(record, clock).place
    await Notary(record, place, clock=clock).make()
    other = base64.b64encode(bytes(range(32))).decode()
    for sealer, why in ((lambda: None, "nothing opens"), (lambda: Sealer(other), "another secret")):
        with pytest.raises(NoLogKey, match=why):
            await Notary(record, KeyPlace("x", sealer), clock=clock).make()
    clock.pass_by(timedelta(days=1))
    record.write_now(lambda c: rotated(c, KeyPlace("x", lambda: Sealer(other)), clock()))
    first, second = keys_of(record)
    assert second.handover is None
    assert second.verifier.name == first.verifier.name
    assert second.from_at == NOON + timedelta(days=1)


async def test_placing_goes_on_until_nothing_waits(record, clock):
    notary = a_notary(record, clock)
    for number in range(1, 4):
        another(record, number)
    assert await notary.place_events() == record.read_now(log.log_size) > 0
    assert await notary.place_events() == 0
