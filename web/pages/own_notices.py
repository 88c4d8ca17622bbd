"""How one wants to be told of things by mail."""

from __future__ import annotations

from typing import Final, get_args

from fastapi import APIRouter, Response

from domain.preferences import TOPICS, WAYS, Preferences, Quiet, Topic, Way
from domain.values import Language, Text
from services import preferences
from services.preferences import clock_of, minutes_of
from services.refusals import InvalidInput
from web.forms import NO_CHOICE, Filled, Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_HOURS: Final = tuple(clock_of(60 * hour) for hour in range(24))
_BOTH = Text(zh="请同时选择起止时间，或者都不选", en="Choose both ends of the quiet hours, or neither")
_KEPT = Text(zh="通知方式已保存。", en="How you are told is kept.")


@router.get("/own/notices")
async def shown(visit: Visiting) -> Response:
    """Show how the visitor is told, and what of it nobody can switch off."""
    return await _drawn(visit)


@router.post("/own/notices")
async def choose(visit: Visiting, form: Form) -> Response:
    """Keep how the visitor wants to be told."""
    try:
        await preferences.choose(visit.parts, visit.caller, _asked(form))
    except REFUSALS as error:
        return await _drawn(visit, Refused.of(error, visit.language), form)
    return visit.see_other("/own/notices", _KEPT)


def _asked(form: Filled) -> Preferences:
    language: Language | None = next(
        (one for one in get_args(Language) if one == form.typed("language")), None
    )
    return Preferences(
        ways={topic: _way(form, topic) for topic in TOPICS},
        daily_at=_minutes(form, "daily_at"),
        quiet=_quiet(form),
        language=language,
    )


def _way(form: Filled, topic: Topic) -> Way:
    chosen = next((way for way in WAYS if way == form.typed(topic)), None)
    if chosen is None:
        raise InvalidInput(topic, NO_CHOICE)
    return chosen


def _minutes(form: Filled, name: str) -> int:
    chosen = form.typed(name)
    if chosen not in _HOURS:
        raise InvalidInput(name, NO_CHOICE)
    return minutes_of(chosen)


def _quiet(form: Filled) -> Quiet | None:
    ends = [bool(form.typed(name)) for name in ("quiet_from", "quiet_to")]
    if not any(ends):
        return None
    if not all(ends):
        raise InvalidInput("quiet", _BOTH)
    return Quiet(from_=_minutes(form, "quiet_from"), to=_minutes(form, "quiet_to"))


async def _drawn(visit: Visit, refused: Refused | None = None, form: Filled | None = None) -> Response:
    chosen = await preferences.shown(visit.parts, visit.caller)
    given = {one.topic: one.way for one in chosen.topics} | {
        "daily_at": chosen.daily_at,
        "quiet_from": "" if chosen.quiet is None else chosen.quiet.from_,
        "quiet_to": "" if chosen.quiet is None else chosen.quiet.to,
        "language": chosen.language or "",
    }
    if form is not None:
        given = {name: form.typed(name) for name in given}
    hours = dict.fromkeys((*_HOURS, *(str(given[name]) for name in _TIMES if given[name])))
    return visit.page(
        "own/notices.html",
        200 if refused is None else refused.status,
        chosen=chosen,
        given=given,
        hours=[(one, one) for one in sorted(hours)],
        refused=refused,
    )


_TIMES: Final = ("daily_at", "quiet_from", "quiet_to")
