"""Problems as people in browsers read them: a page, or a line in the page that is open."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlsplit

from fastapi import Request, Response

from api.callers import parts_of
from api.problem_kinds import KINDS
from api.problems import Problem, trace_of
from services.elsewhere import is_own_path
from web.refused import Refused
from web.visits import Visit, guests_language


def problem_page(request: Request, problem: Problem) -> Response:
    """Return a problem as a page. Whoever has to sign in is sent there, and comes back afterwards."""
    visit = Visit(request, parts_of(request), guests_language(request))
    if problem.kind == "not-signed-in":
        return visit.see_other(f"/login?to={quote(_came_from(visit), safe='/')}")
    refused = _refused(visit, problem)
    if visit.wants_fragment:
        answer = visit.part("parts/problem.html", refused.status, refused=refused, trace=trace_of(request))
        answer.headers["hx-retarget"] = "#problem"
        answer.headers["hx-reswap"] = "innerHTML"
    else:
        answer = visit.page(
            "problem.html", refused.status, refused=refused, trace=trace_of(request), back="/"
        )
    for name, value in problem.headers.items():
        answer.headers[name] = value
    return answer


def _refused(visit: Visit, problem: Problem) -> Refused:
    kind, more = KINDS[problem.kind], problem.more
    passes_on = more.get("passes_on")
    return Refused(
        kind=problem.kind,
        status=problem.status or kind.status,
        title=kind.title.in_language(visit.language),
        detail=(problem.detail or kind.explains).in_language(visit.language),
        rule=more.get("rule"),
        basis=more.get("basis"),
        passes_on=date.fromisoformat(passes_on) if passes_on else None,
        passes_when=more.get("passes_when"),
        faults={fault["path"]: fault["problem"] for fault in more.get("errors", ())},
    )


def _came_from(visit: Visit) -> str:
    """Return where to go once signed in: the page asked for, or the one a form stood on."""
    request = visit.request
    if request.method == "GET" and not visit.wants_fragment:
        return visit.here
    path = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer") or "/").path
    return path if is_own_path(path) else "/"
