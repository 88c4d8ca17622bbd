"""How a case begins: the version and unit it may begin under, and the events every beginning leaves."""

from __future__ import annotations

from domain import events as facts
from domain.acts import Start
from domain.case import Case
from domain.circumstances import UnitRef
from domain.drafting import Draft, Signature
from domain.events import Event
from domain.process import Process
from domain.refusals import FieldInvalid, NotPossible
from domain.values import Text


def check_version_and_unit(process: Process, act: Start) -> None:
    """Raise where the version is not in force on the day, or the unit not of the kind that starts cases."""
    force = process.in_force
    ended = force.until is not None and act.occurred_on > force.until
    if act.occurred_on < force.first or ended:
        raise NotPossible(
            "version.in-force",
            basis="gen",
            detail=Text(
                zh=f"{process.version}版自{force.first}起施行{f'至{force.until}' if force.until else ''}。",
                en=f"Version {process.version} is in force from {force.first}"
                f"{f' to {force.until}' if force.until else ''}.",
            ),
            passes_on=force.first if act.occurred_on < force.first else None,
        )
    if not act.known.path or act.known.path[0].kind != process.starts_in:
        kind = process.unit_kinds[process.starts_in]
        raise FieldInvalid(
            "start.unit",
            basis="gen",
            detail=Text(zh=f"个案应由{kind.zh}启动。", en=f"A case belongs to a {kind.en}."),
        )


def case_to_be(draft: Draft, act: Start) -> Case:
    """Return the case as the first event alone would make it."""
    body = _started(draft.root, act, act.known.path)
    preview = Draft(draft.root, None, draft.now)
    event = Event(seq=1, occurred_on=act.occurred_on, recorded_at=draft.now, body=body)
    preview.add(event.body, on=act.occurred_on)
    return preview.case


def begin(draft: Draft, act: Start, signature: Signature | None) -> None:
    """Add what every beginning leaves: the case, its first stage, its first step."""
    process = draft.root
    draft.add(_started(process, act, act.known.path), on=act.occurred_on, by=signature)
    draft.add(facts.StageEntered(stage=process.stages[0].id), on=act.occurred_on)
    draft.add(facts.StepOpened(), on=act.occurred_on, step=process.first_step.id)


def _started(process: Process, act: Start, path: tuple[UnitRef, ...]) -> facts.CaseStarted:
    return facts.CaseStarted(
        case=act.case,
        process=process.process,
        version=process.version,
        digest=process.digest,
        subject=act.subject,
        path=path,
        stage=process.stages[0].id,
        standing=process.first_standing,
        time_zone=process.time_zone,
        calendar=act.calendar,
    )
