"""Lives through the cases of the demonstration: every act on its day, by whoever may do it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection

from domain.casting import Cast
from domain.entries import SUMMARY
from domain.moments import local_day, start_of
from domain.process import Process
from domain.refusals import ReasonRequired
from domain.scenarios import SUBJECT, EntryPart, MeetingSpec, ScenarioAct
from domain.scenery import Organisation, PersonSpec, PostSpec, UnitSpec
from domain.steps import MeetingStep, NoticeStep, PeriodStep, Step
from domain.values import Scalar
from domain.voting import voting_body
from domain.waiting import OpenStep, Waiting, waiting
from records import cases, registers
from records.cases import FoundCase
from records.registers import ActedOn
from records.scope import scope_of
from services import acts, materials
from services.demo_lives import Plan
from services.demo_organisation import PEOPLE, UNITS, demo_id
from services.demo_voices import PROCESS, remark
from services.parts import Caller, Parts
from services.requests import ActRequest, StartRequest

_OPENS: Final = time(9, 0)
_LATE: Final = "年末工作集中，未能按期办理，现予补办。"
_NUMBERED: Final = "form-number"
"""The answer that is a number of a register."""
_BETWEEN_ENTRIES: Final = {"assessment": 160, "inspection": 85}
"""Days between the entries of a periodic duty."""


async def live_through(parts: Parts, plan: Plan) -> None:
    """Make one case as it went from its first day until today. Does nothing where the person has a case."""
    life = _Life(parts, plan)
    if not await parts.read(life.has_begun):
        await life.live()


class _Life:
    """One case on a clock that is set back to its beginning."""

    def __init__(self, parts: Parts, plan: Plan) -> None:
        self._today = parts.today()
        self._until = parts.clock()
        self._plan = plan
        self._person = next(person for person in PEOPLE if person.name == plan.subject)
        self._unit = demo_id("unit", self._person.unit)
        self._now = self._until
        self._parts = replace(parts, clock=lambda: self._now)
        self._case_id = ""
        self._as_it_stands: FoundCase | None = None
        first = self._today - timedelta(days=plan.days_ago)
        hangs = plan.notice_days_ago
        self._put_up_on = None if hangs is None else self._today - timedelta(days=hangs)
        self._process = parts.library.for_start(PROCESS, first)
        self._cast = Cast(self._process, _scenery(self._person.id, self._unit))

    def has_begun(self, connection: Connection) -> bool:
        mine = cases.CaseFilter(subject=self._person.id)
        own = scope_of(connection, self._person.id, self._today)
        return bool(cases.list_cases(connection, scope=own, narrowed=mine).items)

    async def live(self) -> None:
        day = self._today - timedelta(days=self._plan.days_ago)
        await self._start(day)
        while True:
            day = following(self._plan.subject, day, self._put_up_on)
            if day > self._today:
                break
            found = await self._let_time_pass(start_of(day, self._process.time_zone, _OPENS))
            if found.case.is_closed:
                return
            await self._do_what_can_be_done(found, day)
        await self._let_time_pass(self._until)

    async def _start(self, day: date) -> None:
        self._now = start_of(day, self._process.time_zone, _OPENS)
        played = self._cast.play(
            self._process, self._process.first_step, ScenarioAct(on=day), None, self._unit
        )
        view = await acts.start(
            self._parts,
            Caller(self._person.id),
            StartRequest(
                process=PROCESS,
                subject=self._person.id,
                unit=self._unit,
                occurred_on=day,
                fields=played.fields,
                materials=await self._documents(self._process, played.materials, self._person.id),
            ),
        )
        self._case_id = view.id
        await self._remark(self._process.first_step.id)

    async def _let_time_pass(self, until: datetime) -> FoundCase:
        """Let everything happen that happens by itself, each thing at its own moment."""
        following = await self._next_moment()
        while following is not None and following <= until:
            self._now = max(self._now, following)
            before = following
            following = await acts.let_happen(self._parts, self._case_id)
            self._as_it_stands = None
            if following == before:
                break
        self._now = until
        return await self._found()

    async def _do_what_can_be_done(self, found: FoundCase, day: date) -> None:
        if self._plan.withdrawn and found.case.stage != self._process.stages[0].id:
            self._as_it_stands = None
            request = ActRequest(kind="withdraw", reason="因工作调动，本人申请撤回。")
            await acts.perform(self._parts, Caller(self._person.id), self._case_id, request, head=None)
            return
        ahead: Waiting = waiting(found.process, found.case, self._now)
        for open_step in ahead.open:
            act = self._act(found, open_step, day)
            if act is not None:
                await self._perform(found, act)
                return

    def _act(self, found: FoundCase, open_step: OpenStep, day: date) -> ScenarioAct | None:
        """Return what may be done about one open step that day, or None."""
        step = found.edition.steps[open_step.step]
        if open_step.optional:
            return None
        stays = step.id in self._plan.stays_at and not (isinstance(step, NoticeStep) and self._plan.objection)
        entry = None if stays else self._entry(found, step, day)
        if isinstance(step, PeriodStep) or entry is not None:
            return None if entry is None else ScenarioAct(on=day, step=step.id, entry=entry)
        if step.id in self._plan.stays_at or open_step.blocked is not None:
            return None
        reason = _LATE if open_step.overdue else None
        return ScenarioAct(on=day, step=step.id, outcome=self._plan.outcomes.get(step.id), reason=reason)

    def _entry(self, found: FoundCase, step: Step, day: date) -> EntryPart | None:
        state = found.case.steps[step.id]
        if isinstance(step, NoticeStep):
            if self._put_up_on is not None and day < self._put_up_on:
                return None
            there = {entry.kind for entry in state.entries}
            return next((part for part in self._notice_entries() if part.kind not in there), None)
        if isinstance(step, PeriodStep):
            for duty in step.entries:
                latest = max((e.on for e in state.entries if e.kind == duty.id), default=state.opened_on)
                if day >= latest + timedelta(days=_BETWEEN_ENTRIES.get(duty.id, 90)):
                    return EntryPart(kind=duty.id)
        return None

    def _notice_entries(self) -> tuple[EntryPart, ...]:
        """Return how a notice goes: it hangs, and where somebody objects that is answered, or not yet."""
        raised = self._plan.objection
        said = () if raised is None else (("objection", raised.said), ("answer", raised.answer))
        told = tuple(
            EntryPart(kind=kind, fields={SUMMARY.id: text}) for kind, text in said if text is not None
        )
        return (EntryPart(kind="published"), *told)

    async def _perform(self, found: FoundCase, act: ScenarioAct) -> None:
        self._as_it_stands = None
        step = found.edition.steps[act.step or ""]
        if isinstance(step, MeetingStep):
            act = act.model_copy(update={"meeting": await self._votes(found, step, act)})
        played = self._cast.play(found.edition, step, act, found.case, self._unit)
        actor = self._person.id if played.by == SUBJECT else played.by
        asked = ActRequest(
            kind="step",
            step=step.id,
            occurred_on=act.on,
            outcome=None if act.entry else act.outcome or next(iter(step.outcomes)),
            fields=_written(played.fields, act.on),
            materials=await self._documents(found.edition, played.materials, actor),
            people=played.people,
            meeting=played.meeting,
            entry=played.entry,
            reason=act.reason or ("经研究，不符合条件。" if step.id in self._plan.outcomes else None),
        )
        try:
            await acts.perform(self._parts, Caller(actor), self._case_id, asked, head=None)
        except ReasonRequired:
            late = asked.model_copy(update={"reason": _LATE})
            await acts.perform(self._parts, Caller(actor), self._case_id, late, head=None)
        if act.entry is None:
            await self._remark(step.id)

    async def _remark(self, step: str) -> None:
        """Have written what is written behind an act on a step."""
        for one in self._plan.remarks:
            if one.after == step:
                await remark(self._parts, self._case_id, one)

    async def _votes(self, found: FoundCase, step: MeetingStep, act: ScenarioAct) -> MeetingSpec:
        """Return a vote of those entitled that day: one is away, and says in writing what he thinks."""
        day = ActedOn(on=act.on, today=act.on)
        known = await self._parts.read(
            lambda connection: registers.circumstances(
                connection, found.process, found.case, self._person.id, day
            )
        )
        roster = known.roster(voting_body(found.edition, step, known))
        eligible = len(roster.people) if roster else 0
        large = eligible > 6  # noqa: PLR2004 - in a small body everybody comes
        written = int(large and step.written)
        return MeetingSpec(eligible=eligible, present=eligible - large, written=written, abstain=int(large))

    async def _documents(
        self, edition: Process, kinds: tuple[str, ...], actor: str
    ) -> dict[str, tuple[str, ...]]:
        """Hand in a short invented document of each kind, and return the ids."""
        handed_in: dict[str, tuple[str, ...]] = {}
        for kind in kinds:
            title = edition.materials[kind].title.zh
            day = local_day(self._now, edition.time_zone)
            content = f"{title}\n{self._plan.subject}\n{day}\n（演示材料）\n".encode()
            handed_in[kind] = (await self._document(f"{title}.txt", content, actor),)
        return handed_in

    async def _document(self, name: str, content: bytes, actor: str) -> str:
        return (await materials.hand_in(self._parts, Caller(actor), name, io.BytesIO(content))).id

    async def _found(self) -> FoundCase:
        """Return the case, read again only where something happened: nobody else is there to change it."""
        if self._as_it_stands is None:
            self._as_it_stands = await self._parts.read(
                lambda connection: cases.find_case(connection, self._parts.library, self._case_id, None)
            )
        return self._as_it_stands

    async def _next_moment(self) -> datetime | None:
        found = await self._found()
        return waiting(found.process, found.case, self._now).next_moment


def following(subject: str, day: date, put_up_on: date | None) -> date:
    """Return the next day on which somebody comes back to a case: two to six days on, irregular.

    A notice is put up on its day, and what is said of it is said while it hangs.
    """
    pause = 2 + hashlib.sha256(f"{subject}{day}".encode()).digest()[0] % 5
    then = day + timedelta(days=pause)
    if put_up_on is None or then < put_up_on:
        return then
    return put_up_on if day < put_up_on else day + timedelta(days=2)


def _written(answers: Mapping[str, Scalar], day: date) -> dict[str, Scalar]:
    """Return answers with a number such as people write where one is asked for, whatever their language."""
    number = f"{day:%Y}-{day:%j}"
    return {name: number if name == _NUMBERED else answer for name, answer in answers.items()}


def _scenery(subject: str, unit: str) -> Organisation:
    """Return the organisation as the casting of scenarios knows it, with our ids for names."""
    people = {
        person.id: PersonSpec(
            unit=demo_id("unit", person.unit),
            standing=person.standing,
            posts=tuple(PostSpec(role=role, unit=demo_id("unit", where)) for role, where in person.posts),
        )
        for person in PEOPLE
        if person.id != subject
    }
    # Contacts and introducers are members without a part in the branch's decisions, where there are enough.
    branch = [key for key, spec in people.items() if spec.unit == unit and spec.standing == "full-member"]
    helpers = tuple(sorted(branch, key=lambda key: (len(people[key].posts), key))[:2])
    return Organisation(
        units={
            each.id: UnitSpec(
                kind=each.kind,
                parent=demo_id("unit", each.parent) if each.parent else None,
                may_approve=each.may_approve,
            )
            for each in UNITS
        },
        people={**people, SUBJECT: PersonSpec(unit=unit)},
        usual={"contacts": helpers, "introducers": helpers},
    )
