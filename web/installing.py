"""Puts the pages into an application: their routes, and problems as people in browsers read them."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from web.pages import routers
from web.problem_pages import problem_page
from web.served import files


def page_routes() -> tuple[BaseRoute, ...]:
    """Return the routes of all pages, which no program is told of."""
    routes = tuple(route for router in routers() for route in router.routes)
    for route in routes:
        if isinstance(route, APIRoute):
            route.include_in_schema = False
    # Worked out once in each process: not while somebody waits for a page.
    files()
    return routes


def install(app: FastAPI, page_addresses: frozenset[str]) -> None:
    """Tell an application that has the routes where its pages are, and how they show problems."""
    app.state.page_addresses = page_addresses
    app.state.problem_page = problem_page


def page_addresses(routes: Sequence[BaseRoute]) -> frozenset[str]:
    """Return the paths of those routes that are pages."""
    return frozenset(
        found.path for found in iter_route_contexts(routes) if is_page(found.endpoint) and found.path
    )


def is_page(endpoint: object) -> bool:
    """Whether a route is one of the pages', and none of the API's."""
    return getattr(endpoint, "__module__", "").startswith("web.")
