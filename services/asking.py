"""Requests that change the organisation: who asks, in which transaction, and once for each key."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection

from domain.values import Text, Value
from records import erasures, problems, visible
from records.reorganising import closing_day
from services import idempotency
from services.parts import Caller, Parts
from services.refusals import InvalidInput, NotPermitted, WordsMoved
from services.views import View

T = TypeVar("T")
V = TypeVar("V", bound=View)


@dataclass(frozen=True)
class Asking:
    """Somebody who asks, in one transaction."""

    connection: Connection
    who: str
    today: date

    def administers(self, unit: str) -> bool:
        """Whether he is an administrator of that unit."""
        return visible.may_administer(self.connection, self.who, unit, self.today)

    def administered(self, people: Collection[str]) -> frozenset[str]:
        """Return those of some people who belong somewhere, and only where he is an administrator."""
        units = erasures.units_of(self.connection, people)
        every = frozenset[str]().union(*units.values())
        mine = visible.which_administered(self.connection, self.who, every, self.today)
        return frozenset(person for person, theirs in units.items() if theirs and theirs <= mine)

    def check_administers(self, unit: str) -> None:
        """Raise NotPermitted unless he is."""
        if not self.administers(unit):
            raise NotPermitted


async def once(  # noqa: PLR0917 - a request has these parts
    parts: Parts,
    caller: Caller,
    key: str | None,
    request: tuple[str | Value, ...],
    shape: type[V],
    work: Callable[[Asking], V],
) -> V:
    """Do the work of a request once in its transaction, or return the answer it had before."""

    def whole(connection: Connection) -> V:
        earlier = idempotency.earlier(connection, parts, caller, key, request, shape)
        if earlier is not None:
            return earlier
        answer = work(Asking(connection, caller.person, parts.today()))
        idempotency.answered(connection, parts, caller, key, answer)
        return answer

    return await parts.write(whole)


def check_seen_word(seen: int | None, latest: int) -> None:
    """Raise WordsMoved where another word was said than the latest that was seen; None looks at none."""
    if seen is not None and seen != latest:
        raise WordsMoved(str(latest))


def existing(find: Callable[[], T], path: str) -> T:
    """Return what is found, or raise InvalidInput for that part of the request."""
    try:
        return find()
    except problems.NotFound as error:
        raise InvalidInput(path, NOT_THERE) from error


def check_takes_in(connection: Connection, unit_id: str, path: str) -> None:
    """Raise InvalidInput for that part of the request where a unit is closed, or about to be."""
    if closing_day(connection, unit_id) is not None:
        raise InvalidInput(path, CLOSED)


CLOSED = Text(zh="该组织已经或将要撤销", en="the unit is closed, or about to be")
NOT_THERE = Text(zh="没有这样的内容", en="there is no such thing")
