"""What goes by itself once the time is over for which a rule keeps it: documents, what is noted of messages.

That a document went, by which rule and when, is kept; events go on naming it by its digest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.batches import in_batches
from domain.retention import Ended, Kept, Thing
from records import document_keys
from records.door_tables import drafts
from records.privacy_tables import document_removals
from records.tables import case_materials, cases, materials, obligations

Rule = Callable[[Ended], Kept | None]
"""By which rule something of a case is kept; None while it is open."""

Gone = dict[str, tuple[str, ...]]
"""Documents by digest, each with the names under which its bytes lie."""

_AT_ONCE = 500


def cases_over(  # noqa: PLR0917 - what is looked for, and where a page begins
    connection: Connection, thing: Thing, rule: Rule, today: date, after: str = "", limit: int = _AT_ONCE
) -> tuple[list[tuple[str, Kept]], str | None]:
    """Return a page of ended cases of which a rule keeps something no more, and where the next begins."""
    query = sa.select(cases.c.id, cases.c.process, cases.c.outcome, cases.c.closed_on)
    # Those of which nothing is left are not looked at every night again.
    query = query.where(cases.c.status == "closed", cases.c.id > after, _LEFT[thing])
    rows = connection.execute(query.order_by(cases.c.id).limit(limit)).all()
    found = []
    for row in rows:
        kept = rule(Ended(process=row.process, outcome=row.outcome, closed_on=row.closed_on))
        if kept is not None and kept.until is not None and kept.until <= today:
            found.append((row.id, kept))
    return found, rows[-1].id if len(rows) == limit else None


def remove_documents(  # noqa: PLR0917 - what goes, by which rule, and when
    connection: Connection, case_id: str, by: Kept, rule: Rule, today: date, now: datetime
) -> Gone:
    """Let go the documents of a case that no other case needs, and return under which names each lies.

    Their bytes are removed after the commit.
    """
    named = sa.select(case_materials.c.sha256).where(case_materials.c.case_id == case_id)
    there = sa.select(materials.c.sha256).where(materials.c.sha256.in_(named)).distinct()
    gone = [
        sha256
        for sha256 in connection.execute(there.order_by(materials.c.sha256)).scalars().all()
        if not _is_kept(connection, sha256, rule, today)
    ]
    return _let_go(connection, gone, by, now)


def remove_loose(connection: Connection, before: datetime, by: Kept, now: datetime) -> Gone:
    """Let go documents that were handed in before a moment, and that neither a case nor a draft names."""
    named = sa.select(case_materials.c.sha256)
    latest = sa.select(materials.c.sha256).where(materials.c.sha256.not_in(named))
    latest = latest.group_by(materials.c.sha256).having(sa.func.max(materials.c.created_at) < before)
    gone = [
        sha256
        for sha256 in connection.execute(latest.order_by(materials.c.sha256)).scalars().all()
        if not _is_drafted(connection, sha256)
    ]
    return _let_go(connection, gone, by, now)


def removed_since(connection: Connection, moment: datetime) -> tuple[str, ...]:
    """Return under which names documents lay that were let go since then, and are not there anew."""
    there = sa.select(materials.c.sha256)
    query = sa.select(document_removals.c.sha256).where(
        document_removals.c.removed_at >= moment, document_removals.c.sha256.not_in(there)
    )
    return document_keys.names_in_store(connection, connection.execute(query).scalars().all())


def forget_reading(connection: Connection, case_id: str) -> int:
    """Forget when messages of a case were read and why sending failed; return of how many."""
    query = sa.update(obligations).where(obligations.c.case_id == case_id, _NOTED)
    read = sa.case((obligations.c.read_at.is_not(None), obligations.c.created_at), else_=None)
    return connection.execute(query.values(failure=None, read_at=read)).rowcount


def forget_drafts(connection: Connection, before: datetime) -> int:
    """Forget drafts that nobody changed since a moment."""
    return connection.execute(sa.delete(drafts).where(drafts.c.changed_at < before)).rowcount


_NOTED = sa.or_(obligations.c.failure.is_not(None), obligations.c.read_at > obligations.c.created_at)
_LEFT: Mapping[Thing, sa.ColumnElement[bool]] = {
    "person": sa.true(),
    "documents": sa.exists().where(
        case_materials.c.case_id == cases.c.id, materials.c.sha256 == case_materials.c.sha256
    ),
    "notices": sa.exists().where(obligations.c.case_id == cases.c.id, _NOTED),
}
"""Whether there is anything left of a kind of thing."""


def _is_kept(connection: Connection, sha256: str, rule: Rule, today: date) -> bool:
    """Whether a rule keeps a document for any of the cases that name it."""
    query = sa.select(cases.c.process, cases.c.outcome, cases.c.closed_on, cases.c.status).join(
        case_materials, case_materials.c.case_id == cases.c.id
    )
    for row in connection.execute(query.where(case_materials.c.sha256 == sha256)):
        closed_on = row.closed_on if row.status == "closed" else None
        kept = rule(Ended(process=row.process, outcome=row.outcome, closed_on=closed_on))
        if kept is None or kept.until is None or kept.until > today:
            return True
    return False


def _is_drafted(connection: Connection, sha256: str) -> bool:
    ids = connection.execute(sa.select(materials.c.id).where(materials.c.sha256 == sha256)).scalars().all()
    said = sa.or_(*(drafts.c.content.contains(f'"{one}"', autoescape=True) for one in ids))
    return connection.execute(sa.select(drafts.c.id).where(said).limit(1)).first() is not None


def _let_go(connection: Connection, gone: list[str], by: Kept, now: datetime) -> Gone:
    names = {one: document_keys.names_in_store(connection, (one,)) for one in gone}
    for some in in_batches(gone, _AT_ONCE):
        document_keys.destroy_of(connection, some)
        connection.execute(sa.delete(materials).where(materials.c.sha256.in_(some)))
        connection.execute(sa.delete(document_removals).where(document_removals.c.sha256.in_(some)))
        rows = [{"sha256": one, "rule": by.rule, "basis": by.basis, "removed_at": now} for one in some]
        connection.execute(sa.insert(document_removals), rows)
    return names
