"""Reads the histories of cases and counts them, some at a time; of many several processes count parts.

A process that counts opens the record itself, and hands back counts and no text.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection

from domain.patterns.counting import Beside, Counts
from domain.patterns.facts import Line, Post, Shape
from domain.patterns.merging import merge
from domain.patterns.thresholds import Limits
from domain.personal import together
from records import histories
from records.database import Database
from records.histories import History
from services.parts import Parts
from services.person_keys import PersonKeys, keys_of
from services.sealing import SealingPlace

T = TypeVar("T")

_AT_ONCE: Final = 400
"""Cases that are read at a time."""
_PROCESSES: Final = 4
"""At most; there are no more than the machine has processors."""

Progress = Callable[[str, int, int], None]
"""Told what is looked at, how many are done, and of how many."""
Opener = Callable[[str, str, int, str], Mapping[str, Any] | None]


class Read(Protocol):
    """Runs work on one consistent moment of the record."""

    def __call__(self, work: Callable[[Connection], T], /) -> Awaitable[T]:
        """Return what the work returned."""
        ...


@dataclass(frozen=True)
class Source:
    """A record as another process opens it. Never to be printed: there may be a key in it."""

    address: str
    sealing: SealingPlace
    part: int = 2_000
    """Cases that a process counts at a time. Of fewer than two parts none is begun: it takes a second."""


@dataclass
class Looked:
    """How much was read."""

    lines: int = 0
    unread: int = 0
    """Events whose free text cannot be opened any more."""


@dataclass(frozen=True)
class Counting:
    """What is counted, and by what; may be handed to another process."""

    shapes: Mapping[str, Shape]
    posts: Mapping[str, Post]
    figures: Limits
    today: int
    since: int
    beside: Beside
    within: str | None
    """A unit with all below it; None: everything."""
    ahead: int
    """Seconds by which the organisation's clock is ahead of UTC."""

    def counts(self) -> Counts:
        """Return counts in which nothing is counted yet."""
        return Counts(self.shapes, self.posts, self.figures, self.today, self.since, self.beside)


async def count(
    parts: Parts, counting: Counting, progress: Progress, source: Source | None = None
) -> tuple[Counts, Looked]:
    """Return what was counted, and how much was read for it."""
    whole = await parts.read(partial(histories.count_cases, within=counting.within))
    processes = min(_PROCESSES, os.cpu_count() or 1)
    if source is None or processes == 1 or whole < 2 * source.part:

        def told(done: int) -> None:
            progress("cases", done, whole)

        return await _count(parts.read, parts.keys, counting, ("", None), told)
    ends = await parts.read(partial(histories.part_ends, within=counting.within, size=source.part))
    counts, looked, done = counting.counts(), Looked(), 0
    with _pool(processes) as pool:
        bounds = zip(("", *ends), (*ends, None), strict=True)
        work = [pool.submit(count_part, source, counting, pair) for pair in bounds]
        # In their order: which cases are named as examples depends on nothing else.
        for one in work:
            some, read = await asyncio.wrap_future(one)
            await asyncio.to_thread(merge, counts, some)
            looked = Looked(looked.lines + read.lines, looked.unread + read.unread)
            done = min(whole, done + source.part)
            progress("cases", done, whole)
    return counts, looked


def count_part(source: Source, counting: Counting, bounds: tuple[str, str | None]) -> tuple[Counts, Looked]:
    """Count the cases whose ids lie behind one, up to another, in a process of its own."""
    return asyncio.run(_count_part(source, counting, bounds))


async def _count_part(
    source: Source, counting: Counting, bounds: tuple[str, str | None]
) -> tuple[Counts, Looked]:
    database = Database.open(source.address, check_schema=False)
    try:
        return await _count(database.read, keys_of(source.sealing), counting, bounds, lambda _: None)
    finally:
        await database.close()


async def _count(
    read: Read,
    keys: PersonKeys | None,
    counting: Counting,
    bounds: tuple[str, str | None],
    told: Callable[[int], None],
) -> tuple[Counts, Looked]:
    counts, looked, done = counting.counts(), Looked(), 0
    after: str | None = bounds[0]
    while after is not None:
        page = partial(_next, keys=keys, counting=counting, after=after, upto=bounds[1])
        some, after = await read(page)
        # In a thread of its own: who has to answer meanwhile is not kept waiting.
        await asyncio.to_thread(_add, counts, looked, some)
        done += len(some)
        told(done)
    return counts, looked


def _add(counts: Counts, looked: Looked, some: Sequence[tuple[History, int]]) -> None:
    for history, unread in some:
        counts.add(history.head, history.lines)
        looked.lines += len(history.lines)
        looked.unread += unread


def _next(
    connection: Connection, *, keys: PersonKeys | None, counting: Counting, after: str, upto: str | None
) -> tuple[list[tuple[History, int]], str | None]:
    """Return the next cases with what is personal put back, each with how many lines could not be opened."""
    found, following = histories.histories_after(
        connection, after, _AT_ONCE, counting.within, counting.ahead, upto
    )
    opened = opener(connection, keys, {one.subject for one in found if one.sealed})
    return [_whole(one, opened) for one in found], following


def opener(connection: Connection, keys: PersonKeys | None, people: Collection[str]) -> Opener:
    """Return what opens what is sealed of some people, None for what cannot be opened."""
    return (lambda *_: None) if keys is None else keys.opener(connection, people)


def _whole(history: History, opened: Opener) -> tuple[History, int]:
    if not history.sealed:
        return history, 0
    unread, lines = 0, list[Line]()
    for line in history.lines:
        sealed = history.sealed.get(line.seq)
        if sealed is None:
            lines.append(line)
            continue
        told = opened(history.subject, history.head.id, line.seq, sealed)
        unread += told is None
        lines.append(line._replace(data=together(line.data, told or {})))
    return history._replace(lines=lines, sealed={}), unread


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Open processes that share nothing with this one, and end them whatever happens."""
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
