"""The tables of patterns over many cases: each look, by which thresholds, what it found. No text is kept."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from records.columns import Day, Moment
from records.schema import ID, NAME, metadata

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
