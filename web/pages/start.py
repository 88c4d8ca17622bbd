"""Starting an application: who, which papers, what the rules say; and only then submitted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Response

from api.bounds import Storable
from domain.events import Gap
from domain.values import Text
from services import acts, drafts, materials, organisation, starting
from services.acts import Tried
from services.drafts import Draft, StartDraft
from services.entering import Entered
from services.refusals import InvalidInput, NotFound, NotPermitted
from services.starting import Startable
from services.views import MaterialView, PersonView
from web.answers import answers_in
from web.forms import Filled, Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

Stage = Literal["who", "papers", "check"]
DraftId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]

_FOUND: Final = 20


@router.get("/start")
async def begin(visit: Visiting) -> Response:
    """Show what may be started, and what was begun."""
    possible = _by_process(await starting.startable(visit.parts, visit.caller))
    begun = await drafts.listed(visit.parts, visit.caller)
    titles = {one.process.process: one.process.title for one in possible}
    return visit.page("start/begin.html", possible=possible, drafts=begun, titles=titles, refused=None)


@router.post("/start")
async def keep_new(visit: Visiting, form: Form) -> Response:
    """Begin a draft of a process in a unit."""
    here = await starting.startable_here(
        visit.parts, visit.caller, form.needed("process"), form.needed("unit")
    )
    (unit,) = (one for one in here.units if one == form.typed("unit"))
    subject = visit.caller.person if here.only_oneself else form.id("person")
    content = StartDraft(process=here.process.process, unit=unit, occurred_on=visit.today, subject=subject)
    draft_id = await drafts.begun(visit.parts, visit.caller, content)
    return visit.see_other(f"/start/{draft_id}?stage={'papers' if subject else 'who'}")


@router.get("/start/{draft_id}")
async def show(
    visit: Visiting,
    draft_id: DraftId,
    stage: Stage = "who",
    q: Annotated[str, Query(max_length=100), Storable] = "",
) -> Response:
    """Show one stage of filling in a draft."""
    return await _shown(visit, await _opened(visit, draft_id), stage, text=q)


@router.post("/start/{draft_id}/who")
async def keep_who(visit: Visiting, draft_id: DraftId, form: Form) -> Response:
    """Keep whom it is about, and when he applied."""
    work = await _opened(visit, draft_id)
    try:
        changed = work.draft.content.model_copy(update=_who(work, form))
        await drafts.changed(visit.parts, visit.caller, draft_id, changed)
    except REFUSALS as error:
        return await _shown(visit, work, "who", error=error, form=form)
    return visit.see_other(f"/start/{draft_id}?stage=papers")


@router.post("/start/{draft_id}/materials")
async def keep_papers(visit: Visiting, draft_id: DraftId, form: Form) -> Response:
    """Keep answers and documents; what was handed in before stays."""
    work = await _opened(visit, draft_id)
    content = work.draft.content
    try:
        kept = dict(content.materials)
        for kind, _, _ in work.here.materials:
            removed = set(form.ids(f"remove-{kind}"))
            stay = tuple(one for one in kept.get(kind, ()) if one not in removed)
            added = [
                (await materials.hand_in(visit.parts, visit.caller, file.filename or "", file.file)).id
                for file in form.uploads(kind)
            ]
            kept[kind] = (*stay, *added)
        changed = content.model_copy(
            update={
                "fields": answers_in(form, work.here.first_step.fields),
                "materials": kept,
                "reason": form.prose("reason", longest=2_000),
            }
        )
        await drafts.changed(visit.parts, visit.caller, draft_id, changed)
    except REFUSALS as error:
        return await _shown(visit, work, "papers", error=error, form=form)
    goes_on = form.typed("then") == "check"
    return visit.see_other(f"/start/{draft_id}?stage={'check' if goes_on else 'papers'}")


@router.post("/start/{draft_id}/submit")
async def submit(visit: Visiting, draft_id: DraftId, form: Form) -> Response:
    """Start the case; the draft has done its duty then."""
    work = await _opened(visit, draft_id)
    content = work.draft.content
    try:
        reason = form.prose("reason", longest=2_000) or content.reason
        asked = content.as_request().model_copy(update={"reason": reason})
        case = await acts.start(visit.parts, visit.caller, asked, entering=content.entering, key=form.key)
    except REFUSALS as error:
        return await _shown(visit, work, "check", error=error, form=form)
    await drafts.discarded(visit.parts, visit.caller, draft_id)
    say = Text(zh=f"已受理：{case.subject.name}。", en=f"The application of {case.subject.name} is recorded.")
    return visit.see_other(f"/cases/{case.id}", say)


@router.post("/start/{draft_id}/discard")
async def discard(visit: Visiting, draft_id: DraftId, form: Form) -> Response:  # noqa: ARG001 - forms have keys
    """Forget a draft."""
    await drafts.discarded(visit.parts, visit.caller, draft_id)
    return visit.see_other("/start", Text(zh="草稿已删除。", en="The draft is discarded."))


def _by_process(possible: Iterable[Startable]) -> tuple[Startable, ...]:
    """Return each process once, with all its units, under whichever local rules these start."""
    found: dict[tuple[str, bool], Startable] = {}
    for one in possible:
        key = (one.process.process, one.only_oneself)
        known = found.get(key, one)
        found[key] = replace(known, units={**known.units, **one.units})
    return tuple(found.values())


@dataclass(frozen=True)
class _Work:
    """A draft, and what may be started with it."""

    draft: Draft
    here: Startable


async def _opened(visit: Visit, draft_id: str) -> _Work:
    draft = await drafts.opened(visit.parts, visit.caller, draft_id)
    here = await starting.startable_here(visit.parts, visit.caller, draft.content.process, draft.content.unit)
    return _Work(draft, here)


def _who(work: _Work, form: Filled) -> dict[str, object]:
    """Return what a form says of the person: somebody known, or the name of somebody new."""
    day = form.day("occurred_on")
    if day is None:
        raise InvalidInput("occurred_on", Text(zh="请填写申请日期", en="Please say on which day"))
    if work.here.only_oneself:
        return {"occurred_on": day}
    known, name = form.id("subject"), form.line("name")
    if known is not None:
        return {"occurred_on": day, "subject": known, "entering": None}
    if name is None:
        raise InvalidInput("name", Text(zh="请选择人员，或填写姓名", en="Choose somebody, or enter a name"))
    born_on = form.day("born_on")
    if born_on is None:
        raise InvalidInput("born_on", Text(zh="请填写出生日期", en="Please give the day of birth"))
    entering = Entered(name=name, born_on=born_on, email=form.line("email", longest=320))
    return {"occurred_on": day, "subject": None, "entering": entering}


async def _shown(
    visit: Visit,
    work: _Work,
    stage: Stage,
    *,
    text: str = "",
    error: Exception | None = None,
    form: Filled | None = None,
) -> Response:
    refused = None if error is None else Refused.of(error, visit.language)
    shown: dict[str, Any] = {
        "draft": work.draft,
        "content": work.draft.content,
        "here": work.here,
        "stage": stage,
        "refused": refused,
        "form": form or Filled(),
        "text": text,
    }
    if stage == "who":
        shown["people"] = await _people(visit, work, text)
    else:
        nothing: dict[str, tuple[MaterialView, ...]] = {kind: () for kind, _, _ in work.here.materials}
        shown["documents"] = nothing | await _documents(visit, work.draft.content)
    if stage == "check":
        tried, against, others = await _tried(visit, work)
        shown |= {"tried": tried, "against": refused or against, "others": others}
    return visit.page(f"start/{stage}.html", 200 if refused is None else refused.status, **shown)


async def _people(visit: Visit, work: _Work, text: str) -> tuple[PersonView, ...]:
    if not text or work.here.only_oneself:
        return ()
    page = await organisation.list_people(visit.parts, visit.caller, text=text, limit=_FOUND)
    return page.items


async def _documents(visit: Visit, content: StartDraft) -> dict[str, tuple[MaterialView, ...]]:
    """Return what was handed in, by kind."""
    found: dict[str, tuple[MaterialView, ...]] = {}
    for kind, ids in content.materials.items():
        described = []
        for one in ids:
            try:
                described.append(await materials.described(visit.parts, visit.caller, one))
            except (NotFound, NotPermitted):
                continue
        found[kind] = tuple(described)
    return found


async def _tried(visit: Visit, work: _Work) -> tuple[Tried | None, Refused | None, tuple[Gap, ...]]:
    """Return what submitting would come to, or why it would be refused, and what else stands against it."""
    content = work.draft.content
    if not content.subject and content.entering is None:
        missing = InvalidInput("name", Text(zh="还没有填写申请人", en="The person is not said yet"))
        return None, Refused.of(missing, visit.language), ()
    every: list[Gap] = []
    try:
        asked, entering = content.as_request(), content.entering
        tried = await acts.try_start(visit.parts, visit.caller, asked, entering=entering, against=every)
    except REFUSALS as error:
        refused = Refused.of(error, visit.language)
        return None, refused, tuple(one for one in every if one.rule != refused.rule)
    return tried, None, ()
