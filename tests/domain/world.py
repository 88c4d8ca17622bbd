"""A small organisation in which somebody holds every post, and acts that hand in whatever a step asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from domain.acts import Due, EntryRecord, MeetingRecord, Start, StepAct
from domain.blocking import is_published
from domain.case import Case
from domain.circumstances import Circumstances, HeldPost, PersonFacts, Roster, UnitRef
from domain.deciding import decide
from domain.evolving import replay
from domain.library import Library
from domain.moments import PUBLISHED
from domain.process import Process
from domain.reading import read_process
from domain.rules import FieldRule
from domain.steps import AppointStep, FieldSpec, MeetingStep, NoticeStep, PeriodStep, Step
from domain.values import Scalar
from domain.voting import voting_body
from domain.working_days import WorkingCalendar

PROCESSES = Path(__file__).parents[2] / "processes"
SUBJECT = "subject-1"
CALENDAR = WorkingCalendar(version="plain")


def shipped() -> Library:
    """Return every definition that ships."""
    files = sorted(PROCESSES.glob("*/*.yaml"))
    files = [file for file in files if file.parent.name not in {"overlays", "scenarios"}]
    return Library.of(read_process(file.read_text(encoding="utf-8"), file.name) for file in files)


def at(day: date) -> datetime:
    """Return noon in Shanghai of that day."""
    return datetime.combine(day, time(4), tzinfo=UTC)


class World:
    """Who is who for one process: a unit of every kind on the path, and one person for every post."""

    def __init__(self, process: Process, *, kinds: tuple[str, ...] | None = None, members: int = 16) -> None:
        self.process = process
        chosen = kinds if kinds is not None else tuple(process.unit_kinds)
        first = process.starts_in
        ordered = (first, *(kind for kind in chosen if kind != first))
        self.path = tuple(
            UnitRef(id=f"u-{kind}", kind=kind, may_approve=kind != first, full_members=members)
            for kind in ordered
        )
        self.members = tuple(f"member-{number}" for number in range(members))
        self.everybody = tuple(f"member-{number}" for number in range(max(members, 16)))
        self.posts = tuple(
            HeldPost(id=f"post-{actor}", role=actor.rpartition(".")[2], unit=f"u-{kind}", unit_kind=kind)
            for actor in process.roles
            if (kind := actor.rpartition(".")[0]) in ordered
        )

    def holder(self, actor: str) -> str:
        """Return the person who holds a post."""
        return f"holder-{actor}"

    def known(self, actor: str, case: Case | None = None, *, second: bool = False) -> Circumstances:
        """Return what the registers say when `actor` acts. `second` is another holder of the same post."""
        who = self.who(actor, case) + ("-2" if second else "")
        posts = tuple(post for post in self.posts if post.actor == actor)
        top = list(self.process.standings)[-1]
        people = [PersonFacts(id=member, standing=top) for member in self.everybody]
        subject = PersonFacts(id=SUBJECT, standing=self.process.first_standing, born_on=date(1990, 2, 28))
        rosters = tuple(
            Roster(body=name, people=self.members if body.standing else self.members[:5])
            for name, body in self.process.bodies.items()
        )
        return Circumstances(
            actor=who, posts=posts, path=self.path, people=(subject, *people), rosters=rosters
        )

    def who(self, actor: str, case: Case | None = None) -> str:
        """Return the person behind an actor of the definition."""
        if actor == "subject":
            return SUBJECT
        if case is not None and actor in case.people:
            return case.people[actor][0]
        return self.holder(actor)

    def started(self, day: date) -> Case:
        """Return a case that began on `day`."""
        return replay(self.process, decide(self.process, None, self.start(day), at(day)))

    def start(self, day: date) -> Start:
        step = self.process.first_step
        actor = next((actor for actor in step.by if actor != "subject"), step.by[0])
        return Start(
            known=self.known(actor),
            occurred_on=day,
            case="case-1",
            subject=SUBJECT,
            calendar=CALENDAR,
            fields=answers(step.fields, None, day, step),
            materials=papers(step),
        )

    def able(self, step: Step, case: Case) -> str:
        """Return an actor of the step who exists in this case."""
        known = {post.actor for post in self.posts}
        return next(a for a in step.by if a in known or a == "subject" or a in case.people)

    def act(self, case: Case, step: Step, day: date, outcome: str | None = None) -> StepAct:
        """Return an act that hands in everything the step asks."""
        edition = self.process.edition(case.version)
        actor = self.able(step, case)
        chosen = outcome or next(iter(step.outcomes))
        given: dict[str, Any] = {}
        if isinstance(step, PeriodStep):
            duty = step.entries[0]
            actor = next(a for a in duty.by if a in case.people or a in {p.actor for p in self.posts})
            given["entry"] = EntryRecord(kind=duty.id, fields=answers(duty.fields, None, day, step))
            given["materials"] = {ref.id: ("digest",) for ref in duty.materials}
        elif isinstance(step, NoticeStep) and not is_published(case, step):
            given["entry"] = EntryRecord(kind=PUBLISHED, fields={"places": 2})
        else:
            given["outcome"] = chosen
            given["fields"] = answers(step.fields, chosen, day, step)
            given["materials"] = papers(step)
        if isinstance(step, AppointStep):
            count = edition.case_roles[step.role].count.min
            offset = 3 * sum(map(ord, step.role)) % 8
            given["people"] = self.everybody[offset : offset + count]
        if isinstance(step, MeetingStep):
            given["meeting"] = self.vote(edition, case, step, actor, lost=chosen == step.lost)
        number = sum(a.person.startswith("holder") for a in case.steps[step.id].answers)
        known = self.known(actor, case, second=number > 0)
        return StepAct(known=known, occurred_on=day, step=step.id, reason="because", **given)

    def vote(
        self, edition: Process, case: Case, step: MeetingStep, actor: str, *, lost: bool = False
    ) -> MeetingRecord:
        """Return a vote of everybody, unanimous one way or the other."""
        known = self.known(actor, case)
        roster = known.roster(voting_body(edition, step, known))
        number = len(roster.people) if roster else 0
        return MeetingRecord(
            eligible=number, present=number, yes=0 if lost else number, no=number if lost else 0
        )


def papers(step: Step) -> dict[str, tuple[str, ...]]:
    """Return one document for every material a step lists."""
    return {ref.id: ("digest",) for ref in step.materials}


def answers(specs: tuple[FieldSpec, ...], outcome: str | None, day: date, step: Step) -> dict[str, Scalar]:
    """Return an answer to every field that is required."""
    given: dict[str, Scalar] = {}
    wanted = {rule.field: rule for rule in step.rules if isinstance(rule, FieldRule)}
    for spec in specs:
        rule = wanted.get(spec.id)
        asked = spec.required and (not spec.for_outcomes or outcome in spec.for_outcomes)
        if not asked and (rule is None or rule.equals is None):
            continue
        if rule is not None and rule.equals is not None:
            given[spec.id] = rule.equals
        elif spec.type == "integer":
            given[spec.id] = spec.at_least or 1
        elif spec.type == "boolean":
            given[spec.id] = True
        elif spec.type == "date":
            given[spec.id] = day.isoformat()
        else:
            given[spec.id] = spec.choices[0] if spec.choices else "text"
    return given


def happened(process: Process, case: Case, act: StepAct | Due, now: datetime) -> Case:
    """Return the case after an act."""
    return replay(process, decide(process, case, act, now), case)
