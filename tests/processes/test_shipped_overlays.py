"""Every overlay shipped fits the version it belongs to, and only tightens it."""

from pathlib import Path

import pytest

from domain.overlays import check_overlay, read_overlay
from domain.reading import read_process

FOLDER = Path(__file__).parents[2] / "processes"
OVERLAYS = sorted((FOLDER / "overlays").glob("*.yaml"))


def read(name):
    return read_process((FOLDER / name).read_text(encoding="utf-8"), name)


@pytest.mark.parametrize("file", OVERLAYS, ids=lambda file: file.stem)
def test_an_overlay_only_adds_or_tightens(file):
    base = read("membership-development/2026.1.yaml")

    assert check_overlay(file.read_text(encoding="utf-8"), file.name, base) == ()


def test_at_a_university_an_activist_is_listed_half_a_year_after_applying_at_the_earliest():
    base = read("membership-development/2026.1.yaml")
    file = FOLDER / "overlays" / "university.yaml"
    local = read_overlay(file.read_text(encoding="utf-8"), file.name, base)

    waits = {wait.id: (str(wait.wait), wait.of) for wait in local.steps["activist-decision"].not_before}
    assert waits["local-half-a-year"] == ("P6M", "apply")
    assert local.version == "2026.1+university"
    assert "conversion-notice" in local.predecessors["conversion-vote"]
    assert set(base.predecessors["conversion-vote"]) < set(local.predecessors["conversion-vote"])
