"""Definitions: which files of the folder are processes."""

from pathlib import Path

import pytest

from records.definitions import definition_files, overlay_file, overlay_files, read_library
from tests.builders import READING_CIRCLE

REPLACES = 'replaces: {version: "1", on: 2024-01-01, basis: "9"}'
NORTH = """\
overlay: north
of: {{process: reading-circle, version: "{}"}}
title: {{zh: 北区, en: North}}
basis: local
materials:
  slip: {{source: local, title: {{zh: 条子, en: Slip}}}}
change:
  talk:
    materials:
      - {{id: slip, level: late}}
"""
PROCESSES = Path(__file__).resolve().parents[2] / "processes"


def test_every_shipped_definition_is_read():
    library = read_library(PROCESSES)
    assert [edition.version for edition in library.family("membership-development")] == [
        "2014.1",
        "2026.1+university",
        "2026.1",
    ]
    assert len(library) == len(definition_files(PROCESSES)) + len(overlay_files(PROCESSES)) >= 5


def test_scenarios_and_overlays_are_no_definitions(tmp_path):
    for folder in ("circle", "circle/scenarios", "circle/overlays", "scenarios"):
        (tmp_path / folder).mkdir()
    text = READING_CIRCLE.format(version="1", first="2020-01-01", replaces="")
    (tmp_path / "circle" / "1.yaml").write_text(text, encoding="utf-8")
    for other in (
        "circle/scenarios/a.yaml",
        "circle/overlays/b.yaml",
        "scenarios/c.yaml",
        "circle/notes.txt",
    ):
        (tmp_path / other).write_text("not: a definition", encoding="utf-8")
    assert [edition.version for edition in read_library(tmp_path)] == ["1"]


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    with pytest.raises(FileNotFoundError, match="no process definitions"):
        read_library(tmp_path)


def test_each_version_with_an_overlay_has_its_own_file_though_overlays_share_a_name(tmp_path):
    text = READING_CIRCLE.format(version="1", first="2020-01-01", replaces="")
    later = READING_CIRCLE.format(version="2", first="2024-01-01", replaces=REPLACES)
    for folder in ("circle", "overlays"):
        (tmp_path / folder).mkdir()
    for version, whole in (("1", text), ("2", later)):
        (tmp_path / "circle" / f"{version}.yaml").write_text(whole, encoding="utf-8")
        (tmp_path / "overlays" / f"north-{version}.yaml").write_text(NORTH.format(version), encoding="utf-8")
    library = read_library(tmp_path)
    files = {
        edition.version: overlay_file(tmp_path, edition)
        for edition in library.editions
        if edition.overlay is not None
    }
    assert {version: file and file.name for version, file in files.items()} == {
        "1+north": "north-1.yaml",
        "2+north": "north-2.yaml",
    }
