"""One visit to a page: who looks, in which language, and how an answer is made.

A page is a function that takes a `Visiting` and returns `visit.page(…)` or `visit.see_other(…)`.
"""

from __future__ import annotations

import gzip
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote, unquote

from fastapi import Depends, Request, Response

from api.callers import parts_of, secret_of
from api.cookies import read_setting, set_setting
from api.language import language_of
from api.problems import methods_at
from domain.bounds import ID
from domain.values import Language, Text
from services import visiting
from services.elsewhere import is_own_path
from services.parts import Caller, Parts
from services.refusals import NotSignedIn
from services.visiting import Visitor
from web.drawing import templates
from web.navigation import Place, places_for
from web.served import styles

LANGUAGE: Final = "accede-language"
THEME: Final = "accede-theme"
UNIT: Final = "accede-unit"
STYLES: Final = "accede-styles"
"""Which styles a browser was sent already, by their digest."""
SAID: Final = "accede-said"
"""What is said once, on the next page."""

_LONGEST_SECRET: Final = 200
_PACKED_FROM: Final = 1_000
_UNIT: Final = re.compile(ID)
_PLACE: Final = re.compile(r"[a-z][a-z0-9-]*")
"""A place on a page, by the id of an element."""


@dataclass
class Visit:
    """A request for a page, by somebody who is signed in or nobody known yet."""

    request: Request
    parts: Parts
    language: Language
    who: Visitor | None = None
    _cookies: dict[str, str | None] = field(default_factory=dict)

    @property
    def visitor(self) -> Visitor:
        """Who is signed in. Raises NotSignedIn."""
        if self.who is None:
            raise NotSignedIn
        return self.who

    @property
    def caller(self) -> Caller:
        """Who asks, for services. Raises NotSignedIn."""
        return self.visitor.caller

    @property
    def today(self) -> date:
        """The organisation's day."""
        return self.parts.today()

    @property
    def theme(self) -> str:
        """`light`, `dark`, or empty: as the device says."""
        chosen = read_setting(self.request, THEME)
        return chosen if chosen in {"light", "dark"} else ""

    @property
    def unit(self) -> str | None:
        """The unit lists are narrowed to: of the visitor's posts, or below one, or None for all."""
        return self.who.narrowed.id if self.who is not None and self.who.narrowed is not None else None

    @property
    def announced(self) -> tuple[str, str]:
        """Days off, and weekend days that are worked, as announced: of last year to the next."""
        years = self.parts.calendars("cn", self.today).years
        near = [one for one in years if abs(one.year - self.today.year) <= 1]
        off = " ".join(day.isoformat() for one in near for day in one.off)
        return off, " ".join(day.isoformat() for one in near for day in one.on)

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the visitor may go from every page."""
        return () if self.who is None else places_for(self.who, self.request.app.state.page_addresses)

    @property
    def here(self) -> str:
        """The address of the page, to come back to it; where a form was sent to, the page it is about."""
        path, query = self.request.url.path, self.request.url.query
        if self.request.method != "GET":
            path, query = _page_about(self.request), ""
        path = f"{path}?{query}" if query else path
        return path if is_own_path(path) else "/"

    @property
    def wants_fragment(self) -> bool:
        """Whether htmx asks for a part of a page, to put it into the one that is open."""
        return self.request.headers.get("hx-request") == "true" and (
            self.request.headers.get("hx-request-type") != "full"
        )

    def page(self, template: str, /, status: int = 200, **shown: Any) -> Response:  # noqa: ANN401 - whatever a template takes
        """Return a page of a template, which extends `frame.html`."""
        said = read_setting(self.request, SAID)
        if said:
            self._cookies[SAID] = None
        nonce = secrets.token_urlsafe(16)
        inlined = self._styles_in_place()
        around = {"nonce": nonce, "inlined": inlined, "said": unquote(said) if said else ""}
        text = self._drawn(template, shown | around)
        return self._answer(text, status, {"content-security-policy": policy(nonce, styles=bool(inlined))})

    def part(self, template: str, /, status: int = 200, **shown: Any) -> Response:  # noqa: ANN401 - whatever a template takes
        """Return a part of a page, for htmx. A template in `parts/`, or one that extends nothing."""
        text = self._drawn(template, shown | {"nonce": "", "said": ""})
        return self._answer(text, status, {})

    def see_other(self, path: str, say: Text | None = None) -> Response:
        """Send the browser on after something was done, and say so on the next page."""
        if say is not None:
            self._cookies[SAID] = quote(say.in_language(self.language))
        page, _, place = path.partition("#")
        target = page if is_own_path(page) else "/"
        if _PLACE.fullmatch(place):
            target = f"{target}#{place}"
        if self.wants_fragment:
            # What htmx gets it would follow by itself, and put the whole page where a part was to go.
            return self._dressed(Response(status_code=204, headers={"hx-redirect": target}))
        return self._dressed(Response(status_code=303, headers={"location": target}))

    def keep(self, name: str, value: str | None) -> None:
        """Have the browser keep a setting, or forget it: a word, nothing that opens anything."""
        self._cookies[name] = value

    def _styles_in_place(self) -> str:
        """Return the styles for a browser that has none of them yet: another way there and back takes longer.

        It fetches the file as soon as it has nothing else to do, and every later page names the file.
        """
        file = styles()
        if read_setting(self.request, STYLES) == file.digest:
            return ""
        if self.request.method == "GET":
            # A form may come from elsewhere, and then leaves nothing behind, not even this.
            self._cookies[STYLES] = file.digest
        return file.content.decode()

    def _drawn(self, template: str, shown: Mapping[str, Any]) -> str:
        around = {
            "visit": self,
            "request": self.request,
            "today": self.today,
            "zone": self.parts.zone,
            "back": self.here,
        }
        return templates(self.language).get_template(template).render({**around, **shown})

    def _answer(self, text: str, status: int, headers: dict[str, str]) -> Response:
        headers |= {
            "content-type": "text/html; charset=utf-8",
            "content-language": self.language,
            "vary": "Accept-Encoding, Accept-Language, Cookie, HX-Request",
        }
        body = text.encode()
        if len(body) > _PACKED_FROM and "gzip" in self.request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            body = gzip.compress(body, compresslevel=5)
        return self._dressed(Response(body, status, headers))

    def _dressed(self, response: Response) -> Response:
        for name, value in self._cookies.items():
            set_setting(self.request, response, name, value)
        return response


def _page_about(request: Request) -> str:
    """Return where a form was sent to, or as much of that address as is one of a page."""
    path = request.url.path
    while path and "GET" not in methods_at(request, path):
        path = path.rpartition("/")[0]
    return path or "/"


def policy(nonce: str, *, styles: bool = False) -> str:
    """Return what a page may load and do: of this host only; scripts, and styles in it, by the nonce."""
    theirs = f"'self' 'nonce-{nonce}'" if styles else "'self'"
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src {theirs}; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


async def visit_of(request: Request) -> Visit:
    """Return the visit of somebody who is signed in. Raises NotSignedIn, OutsideScope."""
    visit = await guest_of(request)
    who = visit.visitor
    if who.caller.scope is not None:
        who.caller.scope.check_request(request.method, getattr(request.scope.get("route"), "path", ""))
    return visit


async def guest_of(request: Request) -> Visit:
    """Return a visit, whether or not somebody is signed in."""
    parts, secret = parts_of(request), secret_of(request)
    if not secret or len(secret) > _LONGEST_SECRET:
        return Visit(request, parts, guests_language(request))
    try:
        chosen = read_setting(request, UNIT)
        unit = chosen if chosen is not None and _UNIT.fullmatch(chosen) else None
        who = await visiting.visitor(parts, secret, unit=unit)
    except NotSignedIn:
        return Visit(request, parts, guests_language(request))
    return Visit(request, parts, who.caller.language, who)


def guests_language(request: Request) -> Language:
    """Return the language somebody chose in this browser, or the one it asks for."""
    chosen = read_setting(request, LANGUAGE)
    if chosen == "zh":
        return "zh"
    return "en" if chosen == "en" else language_of(request)


Visiting = Annotated[Visit, Depends(visit_of)]
"""For pages of those who are signed in."""
Guest = Annotated[Visit, Depends(guest_of)]
"""For pages that anybody may open."""
