"""The cookies we set: which names they have, and what browsers may do with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from fastapi import Request, Response

from services.parts import Parts
from services.proofs import Begun
from services.throttling import FAMILIAR_FOR, Place

_SESSION: Final = "accede"
_BROWSER: Final = "accede-browser"
TICKET: Final = "accede-ticket"
"""For the steps of a way in, until it ends."""
CHALLENGE: Final = "accede-challenge"
"""For what a device is asked to sign."""
_LONGEST: Final = 200
_LONGEST_SETTING: Final = 1_000
_SETTINGS_LAST: Final = timedelta(days=365)


def set_session(request: Request, response: Response, parts: Parts, begun: Begun) -> None:
    """Let the browser show the session with every request, and be known again at the next log-in."""
    _set(request, response, _SESSION, begun.secret, parts.session_lasts)
    _set(request, response, _BROWSER, begun.browser, FAMILIAR_FOR, same_site="strict")


def end_session(request: Request, response: Response) -> None:
    """Let the browser forget the session."""
    _forget(request, response, _SESSION)


def set_ticket(request: Request, response: Response, ticket: str, lasts: timedelta) -> None:
    """Let the browser show that it is the one which began. It is sent when a provider sends people back."""
    _set(request, response, TICKET, ticket, lasts)


def set_challenge(request: Request, response: Response, ticket: str, lasts: timedelta) -> None:
    """Let the browser show that a device was asked by it."""
    _set(request, response, CHALLENGE, ticket, lasts, same_site="strict")


def forget_ticket(request: Request, response: Response) -> None:
    """Let the browser forget that it began something, where it did."""
    if read_cookie(request, TICKET) is not None:
        _forget(request, response, TICKET)


def place_of(request: Request) -> Place:
    """Return where a request comes from, for counting what fails."""
    address = request.client.host if request.client else ""
    return Place(address, read_cookie(request, _BROWSER))


def _name(request: Request, name: str) -> str:
    """Return a cookie's name; `__Host-` binds it to this host and to HTTPS."""
    return f"__Host-{name}" if request.app.state.secure_cookies else name


def read_cookie(request: Request, name: str) -> str | None:
    """Return a cookie of ours, or None where there is none or one we never made."""
    value = request.cookies.get(_name(request, name))
    return value if value and len(value) <= _LONGEST else None


def read_setting(request: Request, name: str) -> str | None:
    """Return what a browser was asked to keep of how somebody likes pages; it may hold anything."""
    value = request.cookies.get(_name(request, name))
    return value if value and len(value) <= _LONGEST_SETTING else None


def set_setting(request: Request, response: Response, name: str, value: str | None) -> None:
    """Have a browser keep a setting of pages, or forget it."""
    if value is None:
        _forget(request, response, name)
    else:
        _set(request, response, name, value, _SETTINGS_LAST)


def _set(
    request: Request,
    response: Response,
    name: str,
    value: str,
    lasts: timedelta,
    *,
    same_site: Literal["lax", "strict"] = "lax",
) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=request.app.state.secure_cookies,
        httponly=True,
        samesite=same_site,
    )


def _forget(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(
        _name(request, name), path="/", secure=request.app.state.secure_cookies, httponly=True, samesite="lax"
    )
