"""A case as one person sees it: what is open, for whom it waits, and what stands in this person's way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.case import Case, Proposal
from domain.circumstances import Circumstances
from domain.events import Warned
from domain.moments import dates, start_of
from domain.permitting import why_not
from domain.process import Process
from domain.refusals import RuleViolation
from domain.values import Language
from domain.waiting import OpenStep, open_steps
from records import organisation, units, visible
from records.registers import Surroundings
from services.parts import Caller, Parts
from services.seeing import Look
from services.views import (
    CaseView,
    Named,
    OpenStepView,
    ProcessRef,
    ProposalView,
    WarningView,
    WhyNot,
)


def case_view(
    connection: Connection,
    parts: Parts,
    caller: Caller,
    look: Look,
    head: str,
    *,
    known: Circumstances | None,
    now: datetime | None = None,
) -> CaseView:
    """Return the case at `now`, the present where it is left out, as far as a look at it shows it.

    `known` says what the caller may act by today; None for a look at the past, in which nobody can act.
    """
    case = look.case
    process = parts.library.for_case(case)
    moment = now or parts.clock()
    names = organisation.names_of(connection, _people_in(case))
    opened = visible.opened_moments(connection, case.id) if known is not None else {}
    steps = tuple(
        _open_step(process, case, step, known, moment, caller.language, opened.get(step.step))
        for step in open_steps(process, case, moment)
    )
    unit = Named(id=case.unit, name=units.unit(connection, case.unit).name)
    return _view(process, look, head, caller, names, unit, steps)


def seen_after(  # noqa: PLR0917 - everything an act leaves behind that shows
    parts: Parts,
    caller: Caller,
    look: Look,
    head: str,
    around: Surroundings,
    steps: Iterable[OpenStep],
    opened: Mapping[tuple[str, int], datetime],
) -> CaseView:
    """Return the case as an act left it behind; nothing is read for it.

    `around` is what the registers say today, of everybody who has a part in the case; `opened` says when each
    open step was opened, by step and round.
    """
    case = look.case
    process = parts.library.for_case(case)
    now = parts.clock()
    shown = tuple(
        _open_step(
            process, case, step, around.known, now, caller.language, opened.get((step.step, step.round))
        )
        for step in steps
    )
    unit = Named(id=case.unit, name=around.unit_names[case.unit])
    return _view(process, look, head, caller, around.names, unit, shown)


def _view(  # noqa: PLR0917 - everything a view is made of
    process: Process,
    look: Look,
    head: str,
    caller: Caller,
    names: Mapping[str, str],
    unit: Named,
    steps: tuple[OpenStepView, ...],
) -> CaseView:
    case, proposals = look.case, look.case.proposals if look.sees_proposals() else ()
    return CaseView.trusted(
        **facts_of(process, case, head, caller.language, _named(names, case.subject), unit),
        dates=dates(process, case),
        people={role: tuple(_named(names, one) for one in held) for role, held in look.people().items()},
        open_steps=steps,
        proposals=tuple(_proposal(names, proposal) for proposal in proposals),
    )


def facts_of(  # noqa: PLR0917 - what they are made of
    process: Process, case: Case, head: str, language: Language, subject: Named, unit: Named
) -> dict[str, Any]:
    """Return what `CaseFacts` holds, of a case and its head."""
    return {
        "id": case.id,
        "process": process_ref(process, case.version, language),
        "subject": subject,
        "unit": unit,
        "status": case.status,
        "outcome": case.outcome,
        "stage": case.stage,
        "standing": case.standing,
        "opened_on": case.opened_on,
        "closed_on": case.closed_on,
        "head": head,
        "seq": case.seq,
    }


def process_ref(process: Process, version: str, language: Language) -> ProcessRef:
    """Return the version a case follows, with its title."""
    title = process.edition(version).title.in_language(language)
    return ProcessRef(id=process.process, version=version, title=title)


def warning_view(warned: Warned, language: Language) -> WarningView:
    """Return a rule that was broken without stopping the act."""
    return WarningView(rule=warned.rule, basis=warned.basis, detail=warned.detail.in_language(language))


def why_not_view(refused: RuleViolation, language: Language) -> WhyNot:
    """Return a refusal as part of a view."""
    return WhyNot(
        rule=refused.rule,
        basis=refused.basis,
        detail=refused.detail.in_language(language),
        passes_on=refused.passes_on,
    )


def _open_step(  # noqa: PLR0917 - everything one line depends on
    process: Process,
    case: Case,
    step: OpenStep,
    known: Circumstances | None,
    now: datetime,
    language: Language,
    opened_at: datetime | None,
) -> OpenStepView:
    refused = None if known is None else why_not(process, case, step.step, known, now)
    return OpenStepView.trusted(
        step=step.step,
        kind=step.kind,
        title=process.edition(case.version).steps[step.step].title.in_language(language),
        round=step.round,
        opened_at=opened_at or start_of(step.opened_on, case.time_zone),
        not_before=step.not_before,
        due_on=step.due_on,
        overdue=step.overdue,
        provisional=step.provisional,
        waiting_for=tuple(assignee.actor for assignee in step.assignees),
        can_act=known is not None and refused is None,
        why_not=None if refused is None else why_not_view(refused, language),
    )


def _people_in(case: Case) -> set[str]:
    in_roles = {person for held in case.people.values() for person in held}
    return {case.subject, *in_roles, *(proposal.by for proposal in case.proposals)}


def _named(names: Mapping[str, str], person: str) -> Named:
    return Named.trusted(id=person, name=names.get(person, ""))


def _proposal(names: Mapping[str, str], proposal: Proposal) -> ProposalView:
    return ProposalView(seq=proposal.seq, kind=proposal.kind, by=_named(names, proposal.by), on=proposal.on)
