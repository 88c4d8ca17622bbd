"""Two installations: one is the witness of the other's log, and refuses by name what contradicts."""

import base64
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoints import Checkpoint, handover_text, read_checkpoint
from domain.notes import VerifierKey, signed, verifier_of
from domain.tree import leaf_hash
from domain.verifying import Tampered
from domain.witnessing import request_for
from records import checkpoints as kept
from records.database import Database
from records.engines import SQLITE
from records.log_tables import cosignatures
from services import witnessing
from services.circulating import Circulation
from services.log_keys import rotated, signing_key
from services.sealing import Sealer
from services.verifying import verify
from services.witness_keys import WitnessPlace
from services.witnesses import Witness
from services.witnessing import MOST_KEYS
from tests.api.world import AUDITOR, NOBODY, SECRETARY, SUBJECT, a_world
from tests.services.test_verifying_records import tampered

OURS = "accede.test/log"
SEALER = Sealer(base64.b64encode(bytes(range(32))).decode())


class Two:
    """An installation whose log grows, and another that is its witness over HTTP."""

    def __init__(self, own, other, log_key):
        self.own = own
        self.other = other
        place = WitnessPlace("other.test/log/witness", lambda: SEALER, (log_key,))
        object.__setattr__(other.parts, "witness", place)

    async def key(self):
        return VerifierKey.read(await witnessing.own_verifier(self.other.parts))

    async def grown(self, subject):
        await self.own.start(subject=subject, by=subject)
        return await self.own.parts.notary.make()

    async def go_round(self, world=None):
        """Have the installation bring its latest checkpoint to the witness; return what stood in the way."""
        world = world or self.own
        self.own.clock.pass_by(ONE_DAY)
        world.clock.now = self.own.clock.now
        transport = httpx.ASGITransport(self.other.client._transport.app)
        witness = Witness("http://other.test/v1/witness", await self.key(), transport)
        database = world.parts.database
        await Circulation(database, (witness,), None, clock=world.clock, zone=ZONE).go_round()
        (place,) = (await world.get("/v1/audit/places", AUDITOR)).json()["items"]
        return place["failure"]

    async def told(self):
        return (await self.other.get("/v1/audit/witness", AUDITOR)).json()

    async def asked(self, body):
        return await self.other.client.post("/v1/witness/add-checkpoint", content=body)


ZONE = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)


@pytest.fixture
async def two(database, tmp_path, migrated_sqlite):
    """The witness is on either database, the installation it watches on SQLite."""
    shutil.copy(migrated_sqlite, tmp_path / "own.db")
    beside = Database.open(f"sqlite:///{tmp_path / 'own.db'}")
    own, other = await a_world(beside), await a_world(database)
    await own.start()
    assert own.parts.notary is not None
    await own.parts.notary.make()
    (log_key,) = (await own.get("/v1/audit/keys", AUDITOR)).json()["items"]
    yield Two(own, other, VerifierKey.read(log_key["verifier"]))
    await own.client.aclose()
    await other.client.aclose()
    beside.close_now()


async def test_another_installation_signs_below_each_checkpoint_and_that_is_verified(two):
    assert await two.go_round() is None
    latest = await two.grown(NOBODY)
    assert await two.go_round() is None
    found = await verify(two.own.parts, witnesses=[await two.key()])
    assert found.cosigned == {"other.test/log/witness": latest.size}
    (log,) = (await two.told())["logs"]
    assert (log["origin"], log["size"], log["root"]) == (OURS, latest.size, latest.root)
    assert (await two.told())["contradictions"] == []
    # What the witness kept verifies the record it watches.
    await verify(two.own.parts, held=[log["note"]])


async def test_a_log_that_was_rolled_back_is_refused_and_kept_by_that_name(two):
    await two.go_round()
    older = two.own.parts.database.read_now(kept.latest_checkpoint)
    await two.grown(NOBODY)
    await two.go_round()
    latest = two.own.parts.database.read_now(kept.latest_checkpoint)
    # An older copy of the record comes back, and other things happen in it.
    shown = _signed_by(two, Checkpoint(OURS, older.size + 1, bytes(32)))
    answer = await two.asked(request_for(older.size, [bytes(32)], shown))
    assert (answer.status_code, answer.text) == (409, f"{latest.size}\n")
    assert answer.headers["content-type"].startswith("text/x.tlog.size")
    (wrong,) = (await two.told())["contradictions"]
    assert (wrong["why"], wrong["size"], wrong["seen_size"]) == ("rolled-back", older.size + 1, latest.size)
    # The checkpoint that was signed before is no contradiction, only late.
    assert (await two.asked(request_for(0, [], older.note))).status_code == 409
    assert len((await two.told())["contradictions"]) == 1
    assert (await two.go_round()) is None


async def test_another_log_of_the_same_name_is_refused_and_kept_by_that_name(two):
    latest = await two.grown(NOBODY)
    await two.go_round()
    other = Checkpoint(OURS, latest.size, leaf_hash(b"another"))
    assert (await two.asked(request_for(latest.size, [], _signed_by(two, other)))).status_code == 409
    longer = replace(other, size=latest.size + 1)
    refused = await two.asked(request_for(latest.size, [bytes(32)], _signed_by(two, longer)))
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/log-forked")
    told = await two.told()
    assert [one["why"] for one in told["contradictions"]] == ["forked", "forked"]
    assert told["logs"][0]["size"] == latest.size
    note = told["contradictions"][0]["note"]
    assert read_checkpoint(note, two.other.parts.witness.logs).checkpoint in {other, longer}


async def test_the_installation_whose_log_was_rolled_back_hears_so(two, tmp_path):
    copy = tmp_path / "older.db"
    connection = SQLITE.connect(tmp_path / "own.db")
    connection.execute(f"VACUUM INTO '{copy}'")
    connection.close()
    await two.grown(NOBODY)
    await two.grown(SECRETARY)
    assert await two.go_round() is None
    older = Database.open(f"sqlite:///{copy}")
    tokens = two.own.tokens
    world = await a_world(older, furnished=False)
    world.tokens.update(tokens)
    assert "longer log than there is" in (await two.go_round(world) or "")
    await world.client.aclose()
    older.close_now()
    (wrong,) = (await two.told())["contradictions"]
    assert wrong["why"] == "rolled-back"


async def test_what_is_not_a_checkpoint_of_a_log_that_is_witnessed_is_not_signed(two):
    latest = two.own.parts.database.read_now(kept.latest_checkpoint)
    good = request_for(0, [], latest.note)
    stranger = Ed25519PrivateKey.generate()
    text = latest.note.partition("\n\n")[0] + "\n"
    forged = f"{text}\n{signed(text, OURS, stranger).line}"
    elsewhere = latest.note.replace(OURS, "elsewhere.test/log")
    for body, status in (
        (b"", 400),
        (b"old 0\n\n", 400),
        (b"old x\n\n" + latest.note.encode(), 400),
        (b"old 99999\n\n" + latest.note.encode(), 400),
        (b"old 0\nnot base64\n\n" + latest.note.encode(), 400),
        (b"old 0\nAAAA\n\n" + latest.note.encode(), 400),
        (b"\xff", 400),
        (good + b"\xe2\x80\x94 x" * 30_000, 400),
        (request_for(0, [bytes(32)] * 64, latest.note), 400),
        (request_for(0, [], forged), 403),
        (request_for(0, [], elsewhere), 404),
        (request_for(0, [bytes(32)], latest.note), 422),
    ):
        assert (await two.asked(body)).status_code == status, body[:40]
    told = await two.told()
    assert told["logs"][0]["size"] == 0
    object.__setattr__(two.other.parts, "witness", None)
    assert (await two.asked(good)).status_code == 404


def _rotated(two):
    two.own.clock.pass_by(ONE_DAY)
    parts = two.own.parts
    return parts.database.write_now(lambda c: rotated(c, parts.notary.place, two.own.clock()))


async def _shown(two, note):
    answer = await two.other.client.post("/v1/witness/add-key", content=note)
    return answer.status_code


async def test_a_witness_follows_to_each_new_key_that_the_old_one_signed(two):
    assert await two.go_round() is None
    _rotated(two)
    _rotated(two)
    latest = await two.grown(NOBODY)

    assert await two.go_round() is None

    assert (await two.told())["logs"][0]["size"] == latest.size
    found = await verify(two.own.parts, witnesses=[await two.key()])
    assert found.cosigned == {"other.test/log/witness": latest.size}
    # Whoever takes the first key out of the setting takes out what it named.
    other = VerifierKey(OURS, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    place = replace(two.other.parts.witness, logs=(other,))
    object.__setattr__(two.other.parts, "witness", place)
    await two.grown(SECRETARY)
    assert await two.go_round() == "the witness does not trust the key that signed"


async def test_a_key_that_no_trusted_one_signed_is_not_followed(two):
    latest, stranger = await two.grown(NOBODY), Ed25519PrivateKey.generate()
    text = handover_text(verifier_of(OURS, stranger), "2026-01-01T00:00:00.000000Z")
    elsewhere = handover_text(verifier_of("elsewhere.test/log", stranger), "2026-01-01T00:00:00.000000Z")
    assert await _shown(two, f"{text}\n{signed(text, OURS, stranger).line}") == 403
    assert await _shown(two, latest.note) == 403
    assert await _shown(two, _signed_text(two, elsewhere)) == 404
    for body in (b"", b"\xff", b"no note", text.encode()):
        assert await _shown(two, body) == 400
    forged = f"{latest.note.partition(chr(10) * 2)[0]}\n"
    body = request_for(0, [], f"{forged}\n{signed(forged, OURS, stranger).line}")
    assert (await two.asked(body)).status_code == 403


async def test_a_key_names_one_successor_and_a_second_is_refused(two):
    first, second = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    at = "2026-01-01T00:00:00.000000Z"
    one, other = (handover_text(verifier_of(OURS, key), at) for key in (first, second))
    assert await _shown(two, _signed_text(two, one)) == 204
    assert await _shown(two, _signed_text(two, one)) == 204
    assert await _shown(two, _signed_text(two, other)) == 403


async def test_a_chain_of_keys_does_not_grow_without_an_end(two):
    at, private = "2026-01-01T00:00:00.000000Z", Ed25519PrivateKey.generate()
    chain = [_signed_text(two, handover_text(verifier_of(OURS, private), at))]
    while len(chain) < MOST_KEYS:
        following = Ed25519PrivateKey.generate()
        text = handover_text(verifier_of(OURS, following), at)
        chain.append(f"{text}\n{signed(text, OURS, private).line}")
        private = following
    assert {await _shown(two, note) for note in chain[:-1]} == {204}
    assert await _shown(two, chain[-1]) == 403
    # What is followed already is not refused when it comes again.
    assert await _shown(two, chain[-2]) == 204


async def test_the_same_checkpoint_is_signed_again_and_a_witness_away_has_signed_nothing(two):
    latest = two.own.parts.database.read_now(kept.latest_checkpoint)
    first = await two.asked(request_for(0, [], latest.note))
    again = await two.asked(request_for(latest.size, [], latest.note))
    assert (first.status_code, again.status_code) == (200, 200)
    found = await verify(two.own.parts, witnesses=[await two.key()])
    assert found.cosigned == {}
    assert found.remarks == ["the witness other.test/log/witness signed below no checkpoint of this log"]


async def test_a_signature_of_a_witness_that_was_changed_is_found(two):
    await two.go_round()
    line = two.own.parts.database.read_now(kept.latest_checkpoint).cosigned[0]
    name, _, encoded = line.rstrip("\n").rpartition(" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[-1] ^= 1
    changed = f"{name} {base64.b64encode(bytes(raw)).decode()}\n"
    tampered(two.own, cosignatures.update().values(line=changed))
    with pytest.raises(Tampered, match="a witness signed below"):
        await verify(two.own.parts, witnesses=[await two.key()])


async def test_what_was_signed_is_told_to_whoever_is_in_and_never_the_key(two):
    await two.go_round()
    told = await two.told()
    assert VerifierKey.read(told["verifier"]) == await two.key()
    assert (await two.other.get("/v1/audit/witness", None)).status_code == 401
    assert "sealed" not in json.dumps(told)
    assert (await two.other.get("/v1/audit/witness", SUBJECT)).status_code == 200


def _signed_by(two, checkpoint):
    """Return a checkpoint signed by the log's own key, as somebody does who holds it."""
    return _signed_text(two, checkpoint.text)


def _signed_text(two, text):
    def work(connection):
        return signing_key(connection, two.own.parts.notary.place, two.own.clock())

    key = two.own.parts.database.write_now(work)
    return f"{text}\n{signed(text, key.name, key.private).line}"
