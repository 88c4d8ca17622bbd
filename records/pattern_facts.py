"""What patterns ask beside histories: documents of several people, relatives, plans, lives of findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.patterns.counting import Tally
from domain.patterns.facts import Population
from records.columns import Day
from records.finding_tables import finding_words, findings
from records.organisation_tables import unit_plans
from records.tables import case_materials, cases, posts, relations, standings, unit_closure


def shared_documents(connection: Connection) -> frozenset[str]:
    """Return the digests of documents that cases of several people name."""
    query = (
        sa.select(case_materials.c.sha256)
        .join(cases, cases.c.id == case_materials.c.case_id)
        .group_by(case_materials.c.sha256)
        .having(sa.func.count(sa.distinct(cases.c.subject_id)) > 1)
    )
    return frozenset(connection.execute(query).scalars())


def cases_of_kin(connection: Connection, today: date) -> frozenset[str]:
    """Return the cases about relatives of members of the unit, or of those with posts there or above.

    All of it while the case was open: a relation that ended before, or began afterwards, is none. Only what
    was reported is known.
    """
    ended = sa.func.coalesce(cases.c.closed_on, sa.literal(today, Day()))
    never = sa.func.coalesce(relations.c.to_on < relations.c.from_on, sa.false())
    kin = relations.join(cases, cases.c.subject_id == relations.c.person_id)

    def then(table: sa.Table) -> sa.ColumnElement[bool]:
        still = sa.or_(table.c.to_on.is_(None), table.c.to_on >= cases.c.opened_on)
        return sa.and_(table.c.from_on <= ended, still)

    by_post = (
        sa.select(cases.c.id)
        .select_from(
            kin.join(posts, posts.c.person_id == relations.c.relative_id).join(
                unit_closure,
                sa.and_(
                    unit_closure.c.unit_id == cases.c.unit_id, unit_closure.c.ancestor_id == posts.c.unit_id
                ),
            )
        )
        .where(sa.not_(never), then(relations), then(posts))
    )
    as_member = (
        sa.select(cases.c.id)
        .select_from(
            kin.join(
                standings,
                sa.and_(
                    standings.c.person_id == relations.c.relative_id, standings.c.unit_id == cases.c.unit_id
                ),
            )
        )
        .where(sa.not_(never), then(relations), then(standings))
    )
    return frozenset(connection.execute(sa.union(by_post, as_member)).scalars())


def lives_of_findings(
    connection: Connection, today: date, lasts: int
) -> tuple[dict[Population, Tally], dict[Population, Tally]]:
    """Return, by unit, findings that are older than so many days, and those that were said to be remedied.

    Hits are those nobody said a word of, and those that were found again afterwards.
    """
    remedied = _moments("remedied", first=True)
    back = _moments("found-again", first=False)
    spoken = sa.select(finding_words.c.finding_id).where(
        finding_words.c.kind.in_(("explained", "accepted", "remedied", "dismissed"))
    )
    query = (
        sa.select(
            cases.c.unit_id,
            cases.c.process,
            findings.c.case_id,
            findings.c.raised_at,
            findings.c.id.in_(spoken),
            remedied.c.at,
            back.c.at,
        )
        .join(cases, cases.c.id == findings.c.case_id)
        .outerjoin(remedied, remedied.c.finding_id == findings.c.id)
        .outerjoin(back, back.c.finding_id == findings.c.id)
        .order_by(findings.c.case_id, findings.c.id)
    )
    left: dict[Population, Tally] = {}
    returning: dict[Population, Tally] = {}
    for unit, process, case, raised_at, has_word, over, again in connection.execute(query):
        whose = Population(unit, process)
        if raised_at.date() <= today - timedelta(days=lasts):
            left.setdefault(whose, Tally()).count(case, hit=not has_word, telling=not has_word)
        if over is not None:
            is_back = again is not None and again > over
            returning.setdefault(whose, Tally()).count(case, hit=is_back, telling=is_back)
    return left, returning


def plans(connection: Connection) -> Mapping[tuple[Population, int], int]:
    """Return how many were to gain a standing, by unit and standing and year: the last word of each."""
    place = (unit_plans.c.unit_id, unit_plans.c.process, unit_plans.c.standing, unit_plans.c.year)
    query = sa.select(*place, unit_plans.c.planned).order_by(*place, unit_plans.c.number)
    return {
        (Population(unit, process, of=standing), year): planned
        for unit, process, standing, year, planned in connection.execute(query)
    }


def _moments(kind: str, *, first: bool) -> sa.Subquery:
    """Return the first or last moment at which a word of a kind was said, by finding."""
    said_at = sa.type_coerce(finding_words.c.said_at, sa.String)
    at = (sa.func.min(said_at) if first else sa.func.max(said_at)).label("at")
    query = sa.select(finding_words.c.finding_id, at).where(finding_words.c.kind == kind)
    return query.group_by(finding_words.c.finding_id).subquery()
