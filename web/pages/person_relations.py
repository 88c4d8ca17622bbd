"""Whom a person is related to, recorded so that neither decides about the other: declared, and ended."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Response

from api.bounds import Id, Storable
from domain.values import Kinship, Text, seen_from_the_other
from services import organisation, relations
from services.people import names_of
from services.refusals import InvalidInput
from services.relations import NewRelation, RelationEnd, RelationView
from services.titles import KINSHIPS
from services.whole_person import whole_person
from web.forms import NO_CHOICE, REQUIRED, Filled, Form
from web.periods import last_day
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_MOST_PEOPLE = 200
_LONGEST_REASON = 2_000


class Related:
    """A relation as it is seen from one of the two, with every word about it."""

    def __init__(self, person: str, words: tuple[RelationView, ...]) -> None:
        """Turn it round where the other one is the one it was said of."""
        self.words, self.last = words, words[-1]
        turned = self.last.relative == person
        self.other = self.last.person if turned else self.last.relative
        self.kind: Kinship = seen_from_the_other(self.last.kind) if turned else self.last.kind


def related_to(person: str, words: Iterable[RelationView]) -> tuple[Related, ...]:
    """Return a person's relatives, each with the words about the relation."""
    return tuple(Related(person, tuple(some)) for _, some in groupby(words, key=lambda word: word.id))


@router.get("/people/{person_id}/relations")
async def listed(
    visit: Visiting, person_id: Id, who: Annotated[str, Query(max_length=100), Storable] = ""
) -> Response:
    """Show whom somebody is related to, and who said so."""
    return await _drawn(visit, person_id, who=who)


@router.post("/people/{person_id}/relations")
async def declare(visit: Visiting, form: Form, person_id: Id) -> Response:
    """Write a relation down."""
    try:
        first = form.day("from") or visit.today
        new = NewRelation(
            relative=form.needed("relative", longest=80),
            kind=_kinship(form),
            source=form.needed("source", longest=_LONGEST_REASON),
            reason=form.line("reason", longest=_LONGEST_REASON),
            from_=first,
            to=last_day(form, first),
        )
        await relations.declare(visit.parts, visit.caller, person_id, new, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, person_id, error, form)
    return _back(visit, person_id, Text(zh="亲属关系已登记。", en="The relation is recorded."))


@router.post("/people/{person_id}/relations/end")
async def end(visit: Visiting, form: Form, person_id: Id) -> Response:
    """Say when a relation ended, or that it never was."""
    try:
        entry, last = form.needed("entry", longest=80), form.day("on")
        if last is None:
            raise InvalidInput("on", REQUIRED)
        ended = RelationEnd(reason=form.needed("reason", longest=_LONGEST_REASON), on=last)
        await relations.end(visit.parts, visit.caller, person_id, entry, ended, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, person_id, error, form)
    return _back(visit, person_id, Text(zh="终止已登记。", en="The end is recorded."))


def _back(visit: Visit, person_id: str, says: Text) -> Response:
    return visit.see_other(f"/people/{person_id}/relations", says)


def _kinship(form: Filled) -> Kinship:
    chosen = form.needed("kind", longest=80)
    for known in get_args(Kinship):
        if chosen == known:
            kind: Kinship = known
            return kind
    raise InvalidInput("kind", NO_CHOICE)


async def _drawn(
    visit: Visit, person_id: str, error: Exception | None = None, form: Filled | None = None, who: str = ""
) -> Response:
    person = await whole_person(visit.parts, visit.caller, person_id)
    words = (await relations.relations_of(visit.parts, visit.caller, person_id)).items
    around = await organisation.list_people(
        visit.parts, visit.caller, text=" ".join(who.split()) or None, limit=_MOST_PEOPLE
    )
    mentioned = {each for word in words for each in (word.person, word.relative, word.recorded_by)}
    refused = None if error is None else Refused.of(error, visit.language)
    shown: dict[str, Any] = {
        "person": person,
        "entries": related_to(person_id, words),
        "names": await names_of(visit.parts, mentioned),
        "kinships": KINSHIPS,
        "choices": [(name, text.in_language(visit.language)) for name, text in KINSHIPS.items()],
        "people": [(one.id, one.name) for one in around.items if one.id != person_id],
        "too_many": around.next is not None,
        "sought": who,
        "refused": refused,
        "given": form or Filled(),
    }
    return visit.page("people/relations.html", 200 if refused is None else refused.status, **shown)
