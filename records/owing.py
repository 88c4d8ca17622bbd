"""Owes people their notifications: each duty to inform becomes a row for each person it concerns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.case import Case
from domain.circumstances import Relative
from domain.obligations import Obligation, kept_from
from domain.process import Process
from records.columns import Day
from records.dialects import put_new
from records.held_units import held_now, held_on
from records.lending import LIMITS, lent_for
from records.prepared import Prepared, Sent
from records.relations import relatives_in
from records.tables import delegations, obligations, people, posts, relations
from records.telling_ahead import TOLD, AskedAhead, Like, people_in, posts_in

IN_APP = "in-app"
"""The channel of what is delivered by standing in its receiver's own list."""

_DOMAIN = "accede"


@dataclass(frozen=True, slots=True)
class Holders:
    """Those who may have to be told of something."""

    by_post: Mapping[tuple[str | None, str | None], Mapping[str | None, str | None]]
    """Those who are told for each post, by unit and role, with whose substitute each is; for oneself goes
    first."""
    relatives: tuple[Relative, ...]
    """Of the subject, who may have to keep out."""
    without_address: frozenset[str] = frozenset()
    """Those of whom it is known that no mail reaches them."""

    def told(self, process: Process, case: Case, owed: Obligation) -> Mapping[str | None, str | None]:
        """Return who is told of a duty, with whose substitute each is; nobody who keeps out of it."""
        if owed.assignee.people:
            asked: Mapping[str | None, str | None] = dict.fromkeys(owed.assignee.people)
        else:
            asked = self.by_post.get((owed.assignee.unit, owed.assignee.role)) or {}
        out = kept_from(process, case, owed, self.relatives) if asked else frozenset()
        return {person: owner for person, owner in asked.items() if out.isdisjoint((person, owner))}


def owe(  # noqa: PLR0917 - what is owed, in which case, and when
    connection: Connection,
    process: Process,
    case: Case,
    owed: Sequence[Obligation],
    now: datetime,
    today: date,
) -> None:
    """Write down what is owed; what was written down before stays as it is."""
    rows = owed_rows(process, case, owed, ask_for_holders(connection, case, owed, today), now)
    put_owed(connection, rows)


def ask_for_holders(
    connection: Connection,
    case: Case,
    owed: Sequence[Obligation],
    today: date,
    ahead: AskedAhead | None = None,
) -> Sent | None:
    """Ask who holds the posts that are owed something today, if any are, and for the subject's relatives.

    Nothing is asked where what was asked `ahead` is enough.
    """
    asked = posts_in(owed)
    if ahead is not None:
        TOLD.note(ahead.like, asked.values())
        if asked and (sent := ahead.answer(case, asked, today)) is not None:
            return sent
    return _ask_for_holders(connection, case, asked, today, people_in(owed))


def ask_ahead(connection: Connection, case: Case, like: Like, today: date) -> AskedAhead:
    """Ask by the posts that an act like that told before, if any; `ask_for_holders` takes the answer."""
    posts = TOLD.posts(like, case)
    sent = _ask_for_holders(connection, case, posts, today)
    return AskedAhead(like, posts, case.subject, today, sent)


def owed_rows(
    process: Process, case: Case, owed: Sequence[Obligation], asked: Sent | None, now: datetime
) -> list[dict[str, Any]]:
    """Return a row for each person that each duty concerns. `asked` is what `ask_for_holders` asked for.

    A post stands for those who hold it today and for substitutes to whom it is lent for this case; not for
    the person concerned, nor for whoever acts for him, nor for whoever keeps out of what it is about. A post
    that nobody holds leaves a row without a person, so that the gap can be seen. Whom no mail reaches has
    it in his list at once, which is all there is to deliver.
    """
    holders = _holders(case, asked)
    rows = []
    for one in owed:
        told = holders.told(process, case, one) or {None: None}
        for person, owner in told.items():
            row = obligation_row(obligation_id(case.id, one, person), case.id, one, person, owner, now)
            rows.append(row | _shown(now) if person in holders.without_address else row)
    return rows


def shown_by_itself(row: Mapping[str, Any]) -> bool:
    """Whether a row of `owed_rows` is delivered by being there."""
    return bool(row["channel"] == IN_APP)


def put_owed(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write down what is owed, as `owed_rows` says; what was written down before stays as it is."""
    put_new(connection, obligations, _GIVEN).send_many(connection, rows)


def obligation_id(case_id: str, owed: Obligation, person: str | None) -> str:
    """Return the id of one duty to one person: the same whenever it is made again."""
    parts = "\n".join((case_id, owed.kind, str(owed.seq), owed.assignee.actor, person or ""))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def obligation_row(  # noqa: PLR0917 - what is owed to whom
    made: str, case_id: str, owed: Obligation, person: str | None, owner: str | None, now: datetime
) -> dict[str, Any]:
    """Return the row of a duty to one person, under the id that was made for it."""
    return {
        "id": made,
        "case_id": case_id,
        "seq": owed.seq,
        "kind": owed.kind,
        "step": owed.step,
        "round": owed.round,
        "outcome": owed.outcome,
        "due_on": owed.due_on,
        "actor": owed.assignee.actor,
        "person_id": person,
        "on_behalf_of": owner,
        "created_at": now,
        "status": "nobody" if person is None else "waiting",
        "attempts": 0,
        "next_attempt_at": None if person is None else now,
        "message_id": f"{made}@{_DOMAIN}",
        "channel": None,
        "sent_at": None,
    }


def _shown(now: datetime) -> dict[str, Any]:
    """Return what differs in the row of what is delivered by being there."""
    return {"status": "sent", "attempts": 1, "next_attempt_at": None, "channel": IN_APP, "sent_at": now}


def holders_of(connection: Connection, case: Case, asked: Iterable[tuple[str, str]], today: date) -> Holders:
    """Return who holds some posts, each named by unit and role, and the relatives of the subject."""
    return _holders(case, _ask_for_holders(connection, case, asked, today))


def _ask_for_holders(
    connection: Connection,
    case: Case,
    asked: Iterable[tuple[str, str]],
    today: date,
    named: Iterable[str] = (),
) -> Sent | None:
    wanted = sorted(asked)
    others = sorted(set(named) - {case.subject})
    if not wanted and not named:
        return None
    given = {
        f"{name}_{n}": value for n, pair in enumerate(wanted) for name, value in zip(_PAIR, pair, strict=True)
    }
    given |= {f"named_{n}": person for n, person in enumerate(others)}
    about = {"today": today, "of_person": case.subject}
    return _holders_query(len(wanted), len(others)).send(connection, given | about)


def _holders(case: Case, asked: Sent | None) -> Holders:
    if asked is None:
        return Holders({}, ())
    found: dict[tuple[str | None, str | None], dict[str | None, str | None]] = {}
    every = asked.rows()
    relatives = [(person, kind, by) for unit, kind, person, by, *_ in every if unit is None and kind]
    rows = [row for row in every if row[0] is not None]
    for unit, role, person, owner, _, *limits in sorted(rows, key=lambda row: (row[2], row[3] or "")):
        narrowed = lent_for(*limits)
        covered = narrowed is None or narrowed.covers(case.process, case.stage, case.path)
        if covered and case.subject not in {person, owner}:
            found.setdefault((unit, role), {}).setdefault(person, owner)
    without = frozenset(person for _, _, person, _, is_without, *_ in every if is_without)
    return Holders(found, relatives_in(sorted(relatives)), without)


@lru_cache(maxsize=64)
def _holders_query(number: int, others: int) -> Prepared:
    """Return the query for those who hold so many posts today, each named by unit and role.

    Relatives come in no unit: what each is to the subject, who it is, and who had that recorded. The subject
    and so many `others`, who are told by name, come in no unit and as nothing. Of whoever may be told it says
    whether he is without an address.
    """
    today = sa.bindparam("today", type_=Day())
    subject = sa.bindparam("of_person", type_=sa.String())
    pairs = (
        sa.and_(posts.c.unit_id == sa.bindparam(f"unit_{n}"), posts.c.role == sa.bindparam(f"role_{n}"))
        for n in range(number)
    )
    nothing = [sa.null().label(column.name) for column in LIMITS]
    owner, unit = sa.null().label("owner"), sa.null().label("unit_id")
    is_without = (sa.func.coalesce(people.c.email, "") == "").label("is_without")
    parts = []
    if number:
        here = sa.and_(sa.or_(*pairs), held_now(posts, today))
        parts += [
            sa.select(posts.c.unit_id, posts.c.role, posts.c.person_id, owner, is_without, *nothing)
            .join(people, people.c.id == posts.c.person_id)
            .where(here),
            sa.select(
                posts.c.unit_id,
                posts.c.role,
                delegations.c.substitute_id,
                posts.c.person_id.label("owner"),
                is_without,
                *LIMITS,
            )
            .join(delegations, delegations.c.post_id == posts.c.id)
            .join(people, people.c.id == delegations.c.substitute_id)
            .where(here, held_now(delegations, today)),
        ]
    named = (subject, *(sa.bindparam(f"named_{n}", type_=sa.String()) for n in range(others)))
    parts += [
        sa.select(
            unit,
            relations.c.kind,
            relations.c.relative_id,
            relations.c.stated_by.label("owner"),
            sa.false().label("is_without"),
            *nothing,
        ).where(relations.c.person_id == subject, held_on(relations, today)),
        sa.select(unit, sa.null().label("kind"), people.c.id, owner, is_without, *nothing).where(
            people.c.id.in_(named)
        ),
    ]
    return Prepared(sa.union_all(*parts))


_PAIR = ("unit", "role")
_LATER = frozenset({"failure", "read_at"})
"""Columns that nothing is known of yet."""
_GIVEN = tuple(column.name for column in obligations.c if column.name not in _LATER)
