"""Cases that are half-way from a workbook: every problem by its place, gaps kept, nothing twice."""

import asyncio
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from domain.library import Library
from domain.overlays import read_overlay
from domain.reading import read_process
from domain.working_days import WorkingCalendar
from records import audited, organisation, standings, unit_overlays, units
from records.rebuilding import rebuilt, verify
from records.tables import cases, events, obligations, outbox, tasks
from records.tables import standings as standing_rows
from services.case_books import importing
from services.case_books.importing import Bringing, import_cases
from services.case_books.template import CASES, MORE, write_template
from services.documents import StoredDocuments
from services.parts import Parts
from tests.api.admission import ADMISSION
from tests.builders import a_library, a_process

NORTH = """
overlay: north
of: {process: reading-circle, version: "1"}
title: {zh: 北区, en: North}
basis: local
change:
  talk:
    due: {id: local-talk-in-two-months, within: P2M, of: apply, basis: local}
"""
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
HALF_WAY = {
    "person": "p-1",
    "name": "张三",
    "unit": "circle-1",
    "stage": "考察 [reading]",
    "apply": date(2024, 3, 1),
    "apply.letter": "愿意参加",
    "talk": "2024-03-20",
    "talk.by": "p-9",
    "trial.assessment": "2024-09-01, 2025-02-01",
}


@pytest.fixture
def parts(database):
    def lay(connection):
        units.add_unit(connection, kind="circle", name="第一读书会", id="circle-1")
        units.add_unit(connection, kind="circle", name="第二读书会", id="circle-2")
        for number, name in enumerate(("张三", "李四", "王五"), 1):
            organisation.add_person(connection, name=name, id=f"p-{number}", born_on=date(1990, 1, 1))
        organisation.add_person(connection, name="书记", id="p-9")

    database.write_now(lay)
    return Parts(
        database=database,
        library=a_library(),
        documents=StoredDocuments.at("memory:///"),
        calendars=lambda name, day: WorkingCalendar(version="none"),
        clock=lambda: NOON,
    )


def template_of(parts):
    file = io.BytesIO()
    process = next(one.process for one in parts.library)
    asyncio.run(write_template(parts, process, file))
    return file


def filled(parts, *rows, heads=None, more=()):
    """The template with rows, as somebody fills it in."""
    book = load_workbook(template_of(parts))
    page = book[CASES]
    keys = [str(cell.value).rpartition("[")[2].rstrip("]") for cell in page[1]]
    for place, head in (heads or {}).items():
        page.cell(1, place, head)
    for number, row in enumerate(rows, 3):
        for key, value in row.items():
            page.cell(number, keys.index(key) + 1, value)
    keys = [str(cell.value).rpartition("[more.")[2].rstrip("]") for cell in book[MORE][1]]
    for number, line in enumerate(more, 3):
        for key, value in line.items():
            book[MORE].cell(number, keys.index(key) + 1, value)
    file = io.BytesIO()
    book.save(file)
    return file


def brought(parts, file, **how):
    return asyncio.run(import_cases(parts, file, Bringing(by="p-9", **how), language="en"))


def found(view):
    return {(one.row, one.column, one.rule) for one in view.problems}


def count(parts, table):
    return parts.database.read_now(
        lambda c: c.execute(sa.select(sa.func.count()).select_from(table)).scalar()
    )


def test_the_template_explains_every_column_and_offers_what_can_be_chosen(parts):
    book = load_workbook(template_of(parts))
    assert book.sheetnames == ["个案 Cases", "更多 More", "列表 Lists", "组织 Units", "说明 Notes"]
    page = book[CASES]
    heads = [cell.value for cell in page[1]]
    assert heads[1] == "人员 Person* [person]"
    assert all(cell.value for cell in page[2])
    assert page["A2"].value.startswith("※ reading-circle")
    lists = {cell.value for cell in book["列表 Lists"][1]}
    assert lists >= {"stage", "talk.outcome", "admit.outcome"}
    more = book[MORE]
    assert [cell.value for cell in more[1]][:2] == ["个案 Case* [more.case]", "内容 What* [more.what]"]
    offered = len(page.data_validations.dataValidation) + len(more.data_validations.dataValidation)
    assert offered == len(lists)
    assert [cell.value for cell in book["组织 Units"]["A"]] == ["编号 Id", "circle-1", "circle-2"]
    assert template_of(parts).getvalue() == template_of(parts).getvalue()


def test_an_empty_template_is_no_problem_and_brings_nothing_in(parts):
    view = brought(parts, template_of(parts), apply=True)
    assert (view.rows, view.problem_count, count(parts, cases)) == (0, 0, 0)


def test_trying_lists_what_would_be_and_changes_nothing(parts):
    view = brought(parts, filled(parts, HALF_WAY))
    assert (view.applied, view.rows, view.taken, view.problem_count) == (False, 1, 1, 0)
    assert [(gap.rule, gap.rows, gap.first) for gap in view.gaps] == [("import.by", 1, (3,))]
    assert count(parts, cases) == count(parts, events) == 0


def test_a_case_is_brought_in_where_it_is_with_its_past_and_its_provenance(parts):
    file = filled(parts, HALF_WAY)
    view = brought(parts, file, apply=True)
    assert (view.applied, view.taken, view.refused) == (True, 1, 0)

    def look(connection):
        row = connection.execute(sa.select(cases)).one()
        told = connection.execute(sa.select(events).order_by(events.c.seq)).all()
        open_tasks = connection.execute(sa.select(tasks.c.step)).scalars().all()
        owed = connection.execute(sa.select(obligations.c.kind, obligations.c.step)).all()
        waits = connection.execute(sa.select(outbox.c.seq)).scalar()
        return row, told, open_tasks, owed, waits, verify(connection, row.id)

    row, told, open_tasks, owed, waits, flaws = parts.database.read_now(look)
    assert (row.subject_id, row.unit_id, row.stage, row.standing) == ("p-1", "circle-1", "reading", "reader")
    assert (row.status, row.opened_on, waits) == ("open", date(2024, 3, 1), row.seq)
    assert open_tasks == ["notice"]
    assert {tuple(one) for one in owed} == {("task-opened", "notice")}
    assert {one.recorded_at for one in told} == {NOON}
    talked = next(one for one in told if one.type == "step-completed" and one.step == "talk")
    assert (talked.actor, talked.occurred_on) == ("p-9", date(2024, 3, 20))
    last = told[-1]
    came = json.loads(last.data)
    assert (last.type, last.actor, came["row"], len(came["file"])) == ("case-imported", "p-9", 3, 64)
    assert flaws == ()


def test_rows_made_anew_from_a_case_that_was_brought_in_are_the_same(parts):
    brought(parts, filled(parts, HALF_WAY), apply=True)

    def kept_and_made(connection):
        case = connection.execute(sa.select(cases.c.id)).scalar_one()
        made = rebuilt(connection, parts.library, case)
        for table, rows in audited.rows_made_of(connection, case):
            wanted = audited.as_rows(made, table)
            names = wanted[0].keys() if wanted else ()
            told = [{name: row[name] for name in names} for row in rows]
            yield table, sorted(told, key=str), sorted(wanted, key=str)

    found = parts.database.read_now(lambda connection: list(kept_and_made(connection)))
    assert {table for table, _, _ in found} >= {"cases", "tasks", "done_steps", "stage_stays"}
    for table, kept, made in found:
        assert kept == made, table


def test_the_standings_it_gave_are_those_of_their_days(parts):
    brought(parts, filled(parts, HALF_WAY), apply=True)
    columns = (standing_rows.c.standing, standing_rows.c.from_on, standing_rows.c.to_on)
    query = sa.select(*columns).order_by(standing_rows.c.from_on)
    rows = parts.database.read_now(lambda c: [tuple(row) for row in c.execute(query)])
    assert rows == [
        ("guest", date(2024, 3, 1), date(2024, 3, 19)),
        ("reader", date(2024, 3, 20), None),
    ]


def test_the_same_row_twice_is_brought_in_once_and_another_row_is_refused(parts):
    brought(parts, filled(parts, HALF_WAY), apply=True)
    before = count(parts, events)
    again = brought(parts, filled(parts, HALF_WAY), apply=True)
    assert (again.taken, again.same, again.problem_count, count(parts, events)) == (0, 1, 0, before)
    changed = brought(parts, filled(parts, {**HALF_WAY, "talk": date(2024, 3, 21)}), apply=True)
    assert found(changed) == {(3, "person", "case-differs")}
    assert count(parts, events) == before


def test_rows_that_are_wrong_do_not_keep_the_others_out(parts):
    rows = (
        HALF_WAY,
        {**HALF_WAY, "person": "p-2", "name": "李四", "talk": date(2024, 2, 1)},
        {"person": "p-3", "unit": "circle-2", "apply": date(2026, 5, 1)},
    )
    view = brought(parts, filled(parts, *rows), apply=True)
    assert (view.taken, view.refused, count(parts, cases)) == (2, 1, 2)
    assert found(view) == {(4, "talk", "talk.order")}
    assert "as it was" in view.problems[0].mend
    mended = brought(parts, filled(parts, *rows), apply=True, as_it_was=True)
    assert (mended.taken, mended.same, mended.refused) == (1, 2, 0)
    assert {gap.rule for gap in mended.gaps if gap.kind == "broken"} == {"talk.order"}


WRONG: tuple[tuple[dict[str, object], str, str], ...] = (
    ({"person": None}, "person", "missing"),
    ({"person": "nobody", "name": None}, "person", "person-unknown"),
    ({"name": "李四"}, "name", "name-differs"),
    ({"unit": "nowhere"}, "unit", "unit-unknown"),
    ({"stage": "别处"}, "stage", "not-a-choice"),
    ({"stage": "asking"}, "stage", "case.stage"),
    ({"apply": None}, "apply", "missing"),
    ({"apply": "去年"}, "apply", "not-a-day"),
    ({"apply": date(2019, 1, 1)}, "apply", "version.in-force"),
    ({"talk": "=A1"}, "talk", "formula"),
    ({"talk.by": "nobody"}, "talk.by", "person-unknown"),
    ({"trial.assessment": "2024-09-01，昨天"}, "trial.assessment", "not-a-day"),
    ({"admit.outcome": "admitted"}, "admit.outcome", "without-a-day"),
    ({"notice": date(2026, 6, 2)}, "notice", "notice.future"),
)


def test_every_problem_is_named_by_its_row_and_column(parts):
    rows = [
        {
            key: value
            for key, value in {**HALF_WAY, **change, "key": f"k-{number}"}.items()
            if value is not None
        }
        for number, (change, _, _) in enumerate(WRONG)
    ]
    view = brought(parts, filled(parts, *rows), apply=True)
    assert found(view) >= {(row, column, rule) for row, (_, column, rule) in enumerate(WRONG, 3)}
    assert all(one.detail and one.mend for one in view.problems)
    assert (view.taken, view.refused, count(parts, cases)) == (0, len(WRONG), 0)


def test_two_rows_of_one_case_and_a_second_open_case_are_refused(parts):
    second = {**HALF_WAY, "key": "other"}
    view = brought(parts, filled(parts, HALF_WAY, HALF_WAY, second), apply=True)
    assert found(view) == {
        (4, "person", "case-twice"),
        (4, "person", "case-open"),
        (5, "person", "case-open"),
    }
    assert count(parts, cases) == 1


def test_headings_that_are_wrong_bring_nothing_in(parts):
    view = brought(parts, filled(parts, HALF_WAY, heads={2: "谁", 4: "姓名 Name [name]"}), apply=True)
    assert found(view) == {
        (1, "B", "heading-unknown"),
        (1, "person", "heading-missing"),
        (1, "name", "heading-twice"),
        (1, "unit", "heading-missing"),
    }
    assert count(parts, cases) == 0


def test_what_is_no_workbook_or_names_no_process_is_said_to_be_so(parts):
    assert found(brought(parts, io.BytesIO(b"PK nothing"))) == {(0, "", "damaged")}
    file = filled(parts, HALF_WAY)
    assert found(brought(parts, file, process="nothing")) == {(0, "", "process-unknown")}


def test_whoever_is_stopped_half_way_begins_again_and_loses_nothing(parts, monkeypatch):
    monkeypatch.setattr(importing, "_AT_ONCE", 1)
    rows = [{"person": f"p-{n}", "unit": "circle-1", "apply": date(2026, 5, n)} for n in (1, 2, 3)]
    seen = []

    def stop(more):
        seen.append(more)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(import_cases(parts, filled(parts, *rows), Bringing(by="p-9", apply=True), stop))
    assert count(parts, cases) == 2
    view = brought(parts, filled(parts, *rows), apply=True)
    assert (view.taken, view.same, count(parts, cases)) == (1, 2, 3)


LONG_STORY = (
    {"case": "p-1", "what": "又一次办理 [round]", "step": "talk", "on": "2024-03-10", "outcome": "postponed"},
    {"case": "p-1", "what": "suspended", "on": "2024-10-01", "says": "出国"},
    {"case": "p-1", "what": "恢复", "on": "2024-12-01", "by": "p-9"},
    {"case": "p-1", "what": "moved", "on": "2025-01-15", "unit": "circle-2"},
)


def types_of(parts):
    query = sa.select(events.c.type, events.c.occurred_on).order_by(events.c.seq)
    return [tuple(row) for row in parts.database.read_now(lambda c: c.execute(query).all())]


def test_rounds_suspensions_and_moves_have_a_line_each_and_the_case_goes_on_where_it_is(parts):
    file = filled(parts, HALF_WAY, more=LONG_STORY)
    tried = brought(parts, file)
    assert (tried.taken, tried.problem_count) == (1, 0), tried.problems
    view = brought(parts, file, apply=True)
    assert view.taken == 1
    told = types_of(parts)
    talks = [on for what, on in told if what in {"step-completed", "answer-given"}]
    assert date(2024, 3, 10) in talks
    assert date(2024, 3, 20) in talks
    assert ("case-suspended", date(2024, 10, 1)) in told
    assert ("case-resumed", date(2024, 12, 1)) in told
    assert ("case-transferred", date(2025, 1, 15)) in told
    unit = parts.database.read_now(lambda c: c.execute(sa.select(cases.c.unit_id)).scalar_one())
    assert unit == "circle-2"
    again = brought(parts, file, apply=True)
    assert (again.taken, again.same) == (0, 1)
    other = brought(parts, filled(parts, HALF_WAY, more=LONG_STORY[:3]), apply=True)
    assert found(other) == {(3, "person", "case-differs")}


def test_a_case_that_began_under_a_local_overlay_is_brought_in_under_it(parts):
    north = read_overlay(NORTH, "north.yaml", a_process())
    there = replace(parts, library=Library.of([a_process(), north]))
    began = date(2024, 3, 1)
    parts.database.write_now(
        lambda c: unit_overlays.say(c, "circle-1", "reading-circle", "north", began, "", NOON)
    )
    before = {"person": "p-2", "unit": "circle-1", "apply": date(2024, 2, 1), "talk": "2024-02-20"}
    view = brought(there, filled(there, HALF_WAY, before), apply=True)
    assert view.taken == 2, view.problems
    query = sa.select(cases.c.subject_id, cases.c.version)
    kept = dict(map(tuple, parts.database.read_now(lambda c: c.execute(query).all())))
    assert kept == {"p-1": "1+north", "p-2": "1"}


VOTED_ON: dict[str, object] = {
    "person": "p-1",
    "unit": "circle-1",
    "apply": "2024-03-01",
    "vote": "2024-04-01",
    "vote.notes": "同意",
}
VOTED_ON |= {"vote.eligible": 2, "vote.present": 1, "vote.written": 1, "vote.yes": 2, "vote.wrote": "p-2"}
LOST: dict[str, object] = {
    "case": "p-1",
    "what": "round",
    "step": "vote",
    "on": "2024-03-10",
    "outcome": "lost",
}
LOST |= {"eligible": 2, "present": 1, "written": 1, "yes": 0, "no": 2}


@pytest.fixture
def voting(parts):
    """The same place with a process in which members vote, in writing too."""

    def join(connection):
        for person in ("p-2", "p-3"):
            standings.set_standing(
                connection, person, "member", "circle-1", date(2020, 1, 1), source="import"
            )

    parts.database.write_now(join)
    written = ADMISSION.replace("quorum: {more_than", "written: true\n        quorum: {at_least")
    return replace(parts, library=Library.of([read_process(written, "admission.yaml")]))


def test_who_wrote_is_named_in_every_round(voting):
    view = brought(voting, filled(voting, VOTED_ON, more=[LOST | {"wrote": "p-3"}]), apply=True)
    assert (view.taken, view.problem_count) == (1, 0), view.problems
    votes = voting.database.read_now(
        lambda c: c.execute(sa.select(events.c.data).where(events.c.step == "vote")).scalars().all()
    )
    met = [one["meeting"] for one in map(json.loads, votes) if one.get("meeting")]
    assert [[one["person"] for one in meeting["opinions"]] for meeting in met] == [["p-3"], ["p-2"]]


def test_whoever_is_named_as_having_written_in_another_round_is_known(voting):
    view = brought(voting, filled(voting, VOTED_ON, more=[LOST | {"wrote": "p-7"}]))
    assert (3, "more.wrote", "person-unknown") in found(view)


def test_that_nobody_says_who_wrote_in_another_round_is_kept_as_missing(voting):
    view = brought(voting, filled(voting, VOTED_ON, more=[LOST]))
    assert (view.taken, view.problem_count) == (1, 0), view.problems
    assert ("vote.opinions", "missing", (3,)) in {(gap.rule, gap.kind, gap.first) for gap in view.gaps}


def test_that_more_are_named_as_having_written_than_were_counted_is_a_broken_rule(voting):
    told = filled(voting, VOTED_ON, more=[LOST | {"wrote": "p-2, p-3"}])
    assert (3, "vote", "vote.opinions") in found(brought(voting, told))
    view = brought(voting, told, as_it_was=True)
    assert (view.taken, view.problem_count) == (1, 0), view.problems
    assert ("vote.opinions", "broken", (3,)) in {(gap.rule, gap.kind, gap.first) for gap in view.gaps}


def test_objections_and_answers_are_told_of_a_notice(parts):
    row = HALF_WAY | {"stage": None, "notice.published": "2025-04-01", "notice": "2025-04-12"}
    more = [
        {"case": "p-1", "what": "objection", "step": "notice", "on": "2025-04-02", "says": "有意见"},
        {"case": "p-1", "what": "answer", "step": "notice", "on": "2025-04-03", "says": "已核实"},
    ]
    view = brought(parts, filled(parts, row, more=more), apply=True)
    assert (view.taken, view.problem_count) == (1, 0), view.problems
    assert sum(what == "entry-added" and on.month == 4 for what, on in types_of(parts)) == 3


@pytest.mark.parametrize(
    "line,problem",
    [
        ({"case": "p-7", "what": "resumed", "on": "2024-10-01"}, ("more.case", "more-of-nobody")),
        ({"case": "p-1", "what": "round", "on": "2024-10-01"}, ("more.step", "more-of-no-step")),
        (
            {"case": "p-1", "what": "answer", "step": "talk", "on": "2024-10-01"},
            ("more.step", "more-of-no-step"),
        ),
        ({"case": "p-1", "what": "moved", "on": "2024-10-01"}, ("more.unit", "missing")),
        ({"case": "p-1", "what": "moved", "on": "2024-10-01", "unit": "x"}, ("more.unit", "unit-unknown")),
        ({"case": "p-1", "what": "dancing", "on": "2024-10-01"}, ("more.what", "not-a-choice")),
        ({"case": "p-1", "what": "resumed"}, ("more.on", "missing")),
        ({"case": "p-1", "what": "suspended", "on": "2024-10-01", "by": "x"}, ("more.by", "person-unknown")),
        (
            {"case": "p-1", "what": "round", "step": "talk", "on": "2024-03-10", "yes": 3},
            ("more.eligible", "missing"),
        ),
        ({"case": "p-1", "what": "resumed", "on": "2024-10-01"}, ("apply", "case.resumed")),
    ],
)
def test_what_is_wrong_in_the_sheet_for_more_is_listed_by_its_line_and_column(parts, line, problem):
    view = brought(parts, filled(parts, HALF_WAY, more=[line]))
    assert found(view) == {(3, *problem)}
