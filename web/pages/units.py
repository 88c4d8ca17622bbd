"""The tree of units, and one unit with its posts and cases."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Response

from api.bounds import Id
from domain.values import Text
from services import organisation, plans, posts, unit_overview
from services.plans import NewPlan
from services.refusals import InvalidInput
from services.titles import role_title, unit_kind_title
from services.views import UnitView
from web.forms import Filled, Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_ALL_UNITS = 1_000
_ON_A_PAGE = 100
_LONGEST_REASON = 500


@dataclass(frozen=True)
class Placed:
    """A unit in the tree, with what its kind is called."""

    unit: UnitView
    kind: Text
    depth: int


@router.get("/units")
async def listed(visit: Visiting) -> Response:
    """Show the tree of units."""
    page = await organisation.list_units(visit.parts, limit=_ALL_UNITS)
    return visit.page("units/tree.html", placed=_tree(visit, page.items), more=page.next is not None)


@router.get("/units/{unit_id}")
async def shown(visit: Visiting, unit_id: Id) -> Response:
    """Show one unit: what goes on in it, its plan, who holds which post."""
    return await _drawn(visit, unit_id, 200)


@router.post("/units/{unit_id}/plans")
async def plan(visit: Visiting, form: Form, unit_id: Id) -> Response:
    """Record how many are to gain a standing in a year."""
    try:
        process, _, standing = form.needed("of").partition(" ")
        new = NewPlan(
            process=process,
            standing=standing,
            year=form.count("year") or 0,
            planned=_needed(form.count("planned")),
            reason=form.line("reason", longest=_LONGEST_REASON) or "",
        )
        await plans.say(visit.parts, visit.caller, unit_id, new, key=form.key)
    except REFUSALS as error:
        refused = Refused.of(error, visit.language)
        return await _drawn(visit, unit_id, refused.status, refused=refused, form=form)
    return visit.see_other(f"/units/{unit_id}", Text(zh="计划已登记。", en="The plan is recorded."))


async def _drawn(
    visit: Visit, unit_id: str, status: int, *, refused: Refused | None = None, form: Filled | None = None
) -> Response:
    unit = await organisation.unit(visit.parts, unit_id)
    above, below = await organisation.around(visit.parts, unit)
    held = await posts.list_posts(visit.parts, visit.caller, unit=unit_id, limit=_ON_A_PAGE)
    people = await organisation.list_people(visit.parts, visit.caller, unit=unit_id, limit=_ON_A_PAGE)
    today = visit.today
    return visit.page(
        "units/unit.html",
        status,
        unit=unit,
        found=await unit_overview.overview(visit.parts, visit.caller, unit_id),
        plans=await plans.plans_of(visit.parts, visit.caller, unit_id),
        standings=_standings(visit),
        refused=refused,
        form=form,
        kind=unit_kind_title(visit.parts.library, unit.kind),
        above=above,
        below=below,
        held=tuple(
            (post, role_title(visit.parts.library, unit.kind, post.role))
            for post in held.items
            if post.from_ <= today and (post.to is None or today <= post.to)
        ),
        people=people.items,
        says={name: says for one in visit.parts.library for name, says in one.standings.items()},
    )


def _tree(visit: Visit, units: tuple[UnitView, ...]) -> tuple[Placed, ...]:
    """Return units in the order of the tree, each with its depth."""
    known = {unit.id for unit in units}
    below: dict[str | None, list[UnitView]] = {}
    for unit in units:
        below.setdefault(unit.parent if unit.parent in known else None, []).append(unit)
    found: list[Placed] = []
    waiting = [(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        found.append(Placed(unit, unit_kind_title(visit.parts.library, unit.kind), depth))
        waiting.extend((each, depth + 1) for each in reversed(below.get(unit.id, [])))
    return tuple(found)


def _standings(visit: Visit) -> tuple[tuple[str, str, str], ...]:
    """Return what people can become: process, standing, and both in words."""
    latest = {edition.process: edition for edition in visit.parts.library}
    return tuple(
        (name, stage.standing, f"{says} ({edition.title.in_language(visit.language)})")
        for name, edition in latest.items()
        for stage in edition.stages
        if stage.standing is not None
        for says in [edition.standings[stage.standing].in_language(visit.language)]
    )


def _needed(number: int | None) -> int:
    if number is None:
        raise InvalidInput("planned", Text(zh="请填写人数。", en="Say how many."))
    return number
