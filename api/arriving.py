"""How a way in is answered: with a session, or with what is still asked for."""

from __future__ import annotations

from fastapi import Request, Response

from api.cookies import forget_ticket, set_session, set_ticket
from api.language import language_of
from api.problems import Problem, trace_of
from services.parts import Parts
from services.proofs import LASTS, Begun, HalfWay
from services.views import Me


def answered(request: Request, response: Response, parts: Parts, arrived: Begun | HalfWay) -> Me | Response:
    """Return who came in, with the cookies of a session; or what is missing, with a ticket to go on."""
    if isinstance(arrived, HalfWay):
        return asked_for_more(request, arrived)
    set_session(request, response, parts, arrived)
    forget_ticket(request, response)
    return arrived.me


def asked_for_more(request: Request, half_way: HalfWay) -> Response:
    """Return the problem that says by what to go on."""
    more = {"ways": list(half_way.ways), "enrol": half_way.enrol}
    answer = Problem("second-factor-required", more=more).answer(language_of(request), trace_of(request))
    set_ticket(request, answer, half_way.ticket, LASTS)
    return answer
