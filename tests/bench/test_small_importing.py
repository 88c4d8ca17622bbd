"""Cases that are brought in half-way: whether each is there once, and what is published of the figures."""

import json

from bench.importing import main
from bench.plots.__main__ import main as publish
from bench.plots.page import BEGIN, END


def test_a_small_run_keeps_its_promises_and_only_a_whole_one_is_published(tmp_path):
    results, page = tmp_path / "importing.json", tmp_path / "performance.md"
    page.write_text(f"{BEGIN}{END}", "utf-8")
    (tmp_path / "pictures").mkdir()
    assert main(["--small"], into=tmp_path) == 0
    assert publish(["--results", str(tmp_path), "--docs", str(tmp_path)]) == 1
    found = json.loads(results.read_text("utf-8"))
    results.write_text(json.dumps(found | {"details": found["details"] | {"small": False}}), "utf-8")
    assert publish(["--results", str(tmp_path), "--docs", str(tmp_path)]) == 0
    assert "| rows that are there twice or not at all | 0 rows | at most 0 | kept |" in page.read_text(
        "utf-8"
    )
    assert (tmp_path / "pictures" / "performance-importing.svg").exists()
