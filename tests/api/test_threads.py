"""Nothing called for a request goes to another thread and back, which costs more than most of it does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.app import _ROUTERS

ROUTES = [route for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def called(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    if dependant.call is not None:
        yield dependant.call
    for below in dependant.dependencies:
        yield from called(below)


def is_async(call: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_a_route_and_all_it_depends_on_are_asynchronous(route: APIRoute) -> None:
    waits = [call for call in called(route.dependant) if not is_async(call)]
    assert waits == []
    assert route.dependant.call is not None


def test_there_are_routes() -> None:
    assert len(ROUTES) > 30
