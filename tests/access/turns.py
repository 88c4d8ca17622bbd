"""On which of the two databases a question of the table is asked: each on one of them, by turns.

What is decided about a caller is decided alike on both, and what could differ is how either database answers
what is looked up and written for it. So every answer there is to a row is asked for on both: half of the
callers who are given it ask on either, and who is given it alone asks on both. `make thorough` has everybody
ask everything on both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from tests.access.table import Caller
from tests.thorough import THOROUGH

KINDS = ("sqlite", "postgresql")


def callers_on(kind: str, number: int, answers: Mapping[Caller, int]) -> list[Caller]:
    """Return who asks a row on a database: the row has a number, so that each caller has turns on both."""
    if THOROUGH:
        return [*answers]
    given = defaultdict(list)
    for caller, status in answers.items():
        given[status].append(caller)
    turn = number + KINDS.index(kind)
    asking = {caller for some in given.values() for caller in (some[turn % 2 :: 2] if some[1:] else some)}
    return [caller for caller in answers if caller in asking]


def check_turns(rows: Collection[Mapping[Caller, int]]) -> None:
    """Assert that nothing is left out, and that no row, answer or caller is asked on one database alone."""
    asked = {
        kind: [callers_on(kind, number, answers) for number, answers in enumerate(rows)] for kind in KINDS
    }
    for number, answers in enumerate(rows):
        here, there = (set(asked[kind][number]) for kind in KINDS)
        assert here | there == set(answers)
        for status in answers.values():
            given = {caller for caller in answers if answers[caller] == status}
            for some in (here & given, there & given):
                assert len(some) >= (len(given) if THOROUGH or len(given) == 1 else len(given) // 2)
    for kind in KINDS:
        for caller in {caller for answers in rows for caller in answers}:
            least = 1 if THOROUGH else 0.4
            assert sum(caller in some for some in asked[kind]) >= least * len(rows), (kind, caller)
