"""An organisation from a file: what is wrong is named by its place, and nothing changes until it is right."""

import asyncio
import csv
import io
import shutil
import zipfile
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook

from domain.working_days import WorkingCalendar
from records import closings, erasures, organisation
from records.database import Database
from records.unit_changes import Said
from services.books.exporting import no_rows, rows_of, write_book, write_folder
from services.books.importing import Bringing, import_book
from services.documents import StoredDocuments
from services.parts import Parts
from services.refusals import Contradiction
from tests.access.places import a_library

MORNING = datetime(1990, 1, 2, 8, 30)  # noqa: DTZ001 - as spreadsheet programs keep it
NOON = datetime(2025, 3, 10, 4, 0, tzinfo=UTC)
GOOD = {
    "units": [
        ["id", "kind", "name", "parent", "may_approve", "temporary", "from", "to"],
        ["c-2", "circle", "第二读书会", "c-1", "否", "", "2020-01-01", ""],
        ["c-1", "circle", "第一读书会", "", "是", "", "", ""],
        ["c-3", "circle", "已撤销", "c-1", "", "", "2010-01-01", "2019-12-31"],
    ],
    "people": [
        ["id", "name", "email", "language", "born_on"],
        ["p-1", "张三", "zhang@example.org", "zh", "1990-01-02"],
        ["p-2", "李四", "", "", ""],
        ["p-3", "=王五", "", "en", ""],
    ],
    "standings": [
        ["id", "person", "standing", "unit", "from", "to"],
        ["", "p-1", "guest", "c-2", "2021-01-01", "2021-12-31"],
        ["", "p-1", "member", "c-2", "2022-01-01", ""],
        ["s-3", "p-2", "none", "c-1", "2022-01-01", ""],
    ],
    "posts": [
        ["id", "person", "role", "unit", "from", "to"],
        ["post-1", "p-1", "secretary", "c-2", "2022-02-01", ""],
        ["", "p-2", "auditor", "c-1", "2022-02-01", "2024-01-31"],
    ],
    "delegations": [
        ["id", "post", "substitute", "from", "to", "processes", "stages", "units"],
        ["", "post-1", "p-2", "2025-01-01", "2025-06-30", "joining", "", "c-1, c-2"],
    ],
}
GOOD["people"][3][1] = "'=王五"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory, migrated_sqlite):
    """An empty record that no book of these tests changes."""
    path = tmp_path_factory.mktemp("untouched") / "accede.db"
    shutil.copy(migrated_sqlite, path)
    opened = Database.open(f"sqlite:///{path}")
    yield opened
    assert exported(opened) == exported_of_nothing()
    opened.close_now()


def parts_of(database):
    return Parts(
        database=database,
        library=a_library(),
        documents=StoredDocuments.at("memory:///"),
        calendars=lambda name, day: WorkingCalendar(version="none"),
        clock=lambda: NOON,
    )


def in_csv(rows, encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def packed(sheets):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sheets.items():
            archive.writestr(f"{name}.csv", in_csv(rows))
    return file


def brought(database, file, name="book.zip", **how):
    return asyncio.run(import_book(parts_of(database), None, (file, name), Bringing(**how), language="en"))


def exported(database, form="csv"):
    file = io.BytesIO()
    database.read_now(lambda connection: write_book(rows_of(connection), form, file))
    return file.getvalue()


def with_row(sheet, row, number=None):
    rows = [list(one) for one in GOOD[sheet]]
    if number is None:
        rows.append(row)
    else:
        rows[number - 1] = row
    return {**GOOD, sheet: rows}


def found(view):
    return {(one.sheet, one.row, one.column, one.rule) for one in view.problems}


def counted(view):
    return {one.sheet: (one.rows, one.new, one.changed, one.same) for one in view.sheets}


def test_a_clean_book_changes_nothing_until_it_is_applied(database):
    view = brought(database, packed(GOOD))
    assert (found(view), view.clean, view.applied) == (set(), True, False)
    assert counted(view)["people"] == (3, 3, 0, 0)
    assert exported(database) == exported_of_nothing()


def exported_of_nothing():
    file = io.BytesIO()
    write_book(no_rows, "csv", file)
    return file.getvalue()


def test_the_same_book_twice_changes_nothing_the_second_time(database):
    assert brought(database, packed(GOOD), apply=True).applied
    before = exported(database)
    again = brought(database, packed(GOOD), apply=True)
    assert all(new == changed == 0 for _, new, changed, _ in counted(again).values())
    assert exported(database) == before


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_was_exported_gives_the_same_bytes_from_an_empty_record(database, sqlite_database, form):
    assert brought(database, packed(GOOD), apply=True).applied
    first = exported(database, form)
    assert brought(sqlite_database, io.BytesIO(first), apply=True).applied
    assert exported(sqlite_database, form) == first


def test_a_folder_is_read_like_an_archive(database, tmp_path):
    assert brought(database, packed(GOOD), apply=True).applied
    database.read_now(lambda connection: write_folder(rows_of(connection), tmp_path))
    view = asyncio.run(import_book(parts_of(database), None, tmp_path, Bringing(), language="en"))
    assert (found(view), sum(one.same for one in view.sheets)) == (set(), 12)


BAD = [
    ("units", ["c-1", "circle", "再来", "", "", "", "", ""], "id", "id-twice"),
    ("units", ["c-9", "circle", "孤", "c-8", "", "", "", ""], "parent", "parent-unknown"),
    ("units", ["c-9", "circle", "自", "c-9", "", "", "", ""], "parent", "circle"),
    ("units", ["c-9", "cirlce", "错", "c-1", "", "", "", ""], "kind", "kind-unknown"),
    ("units", ["c-9", "circle", "晚", "c-3", "", "", "", ""], "parent", "outside-parent"),
    ("units", ["c-9", "circle", "反", "c-1", "", "", "2020-01-02", "2020-01-01"], "to", "ends-before"),
    ("units", ["c-9", "circle", "", "c-1", "", "", "", ""], "name", "missing"),
    ("units", ["c 9", "circle", "空格", "c-1", "", "", "", ""], "id", "not-an-id"),
    ("units", ["c-9", "circle", "何", "c-1", "maybe", "", "", ""], "may_approve", "not-a-truth"),
    ("people", ["p-9", "张三", "", "", "1990-01-02"], "name", "named-twice"),
    ("people", ["p-9", "甲", "", "", "2025-03-11"], "born_on", "birthday-to-come"),
    ("people", ["p-9", "甲", "", "", "2023-02-29"], "born_on", "not-a-day"),
    ("people", ["p-9", "甲", "", "", "1899-12-31"], "born_on", "day-out-of-range"),
    ("people", ["p-9", "甲", "no address", "", ""], "email", "not-an-email"),
    ("people", ["p-9", "甲", "", "fr", ""], "language", "not-a-language"),
    ("people", ["p-9", "=HYPERLINK(1)", "", "", ""], "name", "formula-like"),
    ("people", ["p-9", "@甲", "", "", ""], "name", "formula-like"),
    ("people", ["p-9", "甲" * 201, "", "", ""], "name", "too-long"),
    ("people", ["p-9", "甲\x07", "", "", ""], "name", "characters"),
    ("standings", ["", "p-8", "guest", "c-1", "2021-01-01", ""], "person", "person-unknown"),
    ("standings", ["", "p-3", "guest", "c-8", "2021-01-01", ""], "unit", "unit-unknown"),
    ("standings", ["", "p-3", "gest", "c-1", "2021-01-01", ""], "standing", "standing-unknown"),
    ("standings", ["", "p-1", "guest", "c-1", "2023-01-01", ""], "from", "overlaps"),
    ("standings", ["", "p-3", "guest", "c-2", "2019-12-31", ""], "from", "outside-unit"),
    ("standings", ["", "p-3", "guest", "c-3", "2019-01-01", ""], "to", "outside-unit"),
    ("standings", ["", "p-1", "guest", "c-2", "2021-01-01", "2021-12-31"], "id", "said-twice"),
    ("posts", ["", "p-3", "porter", "c-1", "2021-01-01", ""], "role", "role-unknown"),
    ("posts", ["", "p-1", "secretary", "c-2", "2023-01-01", "2023-12-31"], "from", "overlaps"),
    ("posts", ["", "p-1", "secretary", "c-1", "", ""], "from", "missing"),
    ("delegations", ["", "post-8", "p-2", "2025-01-01", ""], "post", "post-unknown"),
    ("delegations", ["", "post-1", "p-1", "2025-01-01", ""], "substitute", "lent-to-itself"),
    ("delegations", ["", "post-1", "p-2", "2021-01-01", "2021-01-02"], "from", "outside-post"),
    ("delegations", ["", "post-1", "p-2", "2025-01-02", "", "leaving"], "processes", "limit-unknown"),
    ("delegations", ["", "post-1", "p-2", "2025-01-02", "", "", "late"], "stages", "limit-unknown"),
    ("delegations", ["", "post-1", "p-2", "2025-01-02", "", "", "", "c-8"], "units", "limit-unknown"),
    ("delegations", ["", "post-1", "p-8", "2025-01-01", ""], "substitute", "person-unknown"),
]


@pytest.mark.parametrize(
    "sheet, row, column, rule", BAD, ids=[f"{one[0]}-{one[3]}-{n}" for n, one in enumerate(BAD)]
)
def test_a_wrong_row_is_named_by_its_place_and_nothing_is_changed(untouched, sheet, row, column, rule):
    number = len(GOOD[sheet]) + 1
    view = brought(untouched, packed(with_row(sheet, row)), apply=True)
    assert (sheet, number, column, rule) in found(view)
    assert not view.applied
    told = next(one for one in view.problems if one.rule == rule)
    assert not any(str(cell) in told.detail for cell in row if len(str(cell)) > 3)


def test_every_problem_is_listed_not_the_first_alone(untouched):
    sheets = {**GOOD, "people": [GOOD["people"][0], ["p-1", "", "x", "fr", "1"], ["p-1", "乙", "", "", "2"]]}
    wrong = {(row, column) for sheet, row, column, _ in found(brought(untouched, packed(sheets))) if sheet}
    assert {(2, "name"), (2, "email"), (2, "language"), (2, "born_on"), (3, "born_on")} <= wrong


def test_doubts_can_be_accepted_and_nothing_else(sqlite_database):
    doubtful = with_row("people", ["p-9", "张三", "", "", "1990-01-02"])
    assert not brought(sqlite_database, packed(doubtful), apply=True).applied
    wrong = {**doubtful, "posts": [*GOOD["posts"], ["", "p-1", "porter", "c-1", "2021-01-01", ""]]}
    assert not brought(sqlite_database, packed(wrong), apply=True, accept_doubts=True).applied
    assert brought(sqlite_database, packed(doubtful), apply=True, accept_doubts=True).applied


def test_a_later_book_shows_what_it_would_change_and_changes_that(database):
    assert brought(database, packed(GOOD), apply=True).applied
    later = {
        "units": [["id", "kind", "name", "parent"], ["c-2", "circle", "新名", "c-1"]],
        "people": [["id", "name"], ["p-1", "张三丰"]],
        "standings": [GOOD["standings"][0], ["s-3", "p-2", "none", "c-1", "2022-01-01", "2024-12-31"]],
        "posts": [GOOD["posts"][0], ["post-1", "p-1", "secretary", "c-2", "2022-02-01", "2025-12-31"]],
    }
    view = brought(database, packed(later))
    assert {
        (one.sheet, one.id, one.different[0].column, one.different[0].becomes) for one in view.changes
    } == {
        ("units", "c-2", "name", "新名"),
        ("people", "p-1", "name", "张三丰"),
        ("standings", "s-3", "to", "2024-12-31"),
        ("posts", "post-1", "to", "2025-12-31"),
    }
    assert brought(database, packed(later), apply=True).applied
    assert counted(brought(database, packed(later)))["people"] == (1, 0, 0, 1)
    written = exported(database)
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert "zhang@example.org" in archive.read("people.csv").decode()
        assert "新名" in archive.read("units.csv").decode()


@pytest.mark.parametrize(
    "sheet, row, rule",
    [
        ("posts", ["post-1", "p-1", "secretary", "c-1", "2022-02-01", ""], "cannot-change"),
        ("posts", ["post-1", "p-2", "secretary", "c-2", "2022-02-01", ""], "cannot-change"),
        ("units", ["c-2", "circle", "第二读书会", "c-1", "否", "", "2020-01-01", "2025-12-31"], "closes"),
        ("units", ["c-1", "circle", "第一读书会", "c-2", "是", "", "", ""], "circle"),
        ("units", ["c-2", "circle", "第二读书会", "", "否", "", "2020-01-01", ""], "cannot-change"),
    ],
)
def test_what_a_book_cannot_change_is_refused(sqlite_database, sheet, row, rule):
    assert brought(sqlite_database, packed(GOOD), apply=True).applied
    view = brought(sqlite_database, packed({sheet: [GOOD[sheet][0], row]}), apply=True)
    assert rule in {one.rule for one in view.problems}
    assert not view.applied


def test_a_post_is_not_made_to_last_longer(sqlite_database):
    assert brought(sqlite_database, packed(GOOD), apply=True).applied
    row = ["", "p-2", "auditor", "c-1", "2022-02-01", "2024-12-31"]
    view = brought(sqlite_database, packed({"posts": [GOOD["posts"][0], row]}))
    assert found(view) == {("posts", 2, "to", "would-last-longer")}


def test_a_post_is_not_made_to_end_on_a_day_gone_by(sqlite_database):
    assert brought(sqlite_database, packed(GOOD), apply=True).applied
    for last, faults in (("2025-03-09", {("posts", 2, "to", "day-gone-by")}), ("2025-03-10", set())):
        row = ["post-1", "p-1", "secretary", "c-2", "2022-02-01", last]
        assert found(brought(sqlite_database, packed({"posts": [GOOD["posts"][0], row]}))) == faults


def once_it_is_checked(database, sheets, meanwhile):
    """Bring a book in, and do something else after it was checked, once its first sheet is in."""
    first, seen = next(iter(sheets)), []

    def watch(sheet, _more):
        seen.append(sheet)
        if sheet == first and seen.count(first) == 2:
            database.write_now(meanwhile)

    file, how = (packed(sheets), "book.zip"), Bringing(apply=True)
    return asyncio.run(import_book(parts_of(database), None, file, how, watch))


def test_a_post_that_is_taken_while_a_book_is_brought_in_stays_taken(database):
    assert brought(database, packed(GOOD), apply=True).applied
    later = {
        "people": [["id", "name"], ["p-2", "李四四"]],
        "posts": [GOOD["posts"][0], ["post-1", "p-1", "secretary", "c-2", "2022-02-01", "2025-12-31"]],
    }

    def taken(connection):
        said = Said(None, NOON, "违规")
        organisation.end_post(connection, "post-1", NOON.date(), revoked_at=NOON, said=said)

    with pytest.raises(Contradiction) as refused:
        once_it_is_checked(database, later, taken)
    assert refused.value.detail is not None
    assert "post-1" in refused.value.detail.en
    post = database.read_now(lambda connection: organisation.post(connection, "post-1"))
    assert (post.to_on, post.revoked_at) == (NOON.date(), NOON)


def test_whoever_is_erased_while_a_book_is_brought_in_gets_no_name_back(database):
    assert brought(database, packed(GOOD), apply=True).applied
    later = {
        "units": [["id", "kind", "name", "parent"], ["c-2", "circle", "新名", "c-1"]],
        "people": [["id", "name"], ["p-1", "张三丰"]],
    }

    def erased(connection):
        asked = erasures.ask(connection, person="p-1", ground="asked", rules="1", by="p-2", now=NOON)
        erasures.erase(connection, asked, "p-3", NOON)

    with pytest.raises(Contradiction):
        once_it_is_checked(database, later, erased)
    assert database.read_now(lambda connection: organisation.person(connection, "p-1")).name == erasures.NAME


def test_a_unit_that_is_closed_while_a_book_is_brought_in_is_not_moved(database):
    assert brought(database, packed(GOOD), apply=True).applied
    later = {"units": [["id", "kind", "name", "parent"], ["c-2", "circle", "新名", "c-1"]]}
    said, plan = Said("p-2", NOON, "撤"), closings.Plan()
    seen: list[str] = []

    def watch(sheet, _more):
        if not seen:
            database.write_now(
                lambda c: closings.order_closing(c, "c-2", NOON.date(), said, post="post-1", plan=plan)
            )
        seen.append(sheet)

    file, how = (packed(later), "book.zip"), Bringing(apply=True)
    with pytest.raises(Contradiction):
        asyncio.run(import_book(parts_of(database), None, file, how, watch))


def test_whoever_is_stopped_half_way_begins_again(sqlite_database):
    half = {name: GOOD[name] for name in ("units", "people")}
    assert brought(sqlite_database, packed(half), apply=True).applied
    assert brought(sqlite_database, packed(GOOD), apply=True).applied
    assert counted(brought(sqlite_database, packed(GOOD)))["posts"] == (2, 0, 0, 2)


# Files that are not what they seem


def a_workbook(change):
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    page = workbook.create_sheet("people")
    page.append(["id", "name", "born_on"])
    page.append(["p-1", "张三", date(1990, 1, 2)])
    change(workbook, page)
    file = io.BytesIO()
    workbook.save(file)
    return file


def put(place, value):
    def change(_workbook, page):
        page[place] = value

    return change


def hide(workbook, page):
    workbook.create_sheet("units").append(["id", "kind", "name"])
    page.sheet_state = "hidden"


def merge(_workbook, page):
    page.append(["p-2", "李四", None])
    page.merge_cells("B2:B3")


def further(workbook, _page):
    workbook.create_sheet("more").append(["x"])


@pytest.mark.parametrize(
    "change, at",
    [
        (put("B2", "=1+1"), ("people", 2, "name", "formula")),
        (put("C2", "=TODAY()"), ("people", 2, "born_on", "formula")),
        (put("C3", 33000), ("people", 3, "born_on", "wrong-type")),
        (put("B2", True), ("people", 2, "name", "wrong-type")),
        (put("B2", 1.5), ("people", 2, "name", "wrong-type")),
        (put("C2", MORNING), ("people", 2, "born_on", "has-a-time")),
        (put("B2", "#N/A"), ("people", 2, "name", "cell-error")),
        (put("D1", "nickname"), ("people", 1, "D", "heading-unknown")),
        (put("E2", "stray"), ("people", 1, "E", "heading-unknown")),
        (put("A1", None), ("people", 1, "id", "heading-missing")),
        (put("D1", "姓名"), ("people", 1, "name", "heading-twice")),
        (hide, ("people", 0, "", "sheet-hidden")),
        (merge, ("people", 2, "B", "merged")),
        (further, ("", 0, "", "sheet-unknown")),
    ],
)
def test_what_a_workbook_should_not_hold_is_named(untouched, change, at):
    assert at in found(brought(untouched, a_workbook(change), "people.xlsx"))


def test_an_id_in_digits_is_text_all_the_same(sqlite_database):
    assert brought(sqlite_database, a_workbook(put("A2", 1001)), "people.xlsx", apply=True).applied
    assert b"1001" in zipfile.ZipFile(io.BytesIO(exported(sqlite_database))).read("people.csv")


def a_bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("people.csv", b"id,name\n" + b" " * (64 << 20))
    return file


@pytest.mark.parametrize(
    "file, name, rule",
    [
        (io.BytesIO(b"PK\x03\x04 and nothing"), "a.xlsx", "damaged"),
        (io.BytesIO(b"\xd0\xcf\x11\xe0 old"), "a.xls", "old-format"),
        (io.BytesIO(b""), "a.xlsx", "damaged"),
        (io.BytesIO(b"id,name\n"), "a.csv", "nothing"),
        (io.BytesIO(), "b.zip", "inflates"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_in_one_line(untouched, file, name, rule):
    read = a_bomb() if rule == "inflates" else file
    assert found(brought(untouched, read, name)) == {("", 0, "", rule)}


@pytest.mark.parametrize(
    "content, rule",
    [
        ("id,name\np-1,张三\n".encode("utf-16"), "encoding"),
        (b"id,name\np-1,\xff\xff\xff\n", "encoding"),
        (b"id,name\np-1,\x00\n", "encoding"),
        (b'id,name\np-1,"never closed\n', "damaged"),
    ],
)
def test_csv_that_cannot_be_read_is_named(untouched, content, rule):
    assert rule in {one.rule for one in brought(untouched, io.BytesIO(content), "people.csv").problems}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_chinese_spreadsheets_are_read_as_they_are_saved(untouched, encoding, delimiter):
    text = f"编号{delimiter}姓名{delimiter}出生日期\r\np-1{delimiter}张三{delimiter}1990年1月2日\r\n"
    view = brought(untouched, io.BytesIO(text.encode(encoding)), "人员.csv")
    assert (found(view), [one.new for one in view.sheets]) == (set(), [1])


def test_the_template_is_a_book_without_rows_and_explains_every_column(untouched):
    for form in ("xlsx", "csv"):
        file = io.BytesIO()
        write_book(no_rows, form, file)
        view = brought(untouched, file)
        assert (found(view), {one.rows for one in view.sheets}) == (set(), {0})
    with zipfile.ZipFile(io.BytesIO(exported_of_nothing())) as archive:
        notes = archive.read("notes.csv").decode("utf-8-sig")
    assert all(f" {key}," in notes for rows in GOOD.values() for key in rows[0])


def test_what_looks_like_a_formula_leaves_as_text(sqlite_database):
    assert brought(sqlite_database, packed(GOOD), apply=True).applied
    assert b"'=" in zipfile.ZipFile(io.BytesIO(exported(sqlite_database))).read("people.csv")
    sheets = zipfile.ZipFile(io.BytesIO(exported(sqlite_database, "xlsx")))
    assert not any(b"<f>" in sheets.read(name) for name in sheets.namelist())
