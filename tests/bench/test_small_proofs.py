"""The measurement of proofs fills a log, and counts what each kind of proof asks for."""

import json

from bench.plots.figures import promises_figure
from bench.proofs import main, measured


def test_a_proof_asks_for_a_handful_of_tiles_whatever_the_log_holds(sqlite_database):
    few, many = (measured(sqlite_database, *sizes, 4) for sizes in ((0, 300), (300, 3_000)))
    assert few.keys() == many.keys() == {"inclusion", "consistency", "checkpoint"}
    assert all(0 < cost.statements <= 5 for cost in (*few.values(), *many.values()))


def test_a_small_run_leaves_results_that_can_be_drawn_and_are_known_as_small(tmp_path):
    main(["--small"], into=tmp_path)
    found = json.loads((tmp_path / "proofs.json").read_text("utf-8"))
    asked = [one for one in found["promises"] if one["id"].endswith("-asks")]
    assert [one["kept"] for one in asked] == [True, True, True]
    assert found["details"]["small"] is True
    drawn = promises_figure(found)
    assert all(one["id"] in drawn for one in found["promises"])
