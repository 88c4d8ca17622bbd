"""What is unread is found without reading the messages that were read, however few people have any unread."""

import pytest
import sqlalchemy as sa

from records import notifications
from records.tables import obligations
from tests.builders import HOST, SECRETARY, SUBJECT, noon
from tests.records.explaining import explained
from tests.records.organisations import ADMIN, OUTSIDER, an_organisation
from tests.records.walks import BEGIN, start

NOW = noon(BEGIN)
CLOSED = {"case-1": frozenset({"other"})}


def second_page(connection):
    first = notifications.list_notices(connection, SECRETARY, unread=True, limit=5)
    return notifications.list_notices(connection, SECRETARY, unread=True, limit=5, cursor=first.next)


WAYS = {
    "list": lambda c: notifications.list_notices(c, SECRETARY, unread=True, limit=5),
    "second page": second_page,
    "list of a kind": lambda c: notifications.list_notices(c, SECRETARY, unread=True, kinds=["task-opened"]),
    "list of who keeps out": lambda c: notifications.list_notices(c, SECRETARY, unread=True, closed=CLOSED),
    "count": lambda c: notifications.count_unread(c, SECRETARY),
    "count of who keeps out": lambda c: notifications.count_unread(c, SECRETARY, closed=CLOSED),
    "mark all": lambda c: notifications.mark_read(c, SECRETARY, None, NOW),
    "mark all of who keeps out": lambda c: notifications.mark_read(c, SECRETARY, None, NOW, closed=CLOSED),
}


def tell(connection):
    """Owe twenty messages to one person, who read none, and one to each of four others, who read it."""
    an_organisation(connection)
    start(connection)
    like = dict(connection.execute(sa.select(obligations)).mappings().one())
    connection.execute(sa.delete(obligations))
    each = [SECRETARY] * 20 + [SUBJECT, HOST, OUTSIDER, ADMIN]
    rows = [
        like
        | {"id": f"told-{number}", "message_id": f"told-{number}@example.org", "person_id": person}
        | {"created_at": NOW, "read_at": None if person == SECRETARY else NOW}
        for number, person in enumerate(each)
    ]
    connection.execute(sa.insert(obligations), rows)


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
def test_only_the_index_of_what_is_unread_is_read_once_rows_were_counted(sqlite_database, ask):
    sqlite_database.write_now(tell)

    def overheard(connection):
        # Now SQLite takes it that somebody has five messages, and twenty where he has any unread.
        connection.exec_driver_sql("ANALYZE")
        with explained(connection, lambda text: "read_at IS NULL" in text) as found:
            ask(connection)
        return found

    plans = sqlite_database.write_now(overheard)
    assert plans
    for plan in plans:
        assert [line for line in plan if "ix_obligations_unread" in line]
        assert not [line for line in plan if "ix_obligations_person_id" in line]


def test_what_is_unread_is_the_same_on_either_database(database):
    database.write_now(tell)
    assert database.read_now(lambda c: notifications.count_unread(c, SECRETARY)) == 20
    assert len(database.read_now(lambda c: notifications.list_notices(c, SECRETARY, unread=True)).items) == 20
    assert len(database.read_now(second_page).items) == 5
    assert database.write_now(lambda c: notifications.mark_read(c, SECRETARY, None, NOW)) == 20
    assert database.read_now(lambda c: notifications.count_unread(c, SECRETARY)) == 0
    assert database.read_now(lambda c: notifications.list_notices(c, SECRETARY, unread=True)).items == ()
