"""What asking for permission costs: nothing beyond what a read asks anyway, however many rights there are."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from domain.library import Library, UnknownProcess
from domain.reading import read_process
from records import cases as recorded
from records import organisation, registers
from records.prepared import watched
from records.registers import ActedOn
from services import cases
from services.case_views import case_view
from services.cases import CaseFilter
from services.parts import Caller
from services.seeing import look_by
from tests.api.world import BALLOT, HOST, NOBODY, PARENT, SECRETARY, SIBLING, SINCE, SUBJECT


@contextmanager
def counted():
    """The statements sent for the length of a block."""
    sent = []

    def note(_connection, _cursor, text, *_more):
        sent.append(text)

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        with watched(sent.append):
            yield sent
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)


async def without_asking(world, case, who):
    """Read a case as it is read, for somebody of whom nothing is asked."""
    today, parts = world.parts.today(), world.parts

    def work(connection):
        found = recorded.find_case(connection, parts.library, case["id"], None)
        around = registers.surroundings(connection, found.process, found.case, who, ActedOn(today, today))
        look = look_by(parts, found.process, found.case, around)
        return case_view(connection, parts, Caller(who), look, found.head, known=around.known)

    with counted() as sent:
        await parts.read(work)
    return sent


@pytest.mark.parametrize("who", [SUBJECT, SECRETARY, HOST, PARENT])
async def test_a_case_is_read_with_the_statements_it_takes_without_asking_for_permission(world, who):
    case = await world.start()
    with counted() as sent:
        await cases.shown(world.parts, Caller(who), case["id"])
    assert sent
    assert sent == await without_asking(world, case, who)


async def test_a_list_asks_once_for_the_posts_of_who_asks_however_many_cases_and_rights_there_are(world):
    await world.start()

    async def listed():
        with counted() as sent:
            page = await cases.listed(world.parts, Caller(SECRETARY), CaseFilter())
        return len(page.items), len([one for one in sent if one != "BEGIN"])

    assert await listed() == (1, 2)
    for subject in (HOST, NOBODY):
        await world.start(subject)

    def more(connection):
        for unit in ("circle-2", "group-1", "committee-1"):
            organisation.add_post(
                connection, person_id=SECRETARY, role="secretary", unit_id=unit, from_on=SINCE
            )

    await world.parts.database.write(more)
    assert await listed() == (3, 2)


async def test_a_case_that_cannot_be_read_any_more_is_none_for_whom_it_was_none(world):
    case = await world.start()
    # The definition it follows was taken away.
    other = replace(world.parts, library=Library.of([read_process(BALLOT, "ballot.yaml")]))
    world.client._transport.app.state.parts = other
    for who in (NOBODY, SIBLING):
        assert (await world.get(f"/v1/cases/{case['id']}", who)).status_code == 404
    with pytest.raises(UnknownProcess):
        await cases.shown(other, Caller(SECRETARY), case["id"])


async def test_documents_of_ones_own_are_named_without_asking_what_else_one_sees(world):
    files = {"file": ("scan.txt", b"scan", "text/plain")}
    handed_in = await world.client.post("/v1/materials", files=files, headers=world.by(SUBJECT))
    with counted() as sent:
        await world.start(materials={"scan": [handed_in.json()["id"]]})
    assert any("FROM materials" in one for one in sent)
    # The one question that counts the roots of the tree is what somebody sees.
    assert not [one for one in sent if "AS roots" in one]
