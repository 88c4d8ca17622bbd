"""Asks: how long lists take, in milliseconds, one request at a time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bench.growth.questions import Question
from services.parts import Parts

Times = Mapping[tuple[str, str], Sequence[float]]
"""Milliseconds of each request, by kind and name."""


async def ask_all(
    parts: Parts, rounds: Iterable[Iterable[Question]], spent: list[float] | None = None
) -> Times:
    """Ask every question of every round, each page of each as one request, its answer written as JSON.

    `spent` takes the milliseconds of processor time that each request took of this process.
    """
    found: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for questions in rounds:
        for question in questions:
            cursor = None
            for page in range(1, question.pages + 1):
                began, worked = time.perf_counter(), time.process_time()
                answer = await question.ask(parts, cursor)
                answer.model_dump_json(by_alias=True)
                lasted = 1000 * (time.perf_counter() - began)
                if spent is not None:
                    spent.append(1000 * (time.process_time() - worked))
                found[question.kind, question.name if page == 1 else f"{question.name}, p. {page}"].append(
                    lasted
                )
                cursor = getattr(answer, "next", None)
                if cursor is None:
                    break
    return found


def p99(times: Iterable[float]) -> float:
    """Return the time that one request in a hundred is above."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
