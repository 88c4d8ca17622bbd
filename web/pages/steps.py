"""Acting on one step of a case: the form for each kind of step, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.bounds import Id, Label, Storable
from domain.outlook import Outlook
from domain.refusals import RuleViolation
from domain.steps import DECIDING
from domain.values import Text
from services import acts, agendas, case_pages, step_forms
from services.refusals import HeadMoved
from services.rosters import RosterView
from services.step_forms import StepForm
from services.timeline import HandedIn
from web.acting import act_of, documents_named, kept_documents, placed
from web.forms import Filled, Form
from web.left_out import Papers, has_own, said_for_each
from web.meeting_forms import AGENDA_ID, agenda_named, agenda_of, filled_from, roster_for, treated_on
from web.periods import MaybeDay, asked_days, day_said_in
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

Kept = Annotated[tuple[Annotated[str, Field(max_length=200), Storable], ...], Query(max_length=50)]
"""Documents as `material:id`."""
Entry = Annotated[str, Query(max_length=80), Storable]
"""A sort of entry, by its id."""
AgendaId = Annotated[str | None, Query(pattern=AGENDA_ID)]
Back = Annotated[str, Query(max_length=2_000), Storable]


@router.get("/cases/{case_id}/steps/{step_id}")
async def asked(  # noqa: PLR0917 - what an address may hold
    visit: Visiting,
    case_id: Id,
    step_id: Label,
    back: Back = "",
    kept: Kept = (),
    occurred_on: MaybeDay = "",
    entry: Entry = "",
    agenda: AgendaId = None,
) -> Response:
    """Show the form of a step, with what the rules ask for; `kept` are documents handed in just before.

    Where a part is asked for it is what follows from the day that was typed, for the step or an entry.
    `agenda` is that of the meeting in which the case is treated, of which the form knows who is there.
    """
    if visit.wants_fragment:
        day = asked_days(visit.language, occurred_on=occurred_on).on("occurred_on")
        form = await step_forms.step_form(visit.parts, visit.caller, case_id, step_id, day)
        return visit.part(
            "cases/outlook.html",
            ahead=_outlook(form, entry),
            today_too=form.step.kind == "notice" and bool(form.entries) and not entry,
        )
    meeting = None if agenda is None else await agenda_of(visit, agenda, case_id, step_id)
    day = None if meeting is None else meeting.content.on
    shown = await step_forms.step_form(visit.parts, visit.caller, case_id, step_id, day)
    roster = None if meeting is None else await roster_for(visit, shown, day)
    papers = await documents_named(visit, kept)
    if meeting is None or roster is None:
        return await _drawn(visit, shown, 200, back=back, kept=papers)
    given = filled_from(shown, roster, meeting)
    papers |= await kept_documents(visit, given)
    return await _drawn(visit, shown, 200, back=back, kept=papers, form=given, agenda=meeting, roster=roster)


@router.post("/cases/{case_id}/steps/{step_id}")
async def done(visit: Visiting, form: Form, case_id: Id, step_id: Label) -> Response:
    """Record what was done, or show the form again with what stands in the way."""
    day = day_said_in(form)
    shown = await step_forms.step_form(visit.parts, visit.caller, case_id, step_id, day)
    agenda = await agenda_named(visit, form, case_id, step_id)
    kept: Papers = {}
    try:
        kept = await kept_documents(visit, form)
        if form.flag("each"):
            form, kept = said_for_each(form, kept)
            return await _drawn(visit, shown, 200, form=form, kept=kept, agenda=agenda)
        request = act_of(shown.step, form, kept)
        if agenda is not None:
            request = treated_on(agenda, request, case_id)
        if _is_unseen(shown, form):
            return await _drawn(visit, shown, 200, form=form, kept=kept, agenda=agenda, unseen=True)
        key = None if form.key is None else f"page-{form.key}"
        head = form.line("head")
        await acts.perform(visit.parts, visit.caller, case_id, request, head=head or "-", key=key)
    except HeadMoved as moved:
        shown = await step_forms.step_form(visit.parts, visit.caller, case_id, step_id, day)
        since = await case_pages.in_words(visit.parts, shown.case, moved.events)
        refused = _refused(visit, shown, moved, form, kept)
        return await _drawn(
            visit, shown, 412, refused=refused, form=form, kept=kept, agenda=agenda, since=since
        )
    except REFUSALS as error:
        refused = _refused(visit, shown, error, form, kept)
        return await _drawn(
            visit, shown, refused.status, refused=refused, form=form, kept=kept, agenda=agenda
        )
    title = shown.step.title
    said = Text(zh=f"“{title.zh}”已登记。", en=f"“{title.en}” is recorded.")
    if agenda is not None:
        await agendas.recorded(visit.parts, visit.caller, agenda, case_id, step_id)
        return visit.see_other(f"/meetings/{agenda.id}", said)
    return visit.see_other(form.typed("back") or f"/cases/{case_id}", said)


def _outlook(shown: StepForm, entry: str) -> Outlook:
    """Return what a day decides of an entry, or of the step itself."""
    return next((one.outlook for one in shown.entries if one.kind == entry), shown.outlook)


def _is_unseen(shown: StepForm, form: Filled) -> bool:
    """Whether something would be noted of the day that the form, as it was sent, had not told of."""
    if "noted" not in form.values:
        return False
    told = set(form.typed("noted").split())
    return not {one.rule for one in _outlook(shown, form.typed("entry")).warned} <= told


def _refused(visit: Visit, shown: StepForm, error: Exception, form: Filled, kept: Papers) -> Refused:
    refused = Refused.of(error, visit.language)
    if not isinstance(error, RuleViolation):
        return refused
    return replace(refused, faults=dict.fromkeys(placed(shown.step, error, form, kept), refused.detail))


async def _drawn(
    visit: Visit,
    shown: StepForm,
    status: int,
    *,
    back: str = "",
    form: Filled | None = None,
    roster: RosterView | None = None,
    **more: Any,  # noqa: ANN401 - whatever the template takes
) -> Response:
    given = form or Filled()
    return visit.page(
        "cases/step.html",
        status,
        shown=shown,
        case=shown.case,
        process=shown.process,
        step=shown.step,
        given=given,
        roster=roster or await roster_for(visit, shown, day_said_in(given)),
        handed=await _dossier(visit, shown),
        says_each=has_own(given),
        goes_back=back or given.typed("back"),
        **({"refused": None, "kept": {}, "agenda": None, "since": (), "unseen": False} | more),
    )


async def _dossier(visit: Visit, shown: StepForm) -> tuple[HandedIn, ...]:
    """Return the documents of the case, to stand beside what is decided on them."""
    if shown.step.kind not in DECIDING:
        return ()
    return await case_pages.documents_of(visit.parts, visit.caller, shown.case.id)
