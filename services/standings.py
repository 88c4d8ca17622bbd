"""The standings people had and have: gained in cases, or said by an administrator with the ground.

No word is changed. What was said first, and each correction, stays beside what counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from domain.values import Text, Value
from records import people_over_time, restrictions, unit_trees, units
from records.people_over_time import StandingWord
from records.restrictions import Stood
from records.unit_changes import Said
from services.asking import NOT_THERE, Asking, check_takes_in, existing, once
from services.near import check_administers, check_near, check_not_erased
from services.overlaps import Held, overlaps
from services.parts import Caller, Parts
from services.refusals import Contradiction, InUse, InvalidInput, NotFound
from services.views import From, Page, To, View
from services.vocabulary import NO_STANDING, Vocabulary

_OF_A_CASE = "case/"


class NewStanding(Value):
    """A standing to write down, from today where `from_` is left out; the one before ends the day before."""

    standing: str
    unit: str
    reason: str
    from_: date | None = None
    to: date | None = None


class StandingCorrection(Value):
    """Other days of a standing; a `to` before `from`: it never was."""

    reason: str
    from_: date
    to: date | None = None


class StandingWordView(View):
    """A word about a standing; of several the one with the highest `number` counts."""

    number: int
    from_: From
    to: To = None
    reason: str | None
    recorded_at: datetime | None
    recorded_by: str | None


class StandingView(View):
    """A standing, where, and from when to when."""

    id: str
    standing: str
    unit: str
    from_: From
    to: To = None
    source: str
    words: tuple[StandingWordView, ...] = ()
    """What was said of it by hand, in order; empty where it was gained in a case and never corrected."""


async def standings_of(parts: Parts, caller: Caller, person: str) -> Page[StandingView]:
    """Return the standings somebody ever had, in order. Raises NotFound, NotPermitted.

    For himself, and for those with a post in a unit he has or had a standing in, or above it.
    """

    def work(connection: Connection) -> Page[StandingView]:
        check_near(connection, caller.person, person, parts.today())
        return Page(items=standing_views(connection, person))

    return await parts.read(work)


def standing_views(connection: Connection, person: str) -> tuple[StandingView, ...]:
    """Return the standings somebody ever had, with what was said of them."""
    words = people_over_time.words_about_standings(connection, person)
    return tuple(_view(stood, words) for stood in restrictions.standings_of(connection, person))


async def begin(
    parts: Parts, caller: Caller, person: str, new: NewStanding, *, key: str | None = None
) -> StandingView:
    """Write down a standing that somebody else gained outside of any case here.

    Asked of an administrator of its unit, and of the unit of the present standing. One that lasts until then
    ends the day before. Raises NotFound, NotPermitted, InvalidInput, InUse, Contradiction.
    """

    def work(asking: Asking) -> StandingView:
        connection, from_on = asking.connection, new.from_ or asking.today
        people_over_time.keep_others_out(connection, person)
        check_administers(asking, person, or_nobody=True)
        check_not_erased(connection, person)
        existing(lambda: units.unit(connection, new.unit), "unit")
        asking.check_administers(new.unit)
        unit_trees.keep_others_out(connection)
        check_takes_in(connection, new.unit, "unit")
        words = Vocabulary.of(parts.library)
        if new.standing not in {NO_STANDING, *words.standings}:
            raise InvalidInput("standing", NOT_THERE)
        said = Said(caller.person, parts.clock(), new.reason)
        _end_before(connection, person, Held("", new.standing, new.unit, from_on, new.to), words, said)
        made = people_over_time.begin_standing(
            connection, person, new.standing, new.unit, from_on, new.to, said
        )
        return _one(connection, person, made)

    return await once(parts, caller, key, ("standing", person, new), StandingView, work)


async def correct(
    parts: Parts,
    caller: Caller,
    person: str,
    standing: str,
    new: StandingCorrection,
    *,
    key: str | None = None,
) -> StandingView:
    """Say that a standing has other days, or ends; what was said before stays.

    The first day of one that was gained in a case is corrected in the case. Raises what `begin` does.
    """

    def work(asking: Asking) -> StandingView:
        connection = asking.connection
        people_over_time.keep_others_out(connection, person)
        check_administers(asking, person, or_nobody=True)
        before = _stood(connection, person, standing)
        asking.check_administers(before.unit)
        if (before.from_on, before.to_on) == (new.from_, new.to):
            raise Contradiction(Text(zh="期间没有变化。", en="These are its days already."))
        if before.source.startswith(_OF_A_CASE) and before.from_on != new.from_:
            raise Contradiction(_IN_ITS_CASE)
        _check_alone(connection, parts, person, before, new)
        said = Said(caller.person, parts.clock(), new.reason)
        people_over_time.correct_standing(connection, person, standing, new.from_, new.to, said)
        return _one(connection, person, standing, never=before if _is_never(new) else None)

    request = ("correct-standing", person, standing, new)
    return await once(parts, caller, key, request, StandingView, work)


def _end_before(connection: Connection, person: str, new: Held, words: Vocabulary, said: Said) -> None:
    """End what lasts until a new standing begins. Raises InUse where something else begins meanwhile."""
    for held in restrictions.standings_of(connection, person):
        if not list(overlaps("standings", (_held(held), new), words)):
            continue
        if held.from_on >= new.from_on:
            raise InUse(_BEGINS_MEANWHILE)
        last = new.from_on - timedelta(days=1)
        people_over_time.correct_standing(connection, person, held.id, held.from_on, last, said)


def _check_alone(
    connection: Connection, parts: Parts, person: str, before: Stood, new: StandingCorrection
) -> None:
    if _is_never(new):
        return
    would_be = Held(before.id, before.standing, before.unit, new.from_, new.to)
    others = (_held(one) for one in restrictions.standings_of(connection, person) if one.id != before.id)
    for other in others:
        if list(overlaps("standings", (would_be, other), Vocabulary.of(parts.library))):
            raise InUse(_BEGINS_MEANWHILE)


def _is_never(new: StandingCorrection) -> bool:
    return new.to is not None and new.to < new.from_


def _held(stood: Stood) -> Held:
    return Held(stood.id, stood.standing, stood.unit, stood.from_on, stood.to_on)


def _stood(connection: Connection, person: str, standing: str) -> Stood:
    for stood in restrictions.standings_of(connection, person):
        if stood.id == standing:
            return stood
    raise NotFound


def _one(connection: Connection, person: str, standing: str, *, never: Stood | None = None) -> StandingView:
    words = people_over_time.words_about_standings(connection, person)
    if never is None:
        return _view(_stood(connection, person, standing), words)
    last = next(word for word in reversed(words) if word.id == standing)
    gone = Stood(never.standing, never.unit, last.from_on, last.to_on, never.source, never.id)
    return _view(gone, words)


def _view(stood: Stood, words: Sequence[StandingWord]) -> StandingView:
    return StandingView(
        id=stood.id,
        standing=stood.standing,
        unit=stood.unit,
        from_=stood.from_on,
        to=stood.to_on,
        source=stood.source,
        words=tuple(
            StandingWordView(
                number=word.number,
                from_=word.from_on,
                to=word.to_on,
                reason=word.reason,
                recorded_at=word.recorded_at,
                recorded_by=word.recorded_by,
            )
            for word in words
            if word.id == stood.id
        ),
    )


_IN_ITS_CASE = Text(
    zh="此身份由个案产生，起始日期在个案中更正。",
    en="This standing was gained in a case, and its first day is corrected there.",
)
_BEGINS_MEANWHILE = Text(
    zh="该期间内另有身份，请先更正那一条。",
    en="There is another standing in that time: correct that one first.",
)
