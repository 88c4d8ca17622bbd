"""The tables of the doors: who may come in, by what, who is in, and what was read that is asked a reason for.

Whatever opens a door is kept as a digest, or sealed with a key that is not in the database.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from records.columns import Moment
from records.schema import HASH, ID, LOGIN, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("login", LOGIN, primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("password_hash", String(300), nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", HASH, primary_key=True),
    # The name it is listed and ended by, which opens nothing.
    Column("id", ID, nullable=False, unique=True),
    Column("kind", String(10), nullable=False),
    Column("login", LOGIN, ForeignKey("accounts.login"), nullable=False, index=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("name", String(200)),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, index=True),
    # What a token is narrowed to, as JSON; null where it has all the rights of its login.
    Column("scope", Text),
    # By what the log-in was proven.
    Column("proof", String(20), nullable=False, server_default="password"),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    # A digest: of a login, an address, or both.
    Column("key", String(200), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "key", "at"),
)

# Addresses and browsers from which a login has worked, each as a digest with its login.
familiar_places = Table(
    "familiar_places",
    metadata,
    Column("mark", HASH, primary_key=True),
    Column("login", LOGIN, ForeignKey("accounts.login"), nullable=False, index=True),
    Column("seen_at", Moment, nullable=False, index=True),
)

# Steps on the way in that wait for their next one: each is taken once, by the browser that began.
unfinished = Table(
    "unfinished",
    metadata,
    Column("id_hash", HASH, primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("login", LOGIN, ForeignKey("accounts.login"), index=True),
    Column("data", Text, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

# Who a person is at the service that people log in through.
identities = Table(
    "identities",
    metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("login", LOGIN, ForeignKey("accounts.login"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
)

code_apps = Table(
    "code_apps",
    metadata,
    Column("login", LOGIN, ForeignKey("accounts.login"), primary_key=True),
    # Encrypted: whoever has the database alone can make no codes.
    Column("sealed", String(300), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    # The last span of thirty seconds whose code was taken: none counts twice.
    Column("last_step", BigInteger, nullable=False, server_default="0"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("login", LOGIN, ForeignKey("accounts.login"), primary_key=True),
    Column("code_hash", HASH, primary_key=True),
    Column("used_at", Moment),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("login", LOGIN, ForeignKey("accounts.login"), nullable=False, index=True),
    Column("credential_hash", HASH, nullable=False, unique=True),
    Column("credential", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
)

# What somebody began to fill in and has not submitted: nobody else's, and no part of the record.
drafts = Table(
    "drafts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

# How somebody chose to be told of things by mail; whoever has no row gets everything at once.
preferences = Table(
    "preferences",
    metadata,
    Column("person_id", ID, ForeignKey("people.id"), primary_key=True),
    # By topic, JSON.
    Column("ways", Text, nullable=False),
    # Minutes since midnight.
    Column("daily_at", Integer, nullable=False),
    Column("quiet_from", Integer),
    Column("quiet_to", Integer),
    Column("language", String(2)),
    Column("changed_at", Moment, nullable=False),
)

# What units ask of log-ins. Only grows: the last row of a unit holds.
login_policies = Table(
    "login_policies",
    metadata,
    Column("unit_id", ID, ForeignKey("units.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("second_factor", String(20), nullable=False),
    Column("set_by", ID, ForeignKey("people.id")),
    Column("set_at", Moment, nullable=False),
)

# Why somebody looked into sensitive material, and what was looked at by that reason. Both only grow.
disclosures = Table(
    "disclosures",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False, index=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
)

disclosed = Table(
    "disclosed",
    metadata,
    Column("id", ID, primary_key=True),
    Column("disclosure_id", ID, ForeignKey("disclosures.id"), nullable=False, index=True),
    # A document by its digest, or the word for a history.
    Column("what", HASH, nullable=False),
    Column("at", Moment, nullable=False),
)
