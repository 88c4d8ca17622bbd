"""The tables of the organisation over time: what was said of units, of people, and of ends of posts.

What was said is only ever added to. `units`, `unit_closure`, `restrictions` and `relations` are today's
picture, made from it.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from records.columns import Day, Moment
from records.schema import ID, NAME, metadata

# What becomes different on a day; null where it stays as it was. Number 1, the founding, says everything.
unit_changes = Table(
    "unit_changes",
    metadata,
    Column("unit_id", ID, ForeignKey("units.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("from_on", Day, nullable=False),
    # Null, like who, where it came with the installation.
    Column("recorded_at", Moment),
    Column("recorded_by", ID, ForeignKey("people.id")),
    Column("reason", Text),
    Column("name", String(200)),
    Column("kind", NAME),
    Column("parent_id", ID, ForeignKey("units.id"), index=True),
    Column("may_approve", Boolean),
    Column("temporary", Boolean),
    Column("closed", Boolean),
    Index(None, "from_on"),
)

# An order to close a unit, and how far it is carried out.
unit_closings = Table(
    "unit_closings",
    metadata,
    Column("id", ID, primary_key=True),
    Column("unit_id", ID, ForeignKey("units.id"), nullable=False, unique=True),
    # The first day on which the unit is no more.
    Column("from_on", Day, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", ID, ForeignKey("people.id"), nullable=False),
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("reason", Text, nullable=False),
    # Where what belongs to the unit goes, as JSON.
    Column("plan", Text, nullable=False),
    Column("moved_cases", Integer, nullable=False, default=0),
    Column("moved_people", Integer, nullable=False, default=0),
    # What stands in the way, as the name of a rule; null where nothing does.
    Column("stuck_on", String(200)),
    Column("finished_at", Moment),
)

# How people were written down before, and since when otherwise; only for those of whom that ever changed.
person_changes = Table(
    "person_changes",
    metadata,
    Column("person_id", ID, ForeignKey("people.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("email", String(320)),
    Column("language", String(2), nullable=False),
    Column("born_on", Day),
    Column("reason", Text),
    Column("recorded_at", Moment),
    Column("recorded_by", ID, ForeignKey("people.id")),
)

standing_entries = Table(
    "standing_entries",
    metadata,
    Column("standing_id", ID, ForeignKey("standings.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("standing", NAME, nullable=False),
    Column("unit_id", ID, ForeignKey("units.id"), nullable=False),
    Column("from_on", Day, nullable=False),
    Column("to_on", Day),
    Column("reason", Text),
    Column("recorded_at", Moment),
    Column("recorded_by", ID, ForeignKey("people.id")),
)

# The day for which `units` and `unit_closure` stand: one row.
picture_day = Table(
    "picture_day",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("stands_for", Day, nullable=False),
)

restriction_entries = Table(
    "restriction_entries",
    metadata,
    Column("restriction_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("restriction", NAME, nullable=False),
    Column("from_on", Day, nullable=False),
    Column("to_on", Day),
    Column("reason", Text),
    Column("recorded_at", Moment),
    Column("recorded_by", ID, ForeignKey("people.id")),
)

# Every word about the end of a post or delegation.
endings = Table(
    "endings",
    metadata,
    Column("what", String(20), primary_key=True),
    Column("of_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Before the first day where it never began.
    Column("last_on", Day, nullable=False),
    # From that moment on, and not from the end of the day.
    Column("at_once", Boolean, nullable=False),
    Column("reason", Text),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", ID, ForeignKey("people.id"), nullable=False),
)

# Days on which people are away, as they say themselves.
absences = Table(
    "absences",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("from_on", Day, nullable=False),
    # The last day; before the first where it never began.
    Column("to_on", Day, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    # When it ended sooner than was said.
    Column("ended_at", Moment),
    Index(None, "person_id", "from_on"),
)

relation_entries = Table(
    "relation_entries",
    metadata,
    Column("relation_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("relative_id", ID, ForeignKey("people.id"), nullable=False, index=True),
    # What the relative is to the person.
    Column("kind", String(20), nullable=False),
    Column("from_on", Day, nullable=False),
    Column("to_on", Day),
    # Where it is known from: own declaration, a personal file, a report.
    Column("source", Text, nullable=False),
    Column("reason", Text),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", ID, ForeignKey("people.id"), nullable=False),
)

# By the last word about each: a row for either of the two.
relations = Table(
    "relations",
    metadata,
    Column("relation_id", ID, primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), primary_key=True, index=True),
    Column("relative_id", ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("from_on", Day, nullable=False),
    Column("to_on", Day),
    # Who had it recorded first: what the subject of a case alone says of others takes nobody's vote.
    Column("stated_by", ID, ForeignKey("people.id"), nullable=False),
)

# Under which local overlay cases of a unit and of all below it start. Every word stays; the last one counts.
unit_overlays = Table(
    "unit_overlays",
    metadata,
    Column("unit_id", ID, ForeignKey("units.id"), primary_key=True),
    Column("process", NAME, primary_key=True),
    # From 1.
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Empty: none, whatever units above have.
    Column("overlay", NAME, nullable=False),
    # The first day on which cases start under it.
    Column("from_on", Day, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("recorded_at", Moment, nullable=False),
    # Who said it, and by which post; null where it was said by the command, at the machine.
    Column("recorded_by", ID, ForeignKey("people.id")),
    Column("post_id", ID, ForeignKey("posts.id")),
)

# How many people a unit plans to let gain a standing in a year. Every word of it stays; the last one counts.
unit_plans = Table(
    "unit_plans",
    metadata,
    Column("unit_id", ID, ForeignKey("units.id"), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("process", NAME, primary_key=True),
    Column("standing", NAME, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("planned", Integer, nullable=False),
    Column("reason", Text, nullable=False, default="", server_default=""),
    Column("recorded_by", ID, ForeignKey("people.id"), nullable=False),
    Column("recorded_at", Moment, nullable=False),
)
