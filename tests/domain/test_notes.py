"""Signed notes and checkpoints are read as C2SP writes them; nothing that was changed is taken for signed."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoints import Checkpoint, handover_text, keys_followed, read_checkpoint, read_handover
from domain.notes import COSIGNING, BadNote, Signature, VerifierKey, cosigned, read_note, signed, verifier_of

# The example that Go's package for signed notes is documented with.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
BELOW = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

ORIGIN = "records.example/log"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_of(ORIGIN, PRIVATE)
CHECKPOINT = Checkpoint(ORIGIN, 100, bytes(range(32)))
WHOLE = CHECKPOINT.text + "\n" + signed(CHECKPOINT.text, ORIGIN, PRIVATE).line


def test_the_published_note_holds():
    key = VerifierKey.read(NEUMANN)
    assert key.text == NEUMANN
    note = read_note(f"{SAYING}\n{BELOW}")
    assert note.signed_by([key]) == (key,)
    assert note.whole == f"{SAYING}\n{BELOW}"


def test_a_signature_of_the_same_key_under_another_text_is_noticed():
    with pytest.raises(BadNote, match="does not fit"):
        read_note(f"{SAYING.replace('your', 'our')}\n{BELOW}").signed_by([VerifierKey.read(NEUMANN)])


def test_a_checkpoint_is_read_as_it_was_written():
    assert CHECKPOINT.text == f"{ORIGIN}\n100\n{base64.b64encode(bytes(range(32))).decode()}\n"
    proven = read_checkpoint(WHOLE, [KEY])
    assert (proven.checkpoint, proven.keys) == (CHECKPOINT, (KEY,))


def test_signatures_of_others_are_ignored_and_those_of_witnesses_checked():
    witness = Ed25519PrivateKey.from_private_bytes(bytes(32))
    known = verifier_of("witness.example", witness, COSIGNING)
    moment = 1_780_000_000
    made = moment.to_bytes(8, "big") + witness.sign(cosigned(CHECKPOINT.text, moment))
    line = Signature(known.name, known.id, made).line
    assert read_checkpoint(WHOLE + line, [KEY]).keys == (KEY,)
    assert read_checkpoint(WHOLE + line, [KEY, known]).keys == (KEY, known)
    late = (moment + 1).to_bytes(8, "big") + made[8:]
    with pytest.raises(BadNote, match="does not fit"):
        read_checkpoint(WHOLE + Signature(known.name, known.id, late).line, [KEY, known])
    with pytest.raises(BadNote, match="no key that is known"):
        read_checkpoint(WHOLE + line, [known])


def test_no_bit_of_a_checkpoint_may_differ():
    plain = WHOLE.encode()
    passed = []
    for place in range(len(plain) * 8):
        changed = bytearray(plain)
        changed[place // 8] ^= 1 << place % 8
        try:
            read_checkpoint(changed.decode(), [KEY])
        except ValueError:
            continue
        passed.append(place)
    assert passed == []


@pytest.mark.parametrize(
    "whole",
    [
        "",
        "text\n",
        "text\n\n",
        WHOLE[:-1],
        WHOLE + "\n",
        WHOLE.replace("— ", "- "),
        WHOLE.replace("\n100\n", "\n0100\n"),
        WHOLE.replace("\n100\n", "\n一百\n"),
        WHOLE.replace("\n100\n", "\n\n"),
        WHOLE.replace("AAEC", "AA\tEC"),
        "o\n1\nAAAA\n\n" + signed("o\n1\nAAAA\n", "o", PRIVATE).line,
        "o\n1\n!!!!\n\n" + signed("o\n1\n!!!!\n", "o", PRIVATE).line,
        f"{CHECKPOINT.text}\n— {ORIGIN} AAAA\n",
        f"{CHECKPOINT.text}\n— {ORIGIN} AA AA\n",
    ],
)
def test_what_is_no_signed_checkpoint_is_refused(whole):
    with pytest.raises(BadNote):
        read_checkpoint(whole, [KEY, verifier_of("o", PRIVATE)])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "a b+00000000+AAAA",
        NEUMANN.replace("c74f", "c74e"),
        NEUMANN.replace("+ARpc", "+BRpc"),
        f"{NEUMANN}A",
        "n+c74f20a3+AA=",
    ],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(BadNote):
        VerifierKey.read(text)


def test_a_handover_names_the_next_key_and_its_moment():
    after = verifier_of(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    text = handover_text(after, "2026-11-29T00:00:00.000000Z")
    assert text == f"{ORIGIN}\nkey handover\n{after.text}\n2026-11-29T00:00:00.000000Z\n"
    # So that a checkpoint and a handover can never be taken for each other.
    with pytest.raises(BadNote):
        Checkpoint.read(text)


def _keys(number):
    return [Ed25519PrivateKey.from_private_bytes(bytes([one]) * 32) for one in range(number)]


def _named(before, after, *, text=None, origin=ORIGIN):
    said = text or handover_text(verifier_of(origin, after), "2026-11-29T00:00:00.000000Z")
    return f"{said}\n{signed(said, origin, before).line}"


def test_keys_are_followed_along_what_each_signed_in_whatever_order_and_from_trusted_ones_only():
    first, second, third, stranger = _keys(4)
    known = [verifier_of(ORIGIN, key) for key in (first, second, third)]
    notes = [_named(second, third), _named(first, second), _named(stranger, stranger)]
    assert keys_followed(known[:1], notes) == tuple(known)
    assert keys_followed(known[2:], notes) == (known[2],)
    assert keys_followed([], notes) == ()


def test_a_handover_that_says_anything_else_or_was_signed_by_another_key_is_none():
    first, second, stranger = _keys(3)
    trusted = [verifier_of(ORIGIN, first)]
    assert read_handover(_named(first, second), trusted).after == verifier_of(ORIGIN, second)
    witness = verifier_of(ORIGIN, second, COSIGNING)
    for whole in (
        _named(stranger, second),
        _named(first, first),
        _named(first, second).replace("11-29", "11-28"),
        _named(first, second, text=Checkpoint(ORIGIN, 1, bytes(32)).text),
        _named(first, second, text=f"{ORIGIN}\nkey handover\n{witness.text}\n2026\n"),
        _named(first, second, text=f"other.test\nkey handover\n{trusted[0].text}\n2026\n"),
        _named(first, second, origin="elsewhere.test/log"),
    ):
        with pytest.raises(BadNote):
            read_handover(whole, trusted)
