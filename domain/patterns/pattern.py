"""What a pattern is: what is counted, in which unit its figure is, and why it may be innocent."""

from __future__ import annotations

from typing import Literal

from domain.values import Name, Text, Value

Measure = Literal["share", "texts", "times", "days", "acts", "documents"]
"""What a figure counts."""


class Pattern(Value):
    """One pattern."""

    id: Name
    title: Text
    says: Text
    """What is counted, and what it may mean."""
    innocent: Text
    """Why there may be nothing to it."""
    measure: Measure
    basis: str
    """The article it rests on, or `gen`: general integrity."""
    below: bool = False
    """Reported where the figure is below its threshold, not above."""
    compares: Text
    """What the threshold is."""


def pattern(
    name: str,
    measure: Measure,
    basis: str,
    *,
    title: tuple[str, str],
    says: tuple[str, str],
    innocent: tuple[str, str],
    compares: tuple[str, str],
    below: bool = False,
) -> Pattern:
    """Return a pattern from its words, each in Chinese and English."""
    return Pattern(
        id=name,
        measure=measure,
        basis=basis,
        below=below,
        title=Text(zh=title[0], en=title[1]),
        says=Text(zh=says[0], en=says[1]),
        innocent=Text(zh=innocent[0], en=innocent[1]),
        compares=Text(zh=compares[0], en=compares[1]),
    )
