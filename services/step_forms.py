"""What somebody who acts on a step is asked for: outcomes, fields, documents, people, entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection

from domain.appointing import check_person
from domain.case import Case
from domain.checking import Checking
from domain.circumstances import Circumstances
from domain.conditions import holds
from domain.drafting import Signature
from domain.entries import PLACES, SUMMARY
from domain.forms import FormSpec, forms_of
from domain.moments import PUBLISHED, notice_end
from domain.narrating import outcome_title
from domain.outlook import Outlook, outlook
from domain.permitting import actors_of, sign
from domain.process import MaterialSpec, Process
from domain.refusals import RuleViolation
from domain.serving import Serving, serving
from domain.steps import AppointStep, EntrySpec, FieldSpec, MaterialRef, NoticeStep, PeriodStep, Step
from domain.values import Level, Text
from records import organisation, registers, visible
from records.registers import ActedOn
from services.case_views import case_view
from services.objections import Raised, register_of
from services.parts import Caller, Parts
from services.refusals import NotFound
from services.seeing import look_into
from services.views import CaseView, Named, OpenStepView

_MOST: Final = 300
"""People who are offered for a part in a case."""


@dataclass(frozen=True)
class AskedMaterial:
    """A material a step asks for."""

    material: str
    spec: MaterialSpec
    level: Level
    required: bool
    for_outcomes: tuple[str, ...]
    held: bool
    """Handed in before: it need not be again."""


@dataclass(frozen=True)
class Outcome:
    """A way the step may end."""

    outcome: str
    title: Text
    needs_reason: bool


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be named, or why not."""

    person: Named
    standing: str
    refused: Text | None
    warned: tuple[Text, ...]


@dataclass(frozen=True)
class EntryForm:
    """One sort of entry that can be made."""

    kind: str
    title: Text
    fields: tuple[FieldSpec, ...]
    materials: tuple[AskedMaterial, ...]
    outlook: Outlook
    """What the day it happened already decides of it."""
    refs: tuple[tuple[str, date], ...] = ()
    """Objections without an answer, by the number of their entry."""
    made: int = 0
    latest: date | None = None


@dataclass(frozen=True)
class Countdown:
    """The window of a notice that hangs, in the unit it is measured in."""

    start: date
    end: date
    served: int
    """Working days that are over, of those that count."""
    left: int
    """Working days that are still to come, the last day included."""
    provisional: bool


@dataclass(frozen=True)
class StepForm:
    """Everything the form of a step shows."""

    case: CaseView
    process: Process
    step: Step
    shown: OpenStepView | None
    """The step as it is open; None where it is not, any more or yet."""
    as_: Text | None
    """The post or part by which the caller would sign."""
    outcomes: tuple[Outcome, ...]
    materials: tuple[AskedMaterial, ...]
    candidates: tuple[Candidate, ...]
    named: tuple[str, ...]
    """Who holds the case role now."""
    entries: tuple[EntryForm, ...]
    countdown: Countdown | None
    """Of a notice that hangs."""
    objections: tuple[Raised, ...]
    """The register of a notice, in the order they came in; empty for whoever is not told of objections."""
    serving: Serving | None
    """How far a period is served, and its calendar of duties."""
    papers: tuple[FormSpec, ...]
    """The forms of the step, to be printed."""
    outlook: Outlook
    """What the day it happened already decides of it."""


async def step_form(
    parts: Parts, caller: Caller, case_id: str, step_id: str, on: date | None = None
) -> StepForm:
    """Return what the form of a step shows to the caller, for an act on a day, today's if none is said.

    Raises NotFound.
    """
    today = parts.today()
    happened_on = on or today

    def work(connection: Connection) -> StepForm:
        found, look = look_into(connection, parts, caller, case_id)
        case, edition = found.case, found.edition
        step = edition.steps.get(step_id)
        if step is None:
            raise NotFound
        days = ActedOn(on=happened_on, today=today)
        people = _people(connection, parts, caller, case, step)
        known = registers.circumstances(
            connection, found.process, case, caller.person, days, named=[one.id for one in people]
        )
        now_known = known
        if happened_on != today:
            present = ActedOn(on=today, today=today)
            now_known = registers.circumstances(connection, found.process, case, caller.person, present)
        view = case_view(connection, parts, caller, look, found.head, known=now_known)
        signature = _signature(edition, case, step, known)

        def looked_out(entry: str | None = None) -> Outlook:
            return outlook(found.process, case, step_id, known, happened_on, parts.clock(), entry)

        return StepForm(
            case=view,
            process=edition,
            step=step,
            shown=next((one for one in view.open_steps if one.step == step_id), None),
            as_=None if signature is None else _as(edition, known, signature),
            outcomes=_outcomes(edition, step),
            materials=tuple(_asked_by(edition, case, step, step.materials)),
            candidates=tuple(
                _candidate(edition, case, step, known, signature, one, happened_on)
                for one in people
                if isinstance(step, AppointStep)
            ),
            named=case.people.get(step.role, ()) if isinstance(step, AppointStep) else (),
            entries=_entries(edition, case, step, looked_out, of_objections=look.viewer.sees("informants")),
            countdown=_countdown(case, step, today),
            objections=register_of(connection, parts, look, step),
            serving=serving(edition, case, step, today) if isinstance(step, PeriodStep) else None,
            papers=tuple(
                one
                for one in forms_of(edition, case, parts.forms.get(edition.process, {}))
                if one.step == step_id
            ),
            outlook=looked_out(),
        )

    return await parts.read(work)


def _signature(edition: Process, case: Case, step: Step, known: Circumstances) -> Signature | None:
    try:
        return sign(edition, case, step, actors_of(step), known)
    except RuleViolation:
        return None


def _as(edition: Process, known: Circumstances, signature: Signature) -> Text:
    post = next((one for one in known.posts if one.id == signature.post), None)
    if post is None:
        return Text(zh="本人或个案中的职责", en="oneself, or one's part in the case")
    role = edition.roles.get(post.actor)
    return Text(zh=post.actor, en=post.actor) if role is None else role.title


def _outcomes(edition: Process, step: Step) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(name, outcome_title(edition, step.id, name), effect.needs_reason)
        for name, effect in step.outcomes.items()
    )


def _asked_by(
    edition: Process, case: Case, step: Step, refs: tuple[MaterialRef, ...]
) -> Iterator[AskedMaterial]:
    for ref in refs:
        if ref.when is None or holds(case, ref.when):
            yield _asked(edition, case, ref, step)


def _asked(edition: Process, case: Case, ref: MaterialRef, step: Step) -> AskedMaterial:
    state = case.steps.get(step.id)
    first_round = state is None or state.round == 1
    return AskedMaterial(
        material=ref.id,
        spec=edition.materials[ref.id],
        level=ref.level,
        required=ref.required,
        for_outcomes=ref.for_outcomes,
        held=first_round and ref.id in case.held,
    )


def _people(
    connection: Connection, parts: Parts, caller: Caller, case: Case, step: Step
) -> tuple[organisation.Person, ...]:
    """Return who belongs to the case's unit, where people are to be named."""
    if not isinstance(step, AppointStep):
        return ()
    page = visible.list_people(
        connection, viewer=caller.person, today=parts.today(), unit_id=case.unit, limit=_MOST
    )
    return tuple(page.items)


def _candidate(  # noqa: PLR0917 - everything that may keep somebody out
    edition: Process,
    case: Case,
    step: AppointStep,
    known: Circumstances,
    signature: Signature | None,
    person: organisation.Person,
    on: date,
) -> Candidate:
    facts = known.person(person.id)
    standing = "" if facts is None else facts.standing
    checking = Checking(
        edition, case, step, known=known, on=on, signature=signature or Signature(person=known.actor)
    )
    refused: Text | None = None
    try:
        check_person(checking, step, person.id)
    except RuleViolation as found:
        refused = found.detail
    return Candidate(
        person=Named(id=person.id, name=person.name),
        standing=standing,
        refused=refused,
        warned=tuple(one.detail for one in checking.warnings),
    )


def _countdown(case: Case, step: Step, today: date) -> Countdown | None:
    state = case.steps.get(step.id)
    if not isinstance(step, NoticeStep) or state is None or state.status != "open":
        return None
    put_up, end = state.entries.latest(PUBLISHED), notice_end(case, step)
    if put_up is None or end is None:
        return None
    days = (put_up + timedelta(days=number) for number in range(1, (end.day - put_up).days + 1))
    working = [day for day in days if case.calendar.is_working(day)]
    left = sum(day >= today for day in working)
    return Countdown(put_up, end.day, len(working) - left, left, end.provisional)


def _entries(
    edition: Process, case: Case, step: Step, looked_out: Callable[[str], Outlook], *, of_objections: bool
) -> tuple[EntryForm, ...]:
    """Return what may be entered, and what was; of objections nothing to whom they are not told."""
    state = case.steps.get(step.id)
    if isinstance(step, PeriodStep):
        return tuple(_duty(edition, case, step, duty, looked_out(duty.id)) for duty in step.entries)
    if not isinstance(step, NoticeStep) or state is None:
        return ()
    if not state.entries.number(PUBLISHED):
        return (EntryForm(PUBLISHED, _PUT_UP, (PLACES, SUMMARY), (), looked_out(PUBLISHED)),)
    came = looked_out("objection")
    if not of_objections:
        return (EntryForm("objection", _OBJECTION, (SUMMARY,), (), came),)
    left = tuple((str(one.seq), one.on) for one in state.entries.unanswered())
    objection = EntryForm(
        "objection", _OBJECTION, (SUMMARY,), (), came, made=state.entries.number("objection")
    )
    if not left:
        return (objection,)
    return objection, EntryForm("answer", _ANSWER, (SUMMARY,), (), looked_out("answer"), refs=left)


def _duty(edition: Process, case: Case, step: PeriodStep, duty: EntrySpec, ahead: Outlook) -> EntryForm:
    state = case.steps.get(step.id)
    return EntryForm(
        duty.id,
        duty.title,
        duty.fields,
        tuple(_asked_by(edition, case, step, duty.materials)),
        ahead,
        made=0 if state is None else state.entries.number(duty.id),
        latest=None if state is None else state.entries.latest(duty.id),
    )


_PUT_UP: Final = Text(zh="登记公示", en="The notice was put up")
_OBJECTION: Final = Text(zh="登记收到的意见", en="An objection came in")
_ANSWER: Final = Text(zh="登记核实答复", en="An objection was looked into and answered")
