"""People as colleagues see them, and what administrators do for them: standings, posts, cases."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.bounds import Id, Storable
from api.paging import Cursor
from domain.values import Text
from services import cases, organisation, posts, revoking, whole_person
from services.cases import CaseFilter
from services.organisation import NewPerson
from services.posts import NewPost
from services.refusals import NotPermitted
from services.titles import role_title, unit_kind_title
from services.views import PostView, UnitView
from web.forms import Filled, Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_ON_A_PAGE = 50
_ALL_UNITS = 1_000


@router.get("/people")
async def listed(
    visit: Visiting, q: Annotated[str, Query(max_length=100), Storable] = "", cursor: Cursor = None
) -> Response:
    """Show the people at and below the visitor's posts."""
    text = " ".join(q.split())
    page = await organisation.list_people(
        visit.parts, visit.caller, text=text or None, unit=visit.unit, cursor=cursor, limit=_ON_A_PAGE
    )
    return visit.page("people/list.html", page=page, q=q, names=await _names(visit), says=_standings(visit))


@router.get("/people/add")
async def ask_person(visit: Visiting) -> Response:
    """Ask for somebody new."""
    return await _adding(visit)


@router.post("/people/add")
async def add(visit: Visiting, form: Form) -> Response:
    """Add somebody to a unit one administers."""
    try:
        new = NewPerson(
            name=form.needed("name"),
            unit=form.needed("unit", longest=80),
            email=form.line("email", longest=320),
            language="en" if form.typed("language") == "en" else "zh",
            born_on=form.day("born_on"),
            standing=form.line("standing", longest=80),
        )
        made = await organisation.add_person(visit.parts, visit.caller, new, key=form.key)
    except REFUSALS as error:
        return await _adding(visit, error, form)
    return visit.see_other(f"/people/{made.id}", Text(zh="人员已登记。", en="The person is recorded."))


@router.get("/people/{person_id}")
async def shown(visit: Visiting, person_id: Id) -> Response:
    """Show one person: standings, posts, the cases that are about him."""
    return await _drawn(visit, person_id, 200)


@router.post("/people/{person_id}/posts")
async def give(visit: Visiting, form: Form, person_id: Id) -> Response:
    """Give somebody a post, as an administrator of its unit."""
    try:
        new = NewPost(
            person=person_id,
            role=form.needed("role", longest=80),
            unit=form.needed("unit", longest=80),
            from_=form.day("from"),
            to=form.day("to"),
        )
        await posts.give_post(visit.parts, visit.caller, new, key=form.key)
    except REFUSALS as error:
        refused = Refused.of(error, visit.language)
        return await _drawn(visit, person_id, refused.status, refused=refused, given=form)
    return visit.see_other(f"/people/{person_id}", Text(zh="职务已登记。", en="The post is recorded."))


@router.post("/people/{person_id}/posts/end")
async def end(visit: Visiting, form: Form, person_id: Id) -> Response:
    """End a post after a last day, or take it at once."""
    try:
        post, reason = form.needed("post"), form.needed("reason", longest=500)
        if form.typed("when") == "now":
            await revoking.revoke_post(visit.parts, visit.caller, post, reason, key=form.key)
        else:
            await revoking.end_post(visit.parts, visit.caller, post, form.day("on"), reason, key=form.key)
    except REFUSALS as error:
        refused = Refused.of(error, visit.language)
        return await _drawn(visit, person_id, refused.status, refused=refused, ending=form.typed("post"))
    return visit.see_other(
        f"/people/{person_id}", Text(zh="职务已免去。", en="The end of the post is recorded.")
    )


async def _adding(visit: Visit, error: Exception | None = None, form: Filled | None = None) -> Response:
    if "admin" not in visit.visitor.roles:
        raise NotPermitted
    refused = None if error is None else Refused.of(error, visit.language)
    units = (await organisation.list_units(visit.parts, limit=_ALL_UNITS)).items
    return visit.page(
        "people/add.html",
        200 if refused is None else refused.status,
        units=[(unit.id, unit.name) for unit in units if unit.closed_on is None],
        standings=[(name, says.in_language(visit.language)) for name, says in _standings(visit).items()],
        languages=(("zh", "中文"), ("en", "English")),
        refused=refused,
        given=form or Filled(),
    )


async def _drawn(visit: Visit, person_id: str, status: int, **more: Any) -> Response:  # noqa: ANN401 - whatever the template takes
    person = await whole_person.whole_person(visit.parts, visit.caller, person_id)
    about = await cases.listed(visit.parts, visit.caller, CaseFilter(subject=person_id), limit=_ON_A_PAGE)
    units = (await organisation.list_units(visit.parts, limit=_ALL_UNITS)).items
    kinds = {unit.id: unit.kind for unit in units}
    return visit.page(
        "people/person.html",
        status,
        person=person,
        standings=person.standings,
        held=tuple((post, _title(visit, kinds, post)) for post in person.posts),
        cases=about.items,
        names={unit.id: unit.name for unit in units},
        says=_standings(visit),
        units=tuple(unit for unit in units if unit.closed_on is None),
        roles=_roles(visit),
        **({"refused": None, "given": None, "ending": ""} | more),
    )


def _title(visit: Visit, kinds: dict[str, str], post: PostView) -> Text:
    return role_title(visit.parts.library, kinds.get(post.unit.id, ""), post.role)


def _standings(visit: Visit) -> dict[str, Text]:
    """Return what every standing of a published process is called."""
    return {name: says for one in visit.parts.library for name, says in one.standings.items()}


def _roles(visit: Visit) -> tuple[tuple[str, str], ...]:
    """Return the roles that posts may have, with what each is called and in which kind of unit."""
    library = visit.parts.library
    found: dict[str, list[str]] = {}
    for process in library:
        for actor, role in process.roles.items():
            kind, _, name = actor.rpartition(".")
            says = f"{unit_kind_title(library, kind).in_language(visit.language)}：" if kind else ""
            found.setdefault(name, []).append(says + role.title.in_language(visit.language))
    for name in ("auditor", "admin"):
        found.setdefault(name, []).append(role_title(library, "", name).in_language(visit.language))
    return tuple((name, " / ".join(dict.fromkeys(says))) for name, says in found.items())


async def _names(visit: Visit) -> dict[str, str]:
    units: tuple[UnitView, ...] = (await organisation.list_units(visit.parts, limit=_ALL_UNITS)).items
    return {unit.id: unit.name for unit in units}
