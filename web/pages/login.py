"""Signing in: with a password, a passkey or elsewhere, and the second step where one is asked for."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from api.bounds import Storable
from api.cookies import TICKET, forget_ticket, place_of, read_cookie, set_session, set_ticket
from domain.values import Text
from services import logging_in, second_steps
from services.elsewhere import is_own_path
from services.logging_in import Knock
from services.proofs import LASTS, Begun, HalfWay
from services.refusals import InvalidInput, NotSignedIn
from services.second_steps import Enrolling
from web.forms import REQUIRED, Filled, Form
from web.refused import REFUSALS, Refused
from web.visits import LANGUAGE, Guest, Visit

router = APIRouter()

To = Annotated[str, Query(max_length=500), Storable]

_LONGEST_SECRET = 1_000


@router.get("/login")
async def ask(visit: Guest, to: To = "/") -> Response:
    """Ask who wants to come in. Whoever is in goes on."""
    if visit.who is not None:
        return visit.see_other(to)
    return _asking(visit, to)


@router.post("/login")
async def come_in(visit: Guest, form: Form) -> Response:
    """Begin a session, or go on to the second step."""
    to = form.typed("to")
    try:
        login, password = form.needed("login"), _secret(form, "password")
        knock = Knock(login, password, place_of(visit.request), visit.language)
        arrived = await logging_in.log_in(visit.parts, knock)
    except REFUSALS as error:
        return _asking(visit, to, Refused.of(error, visit.language), login=form.typed("login"))
    return _arrived(visit, arrived, to)


@router.get("/login/second")
async def ask_again(visit: Guest, to: To = "/") -> Response:
    """Ask for the second step of whoever is half way in."""
    return await _second(visit, to)


@router.post("/login/code")
async def give_code(visit: Guest, form: Form) -> Response:
    """Go on with a code of one's app."""
    to, ticket = form.typed("to"), read_cookie(visit.request, TICKET)
    place = place_of(visit.request)
    try:
        code = _secret(form, "code")
        sealer = visit.request.app.state.sealer
        arrived = await second_steps.give_code(visit.parts, sealer, ticket, code, place, visit.language)
    except REFUSALS as error:
        return await _second(visit, to, error, "code")
    return _arrived(visit, arrived, to)


@router.post("/login/recovery")
async def give_recovery_code(visit: Guest, form: Form) -> Response:
    """Go on with a code to recover with, which is used up."""
    to, ticket = form.typed("to"), read_cookie(visit.request, TICKET)
    place = place_of(visit.request)
    try:
        code = _secret(form, "recovery")
        arrived = await second_steps.give_recovery_code(visit.parts, ticket, code, place, visit.language)
    except REFUSALS as error:
        return await _second(visit, to, error, "recovery")
    return _arrived(visit, arrived, to)


@router.post("/login/app")
async def begin_app(visit: Guest, form: Form) -> Response:
    """Show what an app that makes codes is set up with, to somebody who has to have one."""
    to = form.typed("to")
    try:
        who = await _enrolling(visit)
        app = await second_steps.begin_code_app(visit.parts, visit.request.app.state.sealer, who)
    except REFUSALS as error:
        return await _second(visit, to, error, "app")
    return visit.page("login/app.html", app=app, to=to, refused=None)


@router.post("/login/app/confirm")
async def confirm_app(visit: Guest, form: Form) -> Response:
    """Confirm the app by a code of it; the codes to recover with are shown, once."""
    to = form.typed("to")
    place = place_of(visit.request)
    try:
        code, who = _secret(form, "code"), await _enrolling(visit)
        codes, arrived = await second_steps.confirm_code_app(
            visit.parts, visit.request.app.state.sealer, who, code, place, visit.language
        )
    except REFUSALS as error:
        return await _second(visit, to, error, "app")
    answer = visit.page("login/recovery.html", codes=codes.recovery_codes, to=_own(to))
    if isinstance(arrived, Begun):
        forget_ticket(visit.request, answer)
        set_session(visit.request, answer, visit.parts, arrived)
    return answer


async def _enrolling(visit: Visit) -> Enrolling:
    ticket = read_cookie(visit.request, TICKET)
    return await second_steps.enrolling(visit.parts, secret=None, ticket=ticket)


def _asking(visit: Visit, to: str, refused: Refused | None = None, login: str = "") -> Response:
    status = 200 if refused is None else refused.status
    has_provider = visit.request.app.state.provider is not None
    return visit.page(
        "login/first.html", status, to=_own(to), refused=refused, login=login, has_provider=has_provider
    )


async def _second(visit: Visit, to: str, error: Exception | None = None, of: str = "") -> Response:
    """Ask for what is still missing; whoever took too long begins again."""
    try:
        waiting = await second_steps.still_asked(visit.parts, read_cookie(visit.request, TICKET))
    except NotSignedIn:
        return visit.see_other(f"/login?to={quote(_own(to), safe='/')}", _TOO_LATE)
    refused = None if error is None else Refused.of(error, visit.language)
    status = 200 if refused is None else refused.status
    return visit.page(
        "login/second.html",
        status,
        to=_own(to),
        ways=waiting.ways,
        enrol=waiting.enrol,
        refused=refused,
        of=of,
    )


def _arrived(visit: Visit, arrived: Begun | HalfWay, to: str) -> Response:
    if isinstance(arrived, HalfWay):
        answer = visit.see_other(f"/login/second?to={quote(_own(to), safe='/')}")
        set_ticket(visit.request, answer, arrived.ticket, LASTS)
        return answer
    visit.keep(LANGUAGE, arrived.me.person.language)
    answer = visit.see_other(_own(to))
    set_session(visit.request, answer, visit.parts, arrived)
    forget_ticket(visit.request, answer)
    return answer


def _secret(form: Filled, name: str) -> str:
    """Return a secret as it was typed. Raises InvalidInput where it is none or no secret could be so long."""
    typed = form.typed(name)
    if not typed:
        raise InvalidInput(name, REQUIRED)
    return typed[:_LONGEST_SECRET]


def _own(to: str) -> str:
    return to if is_own_path(to) else "/"


_TOO_LATE = Text(zh="等待时间过长，请重新登录。", en="That took too long: please sign in again.")
