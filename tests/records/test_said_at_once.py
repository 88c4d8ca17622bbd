"""What several people say of a unit at the same moment is written down one after the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from records import plans, unit_overlays
from tests.builders import noon
from tests.records.organisations import ADMIN
from tests.records.walks import BEGIN

TIMES = 16


@pytest.mark.parametrize("what", ["a plan", "an overlay"])
def test_every_word_of_many_who_say_something_at_once_is_kept(begun, what):
    def say(number):
        at = noon(BEGIN) + timedelta(seconds=number)

        def work(connection):
            if what == "a plan":
                of = ("circle-1", BEGIN.year, "reading-circle", "reader")
                plans.say(connection, of, number, "because", ADMIN, at)
            else:
                unit_overlays.say(connection, "circle-1", "reading-circle", "", BEGIN, str(number), at)

        begun.write_now(work)

    with ThreadPoolExecutor(8) as several:
        list(several.map(say, range(TIMES)))

    if what == "a plan":
        kept = begun.read_now(lambda c: plans.plans_of(c, "circle-1", BEGIN.year))
        assert sorted(one.planned for one in kept) == list(range(TIMES))
    else:
        said = begun.read_now(lambda c: unit_overlays.said(c, "circle-1"))
        assert sorted(int(one.reason) for one in said) == list(range(TIMES))
