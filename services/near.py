"""Who is near enough to somebody to be told what is known of him, or to change it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from records import erasures, organisation, past, people_over_time, restrictions, visible
from services.asking import Asking
from services.books.faults import WORDS
from services.refusals import Contradiction, NotPermitted


def is_near(connection: Connection, who: str, person: str, today: date) -> bool:
    """Whether somebody is the person, or has a post in a unit of one of his standings, or above it.

    One that was said never to have been counts, so that whoever said so can see it.
    """
    if who == person:
        return True
    units = {stood.unit for stood in restrictions.standings_of(connection, person)}
    units |= {word.unit for word in people_over_time.words_about_standings(connection, person)}
    return past.holds_above(connection, who, sorted(units), today)


def check_near(connection: Connection, who: str, person: str, today: date) -> None:
    """Raise the record's NotFound where somebody does not see a person, NotPermitted where he is not near."""
    visible.find_person(connection, person, viewer=who, today=today)
    if not is_near(connection, who, person, today):
        raise NotPermitted


def check_administers(asking: Asking, person: str, *, or_nobody: bool = False) -> None:
    """Raise NotPermitted unless somebody else asks who administers the unit of a person's standing today.

    Where he has none it is that of a post he holds. With `or_nobody`, somebody with neither is nobody's, and
    what else has to be administered is asked elsewhere. Raises the record's NotFound.
    """
    visible.find_person(asking.connection, person, viewer=asking.who, today=asking.today)
    if person == asking.who:
        raise NotPermitted
    stood = visible.present_standings(asking.connection, (person,), asking.today).get(person)
    if stood is not None:
        asking.check_administers(stood[1])
        return
    held = organisation.posts_held(asking.connection, person, asking.today)
    nobodys = or_nobody and not held
    if not nobodys and not any(asking.administers(post.unit) for post in held):
        raise NotPermitted


def check_not_erased(connection: Connection, person: str) -> None:
    """Raise Contradiction where somebody was erased: nobody writes him down again, nor gives him anything."""
    if erasures.erased_among(connection, (person,)):
        raise Contradiction(WORDS["erased"])
