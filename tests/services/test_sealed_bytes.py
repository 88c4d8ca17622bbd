"""A sealed document is read back whole, by its key, or not at all."""

import hashlib
import io

import pytest

from services.sealed_bytes import new_key, opened, sealed
from services.sealing import Unreadable

PIECE = 1 << 16
TAG = 16
HEAD = len(b"accede sealed 1\n")
KEY = new_key()


async def pieces(content, size):
    for first in range(0, len(content), size):
        yield content[first : first + size]


async def read(content, key=KEY, sha256="d", size=1 << 15):
    return b"".join([piece async for piece in opened(pieces(content, size), key, sha256)])


def laid(document, key=KEY, sha256="d"):
    name, file = sealed(io.BytesIO(document), key, sha256)
    with file:
        content = file.read()
    assert name == hashlib.sha256(content).hexdigest()
    return content


@pytest.mark.parametrize("length", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 5])
@pytest.mark.parametrize("size", [1000, PIECE + TAG, 1 << 20])
async def test_a_document_of_any_length_comes_back_as_it_was_however_it_is_read(length, size):
    document = bytes(range(256)) * (length // 256 + 1)
    content = laid(document[:length])
    assert document[:200] not in content
    assert await read(content, size=size) == document[:length]


async def test_what_was_changed_cut_moved_or_is_of_another_is_not_read():
    content = laid(b"x" * PIECE + b"y" * PIECE + b"z")
    whole = PIECE + TAG
    first, second = content[HEAD : HEAD + whole], content[HEAD + whole : HEAD + 2 * whole]
    last = content[HEAD + 2 * whole :]
    head = content[:HEAD]
    for spoilt in (
        b"",
        head,
        head[:-1],
        head + first + second,
        head + second + first + last,
        head + first + last,
        content + b"x",
        content[:-1],
        content[:100] + bytes([content[100] ^ 1]) + content[101:],
        b"X" + content[1:],
    ):
        with pytest.raises(Unreadable):
            await read(spoilt)
    for other in ({"key": new_key()}, {"sha256": "e"}):
        with pytest.raises(Unreadable):
            await read(content, **other)


async def test_the_same_document_twice_looks_like_two():
    assert laid(b"x", new_key()) != laid(b"x", new_key())
