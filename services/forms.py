"""The forms of a case, on paper: filled with what was recorded, as far as whoever prints them may see it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import Connection

from domain.amending import amendments
from domain.forms import Asked, FormSpec, find_form, forms_of
from domain.refusals import RuleViolation
from domain.steps import MeetingStep
from domain.values import Language
from records import dossier_rows, materials, organisation
from records.stored import events_after
from services import disclosures, rosters, typesetting
from services.case_views import case_view
from services.form_composing import composed
from services.form_filling import Filling
from services.parts import Caller, Parts
from services.refusals import NotFound, NotPermitted
from services.rosters import RosterView
from services.seeing import AnyEventView, look_into, opened
from services.timeline import digests_in, handed_in
from services.views import CaseView, View

_TEMPLATE: Final = "form_texts/form.typ"

State = Literal["open", "done", "ahead", "case"]


class FormView(View):
    """A form that can be printed. `state` is that of its step; `case` where it is about all of it."""

    id: str
    kind: str
    title: str
    code: str | None
    step: str | None
    step_title: str | None
    state: State


@dataclass(frozen=True)
class CaseForms:
    """A case and its forms, as one person sees them."""

    case: CaseView
    forms: tuple[FormView, ...]


async def forms_in(parts: Parts, caller: Caller, case_id: str) -> CaseForms:
    """Return every form of a case. Raises NotFound."""

    def work(connection: Connection) -> CaseForms:
        found, look = look_into(connection, parts, caller, case_id)
        view = case_view(connection, parts, caller, look, found.head, known=None)
        edition = found.edition
        return CaseForms(
            view,
            tuple(
                FormView(
                    id=one.id,
                    kind=one.kind,
                    title=one.title.in_language(caller.language),
                    code=one.code,
                    step=one.step,
                    step_title=(
                        None
                        if one.step is None
                        else edition.steps[one.step].title.in_language(caller.language)
                    ),
                    state=_state(view, found.case.is_done(one.step or ""), one),
                )
                for one in forms_of(edition, found.case, _asked(parts, edition.process))
            ),
        )

    return await parts.read(work)


async def form_pdf(
    parts: Parts, caller: Caller, case_id: str, form_id: str, language: Language | None = None
) -> bytes:
    """Return a form as a PDF, in the caller's language or another one. Raises NotFound."""
    data = await _composed(parts, caller, case_id, form_id, language)
    return await asyncio.to_thread(typesetting.as_pdf, _TEMPLATE, data)


async def form_pictures(
    parts: Parts, caller: Caller, case_id: str, form_id: str, language: Language | None = None
) -> tuple[bytes, ...]:
    """Return a picture (SVG) of each page of a form. Raises NotFound."""
    data = await _composed(parts, caller, case_id, form_id, language)
    return await asyncio.to_thread(typesetting.as_pictures, _TEMPLATE, data)


async def _composed(
    parts: Parts, caller: Caller, case_id: str, form_id: str, language: Language | None
) -> dict[str, Any]:
    filling, form = await disclosures.read_noted(
        parts, lambda connection: _filling(connection, parts, caller, case_id, form_id, language)
    )
    if form.kind == "minutes":
        roster = await _roster(parts, caller, filling, form.step or "")
        filling = replace(filling, roster=roster)
    return composed(filling, form)


def _filling(  # noqa: PLR0917 - everything a form depends on
    connection: Connection,
    parts: Parts,
    caller: Caller,
    case_id: str,
    form_id: str,
    language: Language | None,
) -> tuple[tuple[Filling, FormSpec], str | None]:
    found, look = look_into(connection, parts, caller, case_id)
    case, edition = found.case, found.edition
    form = find_form(edition, case, _asked(parts, edition.process), form_id)
    if form is None:
        raise NotFound
    stored = opened(connection, parts, case, events_after(connection, case_id))
    events = look.events(stored)
    people = look.people()
    kept = materials.by_digest(connection, digests_in(events))
    filling = Filling(
        process=found.process,
        edition=edition,
        case=case,
        events=events,
        amended=amendments(events) if look.viewer.sees("corrections") else (),
        names=organisation.names_of(connection, {case.subject, *_named_in(events), *_all_of(people)}),
        units=dossier_rows.names_of_units(connection, {one.id for one in case.path}),
        people=people,
        handed_in=handed_in(edition, events, kept),
        language=language or caller.language,
    )
    return (filling, form), look.reason


async def _roster(parts: Parts, caller: Caller, filling: Filling, step_id: str) -> RosterView | None:
    """Return who was entitled on the day of the meeting, or is today, where the caller is told."""
    step = filling.edition.steps[step_id]
    done = filling.done(step) if isinstance(step, MeetingStep) else None
    on = None if done is None else done.on
    try:
        return await rosters.roster_of(parts, caller, filling.case.id, step_id, on)
    except (NotFound, NotPermitted, RuleViolation):
        return None


def _asked(parts: Parts, process: str) -> Asked:
    return parts.forms.get(process, {})


def _state(view: CaseView, is_done: bool, form: FormSpec) -> State:  # noqa: FBT001 - of the form's step
    if form.step is None:
        return "case"
    if any(one.step == form.step for one in view.open_steps):
        return "open"
    return "done" if is_done or view.status == "closed" else "ahead"


def _all_of(people: dict[str, tuple[str, ...]]) -> set[str]:
    return {one for held in people.values() for one in held}


def _named_in(events: tuple[AnyEventView, ...]) -> set[str]:
    """Return the ids of all who are named in events, as far as they are shown."""
    found: set[str] = set()
    for event in events:
        found |= {one for one in (event.actor, event.on_behalf_of) if one is not None}
        found |= {one for one in event.data.get("people") or () if isinstance(one, str)}
        meeting = event.data.get("meeting")
        if isinstance(meeting, dict):
            found |= {one for one in meeting.get("attended") or () if isinstance(one, str)}
            for part in ("excluded", "opinions"):
                found |= {one["person"] for one in meeting.get(part) or () if isinstance(one, dict)}
    return found
