"""Pages of patterns and of fairness with something in them: texts beside each other, groups with numbers."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from records import pattern_runs, tables
from records.pattern_runs import Result, Run
from tests.api.world import AUDITOR, NOBODY, NOON, PARENT, SUBJECT, a_world
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.looks import a_kept_look
from tests.web.furnished import Furnished
from tests.web.registry import Page
from web.pages import patterns

LETTER = "我自愿申请加入读书会，三年来坚持每周读书，写下了心得，也愿意帮助新来的同学整理书架和登记借还。"


@pytest.fixture
async def world(sqlite_database):
    made = await a_world(sqlite_database)
    yield made
    await made.client.aclose()


async def seen(world, path, by=AUDITOR):
    answer = await Furnished(world).ask(Page(path, by=by))
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


async def test_what_two_texts_share_is_marked_beside_each_other_for_an_auditor(world):
    cases = [await world.start(SUBJECT, fields={"letter": LETTER})]
    cases.append(await world.start(NOBODY, fields={"letter": LETTER.replace("三年", "两年")}))

    def places(connection):
        query = sa.select(tables.events.c.case_id, tables.events.c.seq).where(
            tables.events.c.type == "step-completed", tables.events.c.step == "apply"
        )
        return [[row.case_id, row.seq, "texts.letter"] for row in connection.execute(query)]

    stands = await world.parts.read(places)
    told = {"process": "", "person": "", "narrowed": "", "population": 9, "figure": 3, "threshold": 3}
    told |= {"chance": None, "people": [], "cases": [case["id"] for case in cases], "pairs": [stands]}
    run = await a_kept_look(world.parts, "circle-1")
    result = Result(9, "copied-texts", "circle-1", told)
    latest = Run("f" * 32, NOON, NOON.date(), None, None, (await found_run(world, run)).told)
    await world.parts.write(lambda c: pattern_runs.keep(c, latest, (result,)))
    page = await seen(world, f"/audit/patterns/{latest.id}/9")
    assert page.count("<blockquote>") == 2
    marked = re.findall("<mark>(.*?)</mark>", page)
    assert len(marked) == 4
    assert "三年" not in "".join(marked)


async def found_run(world, run):
    return await world.parts.read(lambda c: pattern_runs.find_run(c, run))


async def test_only_who_audits_the_unit_is_shown_a_pattern(world):
    run = await a_kept_look(world.parts, "circle-1")
    assert "总在最后一天" in await seen(world, "/audit/patterns")
    assert "总在最后一天" not in (await seen(world, "/audit/patterns", PARENT)).partition("<main")[2]
    answer = await Furnished(world).ask(Page(f"/audit/patterns/{run}/1", by=PARENT))
    assert answer.status_code == 404


def listed(page):
    return re.findall('<th scope="row" class="depth-[0-9]">(.*?)</th>', page)


async def test_groups_are_shown_with_numbers_and_small_ones_not(world, monkeypatch):
    await world.start(SUBJECT)
    began = NOON.date() - timedelta(days=400)

    def copied(connection):
        row = dict(connection.execute(sa.select(tables.cases)).mappings().one())
        ended = {"status": "closed", "outcome": "joined", "closed_on": began + timedelta(days=210)}
        rows = [
            row | {"id": f"copy-{n}", "open_key": None, "opened_on": began, "unit_id": unit} | ended
            for n, unit in enumerate(["circle-1"] * 8 + ["circle-2"] * 3)
        ]
        rows += [row | {"id": f"open-{n}", "open_key": None, "opened_on": began} for n in range(6)]
        connection.execute(sa.insert(tables.cases), rows)

    await world.parts.database.write(copied)
    page = await seen(world, "/audit/fairness")
    assert "<td>17</td>" in page
    assert "210天" in page
    # Three would be what fourteen of seventeen leave over.
    assert ("第一读书会" in page.partition("<table")[2], "第二读书会" in page.partition("<table")[2]) == (
        False,
        False,
    )
    paper = await Furnished(world).ask(Page("/audit/fairness/pdf", by=AUDITOR))
    assert paper.content.startswith(b"%PDF")
    monkeypatch.setattr(patterns, "_ROWS", 1)
    each = [await seen(world, f"/audit/fairness?cursor={number}") for number in range(len(listed(page)))]
    assert [listed(one) for one in each] == [[row] for row in listed(page)]
    assert ['rel="next"' in one for one in each] == [True] * (len(each) - 1) + [False]
    assert len(each) > 1
