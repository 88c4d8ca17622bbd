"""Dossiers: everything about one case that its reader may see, as files that can be verified anywhere.

The same files come out byte by byte as long as nothing changed: nothing in them says when they were made,
proofs lead to the first checkpoint over the case, and a ZIP's times and order are fixed.
"""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from pydantic import BaseModel
from sqlalchemy import Connection

from domain import dossiers
from domain.chain import canonical, moment_text
from domain.dossiers import (
    Definition,
    Dossier,
    DossierDocument,
    DossierFile,
    DossierKey,
    Names,
    PlaceInLog,
    Proofs,
)
from domain.personal import NAMED, personal_parts
from domain.process import Process
from domain.tree import inclusion_path
from records import checkpoints as kept_checkpoints
from records import dossier_rows, log
from records.cases import FoundCase
from records.checkpoints import KeptCheckpoint
from records.materials import Material
from records.problems import NotFound as NotInRecord
from records.stored import StoredEvent, events_after
from services import disclosures, document_keys, processes
from services.checkpointing import LogContradicts
from services.dossier_readme import README
from services.log_keys import NoLogKey
from services.log_proofs import ensure_covered, key_views
from services.parts import Caller, Parts
from services.refusals import NotFound, NotReady
from services.seeing import Look, look_into, opened, reasons_needed
from services.views import WithheldEventView

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_IN_MEMORY: Final = 4 << 20
"""Bytes of a dossier that are kept in memory until it is sent; a larger one lies in a file."""
_FIXED: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a ZIP: the first one a ZIP can tell."""
_PIECE: Final = 1 << 16
_WHOLLY: Final = "deliberation"
"""What a line is withheld for of which nothing is told."""


@dataclass(frozen=True)
class Gathered:
    """What a dossier is made of, read at one moment."""

    found: FoundCase
    look: Look
    lines: tuple[dict[str, Any], ...]
    """The events as the reader sees them, with what was hashed where nothing is withheld."""
    readable: dict[int, Mapping[str, Any]]
    """The data of events by number, where what is personal is kept apart: with it, as people read it."""
    personal: dict[str, Any]
    """What is personal in them, with the salt of the commitment that was hashed."""
    checkpoint: KeptCheckpoint
    proofs: Proofs
    keys: tuple[DossierKey, ...]
    documents: tuple[Material, ...]
    withheld_documents: frozenset[str]
    names: Names
    provenance: dict[str, str] | None = None
    noted: tuple[str, ...] = field(default=())
    """Digests of documents that are shown for the stated reason only."""


async def gathered(parts: Parts, caller: Caller, case_id: str) -> Gathered:
    """Return what the caller's dossier of a case is made of. Raises NotFound, NotReady."""

    def last(connection: Connection) -> int:
        return look_into(connection, parts, caller, case_id)[0].case.seq

    await ensure_covered(parts, case_id, await parts.read(last))
    made = await parts.read(lambda connection: _gather(connection, parts, caller, case_id))
    if made.look.reason is not None:
        await disclosures.note_history(parts, made.look.reason)
        for digest in made.noted:
            await disclosures.check_document(parts, caller, (case_id,), digest)
    return made


async def as_zip(parts: Parts, caller: Caller, case_id: str) -> BinaryIO:
    """Return a dossier as a ZIP, to be read from its beginning and closed. Raises NotFound, NotReady."""
    made = await gathered(parts, caller, case_id)
    files = _files_of(parts, made)
    documents = [one for one in made.documents if one.sha256 not in made.withheld_documents]
    there = frozenset([one.sha256 for one in documents if await _is_there(parts, one.sha256)])
    manifest = _manifest(made, files, there)
    files[dossiers.MANIFEST] = manifest
    files[dossiers.SIGNATURE] = (await _signed(parts, manifest)).encode()
    return await _zipped(parts, files, sorted(there))


async def pieces_of(file: BinaryIO) -> AsyncIterator[bytes]:
    """Yield a file in pieces, and close it."""
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _gather(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> Gathered:
    found, look = look_into(connection, parts, caller, case_id)
    stored = opened(connection, parts, found.case, events_after(connection, case_id, limit=found.case.seq))
    lines = tuple(_line(look, one) for one in stored)
    documents = dossier_rows.documents(connection, _digests_in(lines))
    reasons = {one.sha256: _reason_for(connection, parts, caller, one) for one in documents}
    for_reason = {digest for digest, needed in reasons.items() if needed}
    hidden = {digest for digest, needed in reasons.items() if needed is None}
    if look.reason is None:
        hidden |= for_reason
    checkpoint, proofs = _proofs(connection, case_id, len(stored))
    return Gathered(
        found=found,
        look=look,
        lines=lines,
        readable={one.seq: one.data for one in _sealed(stored, lines)},
        personal={
            str(one.seq): {"salt": one.salt, "parts": personal_parts(one.event)}
            for one in _sealed(stored, lines)
            if one.salt is not None
        },
        checkpoint=checkpoint,
        proofs=proofs,
        keys=_keys(connection),
        documents=documents,
        withheld_documents=frozenset(hidden),
        names=_names(connection, found, lines),
        provenance=dossier_rows.provenance(connection, case_id),
        noted=tuple(sorted(for_reason - hidden)),
    )


def _line(look: Look, stored: StoredEvent) -> dict[str, Any]:
    if not look.is_told_of(stored.event):
        # The chain needs its hash. That something is there is all it says.
        nothing = dict.fromkeys(stored.image)
        kept = {"case": stored.image["case"], "seq": stored.event.seq, "prev_hash": stored.prev_hash}
        return nothing | kept | {"data": {}, "hash": stored.hash, "withheld": [_WHOLLY]}
    shown = look.proven(stored)
    if not isinstance(shown, WithheldEventView):
        return {**stored.image, "hash": stored.hash}
    seen = shown.model_dump(mode="json")
    parts = {key: seen[key] for key in stored.image if key not in {"case", "recorded_at"}}
    at = {"case": stored.image["case"], "recorded_at": stored.image["recorded_at"]}
    return {**parts, **at, "hash": stored.hash, "withheld": sorted(shown.groups)}


def _sealed(stored: Iterable[StoredEvent], lines: Iterable[Mapping[str, Any]]) -> Iterator[StoredEvent]:
    """Yield the events of which what is personal is kept apart, and nothing is withheld."""
    for one, line in zip(stored, lines, strict=True):
        if one.sealed is not None and "withheld" not in line:
            yield one


def _reason_for(
    connection: Connection, parts: Parts, caller: Caller, document: Material
) -> tuple[str, ...] | None:
    """Return for which cases a reason is needed to read a document; None where it is not shown at all."""
    try:
        return reasons_needed(connection, parts, caller, document)
    except NotInRecord:
        return None


def _digests_in(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    shown = [line["data"] for line in lines if isinstance(line["data"], dict)]
    named = [data.get("materials") for data in shown]
    changes = [data["change"].get("value") for data in shown if isinstance(data.get("change"), dict)]
    # Those a correction proposes are named beside what is sealed.
    apart = [data.get(NAMED) for data in shown]
    handed_in = [handed for one in named if isinstance(one, dict) for handed in one.values()]
    lists = (*handed_in, *changes, *apart)
    digests = {digest for handed in lists if isinstance(handed, list) for digest in handed}
    return sorted(digest for digest in digests if _DIGEST.fullmatch(str(digest)))


def _proofs(connection: Connection, case_id: str, number: int) -> tuple[KeptCheckpoint, Proofs]:
    leaves = [leaf for leaf in log.leaves_of(connection, case_id) if leaf.seq <= number]
    furthest = max((leaf.position for leaf in leaves), default=-1)
    over = kept_checkpoints.checkpoint_over(connection, furthest + 1)
    if over is None or len(leaves) != number:
        # Something was recorded since the checkpoint was made; whoever asks again gets it.
        raise NotReady
    tree = log.tree_of(connection)
    paths = (inclusion_path(leaf.position, over.size, tree) for leaf in leaves)
    places = tuple(
        PlaceInLog(seq=leaf.seq, position=leaf.position, path=tuple(node.hex() for node in path))
        for leaf, path in zip(leaves, paths, strict=True)
    )
    return over, Proofs(size=over.size, events=places)


def _keys(connection: Connection) -> tuple[DossierKey, ...]:
    return tuple(
        DossierKey(
            verifier=key.verifier,
            from_at=moment_text(key.from_at),
            until=None if key.until is None else moment_text(key.until),
            handover=key.handover,
        )
        for key in key_views(kept_checkpoints.log_keys_of(connection))
    )


def _names(connection: Connection, found: FoundCase, lines: Iterable[Mapping[str, Any]]) -> Names:
    """Return the names of everybody and every unit whose id the reader finds in the events."""
    said = {text for line in lines for text in _texts_in(line)} | {found.case.subject, found.case.unit}
    return Names(
        people=dossier_rows.names_of_people(connection, said),
        units=dossier_rows.names_of_units(connection, said),
    )


def _texts_in(value: Any) -> Iterable[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts_in(inner)


def editions_of(found: FoundCase) -> tuple[Process, ...]:
    """Return every edition the case followed, from its first to the present one."""
    edition, followed = found.process, [found.process]
    while edition.version != found.case.version and edition.successor is not None:
        edition = edition.successor
        followed.append(edition)
    return tuple(followed)


def _files_of(parts: Parts, made: Gathered) -> dict[str, bytes]:
    files = {
        dossiers.EVENTS: b"".join(canonical(line) + b"\n" for line in made.lines),
        dossiers.PROOFS: _json(made.proofs),
        dossiers.CHECKPOINT: made.checkpoint.whole.encode(),
        dossiers.KEYS: canonical([key.model_dump(mode="json") for key in made.keys]),
        dossiers.NAMES: _json(made.names),
        dossiers.SCHEMA: (json.dumps(dossiers.schema(), indent=1, sort_keys=True) + "\n").encode(),
    }
    if made.personal:
        files[dossiers.PERSONAL] = canonical(made.personal)
    for language, text in README.items():
        files[f"README.{language}.md"] = text.encode()
    for edition in editions_of(made.found):
        text = processes.as_yaml(parts, edition.process, edition.version)
        files[f"definitions/{edition.digest}.yaml"] = text.encode()
    return files


def _manifest(made: Gathered, files: Mapping[str, bytes], there: frozenset[str]) -> bytes:
    case = made.found.case
    editions = editions_of(made.found)
    documents = tuple(
        DossierDocument(
            sha256=one.sha256,
            name=one.name,
            media_type=one.media_type,
            size=one.size,
            included=one.sha256 in there,
        )
        for one in made.documents
    )
    attached = (
        DossierFile(name=f"materials/{one.sha256}", sha256=one.sha256, size=one.size)
        for one in made.documents
        if one.sha256 in there
    )
    listed = (*dossiers.listed(files), *attached)
    return _json(
        Dossier(
            case=case.id,
            process=case.process,
            version=case.version,
            digest=case.digest,
            subject=case.subject,
            unit=case.unit,
            status=case.status,
            outcome=case.outcome,
            stage=case.stage,
            standing=case.standing,
            opened_on=case.opened_on.isoformat(),
            closed_on=None if case.closed_on is None else case.closed_on.isoformat(),
            seq=case.seq,
            head=made.found.head,
            withheld=tuple(line["seq"] for line in made.lines if "withheld" in line),
            definitions=tuple(
                Definition(
                    process=one.process,
                    version=one.version,
                    digest=one.digest,
                    file=f"definitions/{one.digest}.yaml",
                )
                for one in editions
            ),
            documents=documents,
            provenance=made.provenance,
            files=tuple(sorted(listed, key=lambda one: one.name)),
        )
    )


async def _signed(parts: Parts, manifest: bytes) -> str:
    if parts.notary is None:
        raise NotFound
    try:
        return await parts.notary.sign(lambda name: dossiers.signature_text(name, manifest))
    except (NoLogKey, LogContradicts) as refused:
        raise NotReady from refused


async def _is_there(parts: Parts, sha256: str) -> bool:
    try:
        async for _ in document_keys.read(parts, sha256):
            return True
    except FileNotFoundError:
        return False
    return True


async def _zipped(parts: Parts, files: Mapping[str, bytes], documents: Iterable[str]) -> BinaryIO:
    made: Any = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as whole:
        for name, content in sorted(files.items()):
            whole.writestr(_entry(name), content)
        for digest in documents:
            with whole.open(_entry(f"materials/{digest}"), "w") as entry:
                async for piece in document_keys.read(parts, digest):
                    entry.write(piece)
    made.seek(0)
    file: BinaryIO = made
    return file


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIXED)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def _json(value: BaseModel) -> bytes:
    return canonical(value.model_dump(mode="json"))
