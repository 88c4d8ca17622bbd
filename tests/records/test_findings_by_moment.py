"""Findings are listed from the latest on, without asking every case or unit there is for its own."""

from datetime import date

import pytest

from records import findings, pattern_findings
from records.cursors import cursor_of
from records.findings import FindingFilter
from records.scope import Scope
from tests.records.explaining import explained
from tests.records.organisations import an_organisation

DAY = date(2026, 3, 2)
SCOPES = {
    "everything": Scope("overseer", DAY, everything=True),
    "a unit": Scope("secretary", DAY, everything=False, units=("circle",)),
}
FILTERS = {
    "all": FindingFilter(),
    "unit": FindingFilter(unit="circle"),
    "state": FindingFilter(state="raised"),
    "rule": FindingFilter(rule="A", process="reading-circle", level="finding"),
    "without": FindingFilter(without=("case-1",)),
}
CURSORS = {"first page": None, "next page": cursor_of("2026-03-02T08:00:00.000000+00:00", "finding-1")}
LISTS = {
    "findings": lambda c, scope, asked, cursor: findings.list_findings(c, scope, asked, cursor=cursor),
    "pattern_findings": lambda c, scope, asked, cursor: pattern_findings.list_findings(
        c, scope, asked, cursor=cursor, limit=30
    ),
}


@pytest.mark.parametrize("table", LISTS)
@pytest.mark.parametrize("cursor", CURSORS.values(), ids=CURSORS)
@pytest.mark.parametrize("asked", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_nothing_is_read_through_before_the_findings(sqlite_database, table, scope, asked, cursor):
    def plans(connection):
        an_organisation(connection)
        with explained(connection, lambda _: True) as found:
            LISTS[table](connection, scope, asked, cursor)
        return found

    (plan,) = sqlite_database.write_now(plans)
    assert plan[0].split(" (")[0] in {
        f"SCAN {table} USING INDEX ix_{table}_raised_at_id",
        f"SEARCH {table} USING INDEX ix_{table}_raised_at_id",
    }
    assert not [line for line in plan if line.startswith(("SCAN cases", "SCAN units"))]
