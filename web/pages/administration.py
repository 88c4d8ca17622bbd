"""For administrators: the organisation from a file and into one, what is lent, who may be erased."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.paging import Cursor
from domain.values import Text
from services import erasing, organisation, posts
from services.books import carrying
from services.books.carrying import BookNotClean
from services.books.importing import Bringing, ImportView
from services.erasing import AskedErasure
from services.refusals import InvalidInput, NotPermitted
from web.forms import Filled, Form
from web.pages.own_posts import is_not_over, places_of, titles_of
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_ON_A_PAGE = 100
_MOST_LENT = 200


@router.get("/admin")
async def first(visit: Visiting) -> Response:
    """Show what there is to administer."""
    _check_administers(visit)
    waiting = await erasing.waiting(visit.parts, visit.caller, limit=_ON_A_PAGE)
    return visit.page("admin/first.html", waiting=len(waiting.items))


@router.get("/admin/import")
async def ask_for_file(visit: Visiting) -> Response:
    """Ask for a file with the organisation."""
    _check_administers(visit)
    return visit.page("admin/import.html", **_found(None))


@router.post("/admin/import")
async def bring_in(visit: Visiting, form: Form) -> Response:
    """Check a file, and bring it in where that is asked and nothing is wrong with it."""
    _check_administers(visit)
    how = Bringing(apply=form.typed("then") == "apply", accept_doubts=form.flag("accept_doubts"))
    refused = None
    found: ImportView | None = None
    try:
        files = form.uploads("file")
        if not files:
            raise InvalidInput("file", Text(zh="请选择文件", en="Please choose a file"))
        place = (files[0].file, files[0].filename or "")
        found = await carrying.bring_in(visit.parts, visit.caller, place, how)
    except BookNotClean as error:
        found = error.found
    except REFUSALS as error:
        refused = Refused.of(error, visit.language)
    shown = _found(found, refused, form)
    if visit.wants_fragment:
        return visit.part("admin/found.html", **shown)
    status = 200 if refused is None else refused.status
    return visit.page("admin/import.html", status, **shown)


@router.get("/admin/delegations")
async def lent(visit: Visiting, cursor: Cursor = None) -> Response:
    """Show which posts are lent in the units one administers."""
    _check_administers(visit)
    page = await posts.list_delegations(visit.parts, visit.caller, cursor=cursor, limit=_MOST_LENT)
    alive = [one for one in page.items if is_not_over(visit, one.to)]
    places = await organisation.units_among(visit.parts, places_of((), alive))
    return visit.page(
        "admin/delegations.html",
        lent=alive,
        following=page.next,
        titles=titles_of(visit, (one.post for one in alive), places),
        unit_names={unit.id: unit.name for unit in places.values()},
        processes={one.process: one for one in visit.parts.library},
        stages={stage.id: stage for one in visit.parts.library for stage in one.stages},
    )


@router.get("/admin/erasures")
async def erasures(visit: Visiting, cursor: Cursor = None) -> Response:
    """Show whom nothing has to be kept of any more, and what waits for a second administrator."""
    _check_administers(visit)
    return await _erasures(visit, cursor)


@router.post("/admin/erasures")
async def ask_erasure(visit: Visiting, form: Form) -> Response:
    """Ask that a person is erased; another administrator has to agree."""
    _check_administers(visit)
    try:
        asked = AskedErasure(person=form.needed("person"), ground="time-over")
        await erasing.ask(visit.parts, visit.caller, asked, key=form.key)
    except REFUSALS as error:
        return await _erasures(visit, None, error)
    return visit.see_other(
        "/admin/erasures",
        Text(zh="已提出，须另一名管理员确认。", en="Asked; another administrator agrees."),
    )


@router.post("/admin/erasures/confirm")
async def confirm_erasure(visit: Visiting, form: Form) -> Response:
    """Agree to an erasure, which is done then."""
    _check_administers(visit)
    try:
        await erasing.confirm(visit.parts, visit.caller, form.needed("erasure"), key=form.key)
    except REFUSALS as error:
        return await _erasures(visit, None, error)
    return visit.see_other("/admin/erasures", Text(zh="已清除个人信息。", en="The person is erased."))


def _check_administers(visit: Visit) -> None:
    """Raise NotPermitted for who administers nothing."""
    if "admin" not in visit.visitor.roles:
        raise NotPermitted


def _found(
    found: ImportView | None, refused: Refused | None = None, form: Filled | None = None
) -> dict[str, Any]:
    return {
        "found": found,
        "refused": refused,
        "given": form or Filled(),
        "sheets": _SHEETS,
        "only_doubts": found is not None and all(one.doubt for one in found.problems),
    }


async def _erasures(visit: Visit, cursor: str | None, error: Exception | None = None) -> Response:
    refused = None if error is None else Refused.of(error, visit.language)
    return visit.page(
        "admin/erasures.html",
        200 if refused is None else refused.status,
        due=await erasing.due(visit.parts, visit.caller, cursor=cursor, limit=_ON_A_PAGE),
        waiting=(await erasing.waiting(visit.parts, visit.caller, limit=_ON_A_PAGE)).items,
        refused=refused,
    )


_SHEETS = {
    "units": Text(zh="组织", en="Units"),
    "people": Text(zh="人员", en="People"),
    "standings": Text(zh="身份", en="Standings"),
    "posts": Text(zh="职务", en="Posts"),
    "delegations": Text(zh="代理", en="Delegations"),
    "restrictions": Text(zh="限制", en="Restrictions"),
}
