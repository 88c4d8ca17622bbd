"""Units as administrators change them: added, renamed, moved, merged, split, closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from fastapi import APIRouter, Response

from api.bounds import Id
from domain.values import Text
from services import closing, organisation, unit_changes
from services.closing import ClosingView, NewClosing
from services.organisation import NewUnit
from services.refusals import InvalidInput, NotFound, NotPermitted, WordsMoved
from services.titles import unit_kind_title
from services.unit_changes import NewChange, UnitChangeView
from web.forms import NO_CHOICE, Filled, Form
from web.refused import REFUSALS, Refused
from web.unit_fields import Among, unit_chosen, unit_field
from web.visits import Visit, Visiting

router = APIRouter()

_ALL_UNITS = 1_000
_MOST_PEOPLE = 200


@router.get("/units/{unit_id}/change")
async def ask_change(visit: Visiting, unit_id: Id) -> Response:
    """Ask what is to be different in a unit, and show what was."""
    return await _change(visit, unit_id)


@router.post("/units/{unit_id}/change")
async def change(visit: Visiting, unit_id: Id, form: Form) -> Response:
    """Change a unit from a day on."""
    _check_administers(visit)
    try:
        new = NewChange(
            reason=form.needed("reason", longest=2_000),
            from_=form.day("from"),
            name=form.line("name"),
            kind=form.line("kind", longest=80),
            parent=await unit_chosen(visit, form, "parent", Among(but=unit_id)),
            may_approve=_yes_or_no(form, "may_approve"),
            temporary=_yes_or_no(form, "temporary"),
        )
        seen = form.count("seen")
        await unit_changes.change_unit(visit.parts, visit.caller, unit_id, new, seen=seen, key=form.key)
    except REFUSALS as error:
        return await _change(visit, unit_id, error, form)
    return visit.see_other(f"/units/{unit_id}", Text(zh="变更已登记。", en="The change is recorded."))


@router.get("/units/{unit_id}/add")
async def ask_unit(visit: Visiting, unit_id: Id) -> Response:
    """Ask for a unit below this one."""
    return await _add(visit, unit_id)


@router.post("/units/{unit_id}/add")
async def add(visit: Visiting, unit_id: Id, form: Form) -> Response:
    """Add a unit below this one."""
    _check_administers(visit)
    try:
        new = NewUnit(
            kind=form.needed("kind", longest=80),
            name=form.needed("name"),
            parent=unit_id,
            temporary=form.flag("temporary"),
            may_approve=form.flag("may_approve"),
        )
        made = await organisation.add_unit(visit.parts, visit.caller, new, key=form.key)
    except REFUSALS as error:
        return await _add(visit, unit_id, error, form)
    return visit.see_other(f"/units/{made.id}", Text(zh="组织已设立。", en="The unit is founded."))


@router.get("/units/{unit_id}/close")
async def ask_closing(visit: Visiting, unit_id: Id) -> Response:
    """Ask where cases and people go, or show how far a closing is."""
    return await _close(visit, unit_id)


@router.post("/units/{unit_id}/close")
async def close(visit: Visiting, unit_id: Id, form: Form) -> Response:
    """Close a unit: merged into another, split among several, or given up."""
    _check_administers(visit)
    try:
        assigned = await _assigned(visit, unit_id, form)
        new = NewClosing(
            reason=form.needed("reason", longest=2_000),
            on=form.day("on"),
            successor=form.id("successor"),
            assigned=assigned,
            posts=_move_or_end(form, "posts"),
            standings=_move_or_end(form, "standings"),
        )
        await closing.close_unit(visit.parts, visit.caller, unit_id, new, key=form.key)
    except REFUSALS as error:
        return await _close(visit, unit_id, error, form)
    return visit.see_other(f"/units/{unit_id}/close", Text(zh="撤销已登记。", en="The closing is ordered."))


@router.post("/units/{unit_id}/closing")
async def go_on(visit: Visiting, unit_id: Id, form: Form) -> Response:  # noqa: ARG001 - read, so that it is bounded
    """Move more of what is left in a unit that is being closed."""
    _check_administers(visit)
    await closing.go_on(visit.parts, visit.caller, unit_id)
    return visit.see_other(f"/units/{unit_id}/close")


async def _change(
    visit: Visit, unit_id: str, error: Exception | None = None, form: Filled | None = None
) -> Response:
    said = await unit_changes.changes(visit.parts, visit.caller, unit_id)
    unit = await organisation.unit(visit.parts, unit_id)
    places = await organisation.units_among(visit.parts, (unit.parent, *(one.parent for one in said.items)))
    return await _drawn(
        visit,
        unit_id,
        "units/change.html",
        error,
        form,
        parent=await unit_field(visit, form or Filled(), "parent", Among(but=unit_id)),
        parents={one.id: one.name for one in places.values()},
        words_of_it=said.items,
        latest=unit_changes.latest_number(said.items),
        since=_since(said.items, form) if isinstance(error, WordsMoved) and form else (),
    )


def _since(words: Sequence[UnitChangeView], form: Filled) -> Sequence[UnitChangeView]:
    """Return what was said after the last word that a form was made from."""
    seen = form.count("seen") or 0
    return tuple(one for one in words if one.number > seen)


async def _add(
    visit: Visit, unit_id: str, error: Exception | None = None, form: Filled | None = None
) -> Response:
    return await _drawn(visit, unit_id, "units/add.html", error, form)


async def _close(
    visit: Visit, unit_id: str, error: Exception | None = None, form: Filled | None = None
) -> Response:
    _check_administers(visit)
    people = await organisation.list_people(visit.parts, visit.caller, unit=unit_id, limit=_MOST_PEOPLE)
    progress = await _progress(visit, unit_id)
    alike = await _alike(visit, unit_id) if progress is None else {}
    successors = () if progress is None else progress.successors
    places = await organisation.units_among(visit.parts, successors)
    return await _drawn(
        visit,
        unit_id,
        "units/close.html",
        error,
        form,
        people=people.items,
        progress=progress,
        alike=list(alike.items()),
        names={one.id: one.name for one in places.values()},
    )


async def _progress(visit: Visit, unit_id: str) -> ClosingView | None:
    try:
        return await closing.closing(visit.parts, visit.caller, unit_id)
    except NotFound:
        return None


async def _drawn(
    visit: Visit,
    unit_id: str,
    template: str,
    error: Exception | None,
    form: Filled | None,
    **more: Any,  # noqa: ANN401 - whatever the template takes
) -> Response:
    _check_administers(visit)
    unit = await organisation.unit(visit.parts, unit_id)
    library = visit.parts.library
    kinds = dict.fromkeys(kind for process in library for kind in process.unit_kinds)
    refused = None if error is None else Refused.of(error, visit.language)
    return visit.page(
        template,
        200 if refused is None else refused.status,
        unit=unit,
        kinds=[(kind, unit_kind_title(library, kind).in_language(visit.language)) for kind in kinds],
        refused=refused,
        given=form or Filled(),
        **more,
    )


async def _assigned(visit: Visit, unit_id: str, form: Filled) -> dict[str, str]:
    """Return the unit that was written for each person, by person. Raises InvalidInput, NotFound."""
    written = {
        name.removeprefix("assigned."): said
        for name in form.values
        if name.startswith("assigned.") and (said := form.typed(name).strip())
    }
    if not written:
        return {}
    alike = await _alike(visit, unit_id)
    known = {**{called: one for one, called in alike.items()}, **{one: one for one in alike}}
    if not known.keys() >= set(written.values()):
        raise InvalidInput("assigned", NO_CHOICE)
    return {person: known[said] for person, said in written.items()}


async def _alike(visit: Visit, unit_id: str) -> dict[str, str]:
    """Return the units that could take over from one, by id, each called as no other is. Raises NotFound."""
    unit = await organisation.unit(visit.parts, unit_id)
    units = (await organisation.list_units(visit.parts, limit=_ALL_UNITS)).items
    names = {one.id: one.name for one in units}
    found = [one for one in units if one.id != unit.id and one.closed_on is None and one.kind == unit.kind]
    called = {one.id: one.name for one in found}
    for more in (
        {one.id: names.get(one.parent or "", "") for one in found},
        {one.id: one.id for one in found},
    ):
        often = Counter(called.values())
        called = {one: f"{says} · {more[one]}" if often[says] > 1 else says for one, says in called.items()}
    return called


def _check_administers(visit: Visit) -> None:
    """Raise NotPermitted for who administers nothing; which units somebody may change, the services say."""
    if "admin" not in visit.visitor.roles:
        raise NotPermitted


def _yes_or_no(form: Filled, name: str) -> bool | None:
    return {"yes": True, "no": False}.get(form.typed(name))


def _move_or_end(form: Filled, name: str) -> Literal["move", "end"]:
    chosen = form.typed(name)
    if chosen not in {"move", "end"}:
        raise InvalidInput(name, NO_CHOICE)
    return "move" if chosen == "move" else "end"
