"""One's posts: lent to substitutes and taken back, and the days on which one is away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.bounds import Storable
from domain.values import Text
from services import leave, organisation, posts, revoking
from services.leave import Leave, Substitution
from services.posts import NewDelegation
from services.refusals import InvalidInput
from services.titles import role_title
from services.views import DelegationView, PostView, UnitView
from web.forms import REQUIRED, Filled, Form
from web.refused import REFUSALS, Refused
from web.unit_fields import own_units, units_chosen, units_field
from web.visits import Visit, Visiting

router = APIRouter()

_MOST_PEOPLE = 200
_MOST_LENT = 200
_HERE = "/own/posts"


@router.get(_HERE)
async def own_posts(visit: Visiting, who: Annotated[str, Query(max_length=100), Storable] = "") -> Response:
    """Show one's posts, who substitutes, and when one is away."""
    return await _drawn(visit, who=who)


@router.post("/own/posts/lend")
async def lend(visit: Visiting, form: Form) -> Response:
    """Lend one of one's posts, for everything or for a part of it."""
    try:
        units = await units_chosen(visit, form, "units", own_units(visit))
        if form.flag("add"):
            return await _drawn(
                visit, None, form.with_values({"units": units, "units.more.typed": ("",)}), "lend"
            )
        new = NewDelegation(
            post=form.needed("post"),
            substitute=form.needed("substitute"),
            from_=form.day("from"),
            to=form.day("to"),
            processes=form.ids("processes"),
            stages=form.ids("stages"),
            units=units,
        )
        await posts.lend_post(visit.parts, visit.caller, new, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, error, form, "lend")
    return visit.see_other(_HERE, Text(zh="已办理代理。", en="The post is lent."))


@router.post("/own/posts/take-back")
async def take_back(visit: Visiting, form: Form) -> Response:
    """Take back at once what was lent, or give it back."""
    back = "/admin/delegations" if form.typed("back") == "/admin/delegations" else _HERE
    try:
        reason = form.needed("reason", longest=500)
        await revoking.revoke_delegation(
            visit.parts, visit.caller, form.needed("delegation"), reason, key=form.key
        )
    except InvalidInput as error:
        return await _drawn(visit, error, form, "lent")
    return visit.see_other(back, Text(zh="代理已收回，立即生效。", en="It is taken back, from now on."))


@router.post("/own/absences")
async def go_away(visit: Visiting, form: Form) -> Response:
    """Say when one is away, and who does the work of each post meanwhile."""
    try:
        to = form.day("away_to")
        if to is None:
            raise InvalidInput("away_to", REQUIRED)
        chosen = {post.id: form.id(f"substitute.{post.id}") for post in visit.visitor.me.posts}
        away = Leave(
            from_=form.day("away_from"),
            to=to,
            substitutes=tuple(
                Substitution(post=post, substitute=person) for post, person in chosen.items() if person
            ),
        )
        await leave.go_away(visit.parts, visit.caller, away, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, error, form, "away")
    return visit.see_other(_HERE, Text(zh="请假已登记。", en="Your absence is recorded."))


@router.post("/own/absences/end")
async def come_back(visit: Visiting, form: Form) -> Response:
    """Say that one is back, or does not go."""
    await leave.come_back(visit.parts, visit.caller, form.needed("absence"), key=form.key)
    return visit.see_other(
        _HERE,
        Text(zh="已销假，相关代理同时收回。", en="Recorded; what was lent meanwhile is taken back."),
    )


async def _drawn(
    visit: Visit, error: Exception | None = None, form: Filled | None = None, of: str = "", who: str = ""
) -> Response:
    own = visit.visitor.me.person.id
    lent = await posts.list_delegations(visit.parts, visit.caller, limit=_MOST_LENT)
    alive = [one for one in lent.items if is_not_over(visit, one.to)]
    around = await organisation.list_people(
        visit.parts, visit.caller, text=" ".join(who.split()) or None, limit=_MOST_PEOPLE
    )
    mine = visit.visitor.me.posts
    places = await organisation.units_among(visit.parts, places_of(mine, alive))
    refused = None if error is None else Refused.of(error, visit.language)
    shown: dict[str, Any] = {
        "lent": [one for one in alive if one.post.person is not None and one.post.person.id == own],
        "borrowed": [one for one in alive if one.substitute.id == own],
        "people": [one for one in around.items if one.id != own],
        "too_many": around.next is not None,
        "sought": who,
        "units": await units_field(
            visit, form or Filled(), "units", own_units(visit), without=visit.visitor.units
        ),
        "unit_names": {unit.id: unit.name for unit in places.values()},
        "processes": {one.process: one for one in visit.parts.library},
        "stages": {stage.id: stage for one in visit.parts.library for stage in one.stages},
        "titles": titles_of(visit, (*mine, *(one.post for one in alive)), places),
        "refused": refused,
        "given": form or Filled(),
        "of": of,
    }
    return visit.page("own/posts.html", 200 if refused is None else refused.status, **shown)


def places_of(held: Iterable[PostView], lent: Iterable[DelegationView]) -> tuple[str, ...]:
    """Return the units of posts, own and lent, and those for which some are lent."""
    others = ((one.post.unit.id, *one.units) for one in lent)
    return (*(post.unit.id for post in held), *chain.from_iterable(others))


def titles_of(visit: Visit, held: Iterable[PostView], places: Mapping[str, UnitView]) -> dict[str, Text]:
    """Return what each post is called, by its id."""
    kinds = {unit.id: unit.kind for unit in places.values()}
    return {post.id: role_title(visit.parts.library, kinds.get(post.unit.id, ""), post.role) for post in held}


def is_not_over(visit: Visit, to: date | None) -> bool:
    """Whether what ends on a day is still to come or goes on."""
    return to is None or to >= visit.today
