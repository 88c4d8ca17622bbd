"""A flaw: one thing that makes a definition unsound, and where it stands."""

from __future__ import annotations

from typing import NamedTuple

from domain.complaints import Place


class Flaw(NamedTuple):
    """Something wrong with a definition that is well-formed."""

    place: Place
    problem: str
