"""Evolve: the case after one more event. Total, without clock or files; equal events give an equal case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from domain import events as facts
from domain.case import Answer, Case, Proposal, StepState
from domain.correcting import corrected
from domain.entered import NONE, Entry
from domain.events import Event
from domain.moments import local_day
from domain.process import Process
from domain.remembering import remembered
from domain.steps import DECIDING, PeriodStep


@remembered(128)  # what was decided on a draft is folded in again by whoever records it
def evolve(process: Process, case: Case | None, event: Event) -> Case:
    """Return the case after `event`.

    `process` is the edition the case began with, or any later one up to the case's own. The events of a case
    come in order of seq. Raises ValueError where the first event is not a start or a seq does not follow.
    """
    if case is None:
        if not isinstance(event.body, facts.CaseStarted):
            message = f"a case begins with case-started, not with {event.type}"
            raise ValueError(message)
        return _started(event, event.body)
    if event.seq != case.seq + 1:
        message = f"event {event.seq} does not follow event {case.seq}"
        raise ValueError(message)
    after = _happened(process, case, event)
    latest = _latest_on(case, event)
    return after.model_copy(update={"seq": event.seq, "latest_on": latest})


def replay(process: Process, events: Iterable[Event], case: Case | None = None) -> Case:
    """Return the case after all `events`. Raises ValueError where there is none to begin with."""
    for event in events:
        case = evolve(process, case, event)
    if case is None:
        message = "no events, no case"
        raise ValueError(message)
    return case


def _latest_on(case: Case, event: Event) -> date:
    if isinstance(event.body, facts.CaseImported):
        return event.body.until
    if event.actor is None or isinstance(event.body, facts.CommentAdded | facts.CommentWithdrawn):
        return case.latest_on
    return max(case.latest_on, event.occurred_on)


def _started(event: Event, body: facts.CaseStarted) -> Case:
    return Case(
        id=body.case,
        process=body.process,
        version=body.version,
        digest=body.digest,
        version_since=event.occurred_on,
        subject=body.subject,
        path=body.path,
        stage=body.stage,
        standing=body.standing,
        opened_on=event.occurred_on,
        seq=event.seq,
        time_zone=body.time_zone,
        calendar=body.calendar,
        latest_on=event.occurred_on,
    )


def _happened(process: Process, case: Case, event: Event) -> Case:  # noqa: C901, PLR0911, PLR0912 - one branch per fact
    match event.body:
        case facts.StageEntered(stage=stage):
            stages = {**case.stages, stage: event.occurred_on}
            return case.model_copy(update={"stage": stage, "stages": stages})
        case facts.StageLeft(standing=standing):
            return case.model_copy(update={"standing": standing or case.standing})
        case facts.StepOpened():
            return case.with_step(_opened(case, event))
        case facts.StepPassed(because=because):
            return case.with_step(_passed(case, event, because))
        case facts.StepCompleted() as body:
            return _completed(process, case, event, body)
        case facts.AnswerGiven() as body:
            answer = Answer(person=event.actor or "", for_whom=event.on_behalf_of, outcome=body.outcome)
            return _with_evidence(case, event, body, {"answers": (*_state(case, event).answers, answer)})
        case facts.EntryAdded() as body:
            entry = Entry(
                seq=event.seq, kind=body.entry, on=event.occurred_on, ref=body.ref, values=body.values
            )
            return _with_evidence(
                case, event, body, {"entries": _state(case, event).entries.with_entry(entry)}
            )
        case facts.StepReturned(again=again):
            return _returned(case, again)
        case facts.PeriodExtended(months=months):
            return case.with_step(_extended(_state(case, event), months))
        case facts.PeopleReplaced(people=people) as body:
            after = _with_evidence(case, event, body, {})
            return _with_role(process, after, event.step, people)
        case facts.Reminded(days_left=days_left, due_on=due_on):
            return _changed(case, event, reminded_at=days_left, reminded_due=due_on)
        case facts.BecameOverdue(rule=rule):
            state = _state(case, event)
            return _changed(case, event, overdue=(*state.overdue, rule))
        case facts.BecameReady() | facts.WindowEnded():
            return _changed(case, event, ready=True)
        case _:
            return _whole_case(process, case, event)


def _whole_case(process: Process, case: Case, event: Event) -> Case:  # noqa: C901, PLR0911, PLR0912 - one branch per fact
    match event.body:
        case facts.CaseSuspended():
            return case.model_copy(update={"status": "suspended", "suspended_on": event.occurred_on})
        case facts.CaseResumed():
            return _resumed(case, event.occurred_on)
        case facts.TransferProposed() as body:
            proposal = Proposal(
                seq=event.seq,
                kind="transfer",
                by=event.actor or "",
                for_whom=event.on_behalf_of,
                on=event.occurred_on,
                path=body.to_path,
                handed_over=body.handed_over,
            )
            return case.model_copy(update={"proposals": (*case.proposals, proposal)})
        case facts.CaseTransferred() as body:
            return _transferred(process, case, event.occurred_on, body)
        case facts.PathChanged(path=path):
            return case.model_copy(update={"path": path})
        case facts.CorrectionProposed() as body:
            proposal = Proposal(
                seq=event.seq,
                kind="correct",
                by=event.actor or "",
                for_whom=event.on_behalf_of,
                on=event.occurred_on,
                target=body.change.seq,
                change=body.change.path,
                value=None if body.in_text else body.change.value,
                in_text=body.in_text,
            )
            return case.model_copy(update={"proposals": (*case.proposals, proposal)})
        case facts.CorrectionConfirmed(proposal=seq):
            today = local_day(event.recorded_at, case.time_zone)
            edition = process.edition(case.version)
            return corrected(edition, _without_proposal(case, seq), _proposal(case, seq), today)
        case facts.CorrectionRejected(proposal=seq) | facts.TransferRejected(proposal=seq):
            return _without_proposal(case, seq)
        case facts.CaseImported():
            return case.model_copy(update={"imported": event.seq})
        case facts.RulesChanged() as body:
            return _under_new_rules(process, case, event.occurred_on, body)
        case facts.CaseReopened(again=again):
            return _reopened(process, case, again)
        case facts.PersonRecused() | facts.RecusalLifted() as body:
            return _with_recusal(case, body)
        case facts.CommentAdded() | facts.CommentWithdrawn() as body:
            return _with_comment(case, event, body)
        case facts.CaseClosed(outcome=outcome):
            return case.model_copy(
                update={
                    "status": "closed",
                    "outcome": outcome,
                    "closed_on": event.occurred_on,
                    "suspended_on": None,
                    "proposals": (),
                }
            )
        case _:
            return case


def _state(case: Case, event: Event) -> StepState:
    return case.steps[event.step or ""]


def _changed(case: Case, event: Event, **update: object) -> Case:
    return case.with_step(_state(case, event).model_copy(update=update))


def _opened(case: Case, event: Event) -> StepState:
    step = event.step or ""
    before = case.steps.get(step)
    if before is None:
        return StepState(id=step, opened_on=event.occurred_on, round=event.round or 1)
    fresh = StepState(id=step, opened_on=event.occurred_on, round=event.round or before.round)
    return fresh.model_copy(
        update={
            "actors": before.actors,
            "extended_months": before.extended_months,
            "extensions": before.extensions,
            "restarted_on": before.restarted_on,
        }
    )


def _passed(case: Case, event: Event, because: str) -> StepState:
    step = event.step or ""
    before = case.steps.get(step) or StepState(id=step, opened_on=event.occurred_on)
    update = {"status": "passed", "done_on": None, "outcome": None, "unknown": because == "not-known"}
    return before.model_copy(update=update)


def _completed(process: Process, case: Case, event: Event, body: facts.StepCompleted) -> Case:
    state = _state(case, event)
    done = {
        "status": "done",
        "done_on": event.occurred_on,
        "done_seq": event.seq,
        "outcome": body.outcome,
        "version": body.version,
        "values": {**state.values, **body.values},
    }
    after = _with_evidence(case, event, body, done)
    return _with_role(process, after, event.step, body.people) if body.people else after


def _with_evidence(case: Case, event: Event, body: facts.Evidence, update: Mapping[str, object]) -> Case:
    """Put in what every act on a step leaves: who acted, and which kinds of material are now held."""
    state = _state(case, event)
    who = tuple(person for person in (event.actor, event.on_behalf_of) if person is not None)
    actors = (*state.actors, *(person for person in who if person not in state.actors))
    # Sorted: the order of keys in an event differs between an act and what was stored of it.
    held = (*case.held, *sorted(kind for kind in body.materials if kind not in case.held))
    changed = case.with_step(state.model_copy(update={"actors": actors, **update}))
    kind = (body.acted_as or "").rpartition(".")[0]
    acted_for = _with_people(case.acted_for, kind, who) if kind else case.acted_for
    return changed.model_copy(update={"held": held, "acted_for": acted_for})


def _with_people(
    known: Mapping[str, tuple[str, ...]], name: str, people: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    before = known.get(name, ())
    new = tuple(person for person in people if person not in before)
    return {**known, name: (*before, *new)} if new else known


def _with_role(process: Process, case: Case, step: str | None, people: tuple[str, ...]) -> Case:
    definition = process.edition(case.version).steps.get(step or "")
    if definition is None or definition.kind != "appoint":
        return case
    left = [person for person in case.people.get(definition.role, ()) if person not in people]
    former = _with_people(case.former, definition.role, left)
    return case.model_copy(update={"people": {**case.people, definition.role: people}, "former": former})


def _returned(case: Case, again: tuple[str, ...]) -> Case:
    steps = dict(case.steps)
    for step in again:
        if step in steps:
            state = steps[step]
            steps[step] = state.model_copy(update={"status": "again", "round": state.round + 1})
    return case.model_copy(update={"steps": steps})


def _reopened(process: Process, case: Case, again: tuple[str, ...]) -> Case:
    before = dict.fromkeys((*case.decided_before, *_deciders(process, case, again)))
    opened = {"status": "open", "outcome": None, "closed_on": None, "decided_before": tuple(before)}
    return _returned(case.model_copy(update=opened), again)


def _with_recusal(case: Case, body: facts.PersonRecused | facts.RecusalLifted) -> Case:
    others = tuple(one for one in case.recused if one != body.person)
    recused = (*others, body.person) if isinstance(body, facts.PersonRecused) else others
    return case.model_copy(update={"recused": recused})


def _with_comment(case: Case, event: Event, body: facts.CommentAdded | facts.CommentWithdrawn) -> Case:
    who = event.actor or ""
    standing = case.comments.get(who, ())
    if isinstance(body, facts.CommentAdded):
        standing = (*standing, event.seq)
    else:
        standing = tuple(seq for seq in standing if seq != body.comment)
    others = {person: seqs for person, seqs in case.comments.items() if person != who}
    return case.model_copy(update={"comments": {**others, who: standing} if standing else others})


def _deciders(process: Process, case: Case, again: Iterable[str]) -> tuple[str, ...]:
    """Return those who acted where something was decided, in steps that are done again."""
    steps = process.edition(case.version).steps
    return tuple(
        person
        for step in again
        if step in case.steps and step in steps and steps[step].kind in DECIDING
        for person in case.steps[step].actors
    )


def _extended(state: StepState, months: int) -> StepState:
    return state.model_copy(
        update={
            "status": "open",
            "done_on": None,
            "outcome": None,
            "ready": False,
            "extended_months": state.extended_months + months,
            "extensions": state.extensions + 1,
        }
    )


def _resumed(case: Case, day: date) -> Case:
    suspensions = case.suspensions.with_one(case.suspended_on or day, day)
    return case.model_copy(update={"status": "open", "suspended_on": None, "suspensions": suspensions})


def _transferred(process: Process, case: Case, day: date, body: facts.CaseTransferred) -> Case:
    edition = process.edition(case.version)
    steps = dict(case.steps)
    for step, state in case.steps.items():
        if not body.time_kept and _time_is_lost(edition, case, state):
            lost = {"status": "open", "done_on": None, "done_seq": None, "outcome": None}
            fresh = {"restarted_on": day, "ready": False, "entries": NONE}
            steps[step] = state.model_copy(update={**lost, **fresh})
    moved = _without_proposal(case, body.proposal)
    latest = (max((day, *case.transferred_on)),)
    return moved.model_copy(update={"path": body.path, "steps": steps, "transferred_on": latest})


def _time_is_lost(edition: Process, case: Case, state: StepState) -> bool:
    """Whether a move without papers makes this period begin anew.

    A period that is served and relied upon stays served: what followed it was judged by the old organisation.
    """
    step = edition.steps.get(state.id)
    if not isinstance(step, PeriodStep) or step.transfer_keeps_time == "always":
        return False
    if edition.stage_of[step.id].id != case.stage or state.status not in {"open", "done"}:
        return False
    relying = (
        other.id
        for other in edition.stage_of[step.id].steps
        if any(interval.of == f"{step.id}.ends" for interval in other.not_before)
        or step.id in edition.predecessors[other.id]
    )
    return not any(case.is_done(other) for other in relying)


def _under_new_rules(process: Process, case: Case, day: date, body: facts.RulesChanged) -> Case:
    before, later = process.edition(case.version), process.edition(body.version)
    left = before.version if before.overlay is not None and later.overlay is None else case.local_before
    kept = {
        step: state for step, state in case.steps.items() if step in later.steps or state.status == "done"
    }
    followed = {"version": body.version, "digest": body.digest, "version_since": day, "local_before": left}
    return case.model_copy(update={**followed, "steps": kept})


def _proposal(case: Case, seq: int) -> Proposal:
    return next(proposal for proposal in case.proposals if proposal.seq == seq)


def _without_proposal(case: Case, seq: int | None) -> Case:
    left = tuple(proposal for proposal in case.proposals if proposal.seq != seq)
    return case.model_copy(update={"proposals": left})
