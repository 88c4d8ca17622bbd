"""Problem details (RFC 9457): how refusals and faults leave, in the caller's language, without echoes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from api.invalid import faults_in
from api.language import language_of
from api.problem_kinds import BY_STATUS, KINDS
from domain.library import UnknownProcess
from domain.refusals import RuleViolation
from domain.values import Language, Text
from services.books.carrying import BookNotClean
from services.refusals import HeadMoved, InvalidInput, Refusal, TooManyTries, WordsMoved
from telemetry import metrics

_log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One problem on its way out."""

    kind: str
    detail: Text | None = None
    status: int | None = None
    """Where it differs from the kind's own."""
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further members, such as `rule` or `events`."""

    def body(self, language: Language, trace: str) -> bytes:
        """Return the problem as JSON."""
        kind = KINDS[self.kind]
        members = {
            "type": kind.address,
            "title": kind.title.in_language(language),
            "status": self.status or kind.status,
            "detail": (self.detail or kind.explains).in_language(language),
            **self.more,
            "trace": trace,
        }
        return json.dumps(members, ensure_ascii=False).encode()

    def answer(self, language: Language, trace: str) -> Response:
        """Return the problem as a response."""
        headers = {"content-language": language, "cache-control": "no-store", **self.headers}
        status = self.status or KINDS[self.kind].status
        return Response(self.body(language, trace), status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every way in which a request can fail leave as a problem."""
    app.add_exception_handler(RuleViolation, _rule_broken)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(UnknownProcess, _unpublished)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(Exception, _fault)


async def answer_to(request: Request, error: RuleViolation | Refusal | UnknownProcess) -> Response:
    """Return the answer to an act that was refused, or whose case follows what is not published here."""
    if isinstance(error, UnknownProcess):
        return await _unpublished(request, error)
    answering = _rule_broken if isinstance(error, RuleViolation) else _refused
    return await answering(request, error)


def answered(request: Request, problem: Problem) -> Response:
    """Return a problem as whoever asked reads it: a person in a browser a page, a program JSON."""
    drawn: Callable[[Request, Problem], Response] | None = getattr(request.app.state, "problem_page", None)
    if drawn is not None and is_read_in_a_browser(request):
        return drawn(request, problem)
    return problem.answer(language_of(request), trace_of(request))


def is_read_in_a_browser(request: Request) -> bool:
    """Whether somebody looks at the answer: browsers ask for HTML where they go or send a form."""
    path: str = request.scope["path"]
    is_page = not path.startswith("/v1/") or path.startswith("/v1/session/oidc")
    return is_page and "text/html" in request.headers.get("accept", "")


def trace_of(request: Request) -> str:
    """Return the id under which the log speaks of this request."""
    trace: str = request.scope.get("accede.trace", "")
    return trace


async def _rule_broken(request: Request, error: Exception) -> Response:
    assert isinstance(error, RuleViolation)  # noqa: S101 - registered for this class only
    metrics.REFUSALS.labels(error.rule).inc()
    more: dict[str, Any] = {
        "rule": error.rule,
        "basis": error.basis,
        "level": error.level,
        "passes_on": error.passes_on.isoformat() if error.passes_on else None,
    }
    if error.passes_when is not None:
        more["passes_when"] = error.passes_when.in_language(language_of(request))
    return answered(request, Problem(error.kind, error.detail, more=more))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for this class only
    language = language_of(request)
    headers: dict[str, str] = {}
    more: dict[str, Any] = {}
    if isinstance(error, TooManyTries):
        headers["retry-after"] = str(error.wait_s)
    if isinstance(error, HeadMoved):
        headers["etag"] = f'"{error.head}"'
        more["events"] = [event.model_dump(mode="json", by_alias=True) for event in error.events]
    if isinstance(error, WordsMoved):
        headers["etag"] = f'"{error.tag}"'
    if isinstance(error, InvalidInput):
        more["errors"] = [{"path": error.path, "problem": error.problem.in_language(language)}]
    if isinstance(error, BookNotClean):
        more["found"] = error.found.model_dump(mode="json")
    if error.kind == "not-signed-in":
        headers["www-authenticate"] = "Bearer"
    return answered(request, Problem(error.kind, error.detail, headers=headers, more=more))


async def _unpublished(request: Request, error: Exception) -> Response:
    """Say what is missing to whoever asked, and which definition it is to operators."""
    _log.warning("a case follows a definition that is not published here", reason=str(error))
    return answered(request, Problem("not-published"))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    found: Sequence[Mapping[str, Any]] = error.errors()
    if found and all(one["loc"][:1] == ("path",) for one in found):
        return answered(request, Problem("not-found"))
    if any(one["type"] == "json_invalid" for one in found):
        return answered(request, Problem("malformed"))
    return answered(
        request, Problem("invalid-input", more={"errors": faults_in(found, language_of(request))})
    )


async def _by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    kind = BY_STATUS.get(
        error.status_code, "malformed" if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR else "internal"
    )
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"allow": ", ".join(sorted(methods_at(request, request.scope["path"])))}
    return answered(request, Problem(kind, status=error.status_code, headers=headers))


def methods_at(request: Request, path: str) -> set[str]:
    """Return every method of an address; the framework names those of the first route it found only."""
    known = _addresses(request.app)
    return {method for pattern, methods in known if pattern.match(path) for method in methods}


def _addresses(app: FastAPI) -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    """Return the pattern and the methods of every route; a service that answers gets no further ones."""
    if not hasattr(app.state, "addresses"):
        found = ((one.path_regex, frozenset(one.methods or ())) for one in iter_route_contexts(app.routes))
        app.state.addresses = tuple(found)
    known: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = app.state.addresses
    return known


async def _fault(request: Request, _error: Exception) -> Response:
    """Answer a fault of our own; the framework writes the traceback to the log afterwards."""
    return answered(request, Problem("internal"))
