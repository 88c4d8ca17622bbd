"""`accede audit` as people meet it: exit codes, and what is said."""

import json

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from commands.audit import app
from commands.failures import CommandFailed
from records.database import Database
from records.tables import cases
from tests.cli.running import environment
from tests.cli.test_keeping import furnished, processes  # noqa: F401 - fixtures are found by their names
from tests.databases import *  # noqa: F403 - as above


@pytest.fixture
def audit(furnished, tmp_path):  # noqa: F811 - the fixture
    """Runs the command here, over a furnished record, with an address at which no Temporal is."""
    settings = {**furnished, "temporal_address": "127.0.0.1:9", "checkpoint_folder": tmp_path / "outside"}

    def run(*arguments):
        return CliRunner().invoke(app, arguments, env=environment(**settings))

    return run


@pytest.fixture
def changed(furnished):  # noqa: F811 - the fixture
    """Changes rows behind the service's back."""

    def change(statement):
        database = Database.open(f"sqlite:///{furnished['data_dir'] / 'accede.db'}")
        database.write_now(lambda connection: connection.execute(statement))
        database.close_now()

    return change


def test_a_checkpoint_is_made_kept_and_verified_against(audit, changed, tmp_path):
    made = audit("checkpoint")
    assert made.exit_code == 0, made.output
    (kept,) = (tmp_path / "outside").iterdir()
    assert kept.read_text("utf-8") == made.stdout
    done = audit("verify", "--checkpoint", str(kept))
    assert done.exit_code == 0, done.output
    assert "1 checkpoints hold" in done.stdout
    assert "Temporal does not answer" in done.stdout
    assert json.loads(audit("verify", "--quick", "--json").stdout)["ok"] is True
    changed(sa.update(cases).values(stage="elsewhere"))
    wrong = audit("verify", "--without-temporal")
    assert wrong.exit_code == 1
    assert wrong.stdout.startswith("WRONG: case ")
    assert "it should have been" in wrong.stdout
    told = audit("verify", "--without-temporal", "--json")
    assert (told.exit_code, json.loads(told.stdout)["ok"]) == (1, False)


def test_where_no_temporal_is_named_only_that_of_the_folder_is_asked(furnished):  # noqa: F811 - the fixture
    done = CliRunner().invoke(app, ["verify"], env=environment(**furnished))
    assert done.exit_code == 0, done.output
    assert "there is no second witness: the Temporal of this folder is not running" in done.stdout


def test_a_witness_says_by_which_key_it_signs_and_whose_log(audit, furnished):  # noqa: F811 - the fixture
    none = audit("witness", "--json")
    assert none.exit_code == 0, none.output
    key = json.loads(none.stdout)["verifier"]
    assert key.split("+")[0].endswith("/witness")
    assert audit("checkpoint").exit_code == 0
    (log,) = (json.loads(line) for line in audit("keys", "list", "--json").stdout.splitlines())
    settings = {**furnished, "witness_for": log["verifier"]}
    shown = CliRunner().invoke(app, ["witness"], env=environment(**settings)).stdout
    assert shown == f"signs with: {key}\n{log['verifier'].split('+')[0]}: nothing yet\n"
    assert isinstance(audit("witness", "--log", "elsewhere").exception, CommandFailed)
    for wrong in ("NAME", "a+b+c", key):
        settings = {**furnished, "witness_for": wrong}
        failed = CliRunner().invoke(app, ["witness"], env=environment(**settings))
        assert isinstance(failed.exception, CommandFailed), wrong


def test_keys_are_listed_and_rotated(audit):
    assert audit("keys", "list").stdout == ""
    assert audit("checkpoint").exit_code == 0
    (before,) = audit("keys", "list", "--json").stdout.splitlines()
    assert audit("keys", "rotate").exit_code == 0
    after = [json.loads(line) for line in audit("keys", "list", "--json").stdout.splitlines()]
    assert after[0]["id"] == json.loads(before)["id"]
    assert [one["until"] is None for one in after] == [False, True]
    assert "until now" in audit("keys", "list").stdout


def test_what_cannot_be_read_ends_with_two_and_what_is_no_checkpoint_of_ours_with_one(audit, tmp_path):
    failed = audit("verify", "--checkpoint", str(tmp_path / "none")).exception
    assert isinstance(failed, CommandFailed)
    assert failed.exit_code == 2
    (tmp_path / "other").write_text("no checkpoint\n")
    assert audit("verify", "--checkpoint", str(tmp_path / "other")).exit_code == 1


def test_cases_are_evaluated_by_the_rules_beside_their_process(audit, processes):  # noqa: F811 - the fixture
    folder = processes / "reading-circle" / "audit"
    folder.mkdir(parents=True)
    (folder / "book.yaml").write_text("process: reading-circle\n", "utf-8")
    (folder / "a.yaml").write_text(_A_LETTER, "utf-8")

    first = audit("rules", "--json")
    assert first.exit_code == 0, first.output
    done = json.loads(first.stdout)
    assert done["cases"] > 0
    assert json.loads(audit("rules", "--json").stdout)["cases"] == 0
    assert json.loads(audit("rules", "--all", "--json").stdout) == {**done, "new": 0}
    assert isinstance(audit("rules", "no-such-case").exception, CommandFailed)
    assert isinstance(audit("rules", "x", "--all").exception, CommandFailed)


_A_LETTER = """\
letter: A
title: {zh: 读书会, en: Reading circle}
rules:
  - id: A01
    level: late
    set: general
    basis: gen
    says: {zh: 申请附有扫描件。, en: The application has its scan.}
    asks: {kind: handed, materials: [scan], by: apply}
"""
