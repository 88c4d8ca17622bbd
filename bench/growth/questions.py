"""Questions: everything people list, as they ask it through the services, answers written as JSON."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy import Connection

from bench.growth import seeding
from bench.growth.seeding import made_name
from records.tables import cases, posts, units
from services import cases as case_lists
from services import findings, notifications, organisation, tasks
from services import posts as post_book
from services.cases import CaseFilter
from services.findings import FindingFilter
from services.parts import Caller, Parts

Ask = Callable[[Parts, str | None], Awaitable[BaseModel]]
"""A request, and the cursor of the page that is wanted."""


@dataclass(frozen=True)
class Question:
    """One request for a list."""

    kind: str
    """What it is reported under."""
    name: str
    ask: Ask
    pages: int = 1


@dataclass(frozen=True)
class World:
    """Who can ask, and what there is to ask about."""

    viewers: dict[str, tuple[str, ...]]
    """People by how much they see."""
    cases: tuple[str, ...]
    committees: tuple[str, ...]
    departments: tuple[str, ...]
    subjects: tuple[str, ...]


def look_around(connection: Connection) -> World:
    """Return what a seeded record holds, some of each."""

    def holders(role: str, kind: str, limit: int = 40) -> tuple[str, ...]:
        query = (
            sa.select(posts.c.person_id)
            .join(units, units.c.id == posts.c.unit_id)
            .where(posts.c.role == role, units.c.kind == kind, units.c.id != seeding.ROOT)
        )
        return tuple(connection.execute(query.order_by(posts.c.id).limit(limit)).scalars())

    def places(kind: str) -> tuple[str, ...]:
        query = sa.select(units.c.id).where(units.c.kind == kind, units.c.id != seeding.ROOT)
        return tuple(connection.execute(query.order_by(units.c.id).limit(40)).scalars())

    some = connection.execute(sa.select(cases.c.id, cases.c.subject_id).order_by(cases.c.id).limit(400)).all()
    return World(
        viewers={
            "everything": (seeding.OVERSEER,),
            "half": (seeding.HALF,),
            "department": (*holders("officer", "department"), seeding.SUBSTITUTE),
            "committee": holders("secretary", "base-committee"),
            "branch": holders("secretary", "branch"),
        },
        cases=tuple(row.id for row in some),
        committees=places("base-committee"),
        departments=places("department"),
        subjects=tuple(row.subject_id for row in some),
    )


def questions(world: World, seed: int) -> Iterator[Question]:
    """Return a round of questions: each once, about chosen people, units and cases."""
    chance = random.Random(seed)
    for size, people_there in world.viewers.items():
        who = Caller(chance.choice(people_there))
        yield from _inbox(who, size)
        yield from _cases(who, size, world, chance)
        yield from _organisation(who, size, world, chance)
        yield from _findings(who, size, world, chance)
    subject = Caller(chance.choice(world.subjects))
    yield from _inbox(subject, "subject")
    yield _list(subject, "subject", "all", CaseFilter())
    every = Caller(seeding.OVERSEER)
    yield Question("history", "history", _history(every, chance.choice(world.cases)))
    yield Question("case", "case", _case(every, chance.choice(world.cases)))


def _inbox(who: Caller, size: str) -> Iterator[Question]:
    yield Question("inbox", f"{size}: tasks", lambda parts, at: tasks.inbox(parts, who, cursor=at), pages=3)
    yield Question("inbox", f"{size}: count", lambda parts, _at: tasks.count(parts, who))
    for unread in (False, True):
        yield Question(
            "messages",
            f"{size}: {'unread' if unread else 'all'}",
            _messages(who, unread=unread),
            pages=2,
        )


def _cases(who: Caller, size: str, world: World, chance: random.Random) -> Iterator[Question]:
    named = made_name(chance)
    narrowed = {
        "all": CaseFilter(),
        "open": CaseFilter(status="open"),
        "closed": CaseFilter(status="closed"),
        "suspended": CaseFilter(status="suspended"),
        "stage": CaseFilter(stage=chance.choice(("application", "cultivation", "reception", "probation"))),
        "stage of the closed": CaseFilter(stage="archiving"),
        "standing": CaseFilter(standing=chance.choice(("applicant", "activist", "probationary-member"))),
        "process": CaseFilter(process="membership-development"),
        "another process": CaseFilter(process="debian-new-member"),
        "committee": CaseFilter(unit=chance.choice(world.committees)),
        "department": CaseFilter(unit=chance.choice(world.departments)),
        "subject": CaseFilter(subject=chance.choice(world.subjects)),
        "overdue": CaseFilter(overdue=True),
        "not overdue": CaseFilter(overdue=False),
        "overdue and open": CaseFilter(overdue=True, status="open"),
        "overdue in a stage": CaseFilter(overdue=True, stage=chance.choice(("application", "reception"))),
        "overdue and closed": CaseFilter(overdue=True, status="closed"),
        "everything asked": CaseFilter(
            overdue=True, status="open", stage="reception", process="membership-development"
        ),
    }
    for name, wanted in narrowed.items():
        yield _list(who, size, name, wanted)
    for name, text in _texts(named):
        yield _list(who, size, name, CaseFilter(text=text), kind="search")
    yield _list(who, size, "name and overdue", CaseFilter(text=named[:2], overdue=True), kind="search")


def _texts(named: str) -> Iterable[tuple[str, str]]:
    return (
        ("one character", named[:1]),
        ("two characters", named[:2]),
        ("whole name", named),
        ("nobody's name", "龘龘"),
    )


def _organisation(who: Caller, size: str, world: World, chance: random.Random) -> Iterator[Question]:
    for name, text in (("all", None), *_texts(made_name(chance))):
        yield Question("people", f"{size}: {name}", _people(who, text=text), pages=2)
    unit = chance.choice(world.committees)
    yield Question("people", f"{size}: of a committee", _people(who, unit=unit))
    yield Question("posts", f"{size}: all", _posts(who), pages=2)
    yield Question("posts", f"{size}: of a unit", _posts(who, unit=unit))
    yield Question(
        "posts", f"{size}: lent", lambda parts, at: post_book.list_delegations(parts, who, cursor=at)
    )
    yield Question("posts", f"{size}: units", lambda parts, at: organisation.list_units(parts, cursor=at))


def _findings(who: Caller, size: str, world: World, chance: random.Random) -> Iterator[Question]:
    for name, narrowed in (
        ("all", FindingFilter()),
        ("of a committee", FindingFilter(unit=chance.choice(world.committees))),
        ("open", FindingFilter(state="raised")),
    ):
        yield Question("findings", f"{size}: {name}", _found(who, narrowed))


def _list(who: Caller, size: str, name: str, wanted: CaseFilter, kind: str = "cases") -> Question:
    def ask(parts: Parts, cursor: str | None) -> Awaitable[BaseModel]:
        return case_lists.listed(parts, who, wanted, cursor=cursor)

    return Question(kind, f"{size}: {name}", ask, pages=3)


def _people(who: Caller, *, text: str | None = None, unit: str | None = None) -> Ask:
    return lambda parts, at: organisation.list_people(parts, who, text=text, unit=unit, cursor=at)


def _posts(who: Caller, *, unit: str | None = None) -> Ask:
    return lambda parts, at: post_book.list_posts(parts, who, unit=unit, cursor=at)


def _messages(who: Caller, *, unread: bool) -> Ask:
    return lambda parts, at: notifications.listed(parts, who, unread=unread, cursor=at)


def _found(who: Caller, narrowed: FindingFilter) -> Ask:
    return lambda parts, at: findings.listed(parts, who, narrowed, cursor=at, limit=30)


def _history(who: Caller, case: str) -> Ask:
    return lambda parts, at: case_lists.history(parts, who, case, cursor=at)


def _case(who: Caller, case: str) -> Ask:
    return lambda parts, _at: case_lists.shown(parts, who, case)
