"""Who holds which post, today or on a day, in the units that one sees."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from api.bounds import Storable
from api.paging import Cursor
from services import organisation, past
from services.past import PostFilter
from services.titles import role_title, roles_in_words
from web.periods import MaybeDay, asked_days
from web.visits import Visiting

router = APIRouter()

_ON_A_PAGE = 50

Narrowed = Annotated[str, Query(max_length=100), Storable]


@router.get("/posts")
async def listed(
    visit: Visiting, unit: Narrowed = "", role: Narrowed = "", as_of: MaybeDay = "", cursor: Cursor = None
) -> Response:
    """Show posts that are held on a day, today where none is chosen, narrowed to a unit or a role."""
    days = asked_days(visit.language, as_of=as_of)
    on = days.on("as_of")
    day = on or visit.today
    asked = PostFilter(unit=unit or None, role=role or None)
    page = await past.posts_on(visit.parts, visit.caller, day, asked, cursor=cursor, limit=_ON_A_PAGE)
    wanted = {unit, *(post.unit.id for post in page.items)} - {""}
    places = await organisation.units_among(visit.parts, wanted)
    chosen = {"unit": unit, "role": role, "as_of": "" if on is None else on.isoformat()}
    return visit.page(
        "posts/list.html",
        days.status,
        asked=days,
        page=page,
        held=tuple(
            (post, role_title(visit.parts.library, places[post.unit.id].kind, post.role))
            for post in page.items
        ),
        day=day,
        chosen=chosen,
        address=f"/posts?{urlencode({name: value for name, value in chosen.items() if value})}",
        roles=roles_in_words(visit.parts.library, visit.language),
        unit=places.get(unit),
    )
