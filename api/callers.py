"""Who asks, what he saw, and which request this repeats: read from the headers of a request.

Whatever FastAPI calls for a request is `async`, even where it waits for nothing: it would send the rest to
another thread and back, which takes longer than all of the reading.
"""

from __future__ import annotations

import re
from typing import Annotated, cast

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from api.language import language_of
from services import accounts, presuming
from services.parts import Caller, Parts
from services.refusals import NotSignedIn, Refusal

_ETAG = r'(?:W/)?"?(%s)"?'
_HEAD, _WORD, _LAST_DAY = (
    re.compile(_ETAG % names) for names in ("[0-9a-f]{64}", "[0-9]{1,9}", r"\d{4}-\d\d-\d\d|none")
)
_LONGEST_SECRET = 200

# Only for the API's description: both are read below, because either may be missing.
_bearer = HTTPBearer(auto_error=False, description="A token from `accede token`.")
_cookie = APIKeyCookie(name="accede", auto_error=False, description="The session a log-in began.")


class HeadRequired(Refusal):
    """An act has to say which head of the case it was decided on."""

    kind = "head-required"


def parts_of(request: Request) -> Parts:
    """Return the parts the application was made of."""
    return cast("Parts", request.app.state.parts)


async def _here(request: Request) -> Parts:
    return parts_of(request)


def cookie_name(request: Request) -> str:
    """Return the name of the session cookie; `__Host-` binds it to this host and to HTTPS."""
    return "__Host-accede" if request.app.state.secure_cookies else "accede"


def secret_of(request: Request) -> str | None:
    """Return the token or session id that came with the request."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return token.strip() if scheme.lower() == "bearer" else None
    return request.cookies.get(cookie_name(request))


async def caller_of(request: Request) -> Caller:
    """Return who asks. Raises NotSignedIn, OutsideScope."""
    secret = _given_secret(request)
    return _within_scope(request, await accounts.caller_of(parts_of(request), secret, language_of(request)))


def _given_secret(request: Request) -> str:
    secret = secret_of(request)
    if not secret or len(secret) > _LONGEST_SECRET:
        raise NotSignedIn
    return secret


async def actor_of(request: Request) -> Caller:
    """Return who wants to act; the act confirms it before it looks at anything else.

    Raises NotSignedIn, OutsideScope.
    """
    secret = _given_secret(request)
    return _within_scope(request, await presuming.presumed(parts_of(request), secret, language_of(request)))


def _within_scope(request: Request, caller: Caller) -> Caller:
    """Return a caller whose token is for such requests. Raises OutsideScope."""
    if caller.scope is not None:
        route: str = getattr(request.scope.get("route"), "path", "")
        caller.scope.check_request(request.method, route)
    return caller


def head_in(etag: str) -> str:
    """Return the head that an ETag names; what is no head at all matches none."""
    found = _HEAD.fullmatch(etag.strip())
    return found.group(1) if found else "-"


async def seen_head(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", max_length=300, description="The ETag of the case as you saw it."),
    ] = None,
) -> str:
    """Return the head the caller saw. Raises HeadRequired."""
    if if_match is None:
        raise HeadRequired
    return head_in(if_match)


async def seen_word(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", max_length=300, description="The ETag of what was said, as you saw it."),
    ] = None,
) -> int | None:
    """Return the number of the last word the caller saw; 0, which matches none, where it is no number."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _WORD.fullmatch(if_match.strip())
    return int(found.group(1)) if found else 0


async def seen_last_day(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", max_length=300, description='Its `to` as you saw it; `"none"` for null.'),
    ] = None,
) -> str | None:
    """Return the last day the caller saw, as it is called; what is none matches none."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _LAST_DAY.fullmatch(if_match.strip())
    return found.group(1) if found else "-"


SeenWord = Annotated[int | None, Depends(seen_word)]
"""The last word the caller saw of what he changes, where he says so."""
SeenLastDay = Annotated[str | None, Depends(seen_last_day)]
"""The last day the caller saw of what he ends, where he says so."""

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Repeating a request with the same key gives the same answer and is recorded once.",
    ),
]
Here = Annotated[Parts, Depends(_here)]
By = Annotated[Caller, Depends(caller_of)]
Seen = Annotated[str, Depends(seen_head)]
signed_in = [Depends(_bearer), Depends(_cookie)]
"""Makes the API's description say that a route needs a caller."""
