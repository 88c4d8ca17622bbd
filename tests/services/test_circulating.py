"""Checkpoints reach witnesses and auditors: signed below and kept, tried again, in nobody's way."""

import asyncio
import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoints import Checkpoint
from domain.notes import COSIGNING, BadNote, Signature, VerifierKey, cosigned, read_note
from domain.tree import is_consistent
from domain.witnessing import cosignature_in, request_for, size_in
from records import checkpoint_places, organisation, recording, units
from records import checkpoints as kept
from services.circulating import Circulation, NotSent
from services.notaries import NotaryPlace, open_notary
from services.witnesses import Witness, witnesses_of
from tests.builders import a_process, a_start

NOON = datetime(2025, 3, 10, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


class TinyWitness:
    """A witness as C2SP has it, with what he signed last; checks proofs and signs with the moment."""

    def __init__(self):
        self.private = Ed25519PrivateKey.generate()
        self.key = VerifierKey("witness.example", self.private.public_key().public_bytes_raw(), COSIGNING)
        self.size, self.root = 0, b""
        self.asked = []
        self.answers = []

    def __call__(self, request):
        self.asked.append(request.content.decode())
        if self.answers:
            return self.answers.pop(0)
        head, _, note = request.content.decode().partition("\n\n")
        old, *proof = head.split("\n")
        told = Checkpoint.read(read_note(note).text)
        if int(old.removeprefix("old ")) != self.size:
            return httpx.Response(409, text=f"{self.size}\n")
        path = [base64.b64decode(one) for one in proof]
        if self.size and not is_consistent(self.size, self.root, told.size, told.root, path):
            return httpx.Response(422)
        self.size, self.root = told.size, told.root
        return httpx.Response(200, text=self.line(read_note(note).text))

    def line(self, text, moment=1_741_579_200):
        made = moment.to_bytes(8, "big") + self.private.sign(cosigned(text, moment))
        return Signature(self.key.name, self.key.id, made).line

    def as_witness(self):
        return Witness("https://witness.example", self.key, httpx.MockTransport(self))


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def notary(database, tmp_path, clock):
    return a_notary(database, tmp_path, clock)


def a_notary(database, folder, clock):
    def lay(connection):
        units.add_unit(connection, id="circle-1", kind="circle", name="读书会")
        for number in range(1, 5):
            organisation.add_person(
                connection, id=f"person-{number}", name="某", email=f"{number}@example.org"
            )

    database.write_now(lay)
    place: NotaryPlace = {
        "origin": "log.example/log",
        "keys": None,
        "key_file": folder / "secret.key",
        "log_key_file": None,
        "folder": None,
        "every": 1000,
        "witness_for": "",
    }
    return open_notary(database, place, clock=clock)


def grow(database, number):
    """Begin another case, and place its events."""
    act = a_start(case=f"case-{number}", subject=f"person-{number}")
    known = act.known.model_copy(update={"actor": f"person-{number}"})
    act = act.model_copy(update={"known": known})
    database.write_now(lambda connection: recording.record(connection, a_process(), None, act, NOON))


def round_of(database, clock, witness=None, mail=None):
    witnesses = () if witness is None else (witness.as_witness(),)
    circulation = Circulation(database, witnesses, mail, clock=clock, zone=ZONE)
    asyncio.run(circulation.go_round())


def latest(database):
    return database.read_now(kept.latest_checkpoint)


def places(database):
    return {one.place: one for one in database.read_now(checkpoint_places.places)}


def test_a_witness_signs_below_each_checkpoint_with_the_proof_that_the_log_only_grew(database, notary, clock):
    witness = TinyWitness()
    for number in (1, 2):
        grow(database, number)
        asyncio.run(notary.make())
        round_of(database, clock, witness)
        clock.now += timedelta(minutes=2)
    note = read_note(latest(database).whole)
    assert note.signed_by([witness.key]) == (witness.key,)
    assert witness.size == latest(database).size
    assert witness.asked[1].startswith("old ")
    assert not witness.asked[1].startswith("old 0\n")
    assert places(database)["witness/witness.example"].failure is None


def test_a_checkpoint_that_is_there_is_not_brought_again(database, notary, clock):
    witness = TinyWitness()
    grow(database, 1)
    asyncio.run(notary.make())
    for _ in range(3):
        round_of(database, clock, witness)
        clock.now += timedelta(hours=2)
    assert len(witness.asked) == 1


def test_a_witness_who_remembers_more_than_we_do_is_asked_from_there(database, notary, clock):
    witness = TinyWitness()
    grow(database, 1)
    first = asyncio.run(notary.make())
    witness.size, witness.root = first.size, bytes.fromhex(first.root)
    grow(database, 2)
    asyncio.run(notary.make())
    round_of(database, clock, witness)
    assert [one.split("\n")[0] for one in witness.asked] == ["old 0", f"old {first.size}"]
    assert latest(database).cosigned


@pytest.mark.parametrize(
    "answer,why",
    [
        (httpx.Response(404), "does not know this log"),
        (httpx.Response(403), "does not trust"),
        (httpx.Response(422), "did not accept"),
        (httpx.Response(500), "status 500"),
        (httpx.Response(409, text="99999\n"), "longer log"),
        (httpx.Response(200, text="nothing\n"), "no signature"),
    ],
)
def test_what_a_witness_does_not_sign_is_shown_and_tried_again(sqlite_database, tmp_path, clock, answer, why):
    notary_ = a_notary(sqlite_database, tmp_path, clock)
    witness = TinyWitness()
    witness.answers = [answer]
    grow(sqlite_database, 1)
    asyncio.run(notary_.make())
    round_of(sqlite_database, clock, witness)
    place = places(sqlite_database)["witness/witness.example"]
    assert why in place.failure
    assert place.size == 0
    assert not latest(sqlite_database).cosigned
    round_of(sqlite_database, clock, witness)
    assert len(witness.asked) == 1, "a minute has not passed"
    clock.now += timedelta(minutes=3)
    round_of(sqlite_database, clock, witness)
    assert latest(sqlite_database).cosigned
    assert places(sqlite_database)["witness/witness.example"].failure is None


def test_of_two_workers_one_goes(database, notary, clock):
    def claim(connection):
        return checkpoint_places.claim(connection, "witness/w", NOON, timedelta(minutes=1))

    assert database.write_now(claim) is not None
    assert database.write_now(claim) is None


def test_auditors_get_the_latest_checkpoint_once_a_day(database, notary, clock):
    def appoint(connection):
        for person in ("person-1", "person-2"):
            organisation.add_post(
                connection, person_id=person, role="auditor", unit_id="circle-1", from_on=date(2024, 1, 1)
            )

    sent: list[tuple[str, str, int]] = []

    async def mail(checkpoint, to, language):
        if to.startswith("2") and not sent:
            raise NotSent("no connection")
        sent.append((to, language, checkpoint.size))

    grow(database, 1)
    asyncio.run(notary.make())
    round_of(database, clock, mail=mail)
    assert sent == [], "nobody is an auditor"
    database.write_now(appoint)
    round_of(database, clock, mail=mail)
    first = latest(database).size
    assert sent == [("1@example.org", "zh", first), ("2@example.org", "zh", first)]
    grow(database, 2)
    asyncio.run(notary.make())
    clock.now += timedelta(hours=3)
    round_of(database, clock, mail=mail)
    assert len(sent) == 2
    clock.now += timedelta(hours=22)
    round_of(database, clock, mail=mail)
    assert [one[2] for one in sent[2:]] == [latest(database).size] * 2


def test_a_setting_names_address_and_key_of_each_witness():
    key = TinyWitness().key
    (one, two) = witnesses_of(f"https://a.example {key.text}, https://b.example/w {key.text}")
    assert (one.address, one.key, two.address) == ("https://a.example", key, "https://b.example/w")
    assert witnesses_of(" ") == ()
    with pytest.raises(BadNote, match="cosigns"):
        witnesses_of(f"https://a.example {replace(key, kind=1).text}")


def test_a_request_says_what_was_seen_and_proves_what_came_since():
    assert (
        request_for(3, [b"\x00" * 32], "note\n")
        == b"old 3\n" + base64.b64encode(b"\x00" * 32) + b"\n\nnote\n"
    )
    assert (size_in("12\n"), size_in("many"), size_in("9" * 30)) == (12, None, None)
    witness = TinyWitness()
    other = TinyWitness().line("text\n")
    assert cosignature_in(other + witness.line("text\n"), witness.key, "text\n") == witness.line("text\n")
    with pytest.raises(BadNote):
        cosignature_in(witness.line("other\n"), witness.key, "text\n")


async def test_where_nobody_is_to_get_them_nobody_asks_for_the_latest(clock):
    class Untouched:
        """A record nobody may read."""

    untouched: Any = Untouched()
    await Circulation(untouched, (), None, clock=clock, zone=ZONE).go_round()
