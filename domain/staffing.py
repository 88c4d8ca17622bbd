"""Staffing: whether the open and future steps of a case will have enough people on the days they need them.

The case says who has a part in it already; the picture says who holds what from when until when, who is
away, and who may vote. A step is short of people where no day of those it has would have enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from domain.at_hand import FULL_MEMBER, Count, Lasting, Out, Picture, not_there
from domain.case import Case
from domain.circumstances import Circumstances
from domain.entitled import barred_from
from domain.foreseeing import Foreseen, look_ahead
from domain.parties import Body
from domain.permitting import actors_of
from domain.pools import candidates_on, pool_of
from domain.process import Process
from domain.recusing import is_deliberated, recused
from domain.refusals import NotPossible
from domain.rules import SeparationRule
from domain.steps import Actor, AppointStep, DecisionStep, MeetingStep
from domain.values import Value
from domain.voting import voting_body

_BODY, _POOL = "body:", "pool:"


class Shortage(Value):
    """A step that will not have its people on any of its days."""

    step: str
    kind: str
    round: int
    who: str
    """The actors asked, as the definition names them, the body that votes, or the case role to be filled."""
    first: date
    """The first day on which the step needs them."""
    last: date
    needed: int
    have: int
    """The most there are on any of these days."""
    out: tuple[Out, ...] = ()
    """On the first day."""


def shortages(process: Process, case: Case, picture: Picture, today: date) -> tuple[Shortage, ...]:
    """Return the steps of an open case that will not have enough people, in the order of the definition.

    `process` is what deciding takes. Nothing is foreseen of a case that is suspended or closed.
    """
    if not case.is_open:
        return ()
    edition = process.edition(case.version)
    ahead = look_ahead(edition, case, today).steps
    found: dict[str, Shortage] = {}
    ways: dict[str, tuple[Foreseen, Count]] = {}
    for one in ahead:
        look = _Look(edition, case, picture, one, frozenset(each.step.id for each in ahead))
        for who, best, at_first in look.needs():
            if best.have < best.needed:
                found.setdefault(one.step.id, _shortage(one, who, best, at_first))
            if not who.startswith((_BODY, _POOL)):
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
        self._recused = frozenset(recused(process, case, picture.relatives.get(case.subject, ())))

    def needs(self) -> Iterator[tuple[str, Count, Count]]:
        """Yield who is asked, how many there are on the best day, and how many on the first."""
        step = self._foreseen.step
        actors = actors_of(step)
        if actors and not self._will_be_appointed(actors):
            yield self._best(", ".join(actors), self._days(self._candidates(actors)), self._actors_on)
        if isinstance(step, MeetingStep):
            yield self._best(f"{_BODY}{step.body}", self._days(self._everybody()), self._body_on)
        if isinstance(step, AppointStep) and self._process.case_roles[step.role].standing is not None:
            pool = pool_of(self._process, self._case, self._picture, step)
            yield self._best(f"{_POOL}{step.role}", self._days(pool), self._pool_on)

    def _best(
        self, who: str, days: Iterable[date], count: Callable[[date], Count]
    ) -> tuple[str, Count, Count]:
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
        return self._picture.turns(people, self._foreseen.first, self._foreseen.last)

    def _pool_on(self, day: date) -> Count:
        """Count those who could be appointed, and how many are asked."""
        step = self._foreseen.step
        if not isinstance(step, AppointStep):
            raise TypeError(step.kind)
        ways = self._actors_on(day).people
        return candidates_on(self._process, self._case, self._picture, step, day, ways)

    def _actors_on(self, day: date) -> Count:
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
        return Count(self._needed(), frozenset(may), tuple(left_out))

    def _needed(self) -> int:
        """Return how many still have to act: in a decision those whose answers are missing."""
        step = self._foreseen.step
        if not isinstance(step, DecisionStep):
            return 1
        state = self._case.steps.get(step.id)
        given = [answer.outcome for answer in state.answers] if state is not None else []
        return max(1, step.need - max((given.count(outcome) for outcome in given), default=0))

    def _why_out(self, one: Lasting, day: date) -> Out | None:
        step, people = self._foreseen.step, {one.person, one.on_behalf_of}
        asks_subject = "subject" in actors_of(step)
        if self._case.subject in people and not (asks_subject and one.on_behalf_of is None):
            return Out(person=one.person, on_behalf_of=one.on_behalf_of, why="subject")
        if is_deliberated(self._process, step) and not self._recused.isdisjoint(people):
            return Out(person=one.person, on_behalf_of=one.on_behalf_of, why="recused")
        if not self._barred.isdisjoint(people):
            return Out(person=one.person, on_behalf_of=one.on_behalf_of, why="separation")
        return not_there(self._picture, one, day)

    def _body_on(self, day: date) -> Count:
        """Count those of a body who can be there, and how many have to be for its quorum and majority."""
        step = self._foreseen.step
        if not isinstance(step, MeetingStep):
            raise TypeError(step.kind)
        body = self._body(step, day)
        if body is None:
            return Count(1, frozenset())
        entitled: set[str] = set()
        there: set[tuple[str, str]] = set()
        out: list[Out] = []
        for one in self._members(body):
            why = self._why_not_entitled(body, one, day)
            if why is None and one.person not in entitled:
                entitled.add(one.person)
                why = not_there(self._picture, one, day)
                if why is None:
                    there.add((one.person, one.person))
            if why is not None:
                out.append(why)
        left_out = (why for why in out if (why.person, why.person) not in there)
        return Count(_quorum(step, len(entitled)), frozenset(there), tuple(left_out))

    def _why_not_entitled(self, body: Body, one: Lasting, day: date) -> Out | None:
        """Return why somebody on the roster does not vote; those who are merely away count for the quorum."""
        if one.person == self._case.subject:
            return Out(person=one.person, why="subject")
        if one.person in self._recused:
            return Out(person=one.person, why="recused")
        barred = self._picture.bar(one.person, body.without, day)
        if barred is not None:
            return Out(person=one.person, why="restricted", until=barred.to_on)
        return None if one.on(day) else not_there(self._picture, one, day)

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


def _shortage(one: Foreseen, who: str, best: Count, at_first: Count) -> Shortage:
    state = one.reached.steps[one.step.id]
    return Shortage(
        step=one.step.id,
        kind=one.step.kind,
        round=state.round,
        who=who.removeprefix(_BODY).removeprefix(_POOL),
        first=one.first,
        last=one.last,
        needed=best.needed,
        have=best.have,
        out=at_first.out,
    )


def _too_few_for_two(
    one: Foreseen, count: Count, ways: Mapping[str, tuple[Foreseen, Count]]
) -> Shortage | None:
    """Return a shortage where a step and an earlier one ask for different people who cannot both be had."""
    for rule in one.step.rules:
        if not isinstance(rule, SeparationRule) or rule.level != "block" or rule.when is not None:
            continue
        for other in rule.steps:
            if other not in ways or other == one.step.id:
                continue
            first = ways[other][1]
            both = Count(count.needed + first.needed, count.people | first.people)
            if both.have < both.needed and first.have >= first.needed:
                twice = sorted({person for person, _ in count.people & first.people})
                out = tuple(Out(person=person, why="separation") for person in twice)
                left = Count(count.needed, frozenset(), (*count.out, *out))
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
