"""Whole cases through the real workflow, activities and record, on the server that skips time."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.running import accede
from tests.thorough import THOROUGH

PROCESSES = Path(__file__).parents[2] / "processes"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

OF_OTHERS = {
    "apache-committer": ("ordinary", "late-answer", "proof-of-the-vote", "veto"),
    "debian-new-member": (
        "manager-vanishes",
        "nobody-advocates-himself",
        "objection-held",
        "paused",
    ),
}
"""Scenarios with votes, refusals, deadlines and standstills; one of each process goes to its end.

tests/processes runs all, by the rules alone.
"""


def told(done):
    assert done.stdout, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("version", ["2014.1", "2026.1"])
def test_the_ordinary_way_ends_as_a_full_member_under_both_versions(version):
    done = accede("rehearse", "membership-development", "--version", version, within=200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("outcome: full-member after 2 years ")
    assert done.stdout.splitlines()[-1].endswith(" 0 refusals")


def of_these(names):
    return [part for name in names for part in ("--scenario", name)]


@pytest.mark.parametrize("process", OF_OTHERS)
def test_processes_that_no_line_of_code_knows_go_as_written(process):
    which = ["--all"] if THOROUGH else of_these(OF_OTHERS[process])
    done = accede("rehearse", process, *which, within=280)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith("scenarios, 0 not as written")


def test_refusals_corrections_and_a_change_of_rules_come_out_as_the_rules_alone_say():
    names = [
        "crossing-before-the-activist-decision",
        "corrected",
        "late-conversion",
        "wrong-person",
        "written-opinions-count-as-votes",
    ]
    done = told(accede("rehearse", "membership-development", *of_these(names), "--json", within=280))
    assert {one["scenario"]: one["unmet"] for one in done} == {name: [] for name in names}


def test_a_scenario_that_ends_in_another_way_is_exit_code_1(tmp_path):
    copied = tmp_path / "processes"
    shutil.copytree(PROCESSES, copied)
    scenario = copied / "membership-development" / "scenarios" / "auditor-reads-only.yaml"
    written = scenario.read_text("utf-8")
    assert "ends: {" in written
    scenario.write_text(written.replace("ends: {", "ends: {standing: full-member, "), "utf-8")
    done = accede(
        "rehearse",
        "membership-development",
        "--scenario",
        "auditor-reads-only",
        within=200,
        processes_dir=copied,
    )
    assert done.returncode == 1
    assert "not as written: standing: expected full-member, came out as applicant" in done.stdout


def test_a_scenario_that_is_not_there_is_one_line_and_exit_code_2():
    done = accede("rehearse", "membership-development", "--scenario", "coronation", within=100)
    assert done.returncode == 2
    assert done.stderr.startswith("accede: membership-development has no scenario 'coronation'")
