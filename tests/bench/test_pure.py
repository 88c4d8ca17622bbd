"""The measure of what the domain costs notices a case that is made from its events for every act."""

from __future__ import annotations

import pytest

from bench.act import pure
from bench.act.lives import LIVES


def test_a_case_read_from_all_its_events_breaks_the_promise_about_long_cases(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ["--short", "20", "--long", "300", "--rounds", "3", "--plant", "no-snapshot"]
    assert pure.main(asked) == 1
    lines = capsys.readouterr().out.splitlines()
    for name in LIVES:
        assert [line.split()[0] for line in lines if f"pure-growth-{name} " in line] == ["MISSED"]
