"""Fills an empty record with a demonstration: an organisation, logins, and twelve people on their way.

Everything is invented, and made through the same acts as real cases, on a clock that is set back: each act
was recorded on its day, and every rule was asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from sqlalchemy import Connection

from records import accounts as kept
from records import organisation, shortages, units
from records.standings import set_standing
from services import accounts
from services.auditing import audit_all
from services.demo_cases import live_through
from services.demo_lives import PLANS
from services.demo_organisation import LOGINS, PEOPLE, UNITS, demo_id
from services.demo_voices import speak
from services.parts import Parts

__all__ = ["LOGINS", "NotEmpty", "fill_organisation", "has_demo_logins", "seed"]

_BEGAN = date(2010, 1, 1)
"""Since when everybody holds their posts, so that no act of the demonstration lies before them."""

Progress = Callable[[str, int, int], None]


class NotEmpty(Exception):
    """The record holds somebody's own data, which a demonstration must not be mixed with."""


async def seed(parts: Parts, progress: Progress = lambda _what, _done, _all: None) -> bool:
    """Fill the record as of today, and return whether there was anything to do.

    Goes on where it was interrupted. `progress` is told whose case comes next, and how many of how many are
    done. Raises NotEmpty for a record that holds anything else.
    """
    if await has_demo_logins(parts):
        return False
    await parts.write(fill_organisation)
    for number, plan in enumerate(PLANS):
        progress(plan.subject, number, len(PLANS))
        await live_through(parts, plan)
    await audit_all(parts)
    await speak(parts)
    await _look_at_staffing(parts)
    for login in LOGINS:
        # The last of them says that all is there.
        await accounts.add_account(
            parts, login.login, demo_id("person", login.name), login.password, even_if_known=True
        )
    return True


async def _look_at_staffing(parts: Parts) -> None:
    """Look, as workers do every day, which cases will be short of people, and tell whom it concerns."""
    now, today = parts.clock(), parts.today()
    look = partial(shortages.look, library=parts.library, today=today, after="", limit=len(PLANS) + 1)
    seen = await parts.read(look)
    await parts.write(partial(shortages.keep, news=seen.news, now=now, today=today))
    await parts.write(partial(shortages.tell, now=now))


async def has_demo_logins(parts: Parts) -> bool:
    """Whether the published passwords open this record."""
    last = LOGINS[-1]
    account = await parts.read(lambda connection: kept.account(connection, last.login))
    return account is not None and account.person == demo_id("person", last.name)


def fill_organisation(connection: Connection) -> None:
    """Write units, people, posts and standings. Does nothing where they are there. Raises NotEmpty."""
    known = organisation.list_people(connection, limit=1).items
    ours = {person.id for person in PEOPLE}
    if known:
        if known[0].id not in ours:
            raise NotEmpty("the record holds people already: a demonstration needs a record of its own")
        return
    for unit in UNITS:
        units.add_unit(
            connection,
            id=unit.id,
            kind=unit.kind,
            name=unit.name,
            parent=demo_id("unit", unit.parent) if unit.parent else None,
            may_approve=unit.may_approve,
        )
    for person in PEOPLE:
        organisation.add_person(
            connection, id=person.id, name=person.name, born_on=date(person.born, 5, 4), email=None
        )
        for role, where in person.posts:
            organisation.add_post(
                connection,
                id=demo_id("post", f"{person.name}/{role}/{where}"),
                person_id=person.id,
                role=role,
                unit_id=demo_id("unit", where),
                from_on=_BEGAN,
            )
        if person.standing:
            unit_id = demo_id("unit", person.unit)
            set_standing(connection, person.id, person.standing, unit_id, _BEGAN, source="demonstration")
