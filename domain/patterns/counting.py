"""Counts, case by case, what patterns are judged by. No case is kept: of an act there remain some bytes."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.patterns.catalogue import PATTERNS
from domain.patterns.copies import Copies, Place
from domain.patterns.facts import Head, Line, Population, Post, Shape
from domain.patterns.thresholds import Limits

EXAMPLES: Final = 20
"""Cases that are named with a figure, at most."""
_DONE: Final = frozenset({"step-completed", "answer-given", "entry-added"})
"""What people do, beside whole cases."""
DAY: Final = 86_400
"""Seconds."""
_EPOCH: Final = 719_163
"""The day from which moments are counted, 1970-01-01."""


@dataclass
class Tally:
    """How many there were, and how many of them were as the pattern says, with some of these."""

    of: int = 0
    hits: int = 0
    cases: list[str] = field(default_factory=list)

    def count(self, case: str, *, hit: bool, telling: bool) -> None:
        """Count one, which is an example of the pattern or not."""
        self.of += 1
        self.hits += hit
        if telling:
            _note(self.cases, case)

    def add(self, other: Tally) -> None:
        """Count what another counted."""
        self.of += other.of
        self.hits += other.hits
        self.cases = (self.cases + other.cases)[:EXAMPLES]


@dataclass(frozen=True)
class Beside:
    """What is known of cases that their own histories do not tell."""

    shared: frozenset[str] = frozenset()
    """Digests of documents that were handed in for several people."""
    kin: frozenset[str] = frozenset()
    """Cases about a relative of somebody of their unit, or with a post there or above."""


class Counts:
    """What was counted."""

    def __init__(  # noqa: PLR0917 - everything they depend on
        self,
        shapes: Mapping[str, Shape],
        posts: Mapping[str, Post],
        limits: Limits,
        today: int,
        since: int = 0,
        beside: Beside | None = None,
    ) -> None:
        """Count what happened from a day on until today; `shapes` by digest, `posts` by id."""
        self._beside = beside or Beside()
        self._shapes = shapes
        self._posts = posts
        self.limits = limits
        self.today = today
        self.since = since
        self.cases = 0
        self.tallies: defaultdict[str, dict[Population, Tally]] = defaultdict(dict)
        self.copies = Copies(int(limits["copied-texts.tokens"]))
        self.pairs: dict[Population, Counter[tuple[str, ...]]] = {}
        self.pair_cases: dict[tuple[Population, tuple[str, ...]], list[str]] = {}
        """Some of the cases of each pair."""
        self.moved_on: dict[Population, array[int]] = {}
        """Days on which people gained a standing, by unit and standing."""
        self.waiting_cases: dict[Population, list[str]] = {}
        """Some cases that are open, by unit."""
        self.waited: Counter[Population] = Counter()
        """Days that open cases spent waiting in the years looked at, by unit."""
        self.advanced: Counter[Population] = Counter()
        """How many moved on in those years, by unit."""
        self.decided: dict[Population, list[tuple[int, str]]] = {}
        """When somebody decided, and on what."""
        self.decided_on: dict[Population, tuple[int, int]] = {}
        """The first and the last day of that."""
        self.active: dict[Population, array[int]] = {}
        """The days on which somebody did anything."""
        self.acts: Counter[Population] = Counter()
        """What somebody did in the last year."""

    def add(self, head: Head, lines: Sequence[Line]) -> None:
        """Count one case; its lines in their order."""
        shape = self._shapes.get(head.digest)
        if shape is None:
            return
        self.cases += 1
        whose = Population(head.unit, head.process)
        _Case(self, shape, head, whose).count(lines)
        if head.opened >= self.since:
            is_kin = head.id in self._beside.kin
            self.tally("relatives", whose).count(head.id, hit=is_kin, telling=is_kin)
        self._count_waiting(head, whose)
        for role in shape.pairs:
            held = head.people.get(role, ())
            if len(held) == 2 and head.opened >= self.since:  # noqa: PLR2004 - a pair
                owner = whose._replace(of=role)
                together = tuple(sorted(held))
                self.pairs.setdefault(owner, Counter())[together] += 1
                _note(self.pair_cases.setdefault((owner, together), []), head.id)

    def tally(self, pattern: str, whose: Population) -> Tally:
        """Return the tally of a pattern for some."""
        return self.tallies[pattern].setdefault(whose, Tally())

    def posted(self, line: Line) -> Population | None:
        """Return who did something by a post, in the unit of that post."""
        post = self._posts.get(line.post or "")
        return (
            None if post is None or line.who is None else Population(post.unit, person=line.who, of=post.role)
        )

    def span(self, whose: Population, day: int) -> None:
        """Note that somebody decided on a day."""
        first, last = self.decided_on.get(whose, (day, day))
        self.decided_on[whose] = min(first, day), max(last, day)

    def is_shared(self, digest: str) -> bool:
        """Whether a document was handed in for several people."""
        return digest in self._beside.shared

    def limit(self, name: str) -> float:
        """Return a figure of the thresholds."""
        return self.limits[name]

    def _count_waiting(self, head: Head, whose: Population) -> None:
        first = self.today - round(365.25 * self.limits["nobody-admitted.years"])
        last = self.today if head.closed is None else head.closed
        self.waited[whose] += max(0, last - max(first, head.opened))
        if head.closed is None:
            _note(self.waiting_cases.setdefault(whose, []), head.id)


@dataclass
class _Case:
    """One case while it is counted."""

    counts: Counts
    shape: Shape
    head: Head
    whose: Population
    ready: dict[str, int] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    """Documents of periods that were seen."""

    def count(self, lines: Sequence[Line]) -> None:
        counted = []
        for line in lines:
            if line.type == "became-ready" and line.step:
                self.ready[line.step] = line.on
            elif line.type == "reminded" and line.step:
                self.due[line.step] = int(line.data["due"])
            elif line.on < self.counts.since:
                continue
            elif line.type == "stage-left":
                self._advance(line)
            elif line.who is not None:
                counted.append(line)
                self._act(line)
        if counted:
            self._sittings(counted)
        self._waits(counted)

    def _hit(self, pattern: str, whose: Population, *, hit: bool) -> None:
        telling = hit != PATTERNS[pattern].below
        self.counts.tally(pattern, whose).count(self.head.id, hit=hit, telling=telling)

    def _act(self, line: Line) -> None:
        late = line.at // DAY - (line.on - _EPOCH) > self.shape.late_after
        self._hit("late-entries", self.whose, hit=late)
        if line.type == "step-completed" and line.step:
            self._completed(line, line.step)
        for part, text in _texts(line.data):
            self.counts.copies.add(Place(self.head.id, line.seq, part), self.whose, text)
        self._documents(line)
        someone = self.counts.posted(line)
        if someone is None:
            return
        day = line.at // DAY + _EPOCH
        self.counts.active.setdefault(someone, array("l")).append(day)
        if day > self.counts.today - 365:
            self.counts.acts[someone] += 1
        if line.step is not None and line.step in self.shape.decided and line.type != "entry-added":
            self._decision(line, line.step, someone)

    def _documents(self, line: Line) -> None:
        """Count documents about this person alone, and those that are another's file, or an earlier one."""
        again = (line.step, line.data.get("entry")) in self.shape.repeated
        if not again and line.step not in self.shape.own_steps:
            return
        for digest in _digests(line.data):
            used = self.counts.is_shared(digest) or (again and digest in self.files)
            self._hit("same-files", self.whose, hit=used)
            if again:
                self.files.add(digest)

    def _waits(self, acts: Sequence[Line]) -> None:
        """Say whether nobody did anything for some time after the case was opened."""
        lasts = int(self.counts.limit("left-waiting.days"))
        opened = self.head.opened
        end = self.counts.today if self.head.closed is None else self.head.closed
        if opened < self.counts.since or end - opened < lasts:
            return
        seen = any(line.on < opened + lasts for line in acts if line.step != self.shape.first_step)
        self._hit("left-waiting", self.whose, hit=not seen)

    def _completed(self, line: Line, step: str) -> None:
        if step in self.shape.dated:
            self._hit("last-day", self.whose, hit=self.due.get(step) == line.on)
        if step in self.shape.waited and step in self.ready:
            self._hit("first-day", self.whose, hit=self.ready[step] == line.on)
        meeting = line.data.get("meeting")
        if step in self.shape.meetings and isinstance(meeting, Mapping) and (meeting.get("present") or 0) > 2:  # noqa: PLR2004 - one or two have nobody to differ from
            dissent = (meeting.get("no") or 0) + (meeting.get("abstain") or 0)
            self._hit("unanimous", self.whose, hit=dissent > 0)

    def _decision(self, line: Line, step: str, someone: Population) -> None:
        turned_down = line.data.get("outcome") in self.shape.decided[step]
        for whose in (someone, someone._replace(person="", process=self.head.process)):
            self._hit("nothing-returned", whose, hit=turned_down)
            self.counts.span(whose, line.on)
        self.counts.decided.setdefault(someone, []).append((line.at, self.head.id))

    def _advance(self, line: Line) -> None:
        standing = line.data.get("standing")
        if standing is None or line.data.get("stage") == self.shape.first_stage:
            return
        owner = self.whose._replace(of=str(standing))
        self.counts.moved_on.setdefault(owner, array("l")).append(line.on)
        if line.on > self.counts.today - round(365.25 * self.counts.limit("nobody-admitted.years")):
            self.counts.advanced[self.whose] += 1

    def _sittings(self, lines: Sequence[Line]) -> None:
        """Say whether one person entered, within an hour, what tells of months."""
        limit = self.counts.limit
        hit = any(
            len(sitting) >= limit("one-sitting.steps")
            and max(line.on for line in sitting) - min(line.on for line in sitting)
            >= limit("one-sitting.days")
            for sitting in _sittings_of(lines, int(60 * limit("one-sitting.minutes")))
        )
        self._hit("one-sitting", self.whose, hit=hit)


def _note(cases: list[str], case: str) -> None:
    """Keep some of the cases, each once: they come one after the other."""
    if len(cases) < EXAMPLES and case not in cases[-1:]:
        cases.append(case)


def _sittings_of(lines: Sequence[Line], lasts: int) -> Iterator[list[Line]]:
    """Yield, for each line, what the same person entered from it on within a time."""
    open_by: dict[str, list[Line]] = {}
    for line in lines:
        who = line.who or ""
        held = [earlier for earlier in open_by.get(who, ()) if line.at - earlier.at <= lasts]
        open_by[who] = [*held, line]
        yield open_by[who]


def _digests(data: Mapping[str, Any]) -> Iterator[str]:
    materials = data.get("materials")
    if isinstance(materials, Mapping):
        yield from (digest for digests in materials.values() for digest in digests)


def _texts(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    texts = data.get("texts")
    if isinstance(texts, Mapping):
        yield from ((f"texts.{name}", text) for name, text in texts.items() if isinstance(text, str))
    reason = data.get("reason")
    if isinstance(reason, str):
        yield "reason", reason
