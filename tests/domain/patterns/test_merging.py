"""What was counted of parts, put together, is what is counted of the whole."""

from bench.patterns.organisation import TODAY, Organisation
from domain.patterns.catalogue import PATTERNS
from domain.patterns.counting import Counts
from domain.patterns.judging import judge
from domain.patterns.merging import merge
from domain.patterns.thresholds import limits
from tests.domain.patterns.looking import SHAPE

MADE = Organisation(7, 900, tuple(PATTERNS)[:6])


def counted(histories):
    counts = Counts({"digest": SHAPE}, MADE.posts, limits(), TODAY, beside=MADE.beside())
    for head, lines in histories:
        counts.add(head, lines)
    return counts


def test_parts_put_together_are_judged_as_the_whole():
    histories = list(MADE.histories())
    whole = counted(histories)
    together = counted([])
    for first in range(0, len(histories), 170):
        merge(together, counted(histories[first : first + 170]))
    assert together.cases == whole.cases == len(histories)
    assert together.copies.likely() == whole.copies.likely()
    assert together.tallies == whole.tallies
    assert judge(together, MADE.around(), {}) == judge(whole, MADE.around(), {})
    assert judge(whole, MADE.around(), {}).raised
