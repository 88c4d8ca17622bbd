"""Lists in a record that was seeded: every statement finds its rows by an index, on both databases."""

import asyncio

import pytest

from bench.growth.asking import ask_all
from bench.growth.loading import load_postgresql, load_sqlite
from bench.growth.opening import opened
from bench.growth.patterns import read_patterns
from bench.growth.plans import overheard, scans, without_index
from bench.growth.questions import look_around, questions
from bench.growth.seeding import Seeds, Size
from bench.growth.told_plans import BEGIN, END, NoPlace, heard_by_list, ways, with_plans
from tests.databases import KINDS, fresh_postgres

# Both records are seeded after one demonstration, which takes longer than the rest: one process makes it.
pytestmark = pytest.mark.xdist_group("growth")

TINY = Size("tiny", departments=2, committees=4, open_cases=180)


@pytest.fixture(scope="session")
def seeds(tmp_path_factory):
    return Seeds(read_patterns(tmp_path_factory.mktemp("patterns")), TINY)


@pytest.fixture(scope="module", params=KINDS)
def seeded(request, tmp_path_factory, seeds):
    """The address of a record that every test of this module reads, and leaves as it was."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("growth") / "accede.db"
        load_sqlite(path, seeds, TINY)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgres_template")
    with fresh_postgres(request.getfixturevalue("postgres_server"), f"TEMPLATE {template}") as address:
        load_postgresql(address, seeds, TINY)
        yield address


def asked(address):
    """Ask every question and return the times and the statements that were needed."""
    with opened(address) as parts, overheard() as heard:
        world = parts.database.read_now(look_around)
        return asyncio.run(ask_all(parts, [questions(world, 1)])), heard


def test_no_list_reads_a_table_of_cases_through(seeded):
    times, heard = asked(seeded)
    assert {kind for kind, _ in times} >= {"inbox", "cases", "search", "history", "people", "messages"}
    assert len(heard) > 50
    assert scans(seeded, heard) == {}


def test_a_missing_index_is_found(seeded):
    _, heard = asked(seeded)
    with without_index(seeded, "ix_obligations_person_id_created_at_id"):
        assert "obligations" in scans(seeded, heard).values()


def test_the_indexes_by_which_a_list_is_found_are_written_into_the_page(seeded):
    with opened(seeded) as parts:
        heard = asyncio.run(heard_by_list(parts, parts.database.read_now(look_around)))
    found = ways(seeded, {"messages": heard["messages"]})
    assert {"cases", "obligations", "people", "units"} <= set(found["messages"])
    assert "obligations_person_id_created_at_id" in found["messages"]["obligations"]
    page = with_plans(f"before {BEGIN}old {END} after", {"here": found})
    assert (page.startswith(f"before {BEGIN}"), page.endswith(f"{END} after"), "old" in page) == (
        True,
        True,
        False,
    )
    assert "| messages | here | " in page
    with pytest.raises(NoPlace):
        with_plans("no marks", {})
