"""What patterns ask beside histories."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from records import tables
from records.pattern_facts import cases_of_kin
from tests.builders import HOST, SECRETARY, SUBJECT
from tests.records.walks import BEGIN

DAY = timedelta(days=1)


def related(database, relative, from_on, to_on):
    row = {
        "relation_id": relative,
        "person_id": SUBJECT,
        "relative_id": relative,
        "kind": "spouse",
        "from_on": from_on,
        "to_on": to_on,
        "stated_by": relative,
    }
    database.write_now(lambda connection: connection.execute(sa.insert(tables.relations).values(**row)))


@pytest.mark.parametrize("relative", [HOST, SECRETARY])
@pytest.mark.parametrize(
    "from_on, to_on, counts",
    [
        (date(2010, 1, 1), None, True),
        (date(2010, 1, 1), BEGIN, True),
        (date(2010, 1, 1), BEGIN - DAY, False),
        (BEGIN + 30 * DAY, None, True),
        (BEGIN + 31 * DAY, None, False),
        (BEGIN + 5 * DAY, BEGIN + 4 * DAY, False),
    ],
)
def test_a_case_is_of_kin_where_a_relation_lasted_while_it_was_open(begun, relative, from_on, to_on, counts):
    related(begun, relative, from_on, to_on)

    found = begun.read_now(lambda connection: cases_of_kin(connection, BEGIN + 30 * DAY))

    assert found == (frozenset({"case-1"}) if counts else frozenset())
