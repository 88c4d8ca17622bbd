"""Who is related to whom, from a day to a last day. No word about it is changed: an end is a further one.

`relations`, which acts and rosters ask, is made from the last word about each, in both directions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from domain.circumstances import Relative
from domain.values import Kinship, seen_from_the_other
from records import words
from records.held_units import held_on
from records.problems import AlreadyThere, NotFound, check_order
from records.tables import case_recusals, cases, relation_entries, relations
from records.unit_changes import Said


@dataclass(frozen=True, slots=True)
class Relation:
    """A word about how two people are related."""

    id: str
    number: int
    """From 1; the last one counts."""
    person: str
    relative: str
    kind: Kinship
    """What the relative is to the person."""
    from_on: date
    to_on: date | None
    """The last day; before the first where they never were."""
    source: str
    reason: str | None
    recorded_at: datetime
    recorded_by: str


def add_relation(  # noqa: PLR0917 - what a relation is, and who says so
    connection: Connection,
    person: str,
    relative: str,
    kind: Kinship,
    from_on: date,
    to_on: date | None,
    source: str,
    said: Said,
) -> Relation:
    """Write down that two people are related.

    Raises OutOfOrder, and AlreadyThere where they are on record as this to each other in that time, by the
    same person.
    """
    check_order(from_on, to_on)
    same = sa.and_(
        relations.c.person_id == person,
        relations.c.relative_id == relative,
        relations.c.kind == kind,
        relations.c.stated_by == said.by,
        related_since(from_on),
        sa.true() if to_on is None else relations.c.from_on <= to_on,
    )
    if connection.execute(sa.select(relations.c.relation_id).where(same)).first() is not None:
        raise AlreadyThere("they are on record as related already")
    made = uuid4().hex
    both = (
        {"person_id": person, "relative_id": relative, "kind": kind},
        {"person_id": relative, "relative_id": person, "kind": seen_from_the_other(kind)},
    )
    days = {"from_on": from_on, "to_on": to_on}
    connection.execute(
        sa.insert(relations),
        [{"relation_id": made, "stated_by": said.by, **days, **one} for one in both],
    )
    _say(connection, made, 1, {**both[0], **days, "source": source}, said)
    return words_about(connection, person, made)[-1]


def end_relation(connection: Connection, person: str, relation_id: str, last: date, said: Said) -> Relation:
    """Say since when two people are related no more; a last day before the first: they never were.

    Raises NotFound for a relation of others, or of nobody.
    """
    before = words_about(connection, person, relation_id)[-1]
    query = sa.update(relations).where(relations.c.relation_id == relation_id)
    connection.execute(query.values(to_on=last))
    kept = {
        "person_id": before.person,
        "relative_id": before.relative,
        "kind": before.kind,
        "from_on": before.from_on,
        "to_on": last,
        "source": before.source,
    }
    _say(connection, relation_id, before.number + 1, kept, said)
    return words_about(connection, person, relation_id)[-1]


def words_about(connection: Connection, person: str, relation_id: str | None = None) -> tuple[Relation, ...]:
    """Return every word about somebody's relations, by relation and in order.

    Raises NotFound for a relation that is not his.
    """
    concerns = sa.or_(relation_entries.c.person_id == person, relation_entries.c.relative_id == person)
    query = sa.select(relation_entries).where(concerns)
    if relation_id is not None:
        query = query.where(relation_entries.c.relation_id == relation_id)
    order = (relation_entries.c.relation_id, relation_entries.c.number)
    rows = connection.execute(query.order_by(*order)).all()
    kept = [((row.person_id, row.relative_id), text) for row in rows for text in (row.source, row.reason)]
    said = iter(words.opened(connection, kept))
    found = tuple(_relation(row, next(said) or "", next(said)) for row in rows)
    if relation_id is not None and not found:
        raise NotFound("no such relation")
    return found


def relatives_in(rows: list[tuple[Any, ...]]) -> tuple[Relative, ...]:
    """Return rows of somebody, what he is to a person, and who had it recorded."""
    return tuple(
        Relative.model_construct(person=person, kind=kind, stated_by=by) for person, kind, by in rows
    )


def relatives_on(connection: Connection, person: str, day: date) -> tuple[Relative, ...]:
    """Return those who were relatives of somebody on a day."""
    query = _RELATIVES.where(relations.c.person_id == person, held_on(relations, day))
    return relatives_in([tuple(row) for row in connection.execute(query)])


def relatives_of(
    connection: Connection, people: Sequence[str], day: date
) -> Mapping[str, tuple[Relative, ...]]:
    """Return the relatives of some people on a day, by whose they are."""
    query = _RELATIVES.add_columns(relations.c.person_id)
    query = query.where(relations.c.person_id.in_(sorted(set(people))), held_on(relations, day))
    found: dict[str, list[tuple[Any, ...]]] = {}
    for relative, kind, by, person in connection.execute(query) if people else ():
        found.setdefault(person, []).append((relative, kind, by))
    return {person: relatives_in(rows) for person, rows in found.items()}


def relatives_since(connection: Connection, person: str, first: date) -> tuple[Relative, ...]:
    """Return those who were relatives of somebody on any day from `first` on."""
    query = _RELATIVES.where(relations.c.person_id == person, related_since(first))
    return relatives_in([tuple(row) for row in connection.execute(query)])


def cases_kept_out_of(connection: Connection, person: str, case_id: str | None = None) -> tuple[str, ...]:
    """Return the cases somebody may have to keep out of: about relatives, or where a conflict was declared.

    Of relatives at any time in the case; `case_id` asks of one case.
    """
    asked = {"person": person} if case_id is None else {"person": person, "one": case_id}
    return tuple(connection.execute(_kept_out_of(of_one=case_id is not None), asked).scalars())


def may_keep_out(person: str | sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Return the same as a condition on a row of `cases`, for few rows, each of which is looked up."""
    relative = sa.and_(
        relations.c.person_id == cases.c.subject_id,
        relations.c.relative_id == person,
        related_since(cases.c.opened_on),
    )
    declared = sa.and_(case_recusals.c.case_id == cases.c.id, case_recusals.c.person_id == person)
    return sa.or_(sa.exists(sa.select(1).where(relative)), sa.exists(sa.select(1).where(declared)))


@cache
def _kept_out_of(*, of_one: bool) -> sa.CompoundSelect[Any]:
    """Select the cases a `person` may have to keep out of, or `one` of them: asked with every page."""
    person, one = sa.bindparam("person", type_=sa.String()), sa.bindparam("one", type_=sa.String())
    of_relatives = (
        sa.select(cases.c.id)
        .join(relations, relations.c.person_id == cases.c.subject_id)
        .where(relations.c.relative_id == person, related_since(cases.c.opened_on))
    )
    declared = sa.select(case_recusals.c.case_id).where(case_recusals.c.person_id == person)
    if of_one:
        of_relatives = of_relatives.where(cases.c.id == one)
        declared = declared.where(case_recusals.c.case_id == one)
    return sa.union(of_relatives, declared)


def related_since(first: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a day, or a column with one
    """Return the condition on a row of `relations` that it was so on some day from `first` on."""
    never = sa.func.coalesce(relations.c.to_on < relations.c.from_on, sa.false())
    return sa.and_(sa.not_(never), sa.or_(relations.c.to_on.is_(None), relations.c.to_on >= first))


def _say(
    connection: Connection, relation_id: str, number: int, what: Mapping[str, object], said: Said
) -> None:
    both = (str(what["person_id"]), str(what["relative_id"]))
    who = {
        "source": words.sealed(connection, both, str(what["source"]), said.at),
        "reason": words.sealed(connection, both, said.reason, said.at),
        "recorded_at": said.at,
        "recorded_by": said.by,
    }
    connection.execute(
        sa.insert(relation_entries).values({"relation_id": relation_id, "number": number, **what, **who})
    )


def _relation(row: Row[Any], source: str, reason: str | None) -> Relation:
    return Relation(
        row.relation_id,
        row.number,
        row.person_id,
        row.relative_id,
        row.kind,
        row.from_on,
        row.to_on,
        source,
        reason,
        row.recorded_at,
        row.recorded_by,
    )


_RELATIVES = sa.select(relations.c.relative_id, relations.c.kind, relations.c.stated_by)
