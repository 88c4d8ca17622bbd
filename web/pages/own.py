"""What somebody chooses for himself: language, light or dark, the unit lists show; and his sessions."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.callers import secret_of
from api.cookies import end_session
from domain.values import Language, Text
from services import accounts, own_tokens, sessions, visiting
from services.own_tokens import NewToken
from services.refusals import InvalidInput
from web.forms import NO_CHOICE, Filled, Form
from web.refused import REFUSALS, Refused
from web.unit_fields import check_may_choose, own_units, unit_chosen, unit_field
from web.visits import LANGUAGE, THEME, UNIT, Guest, Visit, Visiting, guests_language

router = APIRouter()


@router.get("/")
async def first(visit: Visiting) -> Response:
    """Go to the first page of the visitor: the inbox, or his own application."""
    is_applicant = not visit.visitor.held and visit.visitor.tasks.count == 0
    mine = any(place.address == "/mine" for place in visit.places)
    return visit.see_other("/mine" if is_applicant and mine else "/inbox")


@router.post("/own/language")
async def choose_language(visit: Guest, form: Form) -> Response:
    """Keep the language in the browser, and with the person where one is signed in."""
    chosen: Language = "en" if _chosen(form, "language", "zh", "en") == "en" else "zh"
    if visit.who is not None:
        await visiting.choose_language(visit.parts, visit.caller, chosen)
    visit.keep(LANGUAGE, chosen)
    return visit.see_other(form.typed("back"))


@router.post("/own/theme")
async def choose_theme(visit: Guest, form: Form) -> Response:
    """Keep light or dark in the browser; `auto` follows the device."""
    chosen = _chosen(form, "theme", "light", "dark", "auto")
    visit.keep(THEME, None if chosen == "auto" else chosen)
    return visit.see_other(form.typed("back"))


@router.post("/own/unit")
async def choose_unit(visit: Visiting, form: Form) -> Response:
    """Narrow lists to a unit of the visitor's posts or below one, or to none; ask again where need be."""
    among = own_units(visit)
    try:
        unit = await unit_chosen(visit, form, "unit", among)
        await check_may_choose(visit, "unit", unit, among)
    except InvalidInput as error:
        refused = Refused.of(error, visit.language)
        field = await unit_field(visit, form, "unit", among)
        back = form.typed("back")
        return visit.page("own/unit.html", refused.status, unit=field, back=back, refused=refused)
    visit.keep(UNIT, unit)
    return visit.see_other(form.typed("back"))


@router.get("/own/sessions")
async def own_sessions(visit: Visiting) -> Response:
    """Show what still works of the visitor's sessions and tokens, and where a token is made."""
    return await _sessions(visit)


@router.post("/own/tokens")
async def make_token(visit: Visiting, form: Form) -> Response:
    """Make a token for a program of one's own, and show it, once."""
    try:
        days = form.count("days")
        if days is None:
            raise InvalidInput("days", NO_CHOICE)
        new = NewToken(
            name=form.needed("name", longest=100),
            days=days,
            read_only=form.flag("read_only"),
            processes=form.ids("processes"),
            units=form.ids("units"),
        )
        made = await own_tokens.make(visit.parts, secret_of(visit.request), new)
    except REFUSALS as error:
        return await _sessions(visit, error, form)
    return visit.page("own/token.html", token=made.token, name=new.name)


async def _sessions(visit: Visit, error: Exception | None = None, form: Filled | None = None) -> Response:
    found = await sessions.listed(visit.parts, visit.caller, secret_of(visit.request) or "")
    refused = None if error is None else Refused.of(error, visit.language)
    return visit.page(
        "sessions.html",
        200 if refused is None else refused.status,
        sessions=found.items,
        refused=refused,
        given=form or Filled(),
        processes={one.process: one.title for one in visit.parts.library},
    )


@router.post("/own/sessions/end")
async def end_sessions(visit: Visiting, form: Form) -> Response:
    """End one of them, or all but this one."""
    session = form.id("session")
    if session is None:
        await sessions.end_others(visit.parts, visit.caller, secret_of(visit.request) or "")
    else:
        await sessions.end(visit.parts, visit.caller, session)
    return visit.see_other("/own/sessions", Text(zh="已结束所选登录。", en="Ended."))


@router.post("/logout")
async def log_out(visit: Guest) -> Response:
    """End the session at once."""
    secret = secret_of(visit.request)
    if secret:
        await accounts.log_out(visit.parts, secret)
    # The door speaks the language of the browser, not that of who just left.
    guest = Visit(visit.request, visit.parts, guests_language(visit.request))
    answer = guest.see_other("/login", Text(zh="您已退出登录。", en="You are signed out."))
    end_session(visit.request, answer)
    return answer


def _chosen(form: Filled, name: str, *choices: str) -> str:
    chosen = form.typed(name)
    if chosen not in choices:
        raise InvalidInput(name, NO_CHOICE)
    return chosen
