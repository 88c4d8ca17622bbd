"""`accede import cases`: a template to fill in, a dry run that lists everything, and cases that go on."""

import json
import shutil
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from records import accounts, organisation, units
from records.database import Database
from tests.cli.running import accede
from tests.databases import *  # noqa: F403 - fixtures are found by their names

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(tmp_path_factory, migrated_sqlite):
    data = tmp_path_factory.mktemp("import-cases")
    shutil.copy(migrated_sqlite, data / "accede.db")
    database = Database.open(f"sqlite:///{data / 'accede.db'}")

    def lay(connection):
        units.add_unit(connection, id="b", kind="branch", name="支部")
        for person in ("p-1", "p-2"):
            organisation.add_person(connection, id=person, name=person)
        accounts.add_account(connection, login="secretary", person="p-2", password_hash="x", now=NOON)

    database.write_now(lay)
    database.close_now()
    return {"data_dir": data}


def test_a_template_is_filled_in_tried_brought_in_and_brought_in_once(settings, tmp_path):
    book = tmp_path / "cases.xlsx"
    wanted = ("import", "cases", "--template", "membership-development", "--out", str(book))
    assert accede(*wanted, **settings).returncode == 0
    assert accede(*wanted, **settings).returncode == 2, "nothing is written over"
    workbook = load_workbook(book)
    page = workbook.worksheets[0]
    keys = [str(cell.value).rpartition("[")[2].rstrip("]") for cell in page[1]]
    rows = [{"person": "p-1", "apply": "2024-03-01"}, {"person": "nobody", "apply": "昨天"}]
    for number, row in enumerate(rows, 3):
        for key, value in {**row, "unit": "b"}.items():
            page.cell(number, keys.index(key) + 1, value)
    workbook.save(book)

    command = ("import", "cases", str(book), "--by", "secretary", "--language", "en")
    tried = accede(*command, **settings)
    assert tried.returncode == 2
    assert "row 4, apply: This is no day" in tried.stdout
    assert "row 4, person: There is no such person" in tried.stdout
    assert tried.stdout.splitlines()[-1] == "2 rows: 1 can be brought in, 0 are here already, 1 left out"
    done = json.loads(accede(*command, "--apply", "--json", **settings).stdout)
    assert (done["taken"], done["same"], done["refused"]) == (1, 0, 1)
    again = json.loads(accede(*command, "--apply", "--json", **settings).stdout)
    assert (again["taken"], again["same"], again["refused"]) == (0, 1, 1)


def test_who_brings_cases_in_is_somebody_with_a_login(settings, tmp_path):
    file = tmp_path / "cases.xlsx"
    file.write_bytes(b"")
    for more, why in (((), "--by is needed"), (("--by", "nobody"), "no such login")):
        refused = accede("import", "cases", str(file), *more, **settings)
        assert refused.returncode == 2
        assert why in refused.stderr
