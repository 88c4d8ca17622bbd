"""Puts together what makes checkpoints, from what an installation says of keys and places outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from records.database import Database
from services.checkpoint_folder import CheckpointFolder
from services.checkpointing import Notary, Outside
from services.log_keys import KeyPlace
from services.sealing import sealer_of
from services.witness_keys import WitnessPlace, logs_of


class NotaryPlace(TypedDict):
    """How checkpoints are signed and where they go. Never to be printed: the keys are in plain text."""

    origin: str
    keys: str | None
    """What seals, as `ACCEDE_SECRET_KEYS` has it."""
    key_file: Path | None
    """A file with what seals, made when missing, where no keys are set."""
    log_key_file: Path | None
    folder: Path | None
    every: int
    witness_for: str
    """Verifier keys of others' logs below which this installation signs."""


def open_notary(database: Database, place: NotaryPlace, *, clock: Callable[[], datetime]) -> Notary:
    """Return what makes checkpoints of this record. Reads no key yet."""
    outside: list[Outside] = []
    if place["folder"] is not None:
        outside.append(CheckpointFolder(place["folder"]))
    keys = KeyPlace(
        origin=place["origin"],
        sealer=lambda: sealer_of(place["keys"], place["key_file"]),
        file=place["log_key_file"],
    )
    return Notary(database, keys, clock=clock, outside=outside, every=place["every"])


def open_witness(place: NotaryPlace) -> WitnessPlace:
    """Return what this installation is as a witness of others' logs. Reads no key yet. Raises BadNote."""
    return WitnessPlace(
        name=f"{place['origin']}/witness",
        sealer=lambda: sealer_of(place["keys"], place["key_file"]),
        logs=logs_of(place["witness_for"]),
    )
