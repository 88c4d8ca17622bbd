"""How people chose to be told of things by mail, and what of it the rules beside the definitions require."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection, Row

from domain.preferences import TOPICS, WAYS, Preferences, Quiet, Required, Topic
from domain.values import Language
from records.beside import read_beside
from records.dialects import insert_for
from records.door_tables import preferences
from records.tables import obligations

FILE: Final = "notices.yaml"
_LANGUAGES: Final[Mapping[str, Language]] = {"zh": "zh", "en": "en"}
_SHAPE: TypeAdapter[dict[Topic, Required]] = TypeAdapter(dict[Topic, Required])


class BadNotices(ValueError):
    """The file cannot be read, or names a topic there is not."""


def read_required(folder: Path) -> Mapping[Topic, Required]:
    """Return of which topics messages cannot be switched off, each with why. Raises BadNotices."""
    return read_beside(folder / FILE, _SHAPE, BadNotices, "source, basis and a sentence for each topic")


def preferences_of(connection: Connection, person: str) -> Preferences | None:
    """Return what somebody chose; None where he chose nothing."""
    row = connection.execute(sa.select(preferences).where(preferences.c.person_id == person)).first()
    return None if row is None else preferences_in(row, row.language)


def keep_preferences(connection: Connection, person: str, chosen: Preferences, now: datetime) -> None:
    """Keep what somebody chose; what waits for its first mail is looked at anew."""
    values = {
        "ways": json.dumps(dict(sorted(chosen.ways.items()))),
        "daily_at": chosen.daily_at,
        "quiet_from": None if chosen.quiet is None else chosen.quiet.from_,
        "quiet_to": None if chosen.quiet is None else chosen.quiet.to,
        "language": chosen.language,
        "changed_at": now,
    }
    put = insert_for(connection.dialect.name, preferences).values(person_id=person, **values)
    connection.execute(put.on_conflict_do_update(index_elements=["person_id"], set_=values))
    waits = (obligations.c.status == "waiting", obligations.c.attempts == 0)
    theirs = sa.update(obligations).where(obligations.c.person_id == person, *waits)
    connection.execute(theirs.values(next_attempt_at=now))


def preferences_in(row: Row[Any], language: str | None) -> Preferences:
    """Return what a row says, beside its language; what only a later release knows is left out."""
    ways = {topic: way for topic, way in json.loads(row.ways).items() if topic in TOPICS and way in WAYS}
    quiet = None if row.quiet_from is None else Quiet(from_=row.quiet_from, to=row.quiet_to)
    return Preferences(ways=ways, daily_at=row.daily_at, quiet=quiet, language=_LANGUAGES.get(language or ""))
