"""Random histories of every shipped process, and what must be true of each of them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import events as facts
from domain.acts import Act, Due, MeetingRecord, Resume, StepAct, Suspend, Withdraw
from domain.case import Case
from domain.deciding import decide
from domain.events import Event
from domain.evolving import replay
from domain.library import Library
from domain.moments import local_day
from domain.permitting import why_not
from domain.process import Process
from domain.refusals import RuleViolation
from domain.steps import MeetingStep, Step
from domain.waiting import OpenStep, waiting
from tests.domain.world import World, at, shipped
from tests.thorough import examples

MOVES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99), st.integers(0, 400)), max_size=70)
MANY = settings(
    max_examples=examples(25, 200),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
PROCESSES = [
    "membership-development 2014.1",
    "membership-development 2026.1",
    "debian-new-member 1",
    "apache-committer 1",
]


@lru_cache(maxsize=1)
def library() -> Library:
    return shipped()


def process_named(name: str) -> Process:
    process, version = name.split()
    return library().find(process, version)


class History:
    """One random walk: the case, everything recorded, and the day it is."""

    def __init__(self, process: Process, members: int = 16) -> None:
        self.process = process
        self.world = World(process, members=members)
        self.day = max(process.in_force.first, date(2019, 1, 31))
        start = decide(process, None, self.world.start(self.day), at(self.day))
        self.events: list[Event] = list(start)
        self.case: Case = replay(process, start)
        self.refused = 0

    def do(self, act: Act) -> bool:
        try:
            new = decide(self.process, self.case, act, at(self.day))
        except RuleViolation:
            self.refused += 1
            return False
        self.take(new)
        return True

    def take(self, new: tuple[Event, ...]) -> None:
        if new:
            self.events.extend(new)
            self.case = replay(self.process, new, self.case)

    def open(self) -> tuple[OpenStep, ...]:
        return waiting(self.process, self.case, at(self.day)).open

    def ready(self) -> list[OpenStep]:
        return [o for o in self.open() if o.blocked is None and o.assignees]

    def definition(self, step: str) -> Step:
        return self.process.edition(self.case.version).steps[step]

    def move(self, kind: int, choice: int, days: int) -> None:
        """Do one thing: mostly the next step, at times waiting, a losing vote, a whole-case act, nonsense."""
        if kind <= 4:
            self.next_step()
        elif kind == 5:
            self.day += timedelta(days=days)
            self.do(Due())
        elif kind == 6 and self.open():
            step = self.definition(self.open()[choice % len(self.open())].step)
            outcomes = list(step.outcomes)
            self.do(self.world.act(self.case, step, self.day, outcomes[days % len(outcomes)]))
        elif kind == 7 and self.open():
            step = self.definition(self.open()[choice % len(self.open())].step)
            early = self.day - timedelta(days=days % 40)
            self.do(self.world.act(self.case, step, early))
        elif kind == 8:
            self.whole_case(choice)
        else:
            self.day += timedelta(days=days % 9)

    def next_step(self) -> None:
        self.do(Due())
        ready = [o for o in self.ready() if not o.optional and o.kind != "period"]
        duties = [
            o for o in self.ready() if o.kind == "period" and o.due_on and (o.due_on - self.day).days <= 20
        ]
        if self.case.status == "suspended":
            self.whole_case(1)
        elif duties or ready:
            step = self.definition((duties or ready)[0].step)
            self.do(self.world.act(self.case, step, self.day))
        else:
            coming = waiting(self.process, self.case, at(self.day)).next_moment
            days = [o.not_before for o in self.open() if o.not_before and o.not_before > self.day]
            if coming is not None:
                days.append(local_day(coming, self.case.time_zone))
            self.day = max(self.day, min(days, default=self.day)) + timedelta(days=not days)

    def whole_case(self, choice: int) -> None:
        kind = Withdraw if choice == 0 else Suspend if choice % 2 == 0 else Resume
        name: Literal["withdraw", "suspend", "resume"] = kind.model_fields["kind"].default
        for actor in self.process.whole_case.get(name, ()):
            known = self.world.known(actor, self.case)
            self.do(kind(known=known, occurred_on=self.day, reason="because"))


def walked(name: str, moves: list[tuple[int, int, int]]) -> History:
    history = History(process_named(name))
    for kind, choice, days in moves:
        if history.case.is_closed:
            break
        history.move(kind, choice, days)
    return history


def finished(name: str, moves: list[tuple[int, int, int]]) -> History:
    """Return a history that was disturbed by `moves` and then led on to its end."""
    history = walked(name, moves)
    for _ in range(250):
        if history.case.is_closed:
            return history
        history.next_step()
    return history


@pytest.mark.parametrize("name", PROCESSES)
@MANY
@given(moves=MOVES)
def test_replaying_events_or_reading_json_gives_the_same_case(
    name: str, moves: list[tuple[int, int, int]]
) -> None:
    history = walked(name, moves)
    assert replay(history.process, history.events) == history.case
    text = history.case.model_dump_json(exclude_defaults=True)
    read = Case.model_validate_json(text)
    assert read == history.case
    assert read.model_dump_json(exclude_defaults=True) == text
    assert [event.seq for event in history.events] == list(range(1, history.case.seq + 1))


@pytest.mark.parametrize("name", PROCESSES)
@MANY
@given(moves=MOVES)
def test_what_temporal_may_see_leads_to_the_same_case(name: str, moves: list[tuple[int, int, int]]) -> None:
    history = walked(name, moves)
    bare = [Event.model_validate_json(event.bare().model_dump_json()) for event in history.events]
    assert replay(history.process, bare) == history.case


@pytest.mark.parametrize("name", PROCESSES)
@MANY
@given(moves=MOVES)
def test_waiting_never_lists_an_act_that_decide_refuses(name: str, moves: list[tuple[int, int, int]]) -> None:
    history = walked(name, moves)
    now = at(history.day)
    history.do(Due())
    for open_step in history.ready():
        step = history.definition(open_step.step)
        act = history.world.act(history.case, step, history.day)
        assert why_not(history.process, history.case, step.id, act.known, now) is None
        assert decide(history.process, history.case, act, now)


@pytest.mark.parametrize("name", PROCESSES)
@MANY
@given(moves=MOVES)
def test_what_waiting_blocks_decide_refuses(name: str, moves: list[tuple[int, int, int]]) -> None:
    history = walked(name, moves)
    now = at(history.day)
    history.do(Due())
    for open_step in history.open():
        if open_step.blocked is None or open_step.kind == "notice":
            continue
        act = history.world.act(history.case, history.definition(open_step.step), history.day)
        with pytest.raises(RuleViolation):
            decide(history.process, history.case, act, now)


@pytest.mark.parametrize("name", PROCESSES)
@MANY
@given(moves=MOVES, choice=st.integers(0, 99))
def test_two_acts_in_either_order_never_both_settle_one_step(
    name: str, moves: list[tuple[int, int, int]], choice: int
) -> None:
    history = walked(name, moves)
    history.do(Due())
    ready = [o for o in history.ready() if o.kind != "period"]
    if not ready:
        return
    step = history.definition(ready[choice % len(ready)].step)
    outcomes = list(step.outcomes)
    first = history.world.act(history.case, step, history.day, outcomes[0])
    second = history.world.act(history.case, step, history.day, outcomes[-1])
    before, at_first = history.case, len(history.events)
    for one, other in ((first, second), (second, first)):
        history.case, history.events = before, history.events[:at_first]
        history.do(one)
        history.do(other)
        settled = [
            (event.step, event.round)
            for event in history.events[at_first:]
            if isinstance(event.body, facts.StepCompleted) and event.step == step.id
        ]
        assert len(settled) == len(set(settled))


@pytest.mark.parametrize("name", ["membership-development 2014.1", "membership-development 2026.1"])
@settings(MANY, max_examples=examples(75, 500))
@given(
    members=st.integers(3, 30),
    votes=st.tuples(
        st.sampled_from([0, 0, 0, 1, -1]), st.integers(-1, 16), st.integers(0, 2), st.integers(-1, 2)
    ),
    which=st.sampled_from(["branch-vote", "conversion-vote"]),
    claim=st.sampled_from(["first", "lost", None]),
)
def test_a_lost_vote_never_passes(
    name: str, members: int, votes: tuple[int, ...], which: str, claim: str | None
) -> None:
    eligible, present = members + votes[0], members // 2 + votes[1]
    written, yes = votes[2], members // 2 + votes[3]
    history = at_step(name, which, members)
    step = history.definition(which)
    assert isinstance(step, MeetingStep)
    no = max(0, present + written - yes)
    meeting = MeetingRecord(
        eligible=max(eligible, 0), present=max(present, 0), written=written, yes=max(yes, 0), no=no
    )
    outcome = next(iter(step.outcomes)) if claim == "first" else claim
    act: StepAct = history.world.act(history.case, step, history.day).model_copy(
        update={"meeting": meeting, "outcome": outcome}
    )
    if not history.do(act):
        return
    done = [e.body for e in history.events if isinstance(e.body, facts.StepCompleted) and e.step == which]
    assert eligible == members
    assert 2 * present > eligible
    assert present + written <= eligible
    assert (done[-1].outcome != step.lost) == (2 * yes > eligible)


@lru_cache(maxsize=128)
def _led_to(name: str, step: str, members: int) -> tuple[tuple[Event, ...], date]:
    history = History(process_named(name), members=members)
    for _ in range(250):
        if any(o.step == step for o in history.ready()):
            break
        history.next_step()
    return tuple(history.events), history.day


def at_step(name: str, step: str, members: int) -> History:
    """Return a history in which `step` may be done today."""
    events, day = _led_to(name, step, members)
    history = History(process_named(name), members=members)
    history.events, history.day = list(events), day
    history.case = replay(history.process, events)
    return history


@pytest.mark.parametrize("name", ["membership-development 2014.1", "membership-development 2026.1"])
@settings(MANY, max_examples=examples(40, 300))
@given(moves=MOVES)
def test_no_history_reaches_membership_without_every_blocking_rule(
    name: str, moves: list[tuple[int, int, int]]
) -> None:
    history = finished(name, moves)
    assert history.case.is_closed
    if history.case.outcome != "full-member":
        return
    done = latest_completions(history.events)
    for step in history.process.edition(history.case.version).steps.values():
        assert step.id in done or step.when is not None or step.optional or "2014" in name, step.id
    assert_order_and_waits(history, done)
    for event in history.events:
        if isinstance(event.body, facts.StepCompleted) and event.body.meeting is not None:
            meeting = event.body.meeting
            carried = event.body.outcome != "lost"
            assert 2 * meeting.present > meeting.eligible
            assert carried == (2 * meeting.yes > meeting.eligible)


def latest_completions(events: list[Event]) -> dict[str, Event]:
    return {e.step: e for e in events if isinstance(e.body, facts.StepCompleted) and e.step is not None}


def assert_order_and_waits(history: History, done: dict[str, Event]) -> None:
    """Check the national order and intervals on the record alone, without asking the definition."""

    def day(step: str) -> date:
        return done[step].occurred_on

    order = ["apply", "first-talk", "activist-decision", "object-decision", "committee-review", "pre-review"]
    order += ["form", "branch-vote", "superior-talk", "approval", "conversion-vote", "conversion-approval"]
    for earlier, later in zip(order, [*order[1:], "archive"], strict=True):
        assert day(earlier) <= day(later)
    assert day("object-decision") >= day("activist-decision") + relativedelta(months=12)
    extended = sum(e.body.months for e in history.events if isinstance(e.body, facts.PeriodExtended))
    assert extended == 0 or 6 <= extended <= 12
    assert day("conversion-vote") >= day("branch-vote") + relativedelta(months=12 + extended)
    assert max(day("introducers"), day("political-review"), day("training")) <= day("committee-review")
    assert day("conversion-application") <= day("conversion-vote")
    people = history.case.people
    assert 1 <= len(people["contacts"]) <= 2
    assert len(set(people["introducers"])) == 2
    assert history.case.subject not in people["introducers"] + people["contacts"]


def test_membership_is_reached_often_enough_to_mean_something() -> None:
    reached = sum(
        finished("membership-development 2026.1", [(5, n, n * 7), (6, n, n)]).case.outcome == "full-member"
        for n in range(20)
    )
    assert reached >= 10


@pytest.mark.parametrize("name", PROCESSES)
@MANY
@given(moves=MOVES)
def test_nothing_comes_before_what_it_waits_for(name: str, moves: list[tuple[int, int, int]]) -> None:
    history = walked(name, moves)
    opened: dict[tuple[str, int], date] = {}
    for event in history.events:
        key = (event.step or "", event.round or 0)
        if isinstance(event.body, facts.StepOpened):
            opened[key] = event.occurred_on
        elif isinstance(event.body, facts.StepCompleted):
            assert event.occurred_on >= opened[key]
        assert event.occurred_on <= local_day(event.recorded_at, history.process.time_zone)


@pytest.mark.parametrize("name", PROCESSES)
@MANY
@given(moves=MOVES)
def test_time_never_acts_twice_for_the_same_moment(name: str, moves: list[tuple[int, int, int]]) -> None:
    history = walked(name, moves)
    history.do(Due())
    assert decide(history.process, history.case, Due(), at(history.day)) == ()
    told = [(e.step, e.round, e.body.rule) for e in history.events if isinstance(e.body, facts.BecameOverdue)]
    assert len(told) == len(set(told))
