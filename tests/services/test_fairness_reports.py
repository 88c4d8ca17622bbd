"""The report on fairness from a record: routes as the definition knows them, to auditors alone, on paper."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from domain.working_days import WorkingCalendar
from records.definitions import read_library
from records.pattern_runs import Audited
from records.progress_tables import stage_stays
from records.tables import cases, events, people, posts, unit_closure, units
from services import fairness
from services.documents import StoredDocuments
from services.fairness import period
from services.fairness_files import as_pdf, as_xlsx
from services.parts import Caller, Parts

NOW = datetime(2026, 8, 20, 4, tzinfo=UTC)
PROCESS = "membership-development"
LIBRARY = read_library(Path("processes"))
TREE = {"top": (None, "base-committee"), "hall": ("top", "general-branch"), "east": ("hall", "branch")}
TREE |= {"west": ("top", "branch")}
EVERYTHING = Audited(everything=True, units=())


def up(unit):
    while unit is not None:
        yield unit
        unit = TREE[unit][0]


def filled(connection):
    """Twelve cases in each of two branches; six of one work elsewhere, and wait longer."""
    rows = [
        {"id": unit, "kind": kind, "name": f"单位{unit}", "parent_id": over}
        | {"temporary": False, "may_approve": True}
        for unit, (over, kind) in TREE.items()
    ]
    connection.execute(sa.insert(units), rows)
    closure = [
        {"ancestor_id": above, "unit_id": unit, "depth": depth}
        for unit in TREE
        for depth, above in enumerate(up(unit))
    ]
    connection.execute(sa.insert(unit_closure), closure)
    named = [{"id": one, "name": one, "name_search": one, "language": "zh"} for one in ("auditor", "nobody")]
    connection.execute(sa.insert(people), named)
    post = {
        "id": "p",
        "person_id": "auditor",
        "role": "auditor",
        "unit_id": "west",
        "from_on": date(2020, 1, 1),
    }
    connection.execute(sa.insert(posts), [post])
    for unit in ("east", "west"):
        for number in range(12):
            a_case(connection, f"{unit}-{number}", unit, mobile=unit == "west" and number < 6)


def a_case(connection, name, unit, *, mobile):
    digest = LIBRARY.find(PROCESS, "2026.1").digest
    opened, days = date(2023, 3, 1), 900 if mobile else 700
    connection.execute(
        sa.insert(people), [{"id": f"s-{name}", "name": name, "name_search": name, "language": "zh"}]
    )
    row = {"id": name, "process": PROCESS, "version": "2026.1", "digest": digest, "subject_id": f"s-{name}"}
    row |= {"unit_id": unit, "status": "closed", "outcome": "full-member", "stage": "archiving"}
    row |= {"standing": "full-member", "opened_on": opened, "seq": 2, "head": "0" * 64, "snapshot": "{}"}
    row |= {"closed_on": date.fromordinal(opened.toordinal() + days), "created_at": NOW, "changed_at": NOW}
    connection.execute(sa.insert(cases), [row])
    said = {"case_id": name, "seq": 1, "type": "step-completed", "step": "apply", "occurred_on": opened}
    said |= {"recorded_at": NOW, "prev_hash": "0" * 64, "hash": "0" * 64}
    said["data"] = '{"values": {"mobile": true}}' if mobile else '{"values": {"mobile": false}}'
    connection.execute(sa.insert(events), [said])
    stay = {"case_id": name, "seq": 1, "process": PROCESS, "stage": "application", "entered_on": opened}
    stay |= {"left_on": date(2023, 6, 1), "days": 92, "standing": "activist"}
    connection.execute(sa.insert(stage_stays), [stay])


@pytest.fixture
def parts(database):
    database.write_now(filled)
    return Parts(
        database=database,
        library=LIBRARY,
        documents=StoredDocuments.at("memory:///"),
        calendars=lambda name, day: WorkingCalendar(version="none"),
        clock=lambda: NOW,
    )


async def whole(parts, language="en"):
    return await parts.read(lambda c: fairness.made(c, parts, language, EVERYTHING, None))


async def test_routes_are_what_the_definition_asks_and_waits_are_told_by_them(parts):
    view = await whole(parts)
    found = {(one.route, None if one.unit is None else one.unit.id): one for one in view.items}
    assert set(found) >= {(None, None), ((), None), (("General branch",), None)}
    mobile = next(one for one in view.items if one.route and "away from" in one.route[0])
    assert (mobile.size, mobile.ends) == (6, {"reached": 6, "ended-otherwise": 0, "under-way": 0})
    assert {wait.what: wait.half for wait in mobile.waits} == {"application": 92, "whole": 900}
    assert "half took 900 days or more" in view.says[0]
    assert (await whole(parts, "zh")).items[0].says.startswith("共24人")


async def test_a_unit_that_is_all_there_is_of_the_one_above_stands_for_both(parts):
    view = await whole(parts)
    units_of_general = [one.unit.id for one in view.items if one.route == ("General branch",) and one.unit]
    assert units_of_general == ["east"]
    assert [one.depth for one in view.items if one.unit is None] == [0, 1, 1, 1]


async def test_an_auditor_sees_units_below_his_posts_and_others_nothing(parts):
    seen = await fairness.report(parts, Caller("auditor", "en"))
    assert {one.unit.id for one in seen.items if one.unit is not None} == {"west"}
    assert seen.items[0].size == 24
    assert (await fairness.report(parts, Caller("nobody", "en"))).items == ()


@pytest.mark.parametrize("who", ["auditor", "nobody", "all"])
async def test_a_page_of_the_report_has_the_rows_of_the_whole_and_what_is_said_of_it(parts, who):
    if who == "all":
        await parts.write(lambda c: c.execute(sa.update(posts).values(unit_id="top")))
        who = "auditor"
    caller = Caller(who, "en")
    view = await fairness.report(parts, caller)
    found = [await fairness.page(parts, caller, first=first, limit=2) for first in range(0, 20, 2)]
    assert sum((one.view.items for one in found), ()) == view.items
    for place, one in enumerate(found):
        assert one.view.model_copy(update={"items": view.items}) == view
        assert one.routes == tuple(group for group in view.items if group.unit is None)
        assert one.next == (2 * place + 2 if 2 * place + 2 < len(view.items) else None)


async def test_the_report_is_taken_away_on_paper_and_as_a_workbook_the_same_each_time(parts):
    view = await whole(parts)
    made = as_pdf(view, "en")
    assert made.startswith(b"%PDF")
    assert made == as_pdf(view, "en")
    book = load_workbook(io.BytesIO(as_xlsx(view, "zh")))
    assert book.sheetnames == ["公平性报告", "等待", "说明"]
    assert book["公平性报告"]["C2"].value == 24


def test_a_report_is_of_whole_quarters():
    assert period(date(2026, 8, 20)) == (date(2021, 1, 1), date(2026, 6, 30))
    assert period(date(2027, 1, 1)) == (date(2021, 1, 1), date(2026, 12, 31))
