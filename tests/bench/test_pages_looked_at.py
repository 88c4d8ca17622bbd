"""The bench of pages looks at every page there is, or says why not."""

from bench.pages.addresses import EVERY, LEFT_OUT, MAIN
from tests.web.registry import every_page


def test_every_page_is_looked_at_or_left_out_for_a_reason():
    there = {page.route for page in every_page()}
    looked_at = {one.route for one in EVERY}
    assert there - looked_at - set(LEFT_OUT) == set()
    assert looked_at & set(LEFT_OUT) == set()
    assert (looked_at | set(LEFT_OUT)) - there == set()
    assert set(MAIN) <= looked_at
