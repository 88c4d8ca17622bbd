import json
from xml.etree import ElementTree as ET

import pytest

from bench.act.promised import promises
from bench.act.table import values
from bench.plots.__main__ import main
from bench.plots.drawing import ticks
from tests.bench.rounds import a_run


@pytest.fixture
def results(tmp_path):
    run = a_run()
    kept = [
        {"id": one.id, "figure": one.figure, "bound": one.bound, "unit": one.unit}
        | {"at_most": one.at_most, "kept": one.kept}
        for one in promises(run)
    ]
    for part in ("act", "growth"):
        found = {"part": part, "promises": kept, "details": {"results": values(run)}}
        (tmp_path / f"{part}.json").write_text(json.dumps(found), "utf-8")
    return tmp_path


def test_there_is_a_picture_for_each_figure(results):
    assert main(["--results", str(results), "--into", str(results)]) == 0
    assert {path.name for path in results.glob("*.svg")} == {
        "performance-act.svg",
        "performance-act-cpu-1.svg",
        "performance-act-cpu-50.svg",
        "performance-act-throughput-1.svg",
        "performance-act-throughput-50.svg",
        "performance-act-wait-1.svg",
        "performance-act-wait-50.svg",
        "performance-growth.svg",
    }


def test_a_picture_is_well_formed_has_a_title_and_names_what_it_shows(results):
    main(["--results", str(results), "--into", str(results)])
    for path in results.glob("*.svg"):
        drawn = ET.fromstring(path.read_text("utf-8"))  # noqa: S314 - we wrote it
        title = drawn.findtext("{http://www.w3.org/2000/svg}title")
        shown = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
        assert title
        assert title in shown
    bars = (results / "performance-act-throughput-50.svg").read_text("utf-8")
    assert all(name in bars for name in ("Accede", "DBOS", ">300<", ">120<"))


def test_a_longer_bar_is_a_larger_value(results):
    main(["--results", str(results), "--into", str(results)])
    drawn = ET.fromstring((results / "performance-act-throughput-50.svg").read_text("utf-8"))  # noqa: S314 - ours
    bars = [one for one in drawn.iter("{http://www.w3.org/2000/svg}rect") if one.get("fill")]
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert widths == pytest.approx([many * widths[0] / 300 for many in (300, 120, 500, 40)], rel=0.02)


def test_without_results_nothing_is_drawn_and_that_is_a_failure(tmp_path):
    assert main(["--results", str(tmp_path), "--into", str(tmp_path)]) == 1


@pytest.mark.parametrize(
    "bottom, top, expected",
    [(0, 500, [0, 100, 200, 300, 400, 500]), (1.5, 60, [2, 5, 10, 20, 50]), (0, 1.3, [0, 0.5, 1.0])],
)
def test_axes_have_round_values(bottom, top, expected):
    assert ticks(bottom, top) == pytest.approx(expected)
