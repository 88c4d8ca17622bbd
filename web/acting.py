"""From a filled-in form to an act: what each kind of step takes, and where a refusal belongs on the form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from domain.acts import EntryRecord, MeetingRecord, Opinion
from domain.bounds import ID
from domain.entries import PLACES, SUMMARY
from domain.refusals import ReasonRequired, RuleViolation
from domain.steps import AppointStep, FieldSpec, MaterialRef, MeetingStep, NoticeStep, PeriodStep, Step
from domain.values import Scalar
from services import materials
from services.refusals import NotFound
from services.requests import ActRequest
from services.views import MaterialView
from web.forms import Filled
from web.left_out import Papers, faults_of, is_of_left_out, left_out_in
from web.visits import Visit

_COUNTS: Final = ("eligible", "present", "written", "yes", "no", "abstain", "vetoes")
_VOTES: Final[tuple[Literal["yes", "no", "abstain"], ...]] = ("yes", "no", "abstain")
_AT_NUMBERS: Final = {
    "roster": ("eligible",),
    "exclusions": ("excluded",),
    "sums": ("yes",),
    "written": ("written",),
    "quorum": ("present",),
    "carried": ("yes",),
    "meeting": ("eligible",),
    "attended": ("attended",),
    "opinions": ("wrote",),
    "secret": ("wrote",),
}


async def kept_documents(visit: Visit, form: Filled) -> dict[str, tuple[MaterialView, ...]]:
    """Keep the documents that came with a form, beside those kept at an earlier try, by material."""
    found: dict[str, tuple[MaterialView, ...]] = {}
    for name in form.values:
        kind = name.removeprefix("kept.")
        if kind != name:
            found[kind] = await _kept_before(visit, form.ids(name))
    for name in form.files:
        kind = name.removeprefix("material.")
        for number, one in enumerate(form.uploads(name)):
            key = None if form.key is None else f"{form.key}-{kind}-{number}"
            new = await materials.hand_in(visit.parts, visit.caller, one.filename or "", one.file, key=key)
            found[kind] = (*found.get(kind, ()), new)
    return found


async def documents_named(visit: Visit, named: Iterable[str]) -> dict[str, tuple[MaterialView, ...]]:
    """Return documents that an address names as `material:id`, by material; others are left out."""
    found: dict[str, tuple[MaterialView, ...]] = {}
    for one in named:
        kind, _, material = one.partition(":")
        if re.fullmatch(ID, material):
            found[kind] = (*found.get(kind, ()), *await _kept_before(visit, (material,)))
    return found


async def _kept_before(visit: Visit, ids: tuple[str, ...]) -> tuple[MaterialView, ...]:
    kept = []
    for one in ids:
        try:
            kept.append(await materials.described(visit.parts, visit.caller, one))
        except NotFound:
            continue
    return tuple(kept)


def act_of(step: Step, form: Filled, kept: Papers) -> ActRequest:
    """Return the act a form asks for. Raises InvalidInput with the name of the field."""
    entry = form.line("entry")
    return ActRequest(
        kind="step",
        step=step.id,
        outcome=None if entry else form.line("outcome"),
        occurred_on=form.day("occurred_on"),
        reason=form.prose("reason"),
        fields={} if entry else answers(step.fields, form),
        materials={
            kind: tuple(one.id for one in views)
            for kind, views in kept.items()
            if views and not is_of_left_out(kind)
        },
        people=form.ids("people") if isinstance(step, AppointStep) else (),
        meeting=_meeting(form, kept) if isinstance(step, MeetingStep) else None,
        entry=_entry(step, entry, form) if entry else None,
    )


def answers(specs: tuple[FieldSpec, ...], form: Filled) -> dict[str, Scalar]:
    """Return what was answered; what was left empty is left out."""
    found: dict[str, Scalar] = {}
    for spec in specs:
        name = f"field.{spec.id}"
        value: Scalar
        match spec.type:
            case "date":
                day = form.day(name)
                value = None if day is None else day.isoformat()
            case "integer":
                value = form.count(name)
            case "boolean":
                value = {"yes": True, "no": False}.get(form.typed(name))
            case _:
                value = form.prose(name)
        if value is not None:
            found[spec.id] = value
    return found


def _meeting(form: Filled, kept: Papers) -> MeetingRecord | None:
    counts = {name: form.count(name) for name in _COUNTS}
    if all(value is None for value in counts.values()):
        return None
    attended, wrote = form.ids("attended"), form.ids("wrote")
    # Who is ticked need not be counted by hand as well.
    ticked = {"present": len(attended), "written": len(wrote)}
    chair = form.line("chair")
    numbers = {name: ticked.get(name, 0) if value is None else value for name, value in counts.items()}
    named = {
        "chair": chair if chair in {"yes", "no"} else None,
        "excluded": left_out_in(form, kept),
        "attended": attended,
        "opinions": tuple(Opinion(person=one, says=_said(form, one)) for one in wrote),
    }
    return MeetingRecord.model_validate({**numbers, **named})


def _said(form: Filled, person: str) -> Literal["yes", "no", "abstain"] | None:
    said = form.line(f"said.{person}")
    return next((vote for vote in _VOTES if vote == said), None)


def _entry(step: Step, kind: str, form: Filled) -> EntryRecord:
    specs: tuple[FieldSpec, ...] = ()
    if isinstance(step, PeriodStep):
        specs = next((one.fields for one in step.entries if one.id == kind), ())
    elif isinstance(step, NoticeStep):
        specs = (PLACES, SUMMARY) if kind == "published" else (SUMMARY,)
    return EntryRecord(kind=kind, ref=form.line("ref"), fields=answers(specs, form))


def placed(step: Step, refused: RuleViolation, form: Filled, kept: Papers) -> tuple[str, ...]:
    """Return the fields of the form at which a refusal is to be shown."""
    if isinstance(refused, ReasonRequired):
        return ("reason",)
    if isinstance(step, MeetingStep):
        paper = refused.rule.removeprefix(f"{step.id}.exclusion-")
        named = {
            (step.quorum.id if step.quorum is not None else None): "quorum",
            step.carried.id: "carried",
        }
        part = named.get(refused.rule) or refused.rule.removeprefix(f"{step.id}.")
        if part in _AT_NUMBERS or paper != refused.rule:
            return _AT_NUMBERS.get(part) or faults_of(paper, form, kept)
    part = refused.rule.removeprefix(f"{step.id}.")
    last = part.rpartition(".")[2]
    if any(ref.id == last for ref in _materials_of(step)):
        return (f"material.{last}",)
    if any(spec.id == last for spec in step.fields) or last in {"places", "summary"}:
        return (f"field.{last}",)
    if isinstance(step, AppointStep):
        return ("people",)
    return ("outcome",) if last == "outcome" else ()


def _materials_of(step: Step) -> tuple[MaterialRef, ...]:
    if not isinstance(step, PeriodStep):
        return step.materials
    return (*step.materials, *(ref for duty in step.entries for ref in duty.materials))
