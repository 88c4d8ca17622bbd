"""A page for every kind of problem, at the address its `type` names."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.language import language_of
from api.problem_kinds import KINDS
from services.refusals import NotFound

router = APIRouter(prefix="/problems", tags=["problems"])


@router.get("", summary="All kinds of problems", response_class=HTMLResponse)
async def all_kinds(request: Request) -> HTMLResponse:
    """Return a page that lists them."""
    language = language_of(request)
    rows = "".join(
        f'<li><a href="{kind.address}">{kind.name}</a> {escape(kind.title.in_language(language))}</li>'
        for kind in KINDS.values()
    )
    return _page(language, "problems", f"<ul>{rows}</ul>")


@router.get("/{name}", summary="A kind of problem", response_class=HTMLResponse)
async def one_kind(name: str, request: Request) -> HTMLResponse:
    """Return what it means and what to do about it, in the caller's language first."""
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound
    language = language_of(request)
    other = kind.explains.in_language("en" if language == "zh" else "zh")
    body = (
        f"<p>{kind.status} {kind.name}</p><p>{escape(kind.explains.in_language(language))}</p>"
        f"<p>{escape(other)}</p>"
    )
    return _page(language, kind.title.in_language(language), body)


def _page(language: str, title: str, body: str) -> HTMLResponse:
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"</head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    return HTMLResponse(page, headers={"content-language": language, "cache-control": "public, max-age=3600"})
