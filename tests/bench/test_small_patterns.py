"""The measurement of patterns runs, and its planted faults are noticed."""

import json

import pytest

from bench.patterns.__main__ import main


def kept(folder):
    found = json.loads((folder / "patterns.json").read_text("utf-8"))
    return {one["id"]: one["kept"] for one in found["promises"]}


def test_a_look_that_sees_no_copies_is_noticed(tmp_path):
    assert main(["--small", "--plant", "blind"], into=tmp_path) == 1
    found = kept(tmp_path)
    assert [promise for promise, is_kept in found.items() if not is_kept] == ["patterns.found"]
    assert len(found) == 4


@pytest.mark.slow
def test_a_look_that_accuses_hastily_is_noticed(tmp_path):
    assert main(["--small", "--plant", "hasty"], into=tmp_path) == 1
    assert kept(tmp_path)["patterns.honest"] is False
