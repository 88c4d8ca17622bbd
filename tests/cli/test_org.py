"""`accede org`: an organisation from a file and into one, and what in it does not go together."""

import json
import shutil
import zipfile

import pytest

from tests.cli.running import accede
from tests.databases import *  # noqa: F403 - fixtures are found by their names


@pytest.fixture(scope="module")
def settings(tmp_path_factory, migrated_sqlite):
    data = tmp_path_factory.mktemp("org")
    shutil.copy(migrated_sqlite, data / "accede.db")
    return {"data_dir": data}


def test_what_is_wrong_is_told_and_nothing_is_changed(settings, tmp_path):
    (tmp_path / "units.csv").write_text("id,kind,name,parent\nb,branch,支部,nowhere\n", "utf-8")
    refused = accede("org", "import", str(tmp_path), "--apply", "--language", "en", **settings)
    assert refused.returncode == 2
    told = "units, row 2, parent: There is no such unit above, in the book or the record. [parent-unknown]"
    assert told in refused.stdout
    checked = accede("org", "check", "--language", "en", **settings)
    assert (checked.returncode, checked.stdout) == (0, "Everything goes together.\n")


def test_a_file_goes_in_and_comes_out_and_what_is_missing_in_it_is_found(settings, tmp_path):
    right = tmp_path / "units.csv"
    right.write_text("id,kind,name\nb,branch,支部\n", "utf-8")
    done = accede("org", "import", str(right), "--apply", "--json", **settings)
    assert json.loads(done.stdout)["applied"]
    assert accede("org", "export", str(tmp_path / "all.zip"), **settings).returncode == 0
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert "支部" in archive.read("units.csv").decode()
    checked = accede("org", "check", "--json", **settings)
    assert checked.returncode == 1
    rules = {one["rule"] for one in json.loads(checked.stdout)}
    assert rules == {"unit-without-secretary", "too-few-members"}


def test_a_template_is_written_once(settings, tmp_path):
    template = tmp_path / "template.xlsx"
    template.write_bytes(b"mine")
    done = accede("org", "template", str(template), **settings)
    assert (done.returncode, template.read_bytes()) == (2, b"mine")
