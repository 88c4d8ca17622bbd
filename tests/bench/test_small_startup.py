"""The first answer, once: whether a start that is slow is noticed, never how fast it was."""

import json

import pytest

from bench.startup import main


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_python_that_starts_slowly_misses_every_promise(tmp_path):
    assert main(["--small", "--plant", "laggard"], into=tmp_path) == 1
    found = json.loads((tmp_path / "startup.json").read_text("utf-8"))
    kept = {promise["id"]: promise["kept"] for promise in found["promises"]}
    assert kept == {"startup.fresh": False, "startup.again": False, "startup.help": False}
