import json
import math

import pytest

from bench.promises import Promise, report

KEPT = Promise("fast", "median wait", 1.0, 2.0, "ms")


def test_a_figure_on_its_bound_is_kept():
    assert Promise("fast", "median wait", 2.0, 2.0, "ms").kept
    assert Promise("many", "acts", 5.0, 5.0, "x", at_most=False).kept


def test_a_figure_beyond_its_bound_is_missed_on_either_side():
    assert not Promise("fast", "median wait", 2.1, 2.0, "ms").kept
    assert not Promise("many", "acts", 4.9, 5.0, "x", at_most=False).kept


@pytest.mark.parametrize("at_most", [True, False])
def test_what_is_no_number_keeps_nothing(at_most):
    assert not Promise("fast", "median wait", math.nan, 2.0, "ms", at_most=at_most).kept


def test_a_line_says_what_was_promised_and_found():
    assert KEPT.line().split() == ["ok", "fast", "median", "wait:", "1", "(at", "most", "2)", "ms"]


def test_all_kept_is_success_and_stands_in_a_file(tmp_path):
    assert report("part", [KEPT], {"seed": 3}, into=tmp_path) == 0
    found = json.loads((tmp_path / "part.json").read_text("utf-8"))
    assert found["promises"][0]["kept"] is True
    assert found["details"] == {"seed": 3}
    assert found["machine"]["cores"] >= 1


def test_one_missed_is_a_failure(tmp_path):
    assert report("part", [KEPT, Promise("slow", "median wait", 3.0, 2.0, "ms")], into=tmp_path) == 1


def test_having_measured_nothing_is_a_failure(tmp_path):
    assert report("part", [], into=tmp_path) == 1
