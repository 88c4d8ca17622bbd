"""`accede audit patterns` and `accede report fairness` as people meet them."""

import json

import pytest
from typer.testing import CliRunner

from commands import audit, report
from commands.failures import CommandFailed
from tests.cli.running import environment
from tests.cli.test_keeping import furnished, processes  # noqa: F401 - fixtures are found by their names
from tests.databases import *  # noqa: F403 - as above


@pytest.fixture
def run(furnished):  # noqa: F811 - the fixture
    def run(app, *arguments):
        return CliRunner().invoke(app, arguments, env=environment(**furnished))

    return run


def test_a_look_says_what_it_read_and_leaves_a_workbook(run, tmp_path):
    done = run(audit.app, "patterns", "--language", "zh", "--xlsx", str(tmp_path / "found.xlsx"))
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == "nothing stands out"
    assert (tmp_path / "found.xlsx").read_bytes().startswith(b"PK")
    told = json.loads(run(audit.app, "patterns", "--json", "--threshold", "least=4").stdout)
    least = next(one["value"] for one in told["run"]["thresholds"] if one["id"] == "least")
    assert (least, told["items"]) == (4, [])


def test_what_cannot_be_looked_for_is_said(run):
    for asked, says in (
        (("--unit", "nowhere"), "no such unit"),
        (("--threshold", "nothing=1"), "none called nothing"),
        (("--threshold", "least=many"), "NAME=VALUE"),
    ):
        done = run(audit.app, "patterns", *asked)
        assert isinstance(done.exception, CommandFailed)
        assert says in str(done.exception)


def test_fairness_is_reported_in_words_and_on_paper(run, tmp_path):
    done = run(
        report.app, "fairness", "--pdf", str(tmp_path / "fair.pdf"), "--xlsx", str(tmp_path / "fair.xlsx")
    )
    assert done.exit_code == 0, done.output
    assert "too few cases" in done.stdout
    assert (tmp_path / "fair.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads(run(report.app, "fairness", "--json").stdout)["items"] == []
    wrong = run(report.app, "fairness", "--process", "nothing")
    assert isinstance(wrong.exception, CommandFailed)
