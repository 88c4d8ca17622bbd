"""How somebody is written down, and was before: name, address, language, day of birth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from api.bounds import Id
from domain.values import Text
from services import person_changes
from services.people import names_of
from services.person_changes import NewPersonChange, PersonWordView
from services.refusals import WordsMoved
from services.whole_person import whole_person
from web.forms import Filled, Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

LANGUAGES = (("zh", "中文"), ("en", "English"))
"""What people may read, as each is called in itself."""


@router.get("/people/{person_id}/change")
async def ask_change(visit: Visiting, person_id: Id) -> Response:
    """Ask what is different about somebody, and show how he was written down before."""
    return await _drawn(visit, person_id)


@router.post("/people/{person_id}/change")
async def change(visit: Visiting, form: Form, person_id: Id) -> Response:
    """Write somebody down differently; what was said before stays."""
    try:
        new = NewPersonChange(
            reason=form.needed("reason", longest=2_000),
            changed=("name", "email", "language", "born_on"),
            name=form.needed("name"),
            email=form.line("email", longest=320),
            language="en" if form.typed("language") == "en" else "zh",
            born_on=form.day("born_on"),
        )
        seen = form.count("seen")
        await person_changes.change_person(visit.parts, visit.caller, person_id, new, seen=seen, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, person_id, error, form)
    return visit.see_other(f"/people/{person_id}", Text(zh="变更已登记。", en="The change is recorded."))


async def _drawn(
    visit: Visit, person_id: str, error: Exception | None = None, form: Filled | None = None
) -> Response:
    person = await whole_person(visit.parts, visit.caller, person_id)
    words = (await person_changes.changes(visit.parts, visit.caller, person_id)).items
    refused = None if error is None else Refused.of(error, visit.language)
    shown: dict[str, Any] = {
        "person": person,
        "written": words,
        "names": await names_of(visit.parts, (word.recorded_by for word in words if word.recorded_by)),
        "languages": LANGUAGES,
        "refused": refused,
        "since": _since(words, form) if isinstance(error, WordsMoved) and form else (),
        "given": form or _as_it_is(words[-1]),
    }
    return visit.page("people/change.html", 200 if refused is None else refused.status, **shown)


def _as_it_is(word: person_changes.PersonWordView) -> Filled:
    """Return the form as it stands before anybody typed: as the person is written down now."""
    said = {
        "name": word.name,
        "email": word.email or "",
        "language": word.language,
        "born_on": "" if word.born_on is None else word.born_on.isoformat(),
    }
    return Filled({name: (value,) for name, value in said.items()})


def _since(words: Sequence[PersonWordView], form: Filled) -> Sequence[PersonWordView]:
    """Return what was said after the last word that a form was made from, and that word before it."""
    seen = form.count("seen") or 0
    return tuple(word for word in words if word.number >= seen)
