"""Dossiers: one case as files that whoever takes it away can verify without us.

The chain is checked event by event; an event of which parts are withheld is linked only, because its hash is
of the whole. That each stands in the log is checked by its path to the root that a signed checkpoint says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar

from pydantic import Field, ValidationError

from domain.chain import GENESIS, NotCanonical, canonical
from domain.checkpoints import read_checkpoint
from domain.notes import BadNote, VerifierKey, read_note
from domain.personal import APART, commitment
from domain.tree import leaf_hash, root_from_inclusion
from domain.values import Value
from domain.verifying import Tampered, check_event

FORMAT: Final = "accede-dossier/1"
MANIFEST: Final = "dossier.json"
EVENTS: Final = "events.jsonl"
PROOFS: Final = "proofs.json"
CHECKPOINT: Final = "checkpoint.txt"
KEYS: Final = "keys.json"
NAMES: Final = "names.json"
SCHEMA: Final = "schema.json"
SIGNATURE: Final = "signature.txt"
PERSONAL: Final = "personal.json"

Files = Mapping[str, bytes]
T = TypeVar("T", bound=Value)


class DossierFile(Value):
    """One file of a dossier."""

    name: str
    sha256: str
    size: int


class DossierDocument(Value):
    """A document that events name. The file is `materials/` and its digest, where it is included."""

    sha256: str
    name: str
    media_type: str
    size: int
    included: bool


class Definition(Value):
    """An edition of the process that the case follows or followed."""

    process: str
    version: str
    digest: str
    file: str


class Dossier(Value):
    """What `dossier.json` says: which case, where it stands, and every other file with its digest."""

    format: Literal["accede-dossier/1"] = FORMAT
    case: str
    process: str
    version: str
    digest: str
    subject: str
    unit: str
    status: str
    outcome: str | None
    stage: str
    standing: str
    opened_on: str
    closed_on: str | None
    seq: int
    head: str
    withheld: tuple[int, ...] = ()
    """Numbers of the events of which parts were withheld from whoever asked."""
    definitions: tuple[Definition, ...]
    documents: tuple[DossierDocument, ...] = ()
    provenance: dict[str, str] | None = None
    """Where the case came from, if it was brought in from another installation."""
    files: tuple[DossierFile, ...]


class PlaceInLog(Value):
    """Where an event stands in the log, and the path from there to the root."""

    seq: int
    position: int
    path: tuple[str, ...]


class Proofs(Value):
    """Every event's place in the log over `size` events."""

    size: int
    events: tuple[PlaceInLog, ...]


class DossierKey(Value):
    """A key that signs checkpoints of the log, from a moment until another."""

    verifier: str
    from_at: str
    until: str | None
    handover: str | None = None


class Names(Value):
    """Who and what the ids in a dossier are."""

    people: dict[str, str] = Field(default_factory=dict)
    units: dict[str, str] = Field(default_factory=dict)


class Checked(Value):
    """A dossier that holds: what it says, and by which key the log was signed."""

    dossier: Dossier
    events: tuple[dict[str, Any], ...]
    signed_by: tuple[str, ...]


def schema() -> dict[str, Any]:
    """Return the JSON schema of a dossier's files, open to whoever writes another reader."""
    parts: dict[str, type[Value]] = {MANIFEST: Dossier, PROOFS: Proofs, NAMES: Names}
    defined = {name: model.model_json_schema() for name, model in parts.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FORMAT,
        "properties": {
            **defined,
            KEYS: {"type": "array", "items": DossierKey.model_json_schema()},
            EVENTS: {
                "description": (
                    "One event on each line: the canonical JSON (RFC 8785) of what is hashed, and `hash`: "
                    "SHA-256 of the canonical JSON without it. `withheld` names what was left out; then the "
                    "hash is of the whole."
                ),
                "type": "array",
                "items": {"type": "object", "required": ["case", "seq", "type", "prev_hash", "hash"]},
            },
        },
    }


def listed(files: Files) -> tuple[DossierFile, ...]:
    """Return every file with its digest and size, by name."""
    return tuple(
        DossierFile(name=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        for name, content in sorted(files.items())
    )


def check_dossier(files: Files, trusted: Iterable[VerifierKey] = (), held: Iterable[str] = ()) -> Checked:
    """Check everything that can be checked without the record. Raises Tampered with the first thing wrong.

    `trusted` are keys the reader knows; without any, those the dossier itself names are believed. `held` are
    checkpoints that were kept elsewhere.
    """
    dossier = _read(Dossier, files, MANIFEST)
    keys = _keys_of(files, tuple(trusted))
    _check_signature(files, keys)
    _check_files(files, dossier)
    events = _events_of(files)
    _check_chain(dossier, events)
    _check_personal(files, events)
    by = _check_log(files, events, keys)
    for whole in held:
        _check_held(whole, files, keys)
    return Checked(dossier=dossier, events=tuple(events), signed_by=by)


def signature_text(origin: str, manifest: bytes) -> str:
    """Return what is signed of a dossier: with every file's digest in the manifest, all of it."""
    return f"{origin}\ndossier\n{hashlib.sha256(manifest).hexdigest()}\n"


def _keys_of(files: Files, trusted: tuple[VerifierKey, ...]) -> tuple[VerifierKey, ...]:
    try:
        return trusted or tuple(VerifierKey.read(one["verifier"]) for one in json.loads(files[KEYS]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Tampered(f"the file {KEYS} is missing or cannot be read") from error


def _check_signature(files: Files, keys: tuple[VerifierKey, ...]) -> None:
    try:
        note = read_note(files[SIGNATURE].decode())
        by = note.signed_by(keys)
    except (KeyError, ValueError) as error:
        raise Tampered("the dossier's signature is missing or does not fit") from error
    if not any(note.text == signature_text(key.name, files[MANIFEST]) for key in by):
        raise Tampered(
            f"the dossier is not as it was signed: {MANIFEST} is another, or no known key signed it"
        )


def _check_files(files: Files, dossier: Dossier) -> None:
    told = {one.name: one for one in dossier.files}
    for name in sorted(files.keys() - told.keys() - {MANIFEST, SIGNATURE}):
        raise Tampered(f"the file {name} does not belong to the dossier")
    for name, one in sorted(told.items()):
        if name not in files:
            raise Tampered(f"the file {name} is missing")
        made = hashlib.sha256(files[name]).hexdigest()
        if made != one.sha256:
            raise Tampered(
                f"the file {name} is not as it was written: its SHA-256 is {made}", should_be=one.sha256
            )
    for document in dossier.documents:
        name = f"materials/{document.sha256}"
        if document.included and (name not in told or told[name].sha256 != document.sha256):
            raise Tampered(f"the document {document.sha256} is not the one that was handed in")


def _events_of(files: Files) -> list[dict[str, Any]]:
    events = []
    for number, line in enumerate(files.get(EVENTS, b"").split(b"\n")[:-1], start=1):
        try:
            read = json.loads(line)
            if not isinstance(read, dict) or canonical(read) != line:
                raise Tampered(f"line {number} of {EVENTS} is not canonical JSON")
        except (ValueError, NotCanonical, RecursionError) as error:
            raise Tampered(f"line {number} of {EVENTS} cannot be read") from error
        events.append(read)
    return events


def _check_chain(dossier: Dossier, events: Sequence[dict[str, Any]]) -> None:
    before = (0, GENESIS)
    withheld = []
    for event in events:
        image = {key: value for key, value in event.items() if key not in {"hash", "withheld"}}
        own, seq = str(event.get("hash")), event.get("seq")
        if event.get("case") != dossier.case:
            raise Tampered("an event belongs to another case", should_be=dossier.case)
        if "withheld" in event:
            if seq != before[0] + 1 or event.get("prev_hash") != before[1]:
                raise Tampered("it does not follow the event before it", case=dossier.case, seq=before[0] + 1)
            withheld.append(before[0] + 1)
        else:
            check_event(image, own, before)
        before = (before[0] + 1, own)
    if (dossier.seq, dossier.head) != before:
        raise Tampered(
            f"the events end with number {before[0]} and the hash {before[1]}",
            should_be=f"number {dossier.seq} and the head {dossier.head}",
            case=dossier.case,
        )
    if tuple(withheld) != dossier.withheld:
        raise Tampered("other events are withheld than the dossier says", case=dossier.case)


def _check_personal(files: Files, events: Sequence[dict[str, Any]]) -> None:
    """Check that what is personal is what the events commit to; it may be gone, and the events stay."""
    if PERSONAL not in files:
        return
    told = {str(event["seq"]): event["data"].get(APART) for event in events if "withheld" not in event}
    try:
        for number, one in json.loads(files[PERSONAL]).items():
            if commitment(one["salt"], one["parts"]) != told.get(number):
                raise Tampered("what is personal in it is not what was recorded", seq=int(number))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Tampered(f"the file {PERSONAL} cannot be read") from error


def _check_log(
    files: Files, events: Sequence[dict[str, Any]], keys: tuple[VerifierKey, ...]
) -> tuple[str, ...]:
    proofs = _read(Proofs, files, PROOFS)
    try:
        proven = read_checkpoint(files[CHECKPOINT].decode(), keys)
    except (KeyError, ValueError) as error:
        why = str(error) if isinstance(error, BadNote) else "it is missing or cannot be read"
        raise Tampered(f"the checkpoint does not hold: {why}") from error
    if proven.checkpoint.size != proofs.size or len(proofs.events) != len(events):
        raise Tampered("the proofs are for another checkpoint, or for other events")
    for event, place in zip(events, proofs.events, strict=True):
        try:
            path = [bytes.fromhex(node) for node in place.path]
            leaf = leaf_hash(bytes.fromhex(str(event["hash"])))
        except ValueError as error:
            raise Tampered("its place in the log cannot be read", seq=place.seq) from error
        root = root_from_inclusion(leaf, place.position, proofs.size, path)
        if place.seq != event["seq"] or root != proven.checkpoint.root:
            raise Tampered(
                "it does not stand in the log that the checkpoint was signed for",
                should_be=f"in a log with the root {proven.checkpoint.root.hex()}",
                case=str(event["case"]),
                seq=int(event["seq"]),
            )
    return tuple(key.text for key in proven.keys)


def _check_held(whole: str, files: Files, keys: tuple[VerifierKey, ...]) -> None:
    """Check that a checkpoint that was kept elsewhere is of the same log, as far as that can be seen here."""
    own = read_checkpoint(files[CHECKPOINT].decode(), keys).checkpoint
    try:
        other = read_checkpoint(whole, keys).checkpoint
    except BadNote as error:
        raise Tampered(f"the checkpoint that was kept elsewhere is not of this log: {error}") from error
    if other.size == own.size and other.root != own.root:
        raise Tampered("the checkpoint that was kept elsewhere is of another log", should_be=other.root.hex())


def _read(model: type[T], files: Files, name: str) -> T:
    try:
        return model.model_validate_json(files[name])
    except KeyError as error:
        raise Tampered(f"the file {name} is missing") from error
    except ValidationError as error:
        raise Tampered(f"the file {name} cannot be read") from error
