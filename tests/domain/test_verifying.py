"""Every tampering with a log is found, and no honest log is called tampered with.

What somebody does to a log: a bit of an event or of a checkpoint changed, an event deleted, put in, moved,
the end cut off, an older copy brought back, everything made anew and signed with another key.
"""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.chain import GENESIS, hash_of
from domain.checkpoints import Checkpoint, read_checkpoint
from domain.notes import BadNote, signed, verifier_of
from domain.verifying import LogReader, Tampered, line_of, read_line
from tests.thorough import EVERY_BIT, examples

ORIGIN = "records.example/log"
OURS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHERS = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEY = verifier_of(ORIGIN, OURS)
BEGIN = datetime(2026, 6, 1, 8, tzinfo=UTC)
WORDS = ("谈话", "assessment", "\u2028", "ф", "🗳", "")


def a_log(number, *, cases=7, chance=None):
    """The lines of a log of so many events in several cases."""
    chance = chance or random.Random(number)
    heads: dict[str, tuple[int, str]] = {}
    lines = []
    for place in range(number):
        case = f"case-{chance.randrange(cases)}"
        seq, before = heads.get(case, (0, GENESIS))
        moment = BEGIN + timedelta(minutes=place, microseconds=chance.randrange(10**6))
        image = {
            "case": case,
            "seq": seq + 1,
            "type": chance.choice(("step-completed", "entry-added", "step-opened")),
            "step": chance.choice(("talk", None)),
            "round": chance.choice((1, None)),
            "occurred_on": date(2026, 6, 1).isoformat(),
            "recorded_at": moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "actor": f"person-{chance.randrange(9)}",
            "post": None,
            "on_behalf_of": None,
            "data": {"reason": chance.choice(WORDS), "n": [chance.randrange(2**53), True]},
            "prev_hash": before,
        }
        heads[case] = seq + 1, hash_of(image)
        lines.append(line_of(image, hash_of(image)))
    return lines


def signed_over(lines, private=OURS):
    reader = LogReader()
    for line in lines:
        reader.add_line(line)
    text = Checkpoint(ORIGIN, reader.size, reader.root).text
    return text + "\n" + signed(text, ORIGIN, private).line


def verify(lines, *notes, keys=(KEY,)):
    reader = LogReader(read_checkpoint(note, keys).checkpoint for note in notes)
    for line in lines:
        reader.add_line(line)
    reader.end()


def is_found(lines, *notes):
    try:
        verify(lines, *notes)
    except (Tampered, BadNote):
        return True
    return False


LOG = a_log(100)
NOTE = signed_over(LOG)


def made_anew(lines):
    """The same with every hash computed again, as somebody does who knows how they are made."""
    heads: dict[str, tuple[int, str]] = {}
    made = []
    for line in lines:
        image, _ = read_line(line)
        case = str(image["case"])
        seq, before = heads.get(case, (0, GENESIS))
        image |= {"seq": seq + 1, "prev_hash": before}
        heads[case] = seq + 1, hash_of(image)
        made.append(line_of(image, hash_of(image)))
    return made


def test_an_honest_log_is_verified_and_its_heads_known():
    verify(LOG, NOTE)
    reader = LogReader()
    for line in LOG:
        reader.add_line(line)
    assert sum(seq for seq, _ in reader.heads.values()) == reader.size == 100


def test_every_bit_of_every_event_is_watched_over():
    """The events before the changed one are as they were, so reading goes on from where they lead.

    All bits with EVERY_BIT=1, and else one in seven.
    """
    step = 1 if EVERY_BIT else 7
    checkpoint = read_checkpoint(NOTE, [KEY]).checkpoint
    before, passed, tried = LogReader([checkpoint]), [], 0
    for place, line in enumerate(LOG):
        changed = bytearray(line)
        for bit in range(place % step, len(line) * 8, step):
            changed[bit // 8] ^= 1 << bit % 8
            tried += 1
            try:
                before.copy().add_line(bytes(changed))
                passed.append((place, bit))
            except Tampered:
                pass
            changed[bit // 8] ^= 1 << bit % 8
        before.add_line(line)
    assert tried > 250_000 // step
    assert passed == []


def test_every_bit_of_the_checkpoint_is_watched_over():
    plain = NOTE.encode()
    for bit in range(len(plain) * 8):
        changed = bytearray(plain)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises((BadNote, UnicodeDecodeError)):
            read_checkpoint(changed.decode(), [KEY])


@pytest.mark.parametrize("anew", [False, True], ids=["as it was", "made anew"])
def test_every_deletion_is_found(anew):
    for place in range(len(LOG)):
        without = LOG[:place] + LOG[place + 1 :]
        assert is_found(made_anew(without) if anew else without, NOTE)


@pytest.mark.parametrize("anew", [False, True], ids=["as it was", "made anew"])
def test_every_insertion_is_found(anew):
    (another,) = a_log(1, chance=random.Random(9))
    for place in range(len(LOG)):
        more = [*LOG[:place], another, *LOG[place:]]
        assert is_found(made_anew(more) if anew else more, NOTE)


def test_every_repetition_is_found():
    assert all(is_found([*LOG[:place], LOG[place], *LOG[place:]], NOTE) for place in range(len(LOG)))


def test_every_swap_is_found():
    """Two of different cases may stand in any order as far as their chains go; not as far as the tree."""
    before, passed = LogReader([read_checkpoint(NOTE, [KEY]).checkpoint]), []
    for one in range(100):
        for other in range(one + 1, 100):
            reader = before.copy()
            try:
                for line in (LOG[other], *LOG[one + 1 : other], LOG[one], *LOG[other + 1 :]):
                    reader.add_line(line)
                passed.append((one, other))
            except Tampered:
                pass
        before.add_line(LOG[one])
    assert passed == []


def test_every_truncation_is_found():
    assert all(is_found(LOG[:end], NOTE) for end in range(100))


def test_an_older_copy_is_found_by_a_newer_checkpoint_from_outside():
    older = LOG[:60]
    verify(older, signed_over(older))
    with pytest.raises(Tampered, match="older copy") as found:
        verify(older, signed_over(older), NOTE)
    assert found.value.should_be == "at least 100 events long, as a signed checkpoint says"


def test_an_older_copy_that_went_on_is_found():
    went_on = made_anew(LOG[:60] + a_log(50, chance=random.Random(3)))
    with pytest.raises(Tampered, match="first 100 events"):
        verify(went_on, signed_over(went_on), NOTE)


def test_a_log_signed_with_another_key_is_found():
    with pytest.raises(BadNote, match="no key that is known"):
        verify(LOG, signed_over(LOG, OTHERS))


def test_a_log_that_was_split_in_two_is_found():
    other = made_anew(LOG[1:] + LOG[:1])
    with pytest.raises(Tampered, match="split in two"):
        verify(LOG, NOTE, signed_over(other))


def test_an_event_that_was_changed_and_hashed_again_is_found_by_the_next():
    image, _ = read_line(LOG[10])
    image["actor"] = "person-99"
    changed = [*LOG[:10], line_of(image, hash_of(image)), *LOG[11:]]
    with pytest.raises(Tampered, match="does not follow") as found:
        verify(changed, NOTE)
    assert (found.value.case, found.value.should_be) == (image["case"], hash_of(image))


def test_what_was_changed_is_named_with_what_it_should_have_been():
    image, own = read_line(LOG[10])
    line = line_of(image | {"actor": "person-99"}, own)
    with pytest.raises(Tampered) as found:
        verify([*LOG[:10], line, *LOG[11:]], NOTE)
    assert (found.value.case, found.value.seq) == (image["case"], image["seq"])
    assert f"what has the hash {own}" in str(found.value)


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"{}", b'"x"', b'{"case":"c"}', b'{"case":1,"hash":"x"}', b"[" * 100_000, LOG[0] + b"\n"],
)
def test_what_is_no_event_is_refused(line):
    with pytest.raises(Tampered):
        LogReader().add_line(line)


def test_a_key_too_many_or_a_number_that_is_none_is_found():
    image, _ = read_line(a_log(1)[0])
    for changed in (image | {"more": 1}, image | {"seq": True}, image | {"data": 1.5}):
        with pytest.raises(Tampered):
            LogReader().add(changed, "0" * 64)


def test_hundreds_of_honest_logs_raise_no_alarm():
    chance = random.Random(7)
    for _ in range(examples(250, 5_000)):
        lines = a_log(chance.randrange(1, 30), cases=chance.randrange(1, 9), chance=chance)
        earlier = chance.randrange(1, len(lines) + 1)
        verify(lines, signed_over(lines), signed_over(lines[:earlier]))
