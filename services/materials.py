"""Documents: taken in once, kept by digest, shown to those who see a case they belong to."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import BinaryIO

import puremagic
from sqlalchemy import Connection

from domain.library import UnknownProcess
from domain.values import Text
from records import cases, sensitivity
from records import materials as kept
from records.materials import Material
from services import disclosures, document_keys, idempotency
from services.documents import NoRoom
from services.parts import Caller, Parts
from services.refusals import InvalidInput, NotFound, StorageFull, TooLarge
from services.scoping import scope_of
from services.seeing import reasons_needed
from services.views import MaterialView, Named

_PIECE = 1 << 20
_HEAD = 8 << 10
_UNKNOWN = "application/octet-stream"
_LONGEST_NAME = 255


async def hand_in(
    parts: Parts, caller: Caller, name: str, document: BinaryIO, *, key: str | None = None
) -> MaterialView:
    """Keep a document and return the id acts name it by.

    Raises TooLarge, InvalidInput where it is empty, StorageFull.

    The document is stored before the row is written: a row never names what is not there.
    """
    sha256, size, head = await asyncio.to_thread(_looked_through, document, parts.largest_document)
    if size == 0:
        raise InvalidInput("file", Text(zh="文件是空的", en="is empty"))
    try:
        laid = await document_keys.keep(parts, document, sha256)
    except NoRoom as full:
        raise StorageFull from full
    shown_name = _safe_name(name)

    def work(connection: Connection) -> MaterialView:
        asked = ("material", sha256, shown_name)
        earlier = idempotency.earlier(connection, parts, caller, key, asked, MaterialView)
        if earlier is not None:
            return earlier
        made = kept.add_material(
            connection,
            sha256=sha256,
            media_type=_media_type(head),
            size=size,
            name=shown_name,
            created_by=caller.person,
            now=parts.clock(),
        )
        document_keys.note(connection, parts, laid, caller.person)
        idempotency.answered(connection, parts, caller, key, view := _view(made))
        return view

    return await parts.write(work)


async def described(parts: Parts, caller: Caller, material_id: str) -> MaterialView:
    """Return what is known of a document the caller may see.

    Raises NotFound, ReasonNeeded for an auditor who did not state why he looks; a look is written down.
    """

    def work(connection: Connection) -> tuple[Material, tuple[str, ...]]:
        scope = scope_of(connection, caller, parts.today())
        found = kept.material(connection, material_id, scope)
        return found, reasons_needed(connection, parts, caller, found)

    found, needed = await parts.read(work)
    await disclosures.check_document(parts, caller, needed, found.sha256)
    return _view(found)


async def case_of(parts: Parts, caller: Caller, view: MaterialView) -> Named | None:
    """Return a case within the caller's scope that a document belongs to: its id, and whom it is about."""

    def work(connection: Connection) -> Named | None:
        scope = scope_of(connection, caller, parts.today())
        for case_id in sensitivity.cases_with(connection, view.sha256, scope):
            with suppress(UnknownProcess):
                found = cases.find_case(connection, parts.library, case_id, scope)
                return Named(id=case_id, name=found.subject_name)
        return None

    return await parts.read(work)


async def content(parts: Parts, view: MaterialView) -> AsyncIterator[bytes]:
    """Return a document in pieces; `view` is what `described` let the caller see. Raises NotFound."""
    pieces = document_keys.read(parts, view.sha256)
    try:
        first = await anext(pieces)
    except FileNotFoundError as error:
        raise NotFound from error
    return _with_first(first, pieces)


async def _with_first(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _looked_through(document: BinaryIO, largest: int) -> tuple[str, int, bytes]:
    digest, size, head = hashlib.sha256(), 0, b""
    document.seek(0)
    while piece := document.read(_PIECE):
        size += len(piece)
        if size > largest:
            raise TooLarge
        head = head or piece[:_HEAD]
        digest.update(piece)
    document.seek(0)
    return digest.hexdigest(), size, head


def _media_type(head: bytes) -> str:
    """Return what the document is by its own first bytes; what its sender calls it proves nothing."""
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    if found:
        return found
    return _UNKNOWN if b"\x00" in head else "text/plain"


def _safe_name(name: str) -> str:
    """Return a name for people to see, without folders and anything that cannot be shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if letter.isprintable())
    return shown[:_LONGEST_NAME] or "document"


def _view(material: Material) -> MaterialView:
    return MaterialView(
        id=material.id,
        sha256=material.sha256,
        media_type=material.media_type,
        size=material.size,
        name=material.name,
    )
