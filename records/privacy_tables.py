"""The tables of privacy: the keys of people and of documents, and who was erased, why, by whom."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from records.columns import Moment
from records.schema import HASH, ID, metadata

# What is personal in events is sealed with the key of the person a case is about.
person_keys = Table(
    "person_keys",
    metadata,
    Column("person_id", ID, ForeignKey("people.id"), primary_key=True),
    # Sealed with a key that is not in the database; null once it was destroyed.
    Column("wrapped", Text),
    Column("created_at", Moment, nullable=False),
    Column("destroyed_at", Moment),
    Column("erasure_id", ID),
)

# How a document lies sealed in its store, and for each person by whose key it opens, its own key.
document_keys = Table(
    "document_keys",
    metadata,
    # Of the document as it was handed in, by which events name it.
    Column("sha256", HASH, primary_key=True),
    # Of its sealed bytes, under which they lie in the store.
    Column("sealed_as", HASH, primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), primary_key=True),
    # Sealed with the person's key; null once it was destroyed.
    Column("wrapped", Text),
    Index(None, "person_id"),
)

# Documents that went once no rule kept them any more, and by which rule.
document_removals = Table(
    "document_removals",
    metadata,
    Column("sha256", HASH, primary_key=True),
    Column("rule", String(200), nullable=False),
    Column("basis", Text, nullable=False),
    Column("removed_at", Moment, nullable=False, index=True),
)

# An erasure that was asked for, and what a second person said to it. Only the id says whose.
erasures = Table(
    "erasures",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("ground", String(40), nullable=False),
    # The retention rules that allowed it, as they were then.
    Column("rules", Text, nullable=False),
    Column("asked_by", ID, ForeignKey("people.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("status", String(20), nullable=False),
    Column("answered_by", ID, ForeignKey("people.id")),
    Column("answered_at", Moment),
    Index(None, "person_id"),
)
