"""Every page and form, as the tests that hold for all of them open it: one entry for each route.

Entries stand in tests/web/registered, a module for each area, in `PAGES` and `FORMS`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.api.world import SECRETARY

FOLDER = Path(__file__).with_name("registered")


@dataclass(frozen=True)
class Page:
    """A page that is opened. `{case}` and the like in a path stand for what the furnished world holds."""

    route: str
    """As FastAPI has it, without the method."""
    path: str = ""
    """Where it differs from the route."""
    by: str | None = SECRETARY
    """Who looks; None: nobody who is signed in."""
    is_drawn: bool = True
    """Whether it is a page to look at, or sends on, or is loaded by others."""

    @property
    def name(self) -> str:
        return f"GET {self.path or self.route}"


@dataclass(frozen=True)
class Form:
    """A form that is sent: with fields that are plausible, so that it gets as far as it can."""

    route: str
    path: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    by: str | None = SECRETARY

    @property
    def name(self) -> str:
        return f"POST {self.path or self.route}"


@cache
def _modules():
    names = sorted(path.stem for path in FOLDER.glob("[!_]*.py"))
    return tuple(importlib.import_module(f"tests.web.registered.{name}") for name in names)


def every_page() -> tuple[Page, ...]:
    return tuple(page for module in _modules() for page in getattr(module, "PAGES", ()))


def every_form() -> tuple[Form, ...]:
    return tuple(form for module in _modules() for form in getattr(module, "FORMS", ()))


def drawn_pages() -> tuple[Page, ...]:
    return tuple(page for page in every_page() if page.is_drawn)
