"""The tables of the log over all events: which event stands where, the tree over them, and its checkpoints.

Each of them only grows. What is in them follows from the events but for the keys, and for the signatures,
which nobody without the keys could make.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from records.columns import Day, Moment
from records.schema import HASH, ID, NAME, metadata

# The order in which events stand in the log, from 0 without gaps, with the hash of each. Beside them stands
# what administrators did, under a name that no case has.
log_leaves = Table(
    "log_leaves",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", HASH, nullable=False),
    Index("ix_log_leaves_case_id_seq", "case_id", "seq", unique=True),
)

# What was done to the installation itself: a chain of its own, hashed as events are, with places in the log.
administration = Table(
    "administration",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("type", NAME, nullable=False),
    Column("occurred_on", Day, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    # Null where a command on the machine did it.
    Column("actor", ID, ForeignKey("people.id")),
    # To whom it was done, as `data` says as well; null where it is about nobody.
    Column("person_id", ID, ForeignKey("people.id"), index=True),
    Column("data", Text, nullable=False),
    Column("prev_hash", HASH, nullable=False),
    Column("hash", HASH, nullable=False),
)

# Complete subtrees over 256, 65,536 and so on leaves; those between are soon computed.
log_nodes = Table(
    "log_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", HASH, nullable=False),
)

# Keys that sign checkpoints, each from a moment until the next one's.
log_keys = Table(
    "log_keys",
    metadata,
    Column("key_id", String(8), primary_key=True),
    # The verifier key, with the name of the log.
    Column("verifier", String(300), nullable=False),
    Column("from_at", Moment, nullable=False),
    # The private key, sealed; null where a file holds it.
    Column("sealed", Text),
    # The signed note in which the key before it names this one; null for the first, or where it was lost.
    Column("handover", Text),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("key_id", String(8), primary_key=True),
    Column("root", HASH, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)

# Lines that witnesses signed below a checkpoint.
cosignatures = Table(
    "cosignatures",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("key_id", String(8), primary_key=True),
    Column("witness", String(200), primary_key=True),
    Column("line", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
)

# Where a case came from that was brought in with its dossier: another log, up to which event, who signed it.
imported_cases = Table(
    "imported_cases",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("origin", String(200), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("head", HASH, nullable=False),
    # The SHA-256 of its dossier.json.
    Column("manifest", HASH, nullable=False),
    Column("checkpoint", Text, nullable=False),
    Column("verifiers", Text, nullable=False),
    Column("imported_at", Moment, nullable=False),
)

# Which checkpoint each witness and each auditor has, and why it has no later one.
checkpoint_places = Table(
    "checkpoint_places",
    metadata,
    Column("place", String(220), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("reached_at", Moment),
    Column("tried_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("failure", String(400)),
)

# The key with which this installation signs, as a witness, below checkpoints of others' logs.
witness_keys = Table(
    "witness_keys",
    metadata,
    Column("key_id", String(8), primary_key=True),
    Column("verifier", String(300), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("from_at", Moment, nullable=False),
)

# Checkpoints of others' logs below which this installation signed: the longest of each is what it remembers.
witnessed = Table(
    "witnessed",
    metadata,
    Column("origin", String(200), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", HASH, nullable=False),
    # The checkpoint with the log's own signature, and the line that was signed below it.
    Column("note", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

# Notes in which the key of another log names the one after it, which is trusted as long as that is.
witness_handovers = Table(
    "witness_handovers",
    metadata,
    Column("origin", String(200), primary_key=True),
    Column("before_id", String(8), primary_key=True),
    Column("verifier", String(300), nullable=False),
    Column("note", Text, nullable=False),
    Column("followed_at", Moment, nullable=False),
)

# Checkpoints, signed by the key of their log, that contradict what was signed below before.
witness_refusals = Table(
    "witness_refusals",
    metadata,
    Column("origin", String(200), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", HASH, primary_key=True),
    Column("why", String(20), nullable=False),
    # What was signed last by then.
    Column("seen_size", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("refused_at", Moment, nullable=False),
)
