import json
from pathlib import Path

import pytest

import bench
from bench.__main__ import PARTS, main

NO_MEASUREMENTS = {"chaos", "powercut", "plots"}
"""What stands beside the measurements of speed, and has commands of its own."""


def test_no_measurement_of_speed_is_left_out():
    folder = Path(bench.__file__).parent
    programs = {path.stem for path in folder.glob("[!_]*.py") if "ArgumentParser" in path.read_text("utf-8")}
    programs |= {path.parent.name for path in folder.glob("*/__main__.py")}
    assert set(PARTS) == programs - NO_MEASUREMENTS


class Measuring:
    """Parts that leave results, as if they had measured; those in `silent` leave none."""

    def __init__(self, results, *, missed=(), silent=()):
        self.ran = []
        self._results, self._missed, self._silent = results, missed, silent

    def __call__(self, part, arguments):
        self.ran.append((part, *arguments))
        if part not in self._silent and part != "plots":
            promise = {"says": "s", "figure": 1, "bound": 2, "unit": "ms", "at_most": True}
            found = {"promises": [promise | {"kept": part not in self._missed}]}
            (self._results / f"{part}.json").write_text(json.dumps(found), "utf-8")
        return int(part in self._missed or part in self._silent)


def test_every_part_runs_and_then_the_pictures_are_drawn(tmp_path):
    run = Measuring(tmp_path)
    assert main([], run=run, results=tmp_path) == 0
    assert [part for part, *_ in run.ran] == [*PARTS, "plots"]


@pytest.mark.parametrize("part", PARTS)
def test_a_missed_promise_of_any_part_fails_the_whole_and_stops_no_other(tmp_path, part, capsys):
    run = Measuring(tmp_path, missed=[part])
    assert main([], run=run, results=tmp_path) == 1
    assert len(run.ran) == len(PARTS) + 1
    assert f"MISSED  {part}: s: 1 (at most 2) ms" in capsys.readouterr().out


def test_results_of_an_earlier_run_are_not_taken_for_this_one(tmp_path, capsys):
    main([], run=Measuring(tmp_path), results=tmp_path)
    assert main([], run=Measuring(tmp_path, silent=["growth"]), results=tmp_path) == 1
    assert "FAILED  bench.growth: left no results" in capsys.readouterr().out


def test_a_small_run_draws_no_pictures(tmp_path):
    run = Measuring(tmp_path)
    main(["--small"], run=run, results=tmp_path)
    assert [(part, size) for part, size, *_ in run.ran] == [(part, "--small") for part in PARTS]


def test_parts_that_ask_a_large_record_share_one_which_is_kept_where_asked(tmp_path):
    run = Measuring(tmp_path)
    main(["--small", "--keep", str(tmp_path / "kept")], run=run, results=tmp_path)
    given = ("--small", "--keep", str(tmp_path / "kept"))
    assert [one for one in run.ran if "--keep" in one] == [("growth", *given), ("pages", *given)]


def test_a_large_record_that_nobody_asked_to_keep_is_gone_afterwards(tmp_path):
    run = Measuring(tmp_path)
    main([], run=run, results=tmp_path)
    folders = {given[-1] for _, *given in run.ran if "--keep" in given}
    assert [Path(one).exists() for one in folders] == [False]
