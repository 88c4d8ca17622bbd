"""Values for tests, with defaults that pass: a small process, the people in it, acts, a case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from domain.acts import EntryRecord, Start, StepAct
from domain.case import Case
from domain.circumstances import Circumstances, HeldPost, PersonFacts, UnitRef
from domain.deciding import decide
from domain.events import Event
from domain.evolving import replay
from domain.library import Library
from domain.process import Process
from domain.reading import read_process
from domain.working_days import WorkingCalendar

READING_CIRCLE = """\
process: reading-circle
version: "{version}"
title: {{zh: 读书会, en: Reading circle}}
source: {{zh: 章程, en: Charter}}
in_force: {{from: {first}}}
{replaces}
unit_kinds:
  circle: {{zh: 读书会, en: Circle}}
starts_in: circle
standings:
  guest: {{zh: 来宾, en: Guest}}
  reader: {{zh: 读者, en: Reader}}
  member: {{zh: 会员, en: Member}}
first_standing: guest
roles:
  circle.secretary: {{title: {{zh: 秘书, en: Secretary}}}}
  circle.host: {{title: {{zh: 主持人, en: Host}}}}
outcomes:
  joined: {{title: {{zh: 入会, en: Joined}}, kind: reached}}
  not-admitted: {{title: {{zh: 未获通过, en: Not admitted}}, kind: refused}}
  withdrawn: {{title: {{zh: 撤回, en: Withdrawn}}, kind: left}}
whole_case:
  withdraw: [subject]
  suspend: [circle.secretary]
  resume: [circle.secretary]
  correct: [circle.secretary, circle.host]
  appeal: [subject]
stages:
  - id: asking
    title: {{zh: 申请, en: Asking}}
    standing: reader
    steps:
      - id: apply
        kind: record
        title: {{zh: 申请, en: Apply}}
        by: subject
        fields:
          - {{id: letter, title: {{zh: 申请书, en: Letter}}, type: text}}
      - id: talk
        kind: record
        title: {{zh: 谈话, en: Talk}}
        by: circle.secretary
        due: {{within: P1M, of: apply, basis: "2", escalate: [circle.host]}}
        outcomes: {{done: next, postponed: again}}
  - id: reading
    title: {{zh: 考察, en: Reading}}
    standing: member
    outcome: joined
    steps:
      - id: trial
        kind: period
        title: {{zh: 考察期, en: Trial}}
        by: circle.secretary
        starts: talk
        lasts: P12M
        basis: "3"
        entries:
          - id: assessment
            title: {{zh: 考察记录, en: Assessment}}
            by: [circle.secretary]
            every: P6M
            basis: "3"
      - id: notice
        kind: notice
        title: {{zh: 公示, en: Notice}}
        by: circle.secretary
        window: P5WD
        window_basis: "4"
      - id: admit
        kind: decision
        title: {{zh: 接纳, en: Admit}}
        by: circle.host
        due: {{within: P3M, of: notice, basis: "5"}}
        outcomes:
          admitted: next
          refused: {{end: not-admitted}}
"""

CIRCLE = UnitRef(id="circle-1", kind="circle", full_members=9)
SUBJECT, SECRETARY, HOST = "person-1", "person-2", "person-3"
_ROLES = {SECRETARY: "secretary", HOST: "host"}


def a_process(version: str = "1", first: str = "2020-01-01", replaces: str = "") -> Process:
    """Two stages: an application and a talk; a year of trial, a notice, a decision."""
    text = READING_CIRCLE.format(version=version, first=first, replaces=replaces)
    return read_process(text, f"reading-circle-{version}.yaml")


def a_library() -> Library:
    return Library.of([a_process()])


def a_library_with_a_later_version(on: date) -> Library:
    """The second version takes over running cases on that day."""
    replaces = f'replaces: {{version: "1", on: {on}, basis: "9"}}'
    return Library.of([a_process(), a_process("2", first=str(on), replaces=replaces)])


def known_to(actor: str) -> Circumstances:
    """What the registers say when one of the three people acts."""
    role = _ROLES.get(actor)
    posts = (HeldPost(id=f"post-{role}", role=role, unit=CIRCLE.id, unit_kind="circle"),) if role else ()
    people = tuple(
        PersonFacts(id=person, standing="guest" if person == SUBJECT else "member", born_on=date(1990, 1, 1))
        for person in (SUBJECT, SECRETARY, HOST)
    )
    return Circumstances(actor=actor, posts=posts, path=(CIRCLE,), people=people)


def a_start(case: str = "case-1", on: date = date(2025, 3, 3), **parts: object) -> Start:
    return Start.model_validate(
        {
            "known": known_to(SUBJECT),
            "occurred_on": on,
            "case": case,
            "subject": SUBJECT,
            "calendar": WorkingCalendar(version="none"),
            **parts,
        }
    )


def an_act(step: str, on: date, by: str = SECRETARY, **parts: object) -> StepAct:
    return StepAct.model_validate({"known": known_to(by), "occurred_on": on, "step": step, **parts})


def an_entry(step: str, on: date, kind: str, by: str = SECRETARY) -> StepAct:
    return an_act(step, on, by, entry=EntryRecord(kind=kind))


def noon(day: date) -> datetime:
    """A moment at which everybody agrees that it is this day."""
    return datetime.combine(day, time(4), tzinfo=UTC)


def a_case(process: Process | None = None, acts: Iterable[StepAct] = ()) -> tuple[Case, tuple[Event, ...]]:
    """A case that was started and went through `acts`, each recorded on its day, with all its events."""
    edition = process or a_process()
    start = a_start()
    events = decide(edition, None, start, noon(start.occurred_on))
    case = replay(edition, events)
    for act in acts:
        more = decide(edition, case, act, noon(act.occurred_on))
        case, events = replay(edition, more, case), events + more
    return case, events
