"""Coming in through a provider: there and back, by OpenID Connect."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.arriving import asked_for_more
from api.bounds import Storable
from api.callers import parts_of
from api.cookies import TICKET, forget_ticket, place_of, read_cookie, set_session, set_ticket
from api.language import language_of
from api.problems import is_read_in_a_browser
from services import elsewhere, proofs
from services.elsewhere import LASTS, Returned
from services.proofs import HalfWay
from services.provider import Provider
from services.refusals import NotFound

router = APIRouter(prefix="/v1/session/oidc", tags=["session"])

CALLBACK = f"{router.prefix}/callback"
"""Where the provider sends people back to."""

SECOND_STEP = "/login/second"
"""The page that asks for it."""

_SENT_ON: dict[int | str, dict[str, Any]] = {303: {"description": "Go to the address in `Location`."}}

Text = Annotated[str | None, Query(max_length=2_000), Storable]


@router.get("", summary="Log in through a provider", status_code=303, responses=_SENT_ON)
async def leave(
    request: Request, to: Annotated[str, Query(max_length=500), Storable] = "/"
) -> RedirectResponse:
    """Send the browser to the provider; `to` is the path of ours it goes to once the log-in worked."""
    leaving = await elsewhere.begin(parts_of(request), _provider(request), place_of(request), to)
    answer = RedirectResponse(leaving.address, 303)
    set_ticket(request, answer, leaving.ticket, LASTS)
    return answer


@router.get("/callback", summary="Come back from the provider", status_code=303, responses=_SENT_ON)
async def come_back(
    request: Request,
    *,
    state: Annotated[str, Query(max_length=500), Storable] = "",
    code: Text = None,
    iss: Text = None,
) -> Response:
    """Begin a session for whoever the provider says it is, and who is linked to a login here."""
    provider = _provider(request)
    parts = parts_of(request)
    returned = Returned(read_cookie(request, TICKET), state, code, iss)
    arrived, to = await elsewhere.finish(parts, provider, place_of(request), returned, language_of(request))
    if isinstance(arrived, HalfWay):
        return _asked_on_a_page(request, arrived, to)
    answer = RedirectResponse(to, 303)
    forget_ticket(request, answer)
    set_session(request, answer, parts, arrived)
    return answer


def _asked_on_a_page(request: Request, arrived: HalfWay, to: str) -> Response:
    """Send people on to where the second step is asked for; a program is told what is missing."""
    if not is_read_in_a_browser(request):
        return asked_for_more(request, arrived)
    answer = RedirectResponse(f"{SECOND_STEP}?to={quote(to, safe='/')}", 303)
    set_ticket(request, answer, arrived.ticket, proofs.LASTS)
    return answer


def _provider(request: Request) -> Provider:
    """Return the provider that is set. Raises NotFound where none is."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound
    return provider
