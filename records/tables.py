"""The tables. `events` is the record and only grows; case rows and what hangs on them are made from it.

Days are ISO text, moments are UTC text of fixed width, and JSON is text, so that both databases keep, compare
and hand back the very same characters.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
    text,
)

import records.door_tables
import records.finding_tables
import records.log_tables
import records.pattern_tables
import records.privacy_tables
import records.progress_tables  # noqa: F401 - these as well
from records import organisation_tables
from records.columns import Day, Moment
from records.schema import HASH as _HASH
from records.schema import ID as _ID
from records.schema import NAME as _NAME
from records.schema import metadata as metadata  # noqa: PLC0414 - asked for under this module's name, too

ENDING = 32
"""Characters of the ending of a name that are kept."""

_NARROWING = ("status", "stage", "standing", "process", "due_on")
"""What lists of cases are narrowed to, beside names and units."""

# The organisation

unit_changes = organisation_tables.unit_changes
person_changes = organisation_tables.person_changes
standing_entries = organisation_tables.standing_entries
picture_day = organisation_tables.picture_day
unit_closings = organisation_tables.unit_closings
restriction_entries = organisation_tables.restriction_entries
endings = organisation_tables.endings
absences = organisation_tables.absences
relation_entries = organisation_tables.relation_entries
relations = organisation_tables.relations

units = Table(
    "units",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", _NAME, nullable=False),
    Column("name", String(200), nullable=False),
    Column("parent_id", _ID, ForeignKey("units.id"), index=True),
    Column("temporary", Boolean, nullable=False, default=False),
    Column("may_approve", Boolean, nullable=False, default=False),
    # While it is being closed: the first day on which it is no more, from which it takes nothing in.
    Column("closing_from", Day),
    # The same, once nothing open is left in it.
    Column("closed_on", Day),
    # When it was put elsewhere, until every open case below it says so.
    Column("moved_at", Moment),
)

unit_closure = Table(
    "unit_closure",
    metadata,
    Column("ancestor_id", _ID, ForeignKey("units.id"), primary_key=True),
    Column("unit_id", _ID, ForeignKey("units.id"), primary_key=True),
    Column("depth", Integer, nullable=False),
    Index(None, "unit_id", "depth"),
)

people = Table(
    "people",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("name_search", Text, nullable=False),
    Column("email", String(320)),
    Column("language", String(2), nullable=False, default="zh"),
    Column("born_on", Day),
)

# Every ending of what a search looks at, so that a part of a name is found as the beginning of one of them.
name_endings = Table(
    "name_endings",
    metadata,
    # Compared by bytes, so that a beginning is a range of the key.
    Column("ending", String(ENDING).with_variant(String(ENDING, "C"), "postgresql"), primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), primary_key=True),
    sqlite_with_rowid=False,
)

posts = Table(
    "posts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("role", _NAME, nullable=False),
    Column("unit_id", _ID, ForeignKey("units.id"), nullable=False),
    Column("from_on", Day, nullable=False),
    Column("to_on", Day),
    # Who gave it; null where it came with the installation.
    Column("granted_by", _ID, ForeignKey("people.id")),
    # Null where nobody said when.
    Column("granted_at", Moment),
    # Where it was taken at once, on its last day; null where that day counts to its evening.
    Column("revoked_at", Moment),
    Index(None, "unit_id", "role"),
)

delegations = Table(
    "delegations",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("post_id", _ID, ForeignKey("posts.id"), nullable=False, index=True),
    Column("substitute_id", _ID, ForeignKey("people.id"), nullable=False, index=True),
    # The absence because of which it is lent, if any.
    Column("absence_id", _ID),
    # What it is lent for, as records/lending.py writes it; null where nothing limits it.
    Column("processes", Text),
    Column("stages", Text),
    Column("units", Text),
    Column("from_on", Day, nullable=False),
    Column("to_on", Day),
    Column("granted_by", _ID, ForeignKey("people.id")),
    # Null where nobody said when.
    Column("granted_at", Moment),
    # Where it was taken at once, on its last day; null where that day counts to its evening.
    Column("revoked_at", Moment),
)

standings = Table(
    "standings",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), nullable=False),
    Column("standing", _NAME, nullable=False),
    Column("unit_id", _ID, ForeignKey("units.id"), nullable=False),
    Column("from_on", Day, nullable=False),
    Column("to_on", Day),
    Column("source", String(80), nullable=False),
    Index(None, "person_id", "from_on"),
    # Holds all that a roster asks.
    Index("ix_standings_roster", "unit_id", "standing", "from_on", "to_on", "person_id"),
)

restrictions = Table(
    "restrictions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("restriction", _NAME, nullable=False),
    Column("from_on", Day, nullable=False),
    Column("to_on", Day),
)

# The record, and the rows made from it

cases = Table(
    "cases",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("process", _NAME, nullable=False),
    Column("version", String(60), nullable=False),
    Column("digest", _HASH, nullable=False),
    Column("subject_id", _ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("unit_id", _ID, ForeignKey("units.id"), nullable=False),
    Column("target_unit_id", _ID, ForeignKey("units.id"), index=True),
    Column("status", String(20), nullable=False),
    Column("outcome", _NAME),
    Column("stage", _NAME, nullable=False),
    Column("standing", _NAME, nullable=False),
    Column("opened_on", Day, nullable=False),
    Column("closed_on", Day),
    Column("seq", Integer, nullable=False),
    Column("head", _HASH, nullable=False),
    # Process and subject while the case is open and the process allows one open case only, else null.
    Column("open_key", String(160), unique=True),
    Column("next_moment", Moment),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("snapshot", Text, nullable=False),
    # The first day on which an open step is due.
    Column("due_on", Day),
    # Lists are read from these two alone, whatever they are narrowed to: all of a case that they ask is here.
    Index("ix_cases_listed", "opened_on", "id", *_NARROWING, "unit_id", "subject_id"),
    Index("ix_cases_listed_by_unit", "unit_id", "opened_on", "id", *_NARROWING, "subject_id"),
    Index("ix_cases_due", "next_moment", "id"),
    # The board is counted from this alone, and the first cases of each stage are found by it.
    Index(
        "ix_cases_under_way",
        "process",
        "stage",
        "due_on",
        "id",
        sqlite_where=text("status <> 'closed'"),
        postgresql_where=text("status <> 'closed'"),
    ),
)

events = Table(
    "events",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("type", _NAME, nullable=False),
    Column("step", _NAME),
    Column("round", Integer),
    Column("occurred_on", Day, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", _ID),
    Column("post", _ID),
    Column("on_behalf_of", _ID),
    Column("data", Text, nullable=False),
    Column("prev_hash", _HASH, nullable=False),
    Column("hash", _HASH, nullable=False),
    # What is personal in it, sealed with the key of the person the case is about; `data` commits to it.
    Column("sealed", Text),
)

case_people = Table(
    "case_people",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("role", _NAME, primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), primary_key=True, index=True),
)

# Who keeps out for a declared conflict of interest.
case_recusals = Table(
    "case_recusals",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), primary_key=True, index=True),
)

case_materials = Table(
    "case_materials",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("sha256", _HASH, primary_key=True, index=True),
)

tasks = Table(
    "tasks",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("step", _NAME, primary_key=True),
    Column("actor", String(160), primary_key=True),
    # Empty where a post and not a certain person is asked.
    Column("person_id", _ID, primary_key=True, default=""),
    Column("round", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("unit_id", _ID),
    Column("role", _NAME),
    Column("opened_at", Moment, nullable=False),
    Column("not_before", Day),
    Column("due_on", Day),
    # Those with a part in the case by which they may not act on it, each between spaces.
    Column("barred", Text, nullable=False, default="", server_default=""),
    # The case is suspended.
    Column("paused", Boolean, nullable=False, default=False, server_default=false()),
    Index(None, "unit_id", "role", "person_id"),
    # The calendar of whoever sees everything is read from these two alone.
    Index("ix_tasks_due", "due_on", "case_id", "step", "round", "paused"),
    Index("ix_tasks_possible", "not_before", "case_id", "step", "round", "paused"),
    Index(
        "ix_tasks_in_person",
        "person_id",
        sqlite_where=text("person_id <> ''"),
        postgresql_where=text("person_id <> ''"),
    ),
)

obligations = Table(
    "obligations",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("step", _NAME),
    Column("round", Integer),
    Column("outcome", _NAME),
    Column("due_on", Day),
    Column("actor", String(160), nullable=False),
    Column("person_id", _ID, ForeignKey("people.id")),
    # Whose substitute is told; null where somebody is told for himself.
    Column("on_behalf_of", _ID),
    Column("created_at", Moment, nullable=False),
    Column("status", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    Column("message_id", String(200), nullable=False),
    Column("channel", String(40)),
    Column("sent_at", Moment),
    Column("failure", Text),
    Column("read_at", Moment),
    Index(None, "status", "next_attempt_at"),
    Index(None, "person_id", "created_at", "id"),
    Index(
        "ix_obligations_unread",
        "person_id",
        "created_at",
        "id",
        sqlite_where=text("read_at IS NULL"),
        postgresql_where=text("read_at IS NULL"),
    ),
)

# The cases that a notice about several of them lists.
notice_lines = Table(
    "notice_lines",
    metadata,
    Column("notice_id", _ID, ForeignKey("obligations.id"), primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True, index=True),
    Column("step", _NAME, primary_key=True),
    Column("from_on", Day, nullable=False),
)

# Cases that were seen to be short of people, and told of.
shortages = Table(
    "shortages",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    # The actors or the body asked.
    Column("who", String(400), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("step", _NAME, nullable=False),
    Column("from_on", Day, nullable=False),
    Column("to_on", Day, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("have", Integer, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("gone_at", Moment),
)

outbox = Table(
    "outbox",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("driven_seq", Integer, nullable=False, default=0),
    # Null once the workflow has been told everything.
    Column("waiting_since", Moment, index=True),
    # The last event that stands in the log.
    Column("logged_seq", Integer, nullable=False, server_default="0"),
    Index(
        "ix_outbox_unlogged",
        "case_id",
        sqlite_where=text("seq > logged_seq"),
        postgresql_where=text("seq > logged_seq"),
    ),
)

# Where an act was traced, beside its last event. Kept for a month, and only while spans are made.
places = Table(
    "places",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("place", String(55), nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)

# Documents, and requests that come twice; who may come in stands in records/door_tables.py

materials = Table(
    "materials",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("sha256", _HASH, nullable=False, index=True),
    Column("media_type", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("name", String(255), nullable=False),
    Column("created_by", _ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("person_id", _ID, primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request", _HASH, nullable=False),
    Column("status", Integer),
    Column("answer", Text),
    Column("created_at", Moment, nullable=False, index=True),
)
