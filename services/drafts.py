"""Applications somebody has begun to fill in: kept until they are submitted, and shown to nobody else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pydantic import Field
from sqlalchemy import Connection

from domain.values import Scalar, Text, Value
from records import drafts as kept
from records import organisation
from records.drafts import KeptDraft
from services.entering import Entered
from services.parts import Caller, Parts
from services.refusals import InvalidInput
from services.requests import StartRequest

_START: Final = "start"
_MOST: Final = 20
_LONGEST: Final = 200_000


class StartDraft(Value):
    """A case somebody may start, as far as it is filled in. `materials` holds ids of documents."""

    process: str
    unit: str
    occurred_on: date | None = None
    subject: str | None = None
    """Somebody who is known ..."""
    entering: Entered | None = None
    """... or somebody who is not yet."""
    reason: str | None = None
    fields: Mapping[str, Scalar] = Field(default_factory=dict)
    materials: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)

    def as_request(self) -> StartRequest:
        """Return what is asked for once it is submitted."""
        return StartRequest(
            process=self.process,
            subject=self.subject or "",
            unit=self.unit,
            occurred_on=self.occurred_on,
            reason=self.reason,
            fields=self.fields,
            materials={kind: ids for kind, ids in self.materials.items() if ids},
        )


@dataclass(frozen=True)
class Draft:
    """A draft with what a list says of it."""

    id: str
    content: StartDraft
    name: str
    """Whom it is about; empty where that is not said yet."""
    changed_at: datetime
    goes_on: date | None = None
    """The first day on which it is forgotten by itself, unless it is changed; None where none is."""


async def listed(parts: Parts, caller: Caller) -> tuple[Draft, ...]:
    """Return the caller's drafts, those changed last first."""

    def work(connection: Connection) -> tuple[Draft, ...]:
        found = kept.list_drafts(connection, caller.person, _START)
        return tuple(_draft(connection, parts, one) for one in found)

    return await parts.read(work)


async def opened(parts: Parts, caller: Caller, draft_id: str) -> Draft:
    """Return one of the caller's drafts. Raises NotFound."""

    def work(connection: Connection) -> Draft:
        return _draft(connection, parts, kept.draft(connection, caller.person, _START, draft_id))

    return await parts.read(work)


async def begun(parts: Parts, caller: Caller, content: StartDraft) -> str:
    """Keep a new draft and return its id. Raises InvalidInput where somebody has too many."""

    def work(connection: Connection) -> str:
        if len(kept.list_drafts(connection, caller.person, _START)) >= _MOST:
            raise InvalidInput("draft", _TOO_MANY)
        text = _text(content)
        return kept.add_draft(connection, caller.person, _START, text, parts.clock()).id

    return await parts.write(work)


async def changed(parts: Parts, caller: Caller, draft_id: str, content: StartDraft) -> None:
    """Keep what a draft says now. Raises NotFound, InvalidInput."""
    text = _text(content)
    await parts.write(
        lambda connection: kept.change_draft(connection, caller.person, _START, draft_id, text, parts.clock())
    )


async def discarded(parts: Parts, caller: Caller, draft_id: str) -> None:
    """Forget a draft."""
    await parts.write(lambda connection: kept.remove_draft(connection, caller.person, _START, draft_id))


def _text(content: StartDraft) -> str:
    text = content.model_dump_json()
    if len(text) > _LONGEST:
        raise InvalidInput("draft", Text(zh="内容太多", en="is too long"))
    return text


def _draft(connection: Connection, parts: Parts, found: KeptDraft) -> Draft:
    content = StartDraft.model_validate(json.loads(found.content))
    if content.entering is not None:
        name = content.entering.name
    else:
        subject = content.subject or ""
        name = organisation.names_of(connection, [subject]).get(subject, "") if subject else ""
    keep = parts.everyday.get("drafts")
    changed_on = found.changed_at.astimezone(parts.zone).date()
    return Draft(found.id, content, name, found.changed_at, None if keep is None else keep.until(changed_on))


_TOO_MANY = Text(
    zh=f"草稿已有{_MOST}份，请先提交或删除其中一些",
    en=f"You have {_MOST} drafts: submit or discard some first",
)
