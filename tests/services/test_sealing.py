"""What is sealed is read with the key, as what it was sealed for, and not otherwise."""

import base64
import stat

import pytest

from services.sealing import BadKey, Sealer, Unreadable, key_in

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))


def test_what_was_sealed_is_read_again_and_looks_like_nothing():
    sealer = Sealer(OLD)
    one, other = sealer.seal("a secret", "li"), sealer.seal("a secret", "li")
    assert one != other
    assert "secret" not in one
    assert sealer.open(one, "li") == sealer.open(other, "li") == "a secret"


def test_a_new_key_seals_and_the_old_one_still_reads():
    before = Sealer(OLD).seal("x", "li")
    both = Sealer(f"{NEW}, {OLD}")
    assert both.open(before, "li") == "x"
    assert Sealer(NEW).open(both.seal("y", "li"), "li") == "y"
    with pytest.raises(Unreadable):
        Sealer(NEW).open(before, "li")


def test_what_belongs_to_another_or_was_changed_is_not_read():
    sealer = Sealer(OLD)
    sealed = sealer.seal("x", "li")
    last = "A" if sealed[-3] != "A" else "B"
    for wrong, about in (
        (sealed, "wang"),
        (sealed[:-3] + last + sealed[-2:], "li"),
        ("", "li"),
        ("x.y", "li"),
    ):
        with pytest.raises(Unreadable):
            sealer.open(wrong, about)


@pytest.mark.parametrize("keys", ["", "short", base64.b64encode(b"x" * 31).decode(), f"{OLD},", "%%%"])
def test_a_key_is_32_bytes(keys):
    with pytest.raises(BadKey):
        Sealer(keys)


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path):
    file = tmp_path / "folder" / "secret.key"
    first = key_in(file)
    assert key_in(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret.key"]
    Sealer(first)
