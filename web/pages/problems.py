"""A page for every kind of problem, at the address its `type` names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastapi import APIRouter, Response

from api.problem_kinds import KINDS
from services.refusals import NotFound
from web.visits import Guest

router = APIRouter()

_CODE = re.compile("`([^`]+)`|((?:[A-Z][A-Za-z]*-)+[A-Z][A-Za-z]*)")
"""What stands in backticks, and the names of headers."""


@router.get("/problems")
async def all_kinds(visit: Guest) -> Response:
    """List every kind of problem."""
    kinds = tuple((kind, tuple(_pieces(kind.title.in_language(visit.language)))) for kind in KINDS.values())
    return visit.page("problems/list.html", kinds=kinds)


@router.get("/problems/{name}")
async def one_kind(visit: Guest, name: str) -> Response:
    """Show what one means and what to do about it, in the reader's language first."""
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound
    says = tuple(_pieces(kind.explains.in_language(visit.language)))
    return visit.page("problems/one.html", kind=kind, says=says)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Give the pieces of a sentence, each with whether it is code."""
    at = 0
    for found in _CODE.finditer(text):
        yield text[at : found.start()], False
        yield found[1] or found[2], True
        at = found.end()
    yield text[at:], False
