"""Drafts are their owner's alone, and go with whom they are about."""

from datetime import timedelta

import pytest

from records.drafts import add_draft, change_draft, draft, forget_drafts, list_drafts, remove_draft
from records.problems import NotFound
from tests.builders import HOST, SECRETARY, SUBJECT, noon
from tests.records.organisations import an_organisation
from tests.records.walks import BEGIN

LATER = noon(BEGIN) + timedelta(hours=1)


@pytest.fixture
def kept(database):
    database.write_now(an_organisation)
    content = f'{{"subject": "{SUBJECT}"}}'
    return database, database.write_now(lambda c: add_draft(c, SECRETARY, "start", content, noon(BEGIN)))


def test_a_draft_is_read_changed_and_listed_by_its_owner_alone(kept):
    database, made = kept
    database.write_now(lambda c: change_draft(c, SECRETARY, "start", made.id, '{"a": 1}', LATER))
    (found,) = database.read_now(lambda c: list_drafts(c, SECRETARY, "start"))
    assert (found.content, found.created_at, found.changed_at) == ('{"a": 1}', noon(BEGIN), LATER)
    assert database.read_now(lambda c: list_drafts(c, HOST, "start")) == ()
    with pytest.raises(NotFound):
        database.read_now(lambda c: draft(c, HOST, "start", made.id))
    with pytest.raises(NotFound):
        database.write_now(lambda c: change_draft(c, HOST, "start", made.id, "{}", LATER))
    database.write_now(lambda c: remove_draft(c, HOST, "start", made.id))
    assert database.read_now(lambda c: draft(c, SECRETARY, "start", made.id)).id == made.id
    database.write_now(lambda c: remove_draft(c, SECRETARY, "start", made.id))
    assert database.read_now(lambda c: list_drafts(c, SECRETARY, "start")) == ()


def test_a_draft_of_another_kind_is_not_there(kept):
    database, made = kept
    with pytest.raises(NotFound):
        database.read_now(lambda c: draft(c, SECRETARY, "agenda", made.id))
    with pytest.raises(NotFound):
        database.write_now(lambda c: change_draft(c, SECRETARY, "agenda", made.id, "{}", LATER))
    database.write_now(lambda c: remove_draft(c, SECRETARY, "agenda", made.id))
    assert database.read_now(lambda c: draft(c, SECRETARY, "start", made.id)).content == made.content


@pytest.mark.parametrize("person, stays", [(SECRETARY, 0), (SUBJECT, 0), (HOST, 1)])
def test_a_draft_goes_with_its_owner_and_with_whom_it_is_about(kept, person, stays):
    database, _ = kept
    database.write_now(lambda c: forget_drafts(c, person))
    assert len(database.read_now(lambda c: list_drafts(c, SECRETARY, "start"))) == stays
