"""Puts the pages into an application: their routes, and problems as people in browsers read them."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from web.pages import routers
from web.problem_pages import problem_page


def install(app: FastAPI) -> None:
    """Add the pages to an application."""
    for router in routers():
        app.include_router(router, include_in_schema=False)
    app.state.page_addresses = frozenset(
        found.path for found in iter_route_contexts(app.routes) if is_page(found.endpoint) and found.path
    )
    app.state.problem_page = problem_page


def is_page(endpoint: object) -> bool:
    """Whether a route is one of the pages', and none of the API's."""
    return getattr(endpoint, "__module__", "").startswith("web.")
