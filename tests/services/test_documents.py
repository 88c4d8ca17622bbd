"""Documents in a folder: there for good once they are acknowledged."""

import hashlib

from obstore.store import MemoryStore

from services.documents import StoredDocuments

LETTER = b"a letter"
DIGEST = hashlib.sha256(LETTER).hexdigest()


async def test_a_document_reaches_the_disk_before_it_is_acknowledged_each_time():
    lasting: list[str] = []
    documents = StoredDocuments(MemoryStore(), made_lasting=lasting.append)
    for _ in range(2):
        await documents.keep(DIGEST, LETTER)
    assert lasting == [f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"] * 2


async def test_a_folder_keeps_a_document_by_its_digest(tmp_path):
    documents = StoredDocuments.at(f"file://{tmp_path}/documents")
    await documents.keep(DIGEST, LETTER)
    assert b"".join([piece async for piece in documents.read(DIGEST)]) == LETTER
