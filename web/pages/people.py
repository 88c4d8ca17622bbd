"""People as colleagues see them, and what administrators do for them: standings, posts, cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.bounds import Id, Storable
from api.paging import Cursor
from domain.values import Text
from services import cases, organisation, past, person_changes, posts, relations, revoking, whole_person
from services.cases import CaseFilter
from services.organisation import NewPerson
from services.past import PersonThenView
from services.people import names_of
from services.person_changes import PersonWordView
from services.posts import NewPost
from services.refusals import NotPermitted
from services.titles import KINSHIPS, restriction_titles, role_title, roles_in_words, standing_titles
from services.views import PostView, UnitView
from web.forms import Filled, Form
from web.pages.person_changes import LANGUAGES
from web.pages.person_relations import Related, related_to
from web.pages.person_restrictions import in_entries
from web.periods import AskedDays, MaybeDay, asked_days
from web.refused import REFUSALS, Refused
from web.unit_fields import unit_field, unit_needed
from web.visits import Visit, Visiting

router = APIRouter()

_ON_A_PAGE = 50


@router.get("/people")
async def listed(
    visit: Visiting, q: Annotated[str, Query(max_length=100), Storable] = "", cursor: Cursor = None
) -> Response:
    """Show the people at and below the visitor's posts."""
    text = " ".join(q.split())
    page = await organisation.list_people(
        visit.parts, visit.caller, text=text or None, unit=visit.unit, cursor=cursor, limit=_ON_A_PAGE
    )
    places = await organisation.units_among(visit.parts, (one.unit for one in page.items))
    names = {unit.id: unit.name for unit in places.values()}
    return visit.page(
        "people/list.html", page=page, q=q, names=names, says=standing_titles(visit.parts.library)
    )


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
            unit=await unit_needed(visit, form, "unit"),
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
async def shown(visit: Visiting, person_id: Id, as_of: MaybeDay = "") -> Response:
    """Show one person: standings, posts, what bars him, cases about him; or as he was on a day."""
    asked = asked_days(visit.language, as_of=as_of)
    day = asked.on("as_of")
    if day is not None:
        return await _on(visit, person_id, day, asked)
    return await _drawn(visit, person_id, asked.status, asked=asked)


@router.post("/people/{person_id}/posts")
async def give(visit: Visiting, form: Form, person_id: Id) -> Response:
    """Give somebody a post, as an administrator of its unit."""
    try:
        new = NewPost(
            person=person_id,
            role=form.needed("role", longest=80),
            unit=await unit_needed(visit, form, "unit"),
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
        seen = form.line("seen")
        if form.typed("when") == "now":
            await revoking.revoke_post(visit.parts, visit.caller, post, reason, seen=seen, key=form.key)
        else:
            last = form.day("on")
            await revoking.end_post(visit.parts, visit.caller, post, last, reason, seen=seen, key=form.key)
    except REFUSALS as error:
        refused = Refused.of(error, visit.language)
        return await _drawn(
            visit, person_id, refused.status, refused=refused, ending=form.typed("post"), ended=form
        )
    return visit.see_other(
        f"/people/{person_id}", Text(zh="职务已免去。", en="The end of the post is recorded.")
    )


async def _adding(visit: Visit, error: Exception | None = None, form: Filled | None = None) -> Response:
    if "admin" not in visit.visitor.roles:
        raise NotPermitted
    refused = None if error is None else Refused.of(error, visit.language)
    return visit.page(
        "people/add.html",
        200 if refused is None else refused.status,
        unit=await unit_field(visit, form or Filled(), "unit"),
        standings=[
            (name, says.in_language(visit.language))
            for name, says in standing_titles(visit.parts.library).items()
        ],
        languages=LANGUAGES,
        refused=refused,
        given=form or Filled(),
    )


async def _drawn(visit: Visit, person_id: str, status: int, **more: Any) -> Response:  # noqa: ANN401 - whatever the template takes
    person = await whole_person.whole_person(visit.parts, visit.caller, person_id)
    about = await cases.listed(visit.parts, visit.caller, CaseFilter(subject=person_id), limit=_ON_A_PAGE)
    places = await _places(visit, person, [one.unit for one in person.standings])
    gives = "admin" in visit.visitor.roles
    written, related = await _written(visit, person_id), await _related(visit, person_id)
    mentioned = {word.recorded_by for word in written or () if word.recorded_by}
    mentioned |= {each for one in related or () for each in (one.other, one.words[0].recorded_by)}
    mentioned |= {word.recorded_by for one in person.standings for word in one.words if word.recorded_by}
    return visit.page(
        "people/person.html",
        status,
        person=person,
        held=tuple((post, _title(visit, places, post)) for post in person.posts),
        lent=tuple((one, _title(visit, places, one.post)) for one in person.delegations),
        barred=in_entries(person.restriction_words),
        restrictions=restriction_titles(visit.parts.library),
        written=written,
        languages=dict(LANGUAGES),
        related=related,
        kinships=KINSHIPS,
        known=await names_of(visit.parts, mentioned),
        cases=about.items,
        names={unit.id: unit.name for unit in places.values()},
        says=standing_titles(visit.parts.library),
        unit=await unit_field(visit, more.get("given") or Filled(), "unit") if gives else None,
        roles=roles_in_words(visit.parts.library, visit.language),
        **({"refused": None, "given": None, "ending": "", "ended": None, "asked": None} | more),
    )


async def _on(visit: Visit, person_id: str, day: date, asked: AskedDays) -> Response:
    """Show a person as he was on a day."""
    person = await past.person_on(visit.parts, visit.caller, person_id, day)
    places = await _places(visit, person)
    return visit.page(
        "people/then.html",
        person=person,
        day=day,
        asked=asked,
        held=tuple((post, _title(visit, places, post)) for post in person.posts),
        lent=tuple((one, _title(visit, places, one.post)) for one in person.delegations),
        restrictions=restriction_titles(visit.parts.library),
        names={unit.id: unit.name for unit in places.values()},
        says=standing_titles(visit.parts.library),
    )


async def _places(visit: Visit, person: PersonThenView, also: Iterable[str] = ()) -> dict[str, UnitView]:
    """Return the units that a person has to do with, closed ones too, by id."""
    held = (*person.posts, *(one.post for one in person.delegations))
    return await organisation.units_among(visit.parts, (person.unit, *also, *(post.unit.id for post in held)))


async def _written(visit: Visit, person_id: str) -> tuple[PersonWordView, ...] | None:
    """Return how somebody was written down over time; None where the visitor is not shown it."""
    try:
        return (await person_changes.changes(visit.parts, visit.caller, person_id)).items
    except NotPermitted:
        return None


async def _related(visit: Visit, person_id: str) -> tuple[Related, ...] | None:
    """Return somebody's relatives; None where the visitor is not shown them."""
    try:
        words = (await relations.relations_of(visit.parts, visit.caller, person_id)).items
    except NotPermitted:
        return None
    return related_to(person_id, words)


def _title(visit: Visit, places: dict[str, UnitView], post: PostView) -> Text:
    return role_title(visit.parts.library, places[post.unit.id].kind, post.role)
