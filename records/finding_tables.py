"""The tables of audits: every evaluation of a case, what was found, and every word about it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from records.columns import Day, Moment
from records.schema import HASH, ID, NAME, metadata

# What came of each rule in a case, by which book and up to which event. Only grows: old verdicts stay.
evaluations = Table(
    "evaluations",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    # From 1, in the order of evaluating.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("head", HASH, nullable=False),
    # The digest of the audit rules.
    Column("book", HASH, nullable=False),
    Column("on_day", Day, nullable=False),
    Column("at", Moment, nullable=False),
    # Who asked for it; null where it was done by itself.
    Column("asked_by", ID, ForeignKey("people.id")),
    # The rules by verdict, as JSON.
    Column("verdicts", Text, nullable=False),
)

# What was found, as it stands now: made from the words about it.
findings = Table(
    "findings",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    # The audit rule, or `hand` where somebody raised it.
    Column("rule", String(20), nullable=False),
    # What tells it from another finding of the rule in the case.
    Column("place", String(120), nullable=False),
    Column("step", NAME),
    Column("level", String(20), nullable=False),
    Column("basis", String(80), nullable=False),
    # The version of the process by whose rules it was judged.
    Column("version", String(80), nullable=False),
    # The unit of the case when it was raised.
    Column("unit_id", ID, ForeignKey("units.id"), nullable=False),
    Column("state", String(20), nullable=False),
    # Whether the latest evaluation found it, too.
    Column("present", Boolean(create_constraint=False), nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("case_id", "rule", "place"),
    Index(None, "unit_id", "state"),
    Index(None, "raised_at", "id"),
)

# Every word about a finding: raised, found again, gone, explained, accepted, remedied, dismissed. Only grows.
finding_words = Table(
    "finding_words",
    metadata,
    Column("finding_id", ID, ForeignKey("findings.id"), primary_key=True),
    # From 1.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    # Who said it; null where an evaluation did.
    Column("said_by", ID, ForeignKey("people.id")),
    Column("post", ID),
    Column("on_behalf_of", ID),
    Column("said_at", Moment, nullable=False),
    Column("reason", Text),
    # The number of the evaluation, where one did.
    Column("evaluation", Integer),
    # What it rests on, as JSON.
    Column("evidence", Text),
)
