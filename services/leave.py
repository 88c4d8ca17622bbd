"""Out of office: somebody says when he is away, and who does his work by which post meanwhile.

Being away takes no right: whoever acts all the same acts by right. It counts where it is asked whether a
step will have its people.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection

from domain.values import Value
from records import absences, organisation, post_notes, visible
from records.absences import Absence
from records.problems import NotFound
from services.asking import Asking, once
from services.parts import Caller, Parts
from services.people import delegation_views
from services.posts import NewDelegation, lent
from services.refusals import Contradiction
from services.revoking import revoked
from services.views import AbsenceView


class Substitution(Value):
    """Who does the work of one of one's posts: all of it, or that of some cases."""

    post: str
    substitute: str
    processes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


class Leave(Value):
    """Days on which somebody will be away: from today where `from_` is left out, to a last day."""

    from_: date | None = None
    to: date
    substitutes: tuple[Substitution, ...] = ()


async def go_away(parts: Parts, caller: Caller, leave: Leave, *, key: str | None = None) -> AbsenceView:
    """Say that the caller is away, and lend his posts for that time. No post has to be lent.

    Raises NotFound for a post that is not his own, InvalidInput, Contradiction for days gone by.
    """

    def work(asking: Asking) -> AbsenceView:
        from_on = leave.from_ or asking.today
        if from_on < asking.today:
            raise Contradiction
        made = absences.add_absence(asking.connection, caller.person, from_on, leave.to, parts.clock())
        for one in leave.substitutes:
            post = visible.find_post(asking.connection, one.post, viewer=caller.person, today=asking.today)
            if post.person != caller.person:
                raise NotFound("not one's own post")
            to = leave.to if post.to_on is None else min(leave.to, post.to_on)
            new = NewDelegation(from_=max(from_on, post.from_on), to=to, **one.model_dump())
            lent(asking, parts, new, absence=made.id)
        return absence_views(asking.connection, (made,))[0]

    return await once(parts, caller, key, ("absence", leave), AbsenceView, work)


async def come_back(parts: Parts, caller: Caller, absence_id: str, *, key: str | None = None) -> AbsenceView:
    """Say that the caller is back today, or does not go: what was lent for that time is taken back at once.

    Raises NotFound, Contradiction where it is over.
    """

    def work(asking: Asking) -> AbsenceView:
        connection = asking.connection
        post_notes.keep_others_out(connection)
        found = absences.absence(connection, absence_id)
        if found.person != caller.person:
            raise NotFound("no such absence")
        if found.to_on < asking.today or found.ended_at is not None:
            raise Contradiction
        for each in absences.tied_to(connection, (absence_id,)).get(absence_id, ()):
            delegation = organisation.delegation(connection, each)
            if delegation.revoked_at is None and (
                delegation.to_on is None or delegation.to_on >= asking.today
            ):
                revoked(asking, parts, delegation, None)
        last = max(asking.today, found.from_on) - timedelta(days=1)
        return absence_views(
            connection, (absences.end_absence(connection, absence_id, last, parts.clock()),)
        )[0]

    return await once(parts, caller, key, ("end-absence", absence_id), AbsenceView, work)


def present_and_coming(connection: Connection, person: str, today: date) -> tuple[AbsenceView, ...]:
    """Return the absences of somebody that are not over."""
    return absence_views(connection, absences.absences_since(connection, (person,), today))


def absence_views(connection: Connection, found: tuple[Absence, ...]) -> tuple[AbsenceView, ...]:
    """Return absences with what is lent because of each."""
    tied = absences.tied_to(connection, [one.id for one in found])
    return tuple(
        AbsenceView(
            id=one.id,
            from_=one.from_on,
            to=one.to_on,
            recorded_at=one.recorded_at,
            ended_at=one.ended_at,
            delegations=delegation_views(
                connection, organisation.delegations_by_id(connection, tied.get(one.id, ()))
            ),
        )
        for one in found
    )
