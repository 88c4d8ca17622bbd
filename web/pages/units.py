"""The tree of units, and one unit with its posts and cases."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.bounds import Id, Storable
from api.paging import Cursor
from domain.values import Text
from services import organisation, past, plans, posts, unit_changes, unit_overview, unit_tree
from services.past import PostFilter
from services.plans import NewPlan
from services.refusals import InvalidInput
from services.titles import role_title, standing_titles, unit_kind_title
from web.forms import Filled, Form
from web.periods import AskedDays, MaybeDay, asked_days
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_ON_A_PAGE = 100
_LONGEST_REASON = 500


@router.get("/units")
async def listed(
    visit: Visiting,
    q: Annotated[str, Query(max_length=100), Storable] = "",
    at: Annotated[Id | None, Query()] = None,
    cursor: Cursor = None,
    *,
    shut: Annotated[bool, Query()] = False,
) -> Response:
    """Show the tree of units, opened along the way to one of them; or those of a name.

    htmx asks for one branch of it, opened or shut.
    """
    text = " ".join(q.split())
    if visit.wants_fragment and at is not None:
        found = await unit_tree.branch(visit.parts, at, is_open=not shut)
        return visit.part("units/branch.html", branch=found, kinds=_kinds(visit))
    own = None if cursor else visit.unit or next(iter(visit.visitor.units), None)
    return visit.page(
        "units/tree.html",
        q=q,
        found=await unit_tree.named(visit.parts, text) if text else None,
        tree=await unit_tree.opened(visit.parts, at or own, cursor=cursor),
        kinds=_kinds(visit),
    )


@router.get("/units/{unit_id}")
async def shown(visit: Visiting, unit_id: Id, as_of: MaybeDay = "") -> Response:
    """Show one unit: what goes on in it, its plan, who holds which post; or as it was on a day."""
    asked = asked_days(visit.language, as_of=as_of)
    day = asked.on("as_of")
    if day is not None:
        return await _on(visit, unit_id, day, asked)
    return await _drawn(visit, unit_id, asked.status, asked=asked)


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
    visit: Visit,
    unit_id: str,
    status: int,
    *,
    refused: Refused | None = None,
    form: Filled | None = None,
    asked: AskedDays | None = None,
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
        asked=asked,
        kind=unit_kind_title(visit.parts.library, unit.kind),
        above=above,
        below=below,
        held=tuple(
            (post, role_title(visit.parts.library, unit.kind, post.role))
            for post in held.items
            if post.from_ <= today and (post.to is None or today <= post.to)
        ),
        people=people.items,
        says=standing_titles(visit.parts.library),
    )


async def _on(visit: Visit, unit_id: str, day: date, asked: AskedDays) -> Response:
    """Show a unit as it was on a day: its name and place then, who held its posts, who belonged to it."""
    unit = await unit_changes.unit_on(visit.parts, unit_id, day)
    above = None if unit.parent is None else await unit_changes.unit_on(visit.parts, unit.parent, day)
    here = PostFilter(unit=unit_id)
    held = await past.posts_on(visit.parts, visit.caller, day, here, cursor=None, limit=_ON_A_PAGE)
    people = await past.people_on(
        visit.parts, visit.caller, day, text=None, unit=unit_id, cursor=None, limit=_ON_A_PAGE
    )
    return visit.page(
        "units/then.html",
        unit=unit,
        day=day,
        asked=asked,
        above=above,
        kind=unit_kind_title(visit.parts.library, unit.kind),
        held=tuple((post, role_title(visit.parts.library, unit.kind, post.role)) for post in held.items),
        people=people.items,
        says=standing_titles(visit.parts.library),
    )


def _kinds(visit: Visit) -> dict[str, Text]:
    """Return what kinds of unit are called, where a process knows them."""
    return {kind: says for one in visit.parts.library for kind, says in one.unit_kinds.items()}


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
