"""The board: where the cases a caller sees stand, by stage, and which of them are late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from domain.values import Language
from records import boards, cursors
from records.boards import BoardCase, BoardFilter, StageCount
from records.cursors import filled
from records.scope import Scope
from services.parts import Caller, Parts
from services.scoping import scope_of
from services.views import Named, Page

__all__ = [
    "Board",
    "BoardFilter",
    "Card",
    "Column",
    "ProcessCount",
    "by_due",
    "due_first",
    "shown",
    "stage_titles",
    "titles_of",
]


@dataclass(frozen=True)
class Card:
    """One case on the board."""

    id: str
    subject: Named
    unit: Named
    standing: str
    stage: str
    is_suspended: bool
    due_on: date | None
    overdue: bool


@dataclass(frozen=True)
class Column:
    """One stage: how many cases are in it, and the first of them."""

    stage: str
    title: str
    all: int
    overdue: int
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class ProcessCount:
    """One process of which the caller sees cases that are under way."""

    id: str
    title: str
    all: int
    overdue: int


@dataclass(frozen=True)
class Board:
    """The cases under way of one process, by stage, beside how many there are of each other process."""

    process: str | None
    """None where nothing is under way."""
    processes: tuple[ProcessCount, ...]
    columns: tuple[Column, ...]
    late: tuple[Card, ...]
    """The first of what is overdue, longest overdue first."""


async def shown(
    parts: Parts, caller: Caller, *, process: str | None = None, unit: str | None = None, limit: int = 20
) -> Board:
    """Return the board of a process, or the one of which most is under way: `limit` of each stage."""

    def work(connection: Connection) -> Board:
        scope = scope_of(connection, caller, parts.today())
        counts = boards.count_stages(connection, scope, unit)
        processes = _processes(parts, counts, caller.language)
        chosen = process if process in {one.id for one in processes} else None
        if chosen is None:
            if process is not None or not processes:
                return Board(None, processes, (), ())
            chosen = max(processes, key=lambda one: one.all).id
        first: Sequence[BoardCase]
        if scope.is_everything_in(connection, unit):
            stages = [count.stage for count in counts if count.process == chosen]
            first = boards.first_of_all(connection, chosen, stages, scope.today, limit=limit)
        else:
            first = boards.first_of_stages(connection, scope, chosen, unit, limit=limit)
        late = [case for case in first if case.overdue][:limit]
        columns = _columns(parts, chosen, counts, first, caller.language)
        return Board(chosen, processes, columns, _cards(parts, late, caller.language))

    return await parts.read(work)


async def by_due(
    parts: Parts, caller: Caller, narrowed: BoardFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[Card]:
    """Return cases under way, what is due soonest first. Raises InvalidInput."""

    def work(connection: Connection) -> Page[Card]:
        scope = scope_of(connection, caller, parts.today())
        return due_first(connection, parts, caller.language, scope, narrowed, cursor=cursor, limit=limit)

    return await parts.read(work)


def due_first(
    connection: Connection,
    parts: Parts,
    language: Language,
    scope: Scope,
    narrowed: BoardFilter,
    *,
    cursor: str | None = None,
    limit: int,
) -> Page[Card]:
    """Return the same of a scope that is known."""

    def page_of(after: str | None, some: int) -> cursors.Page[BoardCase]:
        return boards.list_by_due(connection, scope, narrowed, cursor=after, limit=some)

    page = filled(page_of, lambda one: parts.library.publishes(one.digest), cursor, limit)
    return Page(items=_cards(parts, page.items, language), next=page.next)


def titles_of(parts: Parts, language: Language, process: str, stage: str) -> tuple[str, ...]:
    """Return what a process and one of its stages are called; nothing for what is none."""
    if process not in parts.library.processes:
        return ()
    title = parts.library.family(process)[-1].title.in_language(language)
    stages = stage_titles(parts, process, language)
    return (title, stages[stage]) if stage in stages else (title,)


def stage_titles(parts: Parts, process: str, language: Language) -> dict[str, str]:
    """Return the stages of a process in order, those of the latest version first, then what there was."""
    titles: dict[str, str] = {}
    for edition in reversed(parts.library.family(process)):
        for stage in edition.stages:
            titles.setdefault(stage.id, stage.title.in_language(language))
    return titles


def _processes(parts: Parts, counts: Sequence[StageCount], language: Language) -> tuple[ProcessCount, ...]:
    found: dict[str, list[StageCount]] = {}
    for count in counts:
        if count.process in parts.library.processes:
            found.setdefault(count.process, []).append(count)
    return tuple(
        ProcessCount(
            id=name,
            title=parts.library.family(name)[-1].title.in_language(language),
            all=sum(count.all for count in inside),
            overdue=sum(count.overdue for count in inside),
        )
        for name, inside in found.items()
    )


def _columns(
    parts: Parts, process: str, counts: Sequence[StageCount], first: Sequence[BoardCase], language: Language
) -> tuple[Column, ...]:
    known = {count.stage: count for count in counts if count.process == process}
    latest = {stage.id for stage in parts.library.family(process)[-1].stages}
    return tuple(
        Column(
            stage=stage,
            title=title,
            all=known[stage].all if stage in known else 0,
            overdue=known[stage].overdue if stage in known else 0,
            cards=_cards(parts, [one for one in first if one.stage == stage], language),
        )
        for stage, title in stage_titles(parts, process, language).items()
        if stage in known or stage in latest
    )


def _cards(parts: Parts, found: Sequence[BoardCase], language: Language) -> tuple[Card, ...]:
    """Return the cards of cases, without those whose definition is not published here."""
    return tuple(_card(parts, one, language) for one in found if parts.library.publishes(one.digest))


def _card(parts: Parts, found: BoardCase, language: Language) -> Card:
    process = parts.library.by_digest(found.digest)
    standing = process.standings.get(found.standing)
    return Card(
        id=found.id,
        subject=Named(id=found.subject, name=found.subject_name),
        unit=Named(id=found.unit, name=found.unit_name),
        standing=found.standing if standing is None else standing.in_language(language),
        stage=process.stage(found.stage).title.in_language(language),
        is_suspended=found.status == "suspended",
        due_on=found.due_on,
        overdue=found.overdue,
    )
