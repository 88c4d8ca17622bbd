"""What is held on a person, column by column: where an export has it, or why it has not.

A column that names a person, or a login, and has no line here fails a test: nothing new is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from records.door_tables import accounts
from records.tables import metadata

Shown = str
"""A part of the export."""

SHOWN: Final[Mapping[str, Shown]] = {
    "people.id": "person",
    "accounts.person_id": "rows",
    "cases.subject_id": "cases",
    "person_changes.person_id": "written_down",
    "standings.person_id": "standings",
    "standing_entries.person_id": "standings",
    "posts.person_id": "posts",
    "delegations.substitute_id": "delegations",
    "absences.person_id": "absences",
    "restriction_entries.person_id": "restrictions",
    "relation_entries.person_id": "relations",
    "relation_entries.relative_id": "relations",
    "materials.created_by": "documents",
}
"""Columns by which something comes into a part of the export."""

ROWS: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts.person_id": ("login", "disabled", "created_at"),
    "sessions.person_id": ("kind", "name", "created_at", "expires_at", "scope", "proof"),
    "identities.login": ("issuer", "subject", "created_at"),
    "code_apps.login": ("created_at", "confirmed_at"),
    "recovery_codes.login": ("used_at",),
    "passkeys.login": ("name", "created_at", "used_at"),
    "familiar_places.login": ("seen_at",),
    "obligations.person_id": (
        "case_id",
        "kind",
        "step",
        "outcome",
        "due_on",
        "created_at",
        "status",
        "channel",
        "sent_at",
        "read_at",
    ),
    "preferences.person_id": ("ways", "daily_at", "quiet_from", "quiet_to", "language", "changed_at"),
    "drafts.person_id": ("kind", "content", "created_at", "changed_at"),
    "case_people.person_id": ("case_id", "role"),
    "case_recusals.person_id": ("case_id",),
    "tasks.person_id": ("case_id", "step", "opened_at", "due_on"),
    "administration.person_id": ("seq", "type", "occurred_on", "recorded_at"),
    "events.actor": ("case_id", "seq", "type", "step", "occurred_on", "recorded_at"),
    "disclosures.person_id": ("case_id", "created_at", "ends_at"),
    "erasures.person_id": ("ground", "rules", "asked_at", "status", "answered_at"),
}
"""Columns by which rows come into `rows`, as they are, and what is told of each."""

_BY_OFFICE = "what somebody wrote down about others belongs to them"
_DERIVED = "follows from what is in already"
_KEYS = "a wrapped key: it opens what is in already"

LEFT_OUT: Final[Mapping[str, str]] = {
    "administration.actor": _BY_OFFICE,
    "delegations.granted_by": _BY_OFFICE,
    "endings.recorded_by": _BY_OFFICE,
    "erasures.answered_by": _BY_OFFICE,
    "erasures.asked_by": _BY_OFFICE,
    "evaluations.asked_by": _BY_OFFICE,
    "finding_words.said_by": _BY_OFFICE,
    "finding_words.on_behalf_of": _BY_OFFICE,
    "pattern_findings.person_id": "how many acts of a post are alike; the acts themselves are in",
    "pattern_words.said_by": _BY_OFFICE,
    "pattern_words.on_behalf_of": _BY_OFFICE,
    "login_policies.set_by": _BY_OFFICE,
    "person_changes.recorded_by": _BY_OFFICE,
    "posts.granted_by": _BY_OFFICE,
    "relation_entries.recorded_by": _BY_OFFICE,
    "relations.stated_by": _BY_OFFICE,
    "restriction_entries.recorded_by": _BY_OFFICE,
    "standing_entries.recorded_by": _BY_OFFICE,
    "unit_changes.recorded_by": _BY_OFFICE,
    "unit_closings.recorded_by": _BY_OFFICE,
    "unit_overlays.recorded_by": _BY_OFFICE,
    "unit_plans.recorded_by": _BY_OFFICE,
    "events.on_behalf_of": "stands in the rows of whoever acted, and with what was lent",
    "obligations.on_behalf_of": "the message went to the substitute, and what was lent is in",
    "name_endings.person_id": _DERIVED,
    "relations.person_id": _DERIVED,
    "relations.relative_id": _DERIVED,
    "restrictions.person_id": _DERIVED,
    "document_keys.person_id": _KEYS,
    "person_keys.person_id": _KEYS,
    "idempotency.person_id": "answers that were given to himself, for some days",
    "accounts.login": "is in by the person",
    "sessions.login": "is in by the person",
    "tasks.actor": "a post or a part in a case; whoever is asked by himself is in by the person",
    "obligations.actor": "a post or a part in a case; whoever was told is in by the person",
    "unfinished.login": "a way in that waits for its next step, for minutes",
}
"""Columns that name somebody and bring nothing into an export, each with the reason."""


def naming(table: Table) -> tuple[str, ...]:
    """Return the columns of a table that name a person, or a login."""
    return tuple(
        f"{table.name}.{column.name}"
        for column in table.columns
        if column.name in _NAMING
        or any(key.column.table.name in {"people", "accounts"} for key in column.foreign_keys)
    )


def rows_on(connection: Connection, person: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that name a person, by table; of each what `ROWS` tells."""
    logins = sa.select(accounts.c.login).where(accounts.c.person_id == person)
    found = {}
    for place, names in ROWS.items():
        name, _, column = place.partition(".")
        table = metadata.tables[name]
        his = table.c[column].in_(logins) if column == "login" else table.c[column] == person
        query = sa.select(*(table.c[one] for one in names)).where(his)
        rows = connection.execute(query.order_by(*(table.c[one] for one in names)))
        found[name] = [dict(row._mapping) for row in rows]  # noqa: SLF001 - the public way to columns by name
    return found


_NAMING = frozenset(
    {"actor", "on_behalf_of", "person_id", "recorded_by", "substitute_id", "relative_id", "login"}
)
"""Names of columns that hold people without pointing to their table."""
