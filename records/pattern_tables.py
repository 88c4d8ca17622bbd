"""The tables of patterns over many cases: each look, by which thresholds, what it found, and what people say
of it. No text of a case is kept.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from records.columns import Day, Moment
from records.schema import HASH, ID, NAME, metadata

pattern_runs = Table(
    "pattern_runs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("made_at", Moment, nullable=False),
    # The day up to which it was looked, and the first one.
    Column("until_on", Day, nullable=False),
    Column("since_on", Day),
    # With everything below it; null: the whole organisation.
    Column("unit_id", ID, ForeignKey("units.id")),
    # Thresholds, and how much was looked at, as JSON.
    Column("told", Text, nullable=False),
)

pattern_results = Table(
    "pattern_results",
    metadata,
    Column("run_id", ID, ForeignKey("pattern_runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("pattern", NAME, nullable=False),
    Column("unit_id", ID, ForeignKey("units.id"), nullable=False),
    # Figures, and where in the record the evidence stands, as JSON.
    Column("told", Text, nullable=False),
    Index(None, "run_id", "unit_id"),
)

# A pattern that was found is one finding, however many looks find it, as it stands by the words about it.
pattern_findings = Table(
    "pattern_findings",
    metadata,
    Column("id", ID, primary_key=True),
    Column("pattern", NAME, nullable=False),
    # What tells it from another finding of the pattern: whose it is, as a digest.
    Column("place", HASH, nullable=False),
    Column("unit_id", ID, ForeignKey("units.id"), nullable=False),
    # Whose doings they are; null where they are those of a unit.
    Column("person_id", ID, ForeignKey("people.id")),
    # Empty where it is about all processes.
    Column("process", NAME, nullable=False),
    Column("state", String(20), nullable=False),
    # Whether the latest look over the whole organisation found it, too.
    Column("present", Boolean(create_constraint=False), nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("pattern", "place"),
    Index(None, "unit_id", "state"),
    Index(None, "raised_at", "id"),
)

# Every word about it, as about other findings; those of looks with the figure of that look. Only grows.
pattern_words = Table(
    "pattern_words",
    metadata,
    Column("finding_id", ID, ForeignKey("pattern_findings.id"), primary_key=True),
    # From 1.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    # Who said it; null where a look did.
    Column("said_by", ID, ForeignKey("people.id")),
    Column("post", ID),
    Column("on_behalf_of", ID),
    Column("said_at", Moment, nullable=False),
    Column("reason", Text),
    # The look, and what it found under which number.
    Column("run_id", ID, ForeignKey("pattern_runs.id")),
    Column("result", Integer),
)
