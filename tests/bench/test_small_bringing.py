"""An organisation from a file: whether a look that changes something is noticed, never how fast it was."""

import json

import pytest

from bench.bringing import main


@pytest.mark.parametrize("planted, code", [((), 0), (("--plant", "hasty"), 1)])
def test_a_look_that_changes_the_record_is_missed(tmp_path, planted, code):
    assert main(["--small", "--database", "sqlite", *planted], into=tmp_path) == code
    found = json.loads((tmp_path / "bringing.json").read_text("utf-8"))
    missed = [promise["id"] for promise in found["promises"] if not promise["kept"]]
    assert missed == (["sqlite-dry"] if planted else [])
