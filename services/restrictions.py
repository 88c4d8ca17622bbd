"""What bars people, with its days, for those around them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from domain.values import Text, Value
from records import people_over_time, restrictions
from records.restrictions import Restriction
from records.unit_changes import Said
from services.asking import Asking, once
from services.near import check_administers, check_near
from services.parts import Caller, Parts
from services.refusals import Contradiction, InvalidInput
from services.views import From, Page, To, View


class NewRestriction(Value):
    """Something to bar a person from, until `to` (the last day) or until further notice."""

    restriction: str
    reason: str
    from_: date
    to: date | None = None


class Correction(Value):
    """Other days of a restriction; a `to` before `from`: it never was."""

    reason: str
    from_: date
    to: date | None = None


class RestrictionView(View):
    """A word about a restriction; of several with the same `id` the one with the highest `number` counts."""

    id: str
    number: int
    restriction: str
    from_: From
    to: To = None
    reason: str | None
    recorded_at: datetime | None
    recorded_by: str | None


async def restrictions_of(parts: Parts, caller: Caller, person: str) -> Page[RestrictionView]:
    """Return all that was ever said of what bars somebody. Raises NotFound, NotPermitted.

    For himself, and for those with a post in a unit he has or had a standing in, or above it.
    """

    def work(connection: Connection) -> Page[RestrictionView]:
        check_near(connection, caller.person, person, parts.today())
        found = restrictions.history_of(connection, person)
        return Page(items=tuple(restriction_view(word) for word in found))

    return await parts.read(work)


async def restrict(
    parts: Parts, caller: Caller, person: str, new: NewRestriction, *, key: str | None = None
) -> RestrictionView:
    """Put somebody else under a restriction that some process knows.

    Asked of an administrator of the unit of his standing, or above it. Raises NotFound, NotPermitted,
    InvalidInput, Contradiction.
    """

    def work(asking: Asking) -> RestrictionView:
        check_administers(asking, person)
        known = {name for process in parts.library for name in process.restrictions}
        if new.restriction not in known:
            raise InvalidInput("restriction", Text(zh="没有这种限制", en="there is no such restriction"))
        said = Said(caller.person, parts.clock(), new.reason)
        made = restrictions.add_restriction(
            asking.connection, person, new.restriction, new.from_, new.to, said
        )
        return restriction_view(made)

    return await once(parts, caller, key, ("restriction", person, new), RestrictionView, work)


async def correct(
    parts: Parts, caller: Caller, person: str, restriction: str, new: Correction, *, key: str | None = None
) -> RestrictionView:
    """Say that a restriction has other days; what was said before stays. Raises the same as `restrict`."""

    def work(asking: Asking) -> RestrictionView:
        people_over_time.keep_others_out(asking.connection, person)
        check_administers(asking, person)
        last = restrictions.history_of(asking.connection, person, restriction)[-1]
        if (last.from_on, last.to_on) == (new.from_, new.to):
            raise Contradiction(Text(zh="期间没有变化。", en="These are its days already."))
        said = Said(caller.person, parts.clock(), new.reason)
        made = restrictions.correct_restriction(
            asking.connection, person, restriction, new.from_, new.to, said
        )
        return restriction_view(made)

    request = ("correct-restriction", person, restriction, new)
    return await once(parts, caller, key, request, RestrictionView, work)


def restriction_view(word: Restriction) -> RestrictionView:
    """Return a word about a restriction."""
    return RestrictionView(
        id=word.id,
        number=word.number,
        restriction=word.restriction,
        from_=word.from_on,
        to=word.to_on,
        reason=word.reason,
        recorded_at=word.recorded_at,
        recorded_by=word.recorded_by,
    )
