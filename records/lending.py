"""What a lent post is lent for: written beside the delegation, and asked of cases in SQL.

Each part is text of words between spaces, null where the delegation is not limited in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from domain.circumstances import LentFor
from records.tables import cases, delegations, unit_closure

LIMITS = (delegations.c.processes, delegations.c.stages, delegations.c.units)
"""The columns that say what a post is lent for, in the order of `LentFor`."""


def kept(words: Sequence[str]) -> str | None:
    """Return words as they are kept; None for none."""
    return f" {' '.join(words)} " if words else None


def lent_for(processes: str | None, stages: str | None, units: str | None) -> LentFor | None:
    """Return what was kept as a value; None where a post is lent for everything."""
    if processes is None and stages is None and units is None:
        return None
    return LentFor.model_construct(processes=_words(processes), stages=_words(stages), units=_words(units))


def is_narrowed() -> ColumnElement[bool]:
    """Return the condition that a delegation is not for everything."""
    return sa.or_(*(column.is_not(None) for column in LIMITS))


def covers_case() -> ColumnElement[bool]:
    """Return the condition that a delegation is for a case, as it stands; for rows with both tables."""
    below = sa.select(1).where(
        unit_closure.c.unit_id == cases.c.unit_id, names(delegations.c.units, unit_closure.c.ancestor_id)
    )
    return sa.and_(
        sa.or_(delegations.c.processes.is_(None), names(delegations.c.processes, cases.c.process)),
        sa.or_(delegations.c.stages.is_(None), names(delegations.c.stages, cases.c.stage)),
        sa.or_(delegations.c.units.is_(None), sa.exists(below)),
    )


def names(words: ColumnElement[str], word: ColumnElement[str] | str) -> ColumnElement[bool]:
    """Return the condition that a word is among kept ones; compared by characters, as LIKE does not."""
    asked = sa.literal(" ").concat(word).concat(" ")
    return sa.func.replace(words, asked, "") != words


def _words(text: str | None) -> tuple[str, ...]:
    return tuple((text or "").split())
