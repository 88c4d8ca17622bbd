"""Units as administrators change them: added, renamed, moved, merged, split, closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from fastapi import APIRouter, Response

from api.bounds import Id
from domain.values import Text
from services import closing, organisation, unit_changes
from services.closing import ClosingView, NewClosing
from services.organisation import NewUnit
from services.people import names_of
from services.refusals import InvalidInput, NotFound, NotPermitted, WordsMoved
from services.titles import unit_kind_title
from services.unit_changes import NewChange, UnitChangeView
from web.forms import NO_CHOICE, Filled, Form
from web.refused import REFUSALS, Refused
from web.unit_fields import Among, unit_chosen, unit_field, unit_fields
from web.visits import Visit, Visiting

router = APIRouter()

_LISTED = 200
"""People among whom one still finds somebody by looking; of more, they are found by name."""
_MOST_PEOPLE = 1_000
"""People who may be sent elsewhere one by one, in one order from a page."""
_FROM_THE_FIRST = "first"


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
    """Close a unit: merged into another, split among several, or given up; or list others of its people."""
    _check_administers(visit)
    if form.typed("look"):
        return await _close(visit, unit_id, None, form)
    try:
        among = Among((await organisation.unit(visit.parts, unit_id)).kind, unit_id)
        new = NewClosing(
            reason=form.needed("reason", longest=2_000),
            on=form.day("on"),
            successor=await unit_chosen(visit, form, "successor", among),
            assigned=await _assigned(visit, form, among),
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
    progress = await _progress(visit, unit_id)
    if progress is not None:
        places = await organisation.units_among(visit.parts, progress.successors)
        names = {one.id: one.name for one in places.values()}
        return await _drawn(visit, unit_id, "units/close.html", error, form, progress=progress, names=names)
    unit = await organisation.unit(visit.parts, unit_id)
    given, among = form or Filled(), Among(unit.kind, unit_id)
    people, following, sent = await _people(visit, unit_id, given)
    fields = [_place_of(person) for person in people]
    return await _drawn(
        visit,
        unit_id,
        "units/close.html",
        error,
        form,
        progress=None,
        people=people,
        following=following,
        is_split=bool(sent or given.typed("look")),
        successor=await unit_field(visit, given, "successor", among),
        goes=await unit_fields(visit, given, fields, among),
    )


async def _people(visit: Visit, unit_id: str, given: Filled) -> tuple[dict[str, str], str | None, list[str]]:
    """Return the names of those to list by id, what comes after them, and who was sent elsewhere already.

    Those stay listed, first, whoever is looked for.
    """
    text, after = given.line("who"), given.typed("look")
    page = await organisation.list_people(
        visit.parts,
        visit.caller,
        unit=unit_id,
        text=text,
        cursor=after if after and after != _FROM_THE_FIRST else None,
        limit=_LISTED,
    )
    sent = [one for one in given.ids("somebody", most=_MOST_PEOPLE) if _is_sent(given, one)]
    named = {one.id: one.name for one in page.items}
    listed = await names_of(visit.parts, [one for one in sent if one not in named])
    return {one: listed.get(one) or named[one] for one in (*sent, *named)}, page.next, sent


def _is_sent(given: Filled, person: str) -> bool:
    """Whether a unit was chosen or typed for somebody."""
    name = _place_of(person)
    return bool(given.typed(name) or given.typed(f"{name}.typed"))


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


async def _assigned(visit: Visit, form: Filled, among: Among) -> dict[str, str]:
    """Return the unit that was chosen for each person, by person. Raises InvalidInput."""
    chosen = {
        person: await unit_chosen(visit, form, _place_of(person), among)
        for person in form.ids("somebody", most=_MOST_PEOPLE)
    }
    return {person: unit for person, unit in chosen.items() if unit is not None}


def _place_of(person: str) -> str:
    """Return the name of the field that says where somebody goes."""
    return f"assigned.{person}"


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
