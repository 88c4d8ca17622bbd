"""Rehearsing: a scenario run through decide, evolve and waiting on a clock of its own."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from domain import acts
from domain import events as facts
from domain.case import Case
from domain.casting import Cast, Played
from domain.deciding import decide
from domain.events import Event
from domain.evolving import replay
from domain.expectations import Report, unmet_ending, unmet_refusal, unmet_warnings
from domain.moments import dates, local_day, start_of
from domain.process import Process
from domain.refusals import RuleViolation
from domain.scenarios import SUBJECT, Scenario, ScenarioAct
from domain.values import Scalar, Value
from domain.waiting import waiting
from domain.working_days import WorkingCalendar

_OFFICE_OPENS = timedelta(hours=9)


class Line(Value):
    """One line of the timeline: what happened (or was refused) to which step, by whom, under which rule."""

    on: date
    recorded_on: date
    step: str | None
    who: str | None
    """A plain name of the scenario; None where time itself acted."""
    what: str
    rule: str | None = None


class Asked(Value):
    """An act with everything filled in: asked when (UTC), of whom, and the rule that refused it."""

    at: datetime
    by: str
    act: ScenarioAct
    what: acts.PersonsAct
    refused: str | None = None


class Timeline(Value):
    """A scenario as it went."""

    lines: tuple[Line, ...]
    asked: tuple[Asked, ...]
    """For a runner that plays the same acts elsewhere."""
    report: Report
    unmet: tuple[str, ...]
    """Every expectation that was not met, a sentence each; empty where all went as written."""
    events: tuple[Event, ...]
    case: Case | None
    """None where the start was refused."""


def run(process: Process, scenario: Scenario, calendar: WorkingCalendar) -> Timeline:
    """Run an unfolded scenario and return how it went.

    `process` is the edition in force on the scenario's first day; later ones are reached from it. Raises
    RuleViolation where the start is refused unexpectedly, LookupError where nobody can play a part.
    """
    rehearsal = _Rehearsal(process, scenario, calendar)
    rehearsal.start()
    for act in scenario.told:
        rehearsal.perform(act)
    if scenario.ends.on is not None:
        rehearsal.wait_until(start_of(scenario.ends.on, process.time_zone) + timedelta(hours=20))
    return rehearsal.timeline()


def digest_of(material: str, act: ScenarioAct) -> str:
    """Return a digest for a material that exists in the scenario only."""
    return hashlib.sha256(f"{material} {act.on} {act.step}".encode()).hexdigest()


class _Rehearsal:
    """One scenario under way: the case so far and the virtual clock."""

    def __init__(self, process: Process, scenario: Scenario, calendar: WorkingCalendar) -> None:
        self._process = process
        self._scenario = scenario
        self._calendar = calendar
        self._cast = Cast(process, scenario.organisation)
        self._unit = scenario.unit or self._cast.first_unit(process.starts_in)
        self._case: Case | None = None
        self._now = start_of(scenario.opening.recorded, process.time_zone)
        self._events: list[Event] = []
        self._lines: list[Line] = []
        self._asked: list[Asked] = []
        self._unmet: list[str] = []
        self._refusals = 0

    @property
    def case(self) -> Case:
        if self._case is None:
            raise LookupError("the scenario's start was refused, so there is no case")
        return self._case

    def start(self) -> None:
        """Start the case. Raises the refusal where the scenario does not expect it."""
        act = self._scenario.opening
        step = self._process.first_step
        played = self._cast.play(self._process, step, act, None, self._unit)
        self._clock(act)
        start = acts.Start(
            known=self._cast.circumstances(played.by, act.on, unit=self._unit),
            occurred_on=act.on,
            reason=act.reason,
            case="case",
            subject=SUBJECT,
            calendar=self._calendar,
            fields=played.fields,
            materials=_handed_in(played, act),
        )
        self._ask(act, start, played.by)

    def perform(self, act: ScenarioAct) -> None:
        """Let time pass until the act is recorded, then perform it."""
        if self._case is None:
            return
        self.wait_until(start_of(act.recorded, self._process.time_zone) + _OFFICE_OPENS)
        self._clock(act)
        if act.step is not None:
            played = self._play(act, act.step)
            self._ask(act, self._step_act(act, act.step, played), played.by)
        else:
            by = self._who_acts_on_the_case(act)
            self._ask(act, self._whole_case_act(act, by), by)

    def wait_until(self, moment: datetime) -> None:
        """Let happen, one after the other, what happens by itself up to `moment`."""
        while self._case is not None:
            following = waiting(self._process, self._case, self._now).next_moment
            if following is None or following > moment:
                return
            self._now = max(self._now, following)
            events = decide(self._process, self._case, acts.Due(), self._now)
            if not events:
                return
            self._happened(events)

    def timeline(self) -> Timeline:
        """Return how it went so far."""
        report = self._report()
        every = (self._scenario.opening, *self._scenario.told)
        expected = sum(act.refused is not None for act in every)
        unmet = (*self._unmet, *unmet_ending(self._scenario.ends, report, expected))
        return Timeline(
            lines=tuple(self._lines),
            asked=tuple(self._asked),
            report=report,
            unmet=unmet,
            events=tuple(self._events),
            case=self._case,
        )

    def _report(self) -> Report:
        case = self._case
        if case is None:
            return Report(refusals=self._refusals)
        warnings = tuple(w.rule for e in self._events for w in getattr(e.body, "warnings", ()))
        overdue = tuple(e.body.rule for e in self._events if isinstance(e.body, facts.BecameOverdue))
        return Report(
            status=case.status,
            outcome=case.outcome,
            standing=case.standing,
            version=case.version,
            dates=dates(self._process, case),
            refusals=self._refusals,
            warnings=warnings,
            overdue=overdue,
            waits_for=tuple(step.step for step in waiting(self._process, case, self._now).open),
            opened_on=case.opened_on,
            closed_on=case.closed_on,
            events=len(self._events),
        )

    def _clock(self, act: ScenarioAct) -> None:
        earliest = start_of(act.recorded, self._process.time_zone) + _OFFICE_OPENS
        self._now = max(earliest, self._now + timedelta(minutes=1))

    def _ask(self, act: ScenarioAct, what: acts.PersonsAct, by: str) -> None:
        refusal: RuleViolation | None = None
        try:
            events = decide(self._process, self._case, what, self._now)
        except RuleViolation as refused:
            refusal = refused
            self._refusals += 1
            self._lines.append(self._line(act.on, act.step, by, "refused", refused.rule))
        else:
            self._happened(events)
            warned = tuple(w.rule for e in events for w in getattr(e.body, "warnings", ()))
            self._note(unmet_warnings(act, warned))
        rule = None if refusal is None else refusal.rule
        self._asked.append(Asked(at=self._now, by=by, act=act, what=what, refused=rule))
        self._note(unmet_refusal(act, refusal))

    def _note(self, unmet: str | None) -> None:
        if unmet is not None:
            self._unmet.append(unmet)

    def _happened(self, events: tuple[Event, ...]) -> None:
        self._case = replay(self._process, events, self._case)
        self._events.extend(events)
        for event in events:
            what, rule = said(event)
            self._lines.append(self._line(event.occurred_on, event.step, event.actor, what, rule))

    def _line(self, on: date, step: str | None, who: str | None, what: str, rule: str | None) -> Line:
        recorded_on = local_day(self._now, self._process.time_zone)
        return Line(on=on, recorded_on=recorded_on, step=step, who=who, what=what, rule=rule)

    def _edition(self, day: date) -> Process:
        """Return the edition in force on `day`, which judges what happened then."""
        return self._process.in_force_on(day, latest="")

    def _play(self, act: ScenarioAct, name: str) -> Played:
        unit = self.case.unit
        for edition in (self._edition(act.on), self._process.edition(self.case.version)):
            if name in edition.steps:
                return self._cast.play(edition, edition.steps[name], act, self.case, unit)
        return Played(by=self._cast.who(act, (), self.case, unit), fields=act.fields, materials=())

    def _step_act(self, act: ScenarioAct, name: str, played: Played) -> acts.StepAct:
        meeting = played.meeting
        left_out = () if meeting is None else tuple(e.person for e in meeting.excluded)
        return acts.StepAct(
            known=self._cast.circumstances(
                played.by,
                act.on,
                unit=self.case.unit,
                case=self.case,
                named=(*played.people, *left_out),
                in_place_of=act.in_place_of,
            ),
            occurred_on=act.on,
            reason=act.reason,
            step=name,
            outcome=act.outcome,
            fields=played.fields,
            materials=_handed_in(played, act),
            people=played.people,
            meeting=played.meeting,
            entry=played.entry,
        )

    def _who_acts_on_the_case(self, act: ScenarioAct) -> str:
        actors = next((who for kind, who in self._process.whole_case.items() if kind == act.do), ())
        unit = self.case.unit
        proposal = self._proposal(act)
        if proposal is not None and act.do == "transfer":
            unit = next(p.path[0].id for p in self.case.proposals if p.seq == proposal)
        return self._cast.who(act, actors, self.case, unit)

    def _proposal(self, act: ScenarioAct) -> int | None:
        if not (act.confirms or act.rejects):
            return None
        return next((p.seq for p in reversed(self.case.proposals) if p.kind == act.do), 0)

    def _whole_case_act(  # noqa: PLR0911 - one per act
        self, act: ScenarioAct, by: str
    ) -> acts.PersonsAct:
        known = self._cast.circumstances(
            by,
            act.on,
            unit=self.case.unit,
            case=self.case,
            in_place_of=act.in_place_of,
            to_unit=act.to_unit,
        )
        shared = {"known": known, "occurred_on": act.on, "reason": act.reason}
        proposal = self._proposal(act)
        answer = {
            "confirms": proposal if act.confirms else None,
            "rejects": proposal if act.rejects else None,
        }
        match act.do:
            case "withdraw":
                return acts.Withdraw.model_validate({**shared, "outcome": act.outcome})
            case "suspend":
                return acts.Suspend.model_validate(shared)
            case "resume":
                return acts.Resume.model_validate(shared)
            case "appeal":
                return acts.Appeal.model_validate(shared)
            case "recuse":
                return acts.Recuse.model_validate({**shared, "person": act.recuses, "lifts": act.lifts})
            case "transfer":
                moving = {"to_unit": act.to_unit, "handed_over": act.handed_over}
                return acts.Transfer.model_validate({**shared, **answer, **moving})
            case "correct":
                return acts.Correct.model_validate({**shared, **answer, **self._change(act)})
            case None:
                raise ValueError(f"the act of {act.on} says neither step nor do")

    def _change(self, act: ScenarioAct) -> dict[str, object]:
        if act.change is None:
            return {}
        wanted = act.change
        event = next(
            event
            for event in reversed(self._events)
            if event.step == wanted.step and isinstance(event.body, facts.Evidence)
        )
        old, in_text = _recorded(event, wanted.path)
        change = acts.Change(seq=event.seq, path=wanted.path, value=wanted.value)
        return {"change": change, "old": old, "in_text": in_text}


def _recorded(event: Event, path: str) -> tuple[Scalar | tuple[str, ...], bool]:
    """Return the recorded value a correction is about, and whether it is text or a document."""
    if path == "occurred_on":
        return event.occurred_on.isoformat(), False
    sort, _, name = path.partition(".")
    body = event.body
    if not isinstance(body, facts.Evidence):
        return None, False
    if sort == "materials":
        return body.materials.get(name, ()), True
    return (body.values[name], False) if name in body.values else (body.texts.get(name), True)


def _handed_in(played: Played, act: ScenarioAct) -> dict[str, tuple[str, ...]]:
    return {kind: (digest_of(kind, act),) for kind in played.materials}


def said(event: Event) -> tuple[str, str | None]:
    """Return an event as the timeline says it: what, and the rule it rests on."""
    match event.body:
        case facts.StepCompleted() as body:
            told = body.outcome, ", ".join(warned.rule for warned in body.warnings) or None
        case facts.EntryAdded() as body:
            told = body.entry, ", ".join(warned.rule for warned in body.warnings) or None
        case facts.BecameOverdue(rule=rule):
            told = event.type, rule
        case facts.StageEntered(stage=stage) | facts.StageLeft(stage=stage):
            told = f"{event.type} {stage}", None
        case facts.CaseClosed(outcome=outcome):
            told = f"{event.type} {outcome}", None
        case facts.RulesChanged(version=version, basis=basis):
            told = f"{event.type} {version}", basis
        case _:
            told = event.type, None
    return told
