"""The pages. Every module here that has a `router` brings the routes of one area."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from fastapi import APIRouter


def routers() -> Iterator[APIRouter]:
    """Return the router of each area, in the order of their names: no two areas share an address."""
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        router: APIRouter = module.router
        yield router
