"""A page for every kind of problem, at the address its `type` names."""

from __future__ import annotations

import re
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.language import language_of
from api.problem_kinds import KINDS
from domain.values import Language, Text
from services.refusals import NotFound

router = APIRouter(prefix="/problems", tags=["problems"])

_ALL = Text(zh="各类问题", en="Kinds of problems")
_CODE = re.compile("`([^`]+)`")


@router.get("", summary="All kinds of problems", response_class=HTMLResponse)
async def all_kinds(request: Request) -> HTMLResponse:
    """Return a page that lists them."""
    language = language_of(request)
    rows = "".join(
        f'<li><a href="{kind.address}">{kind.name}</a> {escape(kind.title.in_language(language))}</li>'
        for kind in KINDS.values()
    )
    return _page(language, _ALL.in_language(language), f"<ul>{rows}</ul>")


@router.get("/{name}", summary="A kind of problem", response_class=HTMLResponse)
async def one_kind(name: str, request: Request) -> HTMLResponse:
    """Return what it means and what to do about it, in the caller's language first."""
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound
    language = language_of(request)
    other: Language = "en" if language == "zh" else "zh"
    body = (
        f"<p>{kind.status} <code>{kind.name}</code></p>"
        f"<p>{_marked_up(kind.explains.in_language(language))}</p>"
        f'<p lang="{other}">{_marked_up(kind.explains.in_language(other))}</p>'
    )
    return _page(language, kind.title.in_language(language), body)


def _marked_up(text: str) -> str:
    """Return a sentence as HTML, with what stands in backticks as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _page(language: str, title: str, body: str) -> HTMLResponse:
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    headers = {
        "content-language": language,
        "cache-control": "public, max-age=3600",
        "vary": "Accept-Language",
    }
    return HTMLResponse(page, headers=headers)
