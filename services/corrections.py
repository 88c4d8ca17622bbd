"""What a correction is about: the value as it was recorded, and the new one in the same form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.acts import Change
from domain.case import Case
from domain.events import Event, Evidence
from domain.process import Process
from domain.steps import asked_of
from domain.values import Scalar, Text
from records import materials
from records.problems import NotFound
from records.scope import Scope
from records.stored import events_after
from services.asking import NOT_THERE
from services.parts import Parts
from services.refusals import InvalidInput
from services.seeing import opened


@dataclass(frozen=True)
class Correction:
    """A change with the old value beside it."""

    change: Change
    old: Scalar | tuple[str, ...]
    in_text: bool
    """The value is free text or a document."""


def looked_up(  # noqa: PLR0917 - what it reads, and of what
    connection: Connection, parts: Parts, process: Process, case: Case, change: Change, scope: Scope
) -> Correction:
    """Return the change with the old value; documents stand there by digest, as they do in the record.

    Raises InvalidInput where the record holds no such value.
    """
    found = opened(connection, parts, case, events_after(connection, case.id, change.seq - 1, limit=1))
    if not found:
        raise InvalidInput("change.seq", NOT_THERE)
    event = found[0].event
    part, _, name = change.path.partition(".")
    data = event.data
    if change.path == "occurred_on":
        if not isinstance(event.body, Evidence):
            # The day of anything else follows from the days of acts.
            raise InvalidInput("change.seq", _NO_DAY)
        return Correction(change, event.occurred_on.isoformat(), in_text=False)
    if part == "fields" and name in _part(data, "texts"):
        return Correction(change, str(_part(data, "texts")[name]), in_text=True)
    if part == "fields" and name in _part(data, "values"):
        old = _part(data, "values")[name]
        return Correction(change, old if isinstance(old, str | int) else None, in_text=False)
    if part == "materials" and (name in _part(data, "materials") or _lacks(process, event, change, name)):
        handed_in = _part(data, "materials").get(name)
        old_digests = tuple(str(one) for one in handed_in) if isinstance(handed_in, list | tuple) else ()
        return Correction(_by_digest(connection, change, scope), old_digests, in_text=True)
    raise InvalidInput("change.path", NOT_THERE)


def _lacks(process: Process, event: Event, change: Change, material: str) -> bool:
    """Whether a document is written anew that the event's step asks for, and that was never handed in."""
    edition = process if event.step in process.steps else process.successor
    while edition is not None and change.written_on is not None and isinstance(event.body, Evidence):
        step = edition.steps.get(event.step or "")
        if step is not None and any(ref.id == material for ref in asked_of(step)):
            return True
        edition = edition.successor
    return False


def _part(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = data.get(name)
    return part if isinstance(part, Mapping) else {}


def _by_digest(connection: Connection, change: Change, scope: Scope) -> Change:
    ids = change.value if isinstance(change.value, tuple) else (str(change.value),)
    try:
        digests = materials.digests_of(connection, ids, scope)
    except NotFound as error:
        raise InvalidInput("change.value", NOT_THERE) from error
    return change.model_copy(update={"value": tuple(digests[one] for one in ids)})


_NO_DAY = Text(
    zh="这条记录的日期由别的办理推出，请更正那次办理的日期",
    en="its day follows from an act: correct the day of that act",
)
