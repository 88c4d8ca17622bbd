"""`accede access explain`: why somebody may see and do what on a case."""

import shutil

import pytest

from records.database import Database
from tests.access.places import JOINING
from tests.access.scenes import run, seeded
from tests.access.table import the_table
from tests.cli.running import accede
from tests.databases import *  # noqa: F403 - fixtures are found by their names


@pytest.fixture(scope="module")
def installed(tmp_path_factory, migrated_sqlite):
    """The settings of an installation with the organisation of the table, and a case in it."""
    data = tmp_path_factory.mktemp("installed")
    folder = data / "processes" / "joining"
    folder.mkdir(parents=True)
    (folder / "1.yaml").write_text(JOINING, "utf-8")
    shutil.copy(migrated_sqlite, data / "accede.db")
    database = Database.open(f"sqlite:///{data / 'accede.db'}")
    scene = seeded(database, the_table())
    case = run(scene.a_case())["id"]
    database.close_now()
    return {"data_dir": data, "processes_dir": folder.parent}, case


def explained(installed, person, *more):
    settings, case = installed
    done = accede("access", "explain", person, case, *more, **settings)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_substitute_is_told_whose_post_it_is_and_what_it_opens(installed):
    told = explained(installed, "person-secretary-delegated", "--on", "2025-03-10", "--language", "en")
    assert "the post of secretary in circle-1 (post-person-secretary-delegated-lender), lent by" in told
    assert "  - talk: may act\n" in told
    assert "  - plan: may not act: This is for those who hold, on that day: Organiser [plan.by, gen]" in told


def test_a_day_later_the_loan_is_over(installed):
    told = explained(installed, "person-secretary-delegated", "--on", "2025-03-11", "--language", "en")
    assert "Does not see the case" in told


def test_a_part_in_the_case_is_named_and_chinese_is_spoken(installed):
    assert "个案职责 introducers" in explained(installed, "person-introducer", "--on", "2025-03-10")
    assert "  - statement: 可以办理\n" in explained(installed, "person-subject", "--on", "2025-03-10")


@pytest.mark.parametrize("person, case", [("person-nobody", None), ("person-subject", "no-such-case")])
def test_an_unknown_id_is_one_line_and_exit_code_2(installed, person, case):
    settings, there = installed
    done = accede("access", "explain", person, case or there, **settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "accede: there is no such person, or no such case on that day\n"


def test_before_a_case_began_there_is_none_to_explain(installed):
    settings, case = installed
    assert (
        accede("access", "explain", "person-subject", case, "--on", "2025-03-09", **settings).returncode == 2
    )
