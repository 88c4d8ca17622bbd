"""Brings a case in from its dossier, with its provenance: closed as it was, or open and going on here."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection

from domain import dossiers
from domain.case import Case
from domain.checkpoints import Checkpoint
from domain.dossiers import Checked, check_dossier
from domain.library import UnknownProcess
from domain.notes import VerifierKey, read_note
from domain.verifying import Tampered
from records import importing, materials
from records.importing import Provenance
from records.problems import AlreadyThere
from services import document_keys
from services.document_keys import Laid
from services.parts import Parts

_LARGEST: Final = 4 << 30
"""Bytes of all files in a dossier together."""


class CannotBringIn(Exception):
    """A dossier is sound, and the case cannot be brought in here. The message says why, and what to do."""


def read_files(file: BinaryIO) -> dict[str, bytes]:
    """Return the files of a dossier's ZIP. Raises Tampered."""
    try:
        with zipfile.ZipFile(file) as whole:
            entries = whole.infolist()
            if sum(entry.file_size for entry in entries) > _LARGEST:
                raise Tampered("the dossier is larger than any that is made")
            names = [entry.filename for entry in entries]
            if len(set(names)) != len(names):
                raise Tampered("a file is in the dossier twice")
            return {entry.filename: whole.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise Tampered("it is no ZIP file, or a damaged one") from error


async def bring_in(parts: Parts, files: dossiers.Files, trusted: Iterable[VerifierKey] = ()) -> Case:
    """Check a dossier and bring its case in. Raises Tampered, CannotBringIn."""
    checked = check_dossier(files, trusted)
    if checked.dossier.withheld:
        raise CannotBringIn(
            "parts of it are withheld: ask somebody for the dossier who may see the whole case"
        )
    subject = checked.dossier.subject
    told = {int(number): (one["salt"], one["parts"]) for number, one in _personal(files).items()}
    if told and parts.keys is None:
        raise CannotBringIn("nothing seals what is personal here: set ACCEDE_SECRET_KEYS")

    def sealed(connection: Connection) -> Mapping[int, str]:
        if parts.keys is None:
            return {}
        return parts.keys.sealed_again(connection, checked.dossier.case, subject, told, parts.clock())

    def work(connection: Connection) -> Case:
        now = parts.clock()
        case = importing.bring_in(
            connection,
            parts.library,
            checked.events,
            names=json.loads(files[dossiers.NAMES]),
            came=_provenance(files, checked),
            now=now,
            sealed=sealed,
        )
        for one in laid:
            document_keys.note(connection, parts, one, subject)
        for document in checked.dossier.documents:
            materials.add_material(
                connection,
                sha256=document.sha256,
                media_type=document.media_type,
                size=document.size,
                name=document.name,
                created_by=subject,
                now=now,
            )
        return case

    laid = await _keep_documents(parts, files, checked)
    try:
        return await parts.database.write(work)
    except AlreadyThere as error:
        raise CannotBringIn(f"the case {checked.dossier.case} is here already") from error
    except UnknownProcess as error:
        named = ", ".join(f"{one.process} {one.version}" for one in checked.dossier.definitions)
        raise CannotBringIn(
            f"its process is not published here: put the files of {named} from its folder definitions/ into "
            "ACCEDE_PROCESSES_DIR"
        ) from error


async def _keep_documents(parts: Parts, files: dossiers.Files, checked: Checked) -> list[Laid | None]:
    return [
        await document_keys.keep(parts, io.BytesIO(files[f"materials/{one.sha256}"]), one.sha256)
        for one in checked.dossier.documents
        if one.included
    ]


def _personal(files: dossiers.Files) -> dict[str, Any]:
    """Return what is personal by the number of its event; it was checked."""
    found: dict[str, Any] = json.loads(files.get(dossiers.PERSONAL, b"{}"))
    return found


def _provenance(files: dossiers.Files, checked: Checked) -> Provenance:
    checkpoint = files[dossiers.CHECKPOINT].decode()
    return Provenance(
        origin=Checkpoint.read(read_note(checkpoint).text).origin,
        seq=checked.dossier.seq,
        head=checked.dossier.head,
        manifest=hashlib.sha256(files[dossiers.MANIFEST]).hexdigest(),
        checkpoint=checkpoint,
        verifiers="\n".join(checked.signed_by),
    )
