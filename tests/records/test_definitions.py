"""Definitions: which files of the folder are processes."""

from pathlib import Path

import pytest

from records.definitions import definition_files, overlay_files, read_library
from tests.builders import READING_CIRCLE

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
