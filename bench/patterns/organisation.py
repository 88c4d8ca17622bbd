"""Organisations by chance: honest ones, each unit with habits of its own, and such with a pattern planted.

What is made is what patterns look at, cases with their lines; `filling.py` writes the same into a record.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from bench.patterns.writing import assessment, copied
from domain.patterns.catalogue_beside import BESIDE
from domain.patterns.counting import Beside, Tally
from domain.patterns.facts import Head, Line, Population, Post, Waiting
from domain.patterns.judging import Around

PROCESS: Final = "membership-development"
TODAY: Final = 740_000
"""2027-01-22."""
YEARS: Final = 8
LAST_YEAR: Final = 2026
_EPOCH: Final = 719_163
_OF_COMMITTEES: Final = frozenset({"fast-decisions", "nothing-returned", "silent"})
_BESIDE: Final = frozenset(one.id for one in BESIDE)
_SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建"


@dataclass
class Habits:
    """How a branch works: how probable things are."""

    late: float
    last_day: float
    first_day: float
    sitting: float
    dissent: float
    members: int
    copies: float = 0.0
    pair: float = 0.0
    """That the same two introduce."""
    drought: bool = False
    wave: int = 0
    """Cases that all move on within a month, beside the others."""
    busy: int = 0
    """Acts of its secretary in the last year, in each case beside the others."""
    files: float = 0.0
    """That an assessment is a file that was handed in before."""
    ignored: float = 0.0
    """That nobody does anything for months after an application."""
    kin: float = 0.0
    """The share of cases about relatives of the secretary."""
    left: float = 0.0
    """The share of findings nobody says a word of."""
    returning: float = 0.0
    """The share of what was remedied that is found again."""
    planned: int = 1_000
    """People who were to be received in the last full year."""


class Findings(NamedTuple):
    """Findings of a branch, all of them old."""

    left: int
    """Nobody said a word of these."""
    remedied: int
    returned: int
    """Were remedied, and found again."""


class Branch(NamedTuple):
    """A branch and who works there."""

    id: str
    committee: str
    cases: int
    habits: Habits
    secretary: str
    reviewers: tuple[str, ...]

    def case(self, number: int) -> str:
        """Return the id of a case."""
        return f"{self.id}-{number:04d}"

    def kin(self) -> list[str]:
        """Return the cases about relatives of the secretary."""
        return [self.case(number) for number in range(round(self.habits.kin * self.cases))]

    def file(self) -> str:
        """Return the digest of the file that is handed in again and again, where one is."""
        return hashlib.sha256(self.id.encode()).hexdigest()

    def findings(self) -> Findings:
        """Return how many findings there are, and what became of them."""
        number = 8 + self.cases // 2
        left = round(self.habits.left * number)
        returned = round(self.habits.returning * (number - left))
        return Findings(left, number - left - returned, returned)


@dataclass
class Reviewer:
    """Somebody who decides in a committee."""

    returns: float
    bursts: float
    meets_every: int = 14
    """Days."""
    silent_from: int = 10 * TODAY
    busy_until: int = 0
    """The second until which he is busy with what he did last."""


@dataclass
class Organisation:
    """Branches, those who work there, and the chance by which their cases come about."""

    seed: int
    cases: int
    plant: tuple[str, ...] = ()
    branches: list[Branch] = field(default_factory=list)
    reviewers: dict[str, Reviewer] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    planted: dict[str, str] = field(default_factory=dict)
    """The unit in which each pattern was planted."""

    def __post_init__(self) -> None:
        """Make the units and the people."""
        chance = random.Random(self.seed)
        self.parents = {"root": None}
        left, number = self.cases, 0
        while left > 0:
            committee = f"committee-{number:04d}"
            self.parents[committee] = "root"
            people = tuple(self._reviewer(chance, committee, place) for place in range(2))
            for place in range(chance.randint(3, 8)):
                size = min(left, max(2, int(chance.gammavariate(2.0, 14.0))))
                left -= size
                if size:
                    self._branch(chance, f"branch-{number:04d}-{place}", committee, size, people)
            number += 1
        self._plant()

    def around(self) -> Around:
        """Return what has to be known beside the cases."""
        last = {name: Waiting(3, TODAY - 800, 1) for name in self.reviewers}
        members = {branch.id: branch.habits.members for branch in self.branches}
        left, returning = {}, {}
        for branch in self.branches:
            found, whose = branch.findings(), Population(branch.id, PROCESS)
            left[whose] = Tally(sum(found), found.left, [branch.case(0)])
            returning[whose] = Tally(found.remedied + found.returned, found.returned, [branch.case(0)])
        plans = {
            (Population(branch.id, PROCESS, of="probationary-member"), LAST_YEAR): branch.habits.planned
            for branch in self.branches
        }
        return Around(
            self.parents, members, last, left_findings=left, returning_findings=returning, plans=plans
        )

    def beside(self) -> Beside:
        """Return what is known of the cases that their histories do not tell."""
        return Beside(
            shared=frozenset(branch.file() for branch in self.branches),
            kin=frozenset(one for branch in self.branches for one in branch.kin()),
        )

    def histories(self) -> Iterator[tuple[Head, list[Line]]]:
        """Yield every case."""
        for reviewer in self.reviewers.values():
            reviewer.busy_until = 0
        for branch in self.branches:
            chance = random.Random(f"{self.seed} {branch.id}")
            for number in range(branch.cases + branch.habits.wave):
                yield _Telling(self, chance, branch, number).told()

    def _reviewer(self, chance: random.Random, committee: str, place: int) -> str:
        person = f"reviewer-{committee}-{place}"
        self.reviewers[person] = Reviewer(chance.betavariate(4, 40), chance.betavariate(2, 16))
        self.posts[person] = Post(committee, "reviewer", person, is_held=True)
        return person

    def _branch(
        self, chance: random.Random, name: str, committee: str, size: int, people: tuple[str, ...]
    ) -> None:
        self.parents[name] = committee
        secretary = f"secretary-{name}"
        self.posts[secretary] = Post(name, "secretary", secretary, is_held=True)
        habits = Habits(
            late=chance.betavariate(2, 25),
            last_day=chance.betavariate(2, 14),
            first_day=chance.betavariate(2, 7),
            sitting=chance.betavariate(1, 60),
            dissent=chance.betavariate(3, 12),
            members=chance.randint(3, 40),
        )
        # By a chance of their own, so that what was there before comes about as it did.
        more = random.Random(f"{self.seed} {name} beside")
        habits.kin = more.betavariate(1, 40)
        habits.left, habits.returning = more.betavariate(2, 14), more.betavariate(1, 30)
        self.branches.append(Branch(name, committee, size, habits, secretary, people))

    def _plant(self) -> None:
        """Put each of the patterns that are asked for into a large branch of its own, or its committee."""
        # What says nothing of other branches may stand beside any.
        decide = [pattern for pattern in self.plant if pattern in _OF_COMMITTEES]
        used: set[str] = set()
        for pattern in (*decide, *(one for one in self.plant if one not in decide)):
            alone = pattern not in _BESIDE
            there = [one for one in self.branches if (one.committee if alone else one.id) not in used]
            whole = Counter[str]()
            for one in there:
                whole[one.committee if pattern in decide else one.id] += one.cases
            name = whole.most_common(1)[0][0]
            branch = next(one for one in there if name in {one.id, one.committee})
            used |= {branch.committee, branch.id} if alone else {branch.id}
            self.planted[pattern] = name
            if pattern == "wave":
                # Large beside what is usual there: a large branch takes in forty in a common year.
                branch.habits.wave = max(45, branch.cases)
            _plant_in(pattern, branch.habits, [self.reviewers[one] for one in branch.reviewers])


def _plant_in(pattern: str, habits: Habits, reviewers: list[Reviewer]) -> None:
    changed: dict[str, dict[str, Any]] = {
        "copied-texts": {"copies": 0.5},
        "last-day": {"last_day": 0.97},
        "first-day": {"first_day": 1.0},
        "one-sitting": {"sitting": 0.6},
        "unanimous": {"dissent": 0.0},
        "same-pair": {"pair": 0.95, "members": 20},
        "nobody-admitted": {"drought": True},
        "load": {"busy": 60},
        "late-entries": {"late": 0.55},
        "same-files": {"files": 0.5},
        "left-waiting": {"ignored": 0.8},
        "relatives": {"kin": 0.6},
        "over-plan": {"planned": 0},
        "left-findings": {"left": 0.95},
        "returning-findings": {"returning": 0.7},
    }
    for name, value in changed.get(pattern, {}).items():
        setattr(habits, name, value)
    for reviewer in reviewers:
        reviewer.returns = 0.0 if pattern == "nothing-returned" else reviewer.returns
        if pattern == "fast-decisions":
            reviewer.bursts, reviewer.meets_every = 0.95, 56
    if pattern == "silent":
        reviewers[0].silent_from = TODAY - 700


class _Telling:
    """One case while it comes about."""

    def __init__(
        self, organisation: Organisation, chance: random.Random, branch: Branch, number: int
    ) -> None:
        self._all, self._chance, self._branch = organisation, chance, branch
        self._habits = branch.habits
        self._lines: list[Line] = []
        self._id = branch.case(number)
        self._is_wave = number >= branch.cases
        self._people: dict[str, tuple[str, ...]] = {}
        self._is_open = True

    def told(self) -> tuple[Head, list[Line]]:
        """Return it."""
        chance = self._chance
        opened = TODAY - YEARS * 365 + chance.randrange(YEARS * 365)
        if chance.random() < 0.5:
            # Most places take applications at two times of the year.
            opened = opened - opened % 182 + chance.randrange(20)
        if self._is_wave or self._habits.drought:
            opened = TODAY - 1500 + chance.randrange(200)
        closed = None
        for day in self._way(opened):
            if day > TODAY:
                break
        else:
            closed = self._lines[-1].on
        if self._habits.busy:
            for _ in range(self._habits.busy):
                self._act(
                    "entry-added", "probation", TODAY - chance.randrange(360), {}, self._branch.secretary
                )
        if chance.random() < self._habits.sitting:
            self._sit()
        status = "open" if closed is None else "closed"
        head = Head(self._id, PROCESS, "digest", self._branch.id, status, opened, closed, self._people)
        lines = sorted((line for line in self._lines if line.on <= TODAY), key=lambda line: line.at)
        return head, [line._replace(seq=number) for number, line in enumerate(lines, 1)]

    def _way(self, day: int) -> Iterator[int]:
        """Go from step to step; yields the day of each."""
        chance, branch, habits = self._chance, self._branch, self._habits
        self._done("apply", day)
        if habits.ignored and chance.random() < habits.ignored:
            day += 150
        yield (day := self._by(day + 30, "first-talk"))
        yield (day := day + chance.randrange(10, 60))
        self._meet("activist-decision", day)
        self._leave("application", "activist", day)
        listed = day
        yield (day := day + chance.randrange(2, 20))
        contact = f"member-{branch.id}-{chance.randrange(habits.members)}"
        for months in (6, 12):
            yield (day := listed + months * 30 - chance.randrange(0, 25))
            self._assess(day, contact)
        ready = listed + 365
        self._note("became-ready", "object-decision", ready, {})
        yield (
            day := ready
            if chance.random() < habits.first_day
            else ready + 1 + int(chance.expovariate(1 / 25))
        )
        if habits.drought:
            yield TODAY + 1
        self._meet("object-decision", day)
        yield (day := self._decide("object-consent", day + 5, "consented", "refused"))
        day = day + 10 + chance.randrange(20)
        self._leave("cultivation", "development-object", day)
        self._introduce()
        if self._is_wave:
            day = TODAY - 600 + chance.randrange(10)
        yield (day := self._decide("pre-review", day + 60 + chance.randrange(60), "passed", "returned"))
        yield (day := self._by(day + 30, "branch-vote"))
        if self._is_wave:
            self._meet("approval", day := TODAY - 450 + chance.randrange(20))
        else:
            yield (day := self._by(day + 90, "approval"))
        self._leave("reception", "probationary-member", day)
        yield (approved := self._by(day + 30, "oath"))
        yield (day := approved + 365 + chance.randrange(40))
        self._meet("conversion-vote", day)
        self._leave("probation", "full-member", day)

    def _introduce(self) -> None:
        chance, branch, habits = self._chance, self._branch, self._habits
        if chance.random() < habits.pair:
            two = [0, 1]
        else:
            # Some are asked more often than others.
            two = sorted({int(habits.members * chance.random() ** 1.5) for _ in range(2)})
            two = two if len(two) == 2 else [two[0], (two[0] + 1) % habits.members]
        self._people["introducers"] = tuple(f"member-{branch.id}-{one}" for one in two)

    def _by(self, due: int, step: str) -> int:
        """Do a step that has a deadline; return the day."""
        chance = self._chance
        last = chance.random() < self._habits.last_day
        day = due if last else due - 1 - min(29, int(chance.expovariate(1 / 9)))
        if chance.random() < 0.05 and not last:
            day = due + chance.randrange(1, 40)
        if day > due - 7:
            self._note("reminded", step, due - 7, {"due": due})
        if step in {"branch-vote", "approval"}:
            self._meet(step, day)
        else:
            self._done(step, day)
        return day

    def _meet(self, step: str, day: int) -> None:
        eligible = max(3, self._habits.members)
        dissent = self._chance.random() < self._habits.dissent
        meeting = {"present": max(3, int(eligible * 0.8)), "no": int(dissent), "abstain": 0}
        self._done(step, day, {"outcome": "carried", "meeting": meeting})

    def _assess(self, day: int, contact: str) -> None:
        chance = self._chance
        name = chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, 2))
        write = copied if chance.random() < self._habits.copies else assessment
        again = self._habits.files and chance.random() < self._habits.files
        own = hashlib.sha256(f"{self._id} {len(self._lines)}".encode()).hexdigest()
        data = {
            "entry": "assessment",
            "texts": {"opinion": write(chance, name)},
            "materials": {"assessment": [self._branch.file() if again else own]},
        }
        self._note("entry-added", "cultivation", day, data, contact)

    def _decide(self, step: str, day: int, good: str, bad: str) -> int:
        """Have a committee decide, on the day of the week on which it does; return the day."""
        chance, people = self._chance, self._branch.reviewers
        day += -day % self._all.reviewers[people[0]].meets_every
        there = [one for one in people if day < self._all.reviewers[one].silent_from]
        who = chance.choice(there)
        reviewer = self._all.reviewers[who]
        morning = (day - _EPOCH) * 86_400 + 9 * 3_600
        gap = chance.randrange(10, 50) if chance.random() < reviewer.bursts else chance.randrange(90, 2_400)
        # Cases come about branch by branch, but are decided by the day.
        at = _slot(self._all, who, morning, gap)
        turned_down = chance.random() < reviewer.returns
        data = {"outcome": bad if turned_down else good}
        self._lines.append(Line(len(self._lines) + 1, "step-completed", step, day, at, who, who, data))
        return day

    def _done(self, step: str, day: int, data: dict[str, Any] | None = None) -> None:
        self._act("step-completed", step, day, data or {"outcome": "done"}, self._branch.secretary)

    def _act(self, kind: str, step: str, day: int, data: dict[str, Any], who: str) -> None:
        self._note(kind, step, day, data, who, post=who)

    def _note(  # noqa: PLR0917 - what a line says
        self,
        kind: str,
        step: str,
        day: int,
        data: dict[str, Any],
        who: str | None = None,
        post: str | None = None,
    ) -> None:
        chance = self._chance
        late = who is not None and chance.random() < self._habits.late
        days = 0 if who is None else chance.randrange(9, 40) if late else min(6, int(chance.expovariate(0.7)))
        # What nobody does is recorded in the night.
        hour = 0 if who is None else chance.randrange(8 * 3_600, 18 * 3_600)
        at = (day - _EPOCH + days) * 86_400 + hour
        self._lines.append(Line(len(self._lines) + 1, kind, step, day, at, who, post, data))

    def _leave(self, stage: str, standing: str, day: int) -> None:
        self._note("stage-left", stage, day, {"stage": stage, "standing": standing})

    def _sit(self) -> None:
        """Enter what the secretary did in this case at once, in the end."""
        mine = [line for line in self._lines if line.who == self._branch.secretary and line.on <= TODAY]
        if not mine:
            return
        evening = (mine[-1].on - _EPOCH) * 86_400 + 19 * 3_600
        for place, line in enumerate(self._lines):
            if line.who == self._branch.secretary:
                self._lines[place] = line._replace(at=max(line.at, evening + 60 * place))


def _slot(organisation: Organisation, who: str, morning: int, gap: int) -> int:
    """Return when somebody has time for the next decision of a day."""
    taken = organisation.__dict__.setdefault("_taken", {})
    at = max(morning, taken.get((who, morning), morning)) + gap
    taken[who, morning] = at
    return int(at)


__all__ = ["PROCESS", "TODAY", "Branch", "Organisation", "Population"]
