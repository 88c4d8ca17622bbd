"""Everything that is known of one person, in one answer: what he holds and held, and what bars him."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from records import organisation, past, restrictions, visible
from records.organisation import Delegation
from records.problems import NotFound
from services.near import is_near
from services.parts import Caller, Parts
from services.past import PersonThenView
from services.people import delegation_views, person_view, post_view, with_endings
from services.restrictions import RestrictionView, restriction_view
from services.standings import StandingView, standing_views

_MANY = 200


class PersonWholeView(PersonThenView):
    """A person as of today. Posts and delegations are those the caller sees, ended ones too."""

    standings: tuple[StandingView, ...]
    """With what follows for the person, and for posts in a unit of one of them or above; else empty."""
    restriction_words: tuple[RestrictionView, ...]


async def whole_person(parts: Parts, caller: Caller, person_id: str) -> PersonWholeView:
    """Return a person within the caller's scope. Raises NotFound."""
    today = parts.today()

    def work(connection: Connection) -> PersonWholeView:
        found = visible.find_person(connection, person_id, viewer=caller.person, today=today)
        stood = visible.present_standings(connection, (person_id,), today).get(person_id)
        held = visible.list_posts(
            connection, viewer=caller.person, today=today, person_id=person_id, limit=_MANY
        ).items
        lent = organisation.list_delegations(connection, person_id=person_id, limit=_MANY).items
        near = is_near(connection, caller.person, person_id, today)
        words = restrictions.history_of(connection, person_id) if near else ()
        return PersonWholeView(
            **person_view(found, stood).model_dump(),
            posts=with_endings(connection, (post_view(post, found.name) for post in held)),
            delegations=delegation_views(
                connection, [one for one in lent if _sees(connection, caller, one, today)]
            ),
            restrictions=past.restrictions_then(connection, person_id, today) if near else (),
            standings=standing_views(connection, person_id) if near else (),
            restriction_words=tuple(map(restriction_view, words)),
        )

    return await parts.read(work)


def _sees(connection: Connection, caller: Caller, lent: Delegation, today: date) -> bool:
    try:
        visible.find_delegation(connection, lent.id, viewer=caller.person, today=today)
    except NotFound:
        return False
    return True
