"""One workflow per case: it drives a case through its process for as long as that takes.

The record is the memory and this is the clock. Facts come in as signals, after they were recorded; the
workflow walks the case from stage to stage by them, sleeps until the next moment at which something happens
by itself, and then asks the record to let it happen.

Which commands it gives depends on the facts and on time passing, never on what `waiting` works out: that only
sets how long a timer runs and what operators read. So a rule that was mended, or a later version of a process
that was published meanwhile, cannot put a case asleep for years at odds with its own history.
"""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from domain.case import Case
    from domain.events import CaseStarted, Event
    from domain.evolving import evolve
    from domain.process import Process
    from domain.waiting import Waiting, waiting
    from workflows import contract
    from workflows.contract import (
        CaseAsked,
        CaseEnd,
        CaseStart,
        DueAsked,
        EventsAsked,
        Facts,
        Nudge,
    )
    from workflows.definitions import KNOWN
    from workflows.labels import moment_label, stage_label

HISTORY_LIMIT = 200
"""Events of one run, after which the case goes on in a new one: replaying costs half a millisecond each."""

LONGEST_SLEEP = timedelta(days=30)
"""A case with nothing ahead looks at its record this often, in case it was told nothing."""
SHORTEST_SLEEP = timedelta(seconds=1)
"""There is always a timer, even for a moment that has passed (the record's clock may be behind)."""
LAG_FROM, LAG_TO = timedelta(seconds=60), timedelta(seconds=120)
"""How long after its moment a case wakes. Workers record what is due on time, by themselves, and tell of it;
where none did, thousands of cases that are due at one midnight do not all wake in one second."""
PATIENCE = timedelta(seconds=15)
"""How long to wait when a moment came and the record let nothing happen; doubled each time, up to ..."""
MOST_PATIENCE = timedelta(hours=6)

_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=2)
)
_SOON = timedelta(seconds=30)
_NO_TIME = timedelta(milliseconds=100)
"""A local activity that failed waits longer than this by a timer, not in the worker's task."""
_DUE_LOCALLY = "due-locally"
"""Histories of 0.1.0 have an activity of Temporal's in its place, which costs several times as much."""


@workflow.defn(name=contract.CASE)
class CaseWorkflow:
    """One person's way through one process, from the first fact to the last."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        self._id = start.case_id
        self._known_case: Case | None = None
        self._inbox: list[Facts] = []
        self._nudge: Nudge | None = None
        self._in_vain = 0

    @workflow.run
    async def run(self, start: CaseStart) -> CaseEnd:
        """Walk the case from stage to stage until it ends. Returns the outcome the record gives it."""
        await self._begin(start)
        while self._known_case is not None and not self._is_over():
            await self._pass_through(self._case.stage)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return CaseEnd(outcome=self._case.outcome if self._known_case else None, seq=self._seq)

    @workflow.signal(name=contract.RECORDED)
    def recorded(self, facts: Facts) -> None:
        """Take note that something was recorded. `run` does the rest, so that nothing interleaves."""
        self._inbox.append(facts)

    @workflow.signal(name=contract.NUDGED)
    def nudged(self, nudge: Nudge) -> None:
        """Look at the record again: something was missed, or other rules are in force."""
        adopt = nudge.adopt or (self._nudge is not None and self._nudge.adopt)
        self._nudge = nudge.model_copy(update={"adopt": adopt})

    @workflow.query(name="case")
    def case(self) -> Case | None:
        """Return the case as this workflow knows it."""
        return self._known_case

    @workflow.query(name="waiting")
    def waiting(self) -> Waiting | None:
        """Return the open steps, and the next moment, as of this workflow's latest task."""
        return None if self._known_case is None else waiting(self._process, self._case, workflow.now())

    @workflow.query(name="seq")
    def seq(self) -> int:
        """Return the number of the last fact this workflow knows."""
        return self._seq

    async def _begin(self, start: CaseStart) -> None:
        first = self._inbox[0].read() if self._inbox else ()
        if start.seq == 0 and any(event.seq == 1 for event in first):
            await self._take_in()
        else:
            await self._remember()

    async def _pass_through(self, stage: str) -> None:
        """Stay in one stage until the facts say that it is left, or that the case has ended."""
        while not self._is_over() and self._case.stage == stage:
            ahead = waiting(self._process, self._case, workflow.now())
            self._show(ahead)
            if await self._facts_before(self._next_moment(ahead)):
                await self._take_in()
            else:
                await self._let_happen_what_is_due()
            self._go_on_in_a_new_run_when_long()

    async def _facts_before(self, moment: datetime) -> bool:
        """Sleep until facts arrive (True), or until the moment comes or somebody nudges (False)."""
        try:
            if not self._inbox and self._nudge is None:
                await workflow.wait_condition(
                    lambda: bool(self._inbox) or self._nudge is not None,
                    timeout=max(moment - workflow.now(), SHORTEST_SLEEP),
                    timeout_summary=moment_label(moment),
                )
        except TimeoutError:
            return False
        return bool(self._inbox)

    async def _let_happen_what_is_due(self) -> None:
        nudge, self._nudge = self._nudge, None
        known = self._seq
        adopt = nudge is not None and nudge.adopt
        asked = DueAsked(case_id=self._id, known=known, moment=workflow.now(), adopt=adopt)
        self._inbox.append(await _record_due(asked))
        await self._take_in()
        self._in_vain = 0 if self._seq > known else self._in_vain + 1

    async def _take_in(self) -> None:
        """Learn everything in the inbox, in order, each fact once; read from the record what is missing."""
        early: dict[int, Event] = {}
        while self._inbox:
            more = False
            for facts in self._taken_from_inbox():
                more = more or facts.more
                early.update({event.seq: event for event in facts.read()})
            while (following := early.pop(self._seq + 1, None)) is not None:
                self._learn(following)
            if more or any(seq > self._seq for seq in early):
                await self._fill_the_gap()

    def _taken_from_inbox(self) -> list[Facts]:
        taken, self._inbox = self._inbox, []
        return taken

    async def _fill_the_gap(self) -> None:
        """Read what follows from the record. Facts it does not have itself are none (it was restored)."""
        if self._known_case is None:
            await self._remember()
            return
        facts = await workflow.execute_activity_method(
            contract.CaseActivities.fetch_events,
            EventsAsked(case_id=self._id, after=self._seq),
            start_to_close_timeout=_SOON,
            retry_policy=_RETRY,
            summary="catch up",
        )
        if facts.events:
            self._inbox.append(facts)

    async def _remember(self) -> None:
        fetched = await workflow.execute_activity_method(
            contract.CaseActivities.fetch_case,
            CaseAsked(case_id=self._id),
            start_to_close_timeout=_SOON,
            retry_policy=_RETRY,
            summary="read the case",
        )
        self._known_case = fetched.read()

    def _learn(self, event: Event) -> None:
        if self._known_case is None:
            if not isinstance(event.body, CaseStarted):
                raise TypeError(f"the first fact of a case is its start, not {event.type}")
            process = KNOWN.by_digest(event.body.digest)
        else:
            process = self._process
        self._known_case = evolve(process, self._known_case, event)
        self._in_vain = 0

    def _go_on_in_a_new_run_when_long(self) -> None:
        """Start afresh with the case from the record. What is still in the inbox is in the record as well."""
        info = workflow.info()
        long = info.get_current_history_length() >= HISTORY_LIMIT or info.is_continue_as_new_suggested()
        if long and not self._inbox and not self._is_over() and workflow.all_handlers_finished():
            workflow.continue_as_new(CaseStart(case_id=self._id, seq=self._seq))

    def _next_moment(self, ahead: Waiting) -> datetime:
        """Return when to wake: when something happens by itself, or after the longest sleep."""
        now = workflow.now()
        moment = now + LONGEST_SLEEP if ahead.next_moment is None else ahead.next_moment + self._lag
        if self._in_vain:
            moment = max(moment, now + min(PATIENCE * 2 ** min(self._in_vain - 1, 20), MOST_PATIENCE))
        return moment

    def _show(self, ahead: Waiting) -> None:
        """Tell operators, in Temporal's own pages, where the case stands."""
        workflow.set_current_details(stage_label(self._process, self._case, ahead))

    def _is_over(self) -> bool:
        return self._case.is_closed and not self._inbox

    @property
    def _lag(self) -> timedelta:
        return LAG_FROM + (LAG_TO - LAG_FROM) * (zlib.crc32(self._id.encode()) / 2**32)

    @property
    def _case(self) -> Case:
        if self._known_case is None:
            raise LookupError("the case is not known yet")
        return self._known_case

    @property
    def _process(self) -> Process:
        return KNOWN.by_digest(self._case.digest)

    @property
    def _seq(self) -> int:
        return 0 if self._known_case is None else self._known_case.seq


async def _record_due(asked: DueAsked) -> Facts:
    """Have the record let happen what is due, in the worker that asks: thousands may be due in one second."""
    record_due = contract.CaseActivities.record_due
    if not workflow.patched(_DUE_LOCALLY):
        return await workflow.execute_activity_method(
            record_due,
            asked,
            start_to_close_timeout=_SOON,
            retry_policy=_RETRY,
            summary="let happen what is due",
        )
    return await workflow.execute_local_activity_method(
        record_due,
        asked,
        start_to_close_timeout=_SOON,
        retry_policy=_RETRY,
        local_retry_threshold=_NO_TIME,
        summary="let happen what is due",
    )
