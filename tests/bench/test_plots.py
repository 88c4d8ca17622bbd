import json
from xml.etree import ElementTree as ET

import pytest

from bench.act.promised import promises
from bench.act.table import values
from bench.plots.__main__ import main
from bench.plots.drawing import ticks
from bench.plots.page import BEGIN, END, NoPlace, with_figures
from tests.bench.rounds import a_run

MACHINE = {"processor": "a processor", "cores": 2, "memory_gib": 24, "system": "Linux", "python": "3.11"}


class Published:
    """Results of a run, and a page for them."""

    def __init__(self, folder, **details):
        run = a_run()
        promised = [
            {"says": one.says, "id": one.id, "figure": one.figure, "bound": one.bound, "unit": one.unit}
            | {"at_most": one.at_most, "kept": one.kept}
            for one in promises(run)
        ]
        for part in ("act", "growth"):
            found = {"part": part, "at": "2026-11-22T20:00:00", "machine": MACHINE, "promises": promised}
            found["details"] = {"results": values(run)} | details
            (folder / f"{part}.json").write_text(json.dumps(found), "utf-8")
        (folder / "pictures").mkdir()
        self.pictures = folder / "pictures"
        self.page = folder / "performance.md"
        self.page.write_text(f"before\n{BEGIN}an earlier run\n{END}after\n", "utf-8")
        self.code = main(["--results", str(folder), "--docs", str(folder)])

    def drawn(self, name):
        return ET.fromstring((self.pictures / name).read_text("utf-8"))  # noqa: S314 - we wrote it


@pytest.fixture
def published(tmp_path):
    return Published(tmp_path)


def test_there_is_a_picture_for_each_figure(published):
    assert published.code == 0
    assert {path.name for path in published.pictures.glob("*.svg")} == {
        "performance-act.svg",
        "performance-act-cpu-1.svg",
        "performance-act-cpu-50.svg",
        "performance-act-throughput-1.svg",
        "performance-act-throughput-50.svg",
        "performance-act-wait-1.svg",
        "performance-act-wait-50.svg",
        "performance-growth.svg",
    }


def test_the_page_names_the_machine_the_figures_and_every_picture(published):
    page = published.page.read_text("utf-8")
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert "an earlier run" not in page
    assert "a processor, 2 cores" in page
    assert "| sqlite | 50 | accede | 300 | 300 |" in page
    assert all(f"(pictures/{path.name})" in page for path in published.pictures.glob("*.svg"))


def test_publishing_again_changes_nothing(published):
    once = published.page.read_text("utf-8")
    folder = str(published.page.parent)
    main(["--results", folder, "--docs", folder])
    assert published.page.read_text("utf-8") == once


@pytest.mark.parametrize("details", [{"planted": "slow-act"}, {"small": True}])
def test_a_planted_or_small_run_is_not_published(tmp_path, details):
    published = Published(tmp_path, **details)
    assert published.code == 1
    assert "an earlier run" in published.page.read_text("utf-8")
    assert list(published.pictures.iterdir()) == []


def test_a_page_without_its_marks_is_left_alone():
    with pytest.raises(NoPlace):
        with_figures("nothing", [], [])


def test_a_picture_is_well_formed_and_shows_its_title(published):
    for path in published.pictures.glob("*.svg"):
        drawn = published.drawn(path.name)
        title = drawn.findtext("{http://www.w3.org/2000/svg}title")
        assert title
        assert title in [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]


def test_a_longer_bar_is_a_larger_value(published):
    drawn = published.drawn("performance-act-throughput-50.svg")
    bars = [one for one in drawn.iter("{http://www.w3.org/2000/svg}rect") if one.get("fill")]
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert widths == pytest.approx([many * widths[0] / 300 for many in (300, 120, 500, 40)], rel=0.02)


def test_without_results_nothing_is_drawn_and_that_is_a_failure(tmp_path):
    assert main(["--results", str(tmp_path), "--docs", str(tmp_path)]) == 1


@pytest.mark.parametrize(
    "bottom, top, expected",
    [(0, 500, [0, 100, 200, 300, 400, 500]), (1.5, 60, [2, 5, 10, 20, 50]), (0, 1.3, [0, 0.5, 1.0])],
)
def test_axes_have_round_values(bottom, top, expected):
    assert ticks(bottom, top) == pytest.approx(expected)
