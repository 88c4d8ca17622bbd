"""Staffing: whether the open and future steps of a case will have enough people on the days they need them.

The case says who has a part in it already; the picture says who holds what from when until when, who is
away, and who may vote. A step is short of people where no day of those it has would have enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Literal, NamedTuple

from domain.case import Case
from domain.circumstances import Circumstances, LentFor
from domain.entitled import barred_from
from domain.foreseeing import Foreseen, look_ahead
from domain.permitting import actors_of
from domain.process import Body, Process
from domain.refusals import NotPossible
from domain.rules import SeparationRule
from domain.steps import Actor, AppointStep, DecisionStep, MeetingStep
from domain.values import Value
from domain.voting import voting_body

FULL_MEMBER = "full-member"
"""The standing by whose number a unit is too small for a body."""

Why = Literal["subject", "separation", "absent", "expired", "not-yet", "restricted"]
"""Why somebody cannot act: it is about him; he has another part in the case; he is away; his post or standing
is over by then, or has not begun; he is barred from voting."""


class Lasting(NamedTuple):
    """Somebody who has a post, a standing or a restriction, or is away, from a day to a last day."""

    person: str
    from_on: date
    to_on: date | None
    on_behalf_of: str | None = None
    """Whose post it is, where it is lent."""
    lent_for: LentFor | None = None

    def on(self, day: date) -> bool:
        """Whether it lasts on a day."""
        return self.from_on <= day and (self.to_on is None or self.to_on >= day)


class Picture(NamedTuple):
    """The people around some cases, by what they have."""

    posts: Mapping[tuple[str, str], tuple[Lasting, ...]]
    """By unit and role; substitutes follow those whose posts are lent."""
    away: Mapping[str, tuple[Lasting, ...]]
    """By person."""
    standings: Mapping[tuple[str, str], tuple[Lasting, ...]]
    """By unit and standing."""
    restricted: Mapping[tuple[str, str], tuple[Lasting, ...]]
    """By person and restriction."""


class Out(Value):
    """Somebody who could act on a step but for something."""

    person: str
    on_behalf_of: str | None = None
    why: Why
    until: date | None = None
    """The last day of the absence or post, or the first of what has not begun."""


class Shortage(Value):
    """A step that will not have its people on any of its days."""

    step: str
    kind: str
    round: int
    who: str
    """The actors asked, as the definition names them, or the body that votes."""
    first: date
    """The first day on which the step needs them."""
    last: date
    needed: int
    have: int
    """The most there are on any of these days."""
    out: tuple[Out, ...] = ()
    """On the first day."""


class _Count(NamedTuple):
    needed: int
    people: frozenset[tuple[str, str]]
    """Each way to act: who would act, and whose part it is."""
    out: tuple[Out, ...] = ()

    @property
    def have(self) -> int:
        """How many different people these are: nobody acts twice, nor do two act for the same one."""
        return min(len({person for person, _ in self.people}), len({owner for _, owner in self.people}))


def shortages(process: Process, case: Case, picture: Picture, today: date) -> tuple[Shortage, ...]:
    """Return the steps of an open case that will not have enough people, in the order of the definition.

    `process` is what deciding takes. Nothing is foreseen of a case that is suspended or closed.
    """
    if not case.is_open:
        return ()
    edition = process.edition(case.version)
    ahead = look_ahead(edition, case, today).steps
    found: dict[str, Shortage] = {}
    ways: dict[str, tuple[Foreseen, _Count]] = {}
    for one in ahead:
        look = _Look(edition, case, picture, one, frozenset(each.step.id for each in ahead))
        for who, best, at_first in look.needs():
            if best.have < best.needed:
                found.setdefault(one.step.id, _shortage(one, who, best, at_first))
            if not who.startswith("body:"):
                ways[one.step.id] = (one, best)
    for step, (one, count) in ways.items():
        if step not in found and (pair := _too_few_for_two(one, count, ways)) is not None:
            found[step] = pair
    return tuple(found[one.step.id] for one in ahead if one.step.id in found)


class _Look:
    """One look at one step."""

    def __init__(
        self, process: Process, case: Case, picture: Picture, foreseen: Foreseen, ahead: frozenset[str]
    ) -> None:
        self._process = process
        self._case = case
        self._picture = picture
        self._foreseen = foreseen
        self._ahead = ahead
        self._barred = frozenset(barred_from(process, case, foreseen.step.id))

    def needs(self) -> Iterator[tuple[str, _Count, _Count]]:
        """Yield who is asked, how many there are on the best day, and how many on the first."""
        step = self._foreseen.step
        actors = actors_of(step)
        if actors and not self._will_be_appointed(actors):
            yield self._best(", ".join(actors), self._days(self._candidates(actors)), self._actors_on)
        if isinstance(step, MeetingStep):
            yield self._best(f"body:{step.body}", self._days(self._everybody()), self._body_on)

    def _best(
        self, who: str, days: Iterable[date], count: Callable[[date], _Count]
    ) -> tuple[str, _Count, _Count]:
        counted = [count(day) for day in days]
        best = max(counted, key=lambda one: one.have - one.needed)
        return who, best, counted[0]

    def _will_be_appointed(self, actors: tuple[Actor, ...]) -> bool:
        """Whether people will act who are not appointed yet: who they are is not known."""
        appointing = {
            step.role
            for step in self._process.steps.values()
            if isinstance(step, AppointStep) and step.id in self._ahead and step is not self._foreseen.step
        }
        return any(actor in appointing and not self._case.people.get(actor) for actor in actors)

    def _candidates(self, actors: tuple[Actor, ...]) -> list[Lasting]:
        found: list[Lasting] = []
        for actor in actors:
            kind, _, role = actor.rpartition(".")
            if actor == "subject":
                found.append(Lasting(self._case.subject, date.min, None))
            elif not kind:
                found += [Lasting(one, date.min, None) for one in self._case.people.get(actor, ())]
            elif (unit := self._case.unit_of_kind(kind)) is not None:
                found += self._picture.posts.get((unit.id, role), ())
        return [one for one in found if self._is_lent_for(one)]

    def _is_lent_for(self, one: Lasting) -> bool:
        reached = self._foreseen.reached
        return one.lent_for is None or one.lent_for.covers(reached.process, reached.stage, reached.path)

    def _everybody(self) -> list[Lasting]:
        units = {unit.id for unit in self._case.path}
        held = (each for (unit, _), some in self._picture.posts.items() if unit in units for each in some)
        stood = (
            each for (unit, _), some in self._picture.standings.items() if unit in units for each in some
        )
        return [*held, *stood]

    def _days(self, people: Iterable[Lasting]) -> list[date]:
        """Return the days on which something may be different: the first one, and where anything changes."""
        first, last = self._foreseen.first, self._foreseen.last
        days = {first}
        one_day = timedelta(days=1)
        for one in people:
            changes = [one.from_on]
            changes += [away.to_on + one_day for away in self._picture.away.get(one.person, ()) if away.to_on]
            days.update(day for day in changes if first < day <= last)
        return sorted(days)

    def _actors_on(self, day: date) -> _Count:
        step = self._foreseen.step
        may: set[tuple[str, str]] = set()
        out: list[Out] = []
        for one in self._candidates(actors_of(step)):
            why = self._why_out(one, day)
            if why is None:
                may.add((one.person, one.on_behalf_of or one.person))
            else:
                out.append(why)
        left = {(why.person, why.on_behalf_of): why for why in out}
        left_out = (why for (person, owner), why in left.items() if (person, owner or person) not in may)
        return _Count(self._needed(), frozenset(may), tuple(left_out))

    def _needed(self) -> int:
        """Return how many still have to act: in a decision those whose answers are missing."""
        step = self._foreseen.step
        if not isinstance(step, DecisionStep):
            return 1
        state = self._case.steps.get(step.id)
        given = [answer.outcome for answer in state.answers] if state is not None else []
        return max(1, step.need - max((given.count(outcome) for outcome in given), default=0))

    def _why_out(self, one: Lasting, day: date) -> Out | None:
        people = {one.person, one.on_behalf_of}
        out = partial(Out, person=one.person, on_behalf_of=one.on_behalf_of)
        asks_subject = "subject" in actors_of(self._foreseen.step)
        if self._case.subject in people and not (asks_subject and one.on_behalf_of is None):
            return out(why="subject")
        if not self._barred.isdisjoint(people):
            return out(why="separation")
        if one.to_on is not None and one.to_on < day:
            return out(why="expired", until=one.to_on)
        if one.from_on > day:
            return out(why="not-yet", until=one.from_on)
        away = next((each for each in self._picture.away.get(one.person, ()) if each.on(day)), None)
        return None if away is None else out(why="absent", until=away.to_on)

    def _body_on(self, day: date) -> _Count:
        """Count those of a body who can be there, and how many have to be for its quorum and majority."""
        step = self._foreseen.step
        if not isinstance(step, MeetingStep):
            raise TypeError(step.kind)
        body = self._body(step, day)
        if body is None:
            return _Count(1, frozenset())
        entitled: set[str] = set()
        out: list[Out] = []
        for one in self._members(body):
            barred = [
                each
                for name in body.without
                for each in self._picture.restricted.get((one.person, name), ())
                if each.on(day)
            ]
            if one.on(day) and not barred:
                entitled.add(one.person)
            elif barred:
                out.append(Out(person=one.person, why="restricted", until=barred[0].to_on))
            elif one.to_on is not None and one.to_on < day:
                out.append(Out(person=one.person, why="expired", until=one.to_on))
        there: set[tuple[str, str]] = set()
        for person in sorted(entitled):
            away = next((each for each in self._picture.away.get(person, ()) if each.on(day)), None)
            if away is None:
                there.add((person, person))
            else:
                out.append(Out(person=person, why="absent", until=away.to_on))
        return _Count(_quorum(step, len(entitled)), frozenset(there), tuple(out))

    def _body(self, step: MeetingStep, day: date) -> Body | None:
        counted = tuple(
            unit.model_copy(
                update={
                    "full_members": len(
                        {
                            one.person
                            for one in self._picture.standings.get((unit.id, FULL_MEMBER), ())
                            if one.on(day)
                        }
                    )
                }
            )
            for unit in self._case.path
        )
        try:
            name = voting_body(self._process, step, Circumstances(actor="", path=counted))
        except NotPossible:
            return None
        return self._process.bodies[name]

    def _members(self, body: Body) -> list[Lasting]:
        unit = self._case.unit_of_kind(body.unit)
        if unit is None:
            return []
        if body.standing is not None:
            return list(self._picture.standings.get((unit.id, body.standing), ()))
        held = (one for role in body.roles for one in self._picture.posts.get((unit.id, role), ()))
        return [one for one in held if one.on_behalf_of is None]


def _quorum(step: MeetingStep, eligible: int) -> int:
    """Return how many of those entitled have to be there, for the quorum and for any motion to carry."""
    needed = 1
    if step.quorum is not None:
        needed = max(needed, step.quorum.needed(eligible))
    if step.carried.of == "eligible" and not step.written:
        needed = max(needed, step.carried.needed(eligible))
    return needed


def _shortage(one: Foreseen, who: str, best: _Count, at_first: _Count) -> Shortage:
    state = one.reached.steps[one.step.id]
    return Shortage(
        step=one.step.id,
        kind=one.step.kind,
        round=state.round,
        who=who.removeprefix("body:"),
        first=one.first,
        last=one.last,
        needed=best.needed,
        have=best.have,
        out=at_first.out,
    )


def _too_few_for_two(
    one: Foreseen, count: _Count, ways: Mapping[str, tuple[Foreseen, _Count]]
) -> Shortage | None:
    """Return a shortage where a step and an earlier one ask for different people who cannot both be had."""
    for rule in one.step.rules:
        if not isinstance(rule, SeparationRule) or rule.level != "block" or rule.when is not None:
            continue
        for other in rule.steps:
            if other not in ways or other == one.step.id:
                continue
            first = ways[other][1]
            both = _Count(count.needed + first.needed, count.people | first.people)
            if both.have < both.needed and first.have >= first.needed:
                twice = sorted({person for person, _ in count.people & first.people})
                out = tuple(Out(person=person, why="separation") for person in twice)
                left = _Count(count.needed, frozenset(), (*count.out, *out))
                have = max(0, both.have - first.needed)
                made = _shortage(one, ", ".join(actors_of(one.step)), left, left)
                return made.model_copy(update={"have": have})
    return None


def unheld(process: Process, held: frozenset[str]) -> tuple[str, ...]:
    """Return the posts a process asks for, or forms bodies of, that nobody holds anywhere.

    `held` names those that somebody holds, as `<kind of unit>.<role>`.
    """
    asked = [actor for step in process.steps.values() for actor in actors_of(step) if "." in actor]
    asked += [actor for some in process.whole_case.values() for actor in some if "." in actor]
    missing = [actor for actor in dict.fromkeys(asked) if actor not in held]
    for name, body in process.bodies.items():
        members = [f"{body.unit}.{role}" for role in body.roles]
        if members and held.isdisjoint(members):
            missing.append(name)
    return tuple(missing)
