"""The bench of pages, small and once: whether it runs and notices what moves, never how fast it was."""

import json

import pytest

from bench.pages.__main__ import main


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_pages_are_small_and_stand_still_and_it_is_noticed_when_they_do_not(tmp_path):
    asked = ["--small", "--rounds", "1", "--keep", str(tmp_path)]
    main([*asked, "--plant", "shifting"], into=tmp_path)
    found = json.loads((tmp_path / "pages.json").read_text("utf-8"))
    kept = {promise["id"]: promise["kept"] for promise in found["promises"]}
    assert {kept[name] for name in kept if name.startswith("size ")} == {True}
    assert {kept[name] for name in kept if name.startswith("shift ")} == {False}
