"""A witness signs below what continues the log he signed last, and calls anything else by its name."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from domain.checkpoints import Checkpoint
from domain.notes import COSIGNING, BadNote, verifier_of
from domain.tree import EMPTY_ROOT, consistency_path, leaf_hash, root, subtree_over
from domain.witnessing import (
    LONGEST_REQUEST,
    Asked,
    NotWitnessed,
    check_continues,
    cosignature,
    read_request,
    request_for,
)


def a_log(name):
    def fetch(level, number):
        return subtree_over(
            [leaf_hash(f"{name}{n}".encode()) for n in range(number << level, (number + 1) << level)]
        )

    return fetch


def checkpoint(size, name="a"):
    return Checkpoint("log.example", size, root(size, a_log(name)))


def asked(old, size, name="a"):
    return Asked(old, consistency_path(old, size, a_log(name)), "")


def refused(*shown):
    with pytest.raises(NotWitnessed) as found:
        check_continues(*shown)
    return found.value


@given(sizes=st.lists(st.integers(1, 300), min_size=1, max_size=6))
def test_every_log_that_only_grows_is_signed_all_the_way(sizes):
    seen = None
    for size in sorted(sizes):
        check_continues(asked(0 if seen is None else seen.size, size), checkpoint(size), seen)
        seen = checkpoint(size)


@given(seen=st.integers(2, 200), more=st.integers(0, 200))
def test_no_fork_is_signed_whatever_its_size(seen, more):
    shown = checkpoint(seen + more, "b")
    found = refused(asked(seen, seen + more, "b"), shown, checkpoint(seen))
    assert (found.why, found.size, found.is_same_size) == ("forked", seen, not more)


@given(size=st.integers(1, 100), fewer=st.integers(1, 100))
def test_a_log_that_became_shorter_was_rolled_back(size, fewer):
    found = refused(asked(size, size), checkpoint(size), checkpoint(size + fewer))
    assert (found.why, found.size) == ("rolled-back", size + fewer)


def test_who_does_not_know_what_was_signed_last_is_told():
    found = refused(asked(2, 9), checkpoint(9), checkpoint(5))
    assert (found.why, found.size) == ("other-size", 5)
    with pytest.raises(BadNote):
        check_continues(Asked(10, (), ""), checkpoint(9), None)


def test_the_first_checkpoint_needs_no_proof_and_takes_none():
    check_continues(Asked(0, (), ""), checkpoint(7), None)
    assert refused(Asked(0, (EMPTY_ROOT,), ""), checkpoint(7), None).why == "forked"


@given(old=st.integers(0, 2**53), path=st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_a_request_is_read_as_it_was_written(old, path):
    note = "a note\n\nwith signatures\n"
    assert read_request(request_for(old, path, note)) == Asked(old, tuple(path), note)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 1",
        b"new 1\n\nnote",
        b"old -1\n\nnote",
        b"old 1\nAA\n\nnote",
        b"old 1\n*\n\nnote",
        b"\xff\n\n",
        b"old 1\n\n" + b"x" * LONGEST_REQUEST,
        request_for(1, [bytes(32)] * 64, "note"),
    ],
)
def test_what_is_no_request_is_not_read(body):
    with pytest.raises(BadNote):
        read_request(body)


def test_a_witness_signs_the_text_with_the_moment():
    private = Ed25519PrivateKey.generate()
    key = verifier_of("witness.example", private, COSIGNING)
    line = cosignature("text\n", "witness.example", private, 1_741_579_200)
    assert line.holds(key, "text\n")
    assert not line.holds(key, "another\n")
    raw = base64.b64decode(line.line.split(" ")[-1])
    assert int.from_bytes(raw[4:12], "big") == 1_741_579_200
