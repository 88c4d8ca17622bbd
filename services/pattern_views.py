"""What of patterns over many cases is shown: looks, what they found, and texts beside each other."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from domain.patterns.catalogue import Measure
from services.views import Named, Page, To, View

FromDay = Annotated[date | None, Field(serialization_alias="from", validation_alias="from")]


class ThresholdView(View):
    """A figure from which on a pattern is reported, and why it is this one."""

    id: str
    value: float
    why: str


class RunView(View):
    """One look over many cases."""

    id: str
    made_at: datetime
    since: date | None
    until: date
    unit: Named | None
    """With everything below it; null: the whole organisation."""
    cases: int
    events: int
    texts: int
    """Texts that were long enough to be compared."""
    unread: int
    """Events whose free text cannot be opened any more: it was erased."""
    thresholds: tuple[ThresholdView, ...]


class PatternView(View):
    """A pattern: what is counted, and why there may be nothing to it."""

    id: str
    title: str
    says: str
    innocent: str
    compares: str
    measure: Measure
    below: bool
    """It is reported where the figure is below its threshold, not above."""
    basis: str
    looked_at: int
    """How many units or people were compared for it in this look."""


class FoundView(View):
    """A pattern that was found: whose it is, and its figure beside the threshold."""

    run: str
    number: int
    pattern: str
    unit: Named
    person: Named | None
    narrowed: str | None
    """A step, a standing or a role of the definition, where it is about one."""
    process: Named | None
    population: int
    """How many were looked at: acts, decisions, meetings, cases, as the pattern counts."""
    figure: float
    threshold: float
    chance: float | None
    """How probable it is that chance alone makes such a figure."""
    from_: FromDay = None
    to: To = None


class FoundPage(Page[FoundView]):
    """What the latest look found, what was looked for, and by which thresholds."""

    run: RunView | None = None
    patterns: tuple[PatternView, ...] = ()


class PieceView(View):
    """A piece of a text, and whether the other text has it as well."""

    text: str
    shared: bool


class TextView(View):
    """A text and where it stands; `pieces` is null where the caller is not shown it."""

    case: str
    seq: int
    part: str
    subject: Named | None
    occurred_on: date | None
    pieces: tuple[PieceView, ...] | None


class PairView(View):
    """Two texts that are nearly the same."""

    one: TextView
    other: TextView


class CaseRef(View):
    """A case that shows a pattern."""

    id: str
    subject: Named


class FoundDetail(View):
    """A pattern that was found, with its evidence."""

    found: FoundView
    pattern: PatternView
    run: RunView
    people: tuple[Named, ...]
    """Those it is about, beside whose doings they are."""
    cases: tuple[CaseRef, ...]
    """Some that show it, as far as the caller sees them."""
    pairs: tuple[PairView, ...]
    more_pairs: int
