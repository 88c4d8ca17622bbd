"""Documents on a disk without room."""

from __future__ import annotations

import errno
import hashlib

import pytest

from services.documents import NoRoom, StoredDocuments

CONTENT = b"a letter"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


async def test_a_document_without_room_is_refused_as_such(tmp_path):
    def no_room(_path):
        raise OSError(errno.ENOSPC, "No space left on device")

    documents = StoredDocuments.at(tmp_path.as_uri())
    documents._made_lasting = no_room
    with pytest.raises(NoRoom):
        await documents.keep(DIGEST, CONTENT)


async def test_other_trouble_of_the_disk_is_not_called_that(tmp_path):
    def broken(_path):
        raise OSError(errno.EIO, "Input/output error")

    documents = StoredDocuments.at(tmp_path.as_uri())
    documents._made_lasting = broken
    with pytest.raises(OSError, match="Input/output"):
        await documents.keep(DIGEST, CONTENT)
