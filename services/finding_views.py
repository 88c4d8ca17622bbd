"""What of findings is shown: in lists, and one with its whole life."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from domain.auditing.lives import Saying
from domain.patterns.catalogue import Measure
from domain.values import Text, Value
from records.findings import Word
from records.pattern_findings import PatternWord
from services.pattern_views import CaseRef
from services.people import naming
from services.views import Named, RecordedAt, View


def speakers(
    connection: Connection, words: Iterable[Word | PatternWord]
) -> Callable[[str | None], Named | None]:
    """Return what names those who said words, and those they spoke for."""
    return naming(connection, (one for word in words for one in (word.said_by, word.on_behalf_of)))


def spoke(words: Iterable[Word | PatternWord], kinds: Collection[str]) -> tuple[str, ...]:
    """Return those who said words of some kinds, and those they spoke for, in order."""
    found = (one for word in words if word.kind in kinds for one in (word.said_by, word.on_behalf_of))
    return tuple(sorted({person for person in found if person is not None}))


class Told(Value):
    """Something a person says of a finding."""

    finding: str
    saying: Saying
    reason: str


class FigureView(View):
    """The figure of a pattern in one look."""

    run: str
    number: int
    """Of what the look found; both name it under `/v1/audit/patterns`."""
    population: int
    figure: float
    threshold: float
    measure: Measure
    compares: str
    below: bool


class FindingView(View):
    """What was found, as a list shows it."""

    id: str
    kind: Literal["rule", "pattern", "hand"]
    """Raised by an audit rule in a case, by a look for patterns over many, or by an auditor by hand."""
    case: str | None
    """None of a pattern: it is about many."""
    subject: Named | None
    person: Named | None = None
    """Whose doings a pattern is about, where it is those of one person."""
    unit: Named
    rule: str
    """The audit rule, `hand`, or the pattern."""
    says: str
    """What has to be so, in the caller's language."""
    level: str
    basis: str
    set: str | None
    """The rule set; None where no rule raised it."""
    version: str
    """The version of the process by whose rules of that day it was judged."""
    step: str | None
    step_title: str | None
    state: str
    present: bool
    """Whether the latest evaluation found it, too."""
    raised_at: RecordedAt
    changed_at: RecordedAt
    figure: FigureView | None = None
    """Of a pattern: what was kept of it last."""


class EvidenceView(View):
    """What a finding rests on."""

    seq: int | None
    """The number of the event; None where something did not happen."""
    step: str | None
    step_title: str | None
    on: date | None
    rule: str | None
    """The rule of the definition, where it was one."""
    basis: str | None
    explained: bool
    """A reason was given with the act."""
    detail: str


class WordView(View):
    """One word about a finding."""

    number: int
    kind: str
    said_by: Named | None
    on_behalf_of: Named | None
    said_at: RecordedAt
    reason: str | None
    evaluation: int | None
    """The evaluation of the case that said it."""
    figure: FigureView | None = None
    """Of the look that said it."""
    evidence: tuple[EvidenceView, ...]


def word_view(
    word: Word | PatternWord,
    named: Callable[[str | None], Named | None],
    *,
    evaluation: int | None = None,
    figure: FigureView | None = None,
    evidence: tuple[EvidenceView, ...] = (),
) -> WordView:
    """Return a word as it is shown, with what it rests on; `named` is of `speakers`."""
    return WordView(
        number=word.number,
        kind=word.kind,
        said_by=named(word.said_by),
        on_behalf_of=named(word.on_behalf_of),
        said_at=word.said_at,
        reason=word.reason,
        evaluation=evaluation,
        figure=figure,
        evidence=evidence,
    )


class FindingDetail(FindingView):
    """A finding with its whole life."""

    in_both: Text
    """What has to be so, in both languages."""
    words: tuple[WordView, ...]
    can: tuple[str, ...]
    """What the caller may say of it now."""
    innocent: str | None = None
    """Of a pattern: why there may be nothing to it."""
    cases: tuple[CaseRef, ...] = ()
    """Of a pattern: some that show it, as far as the caller sees them."""
