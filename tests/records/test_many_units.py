"""Lists of whoever holds a post above so many units that people and posts are looked at in turn."""

from datetime import date

from records import organisation, visible
from tests.builders import SECRETARY
from tests.records.organisations import AUDITOR, SINCE, an_organisation

TODAY = date(2025, 6, 1)
CIRCLES = 120


def a_wide_organisation(connection):
    """One committee of the auditor's with a hundred circles and more, and another root that is not."""
    an_organisation(connection)
    organisation.add_unit(connection, id="elsewhere", kind="committee", name="另一委员会")
    places = [f"wide-{number}" for number in range(CIRCLES)]
    for place in places:
        organisation.add_unit(connection, id=place, kind="circle", name=place, parent="committee-1")
    for place in (*places, "elsewhere"):
        organisation.add_person(connection, id=f"p-{place}", name="周周")
        organisation.add_post(
            connection,
            id=f"post-{place}",
            person_id=f"p-{place}",
            role="host",
            unit_id=place,
            from_on=SINCE,
        )


def all_pages(database, read, **asked):
    """The ids of every page, in order."""
    found, cursor = [], None
    while True:
        page = database.read_now(lambda c, at=cursor: read(c, today=TODAY, cursor=at, limit=50, **asked))
        found += [one.id for one in page.items]
        cursor = page.next
        if cursor is None:
            return found


def test_the_posts_and_people_below_many_units_are_listed_once_in_order_and_no_others(database):
    database.write_now(a_wide_organisation)
    below = sorted(f"wide-{number}" for number in range(CIRCLES))

    posts = all_pages(database, visible.list_posts, viewer=AUDITOR, role="host")
    assert posts == sorted([*(f"post-{place}" for place in below), "post-person-3"])
    bearers = all_pages(database, visible.list_people, viewer=AUDITOR, q="周")
    assert bearers == [f"p-{place}" for place in below]
    assert all_pages(database, visible.list_people, viewer=SECRETARY, q="周") == []


def test_people_of_a_unit_above_many_are_those_who_belong_there_whatever_else_is_seen(database):
    database.write_now(a_wide_organisation)
    below = sorted(f"p-wide-{number}" for number in range(CIRCLES))
    asked = {"viewer": AUDITOR, "unit_id": "committee-1"}
    assert all_pages(database, visible.list_people, **asked, q="周") == below
    everybody = all_pages(database, visible.list_people, **asked)
    assert everybody == sorted(set(everybody))
    assert set(below) < set(everybody)
    assert "p-elsewhere" not in everybody
    assert all_pages(database, visible.list_people, viewer=SECRETARY, unit_id="committee-1", q="周") == []
