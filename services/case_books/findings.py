"""What was found in a book of cases: what keeps a row out, and what is lacking in those that are taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from domain.events import Gap
from domain.refusals import RuleViolation
from domain.values import Language, Text
from services.case_books.columns import Column
from services.views import View


class ProblemView(View):
    """One thing that keeps a row out. `row` 0 is the book, 1 its headings."""

    row: int
    column: str
    rule: str
    basis: str
    detail: str
    mend: str


class GapsView(View):
    """What is lacking in rows that can be taken: a rule, and in how many rows; the first by number."""

    rule: str
    basis: str
    kind: str
    detail: str
    rows: int
    first: tuple[int, ...]


class CaseBookView(View):
    """What came of a book of cases."""

    applied: bool
    rows: int
    taken: int
    """Rows that were brought in, or would be."""
    same: int
    """Rows that were brought in before."""
    refused: int
    problem_count: int
    problems: tuple[ProblemView, ...]
    """The first ones; `problem_count` counts all."""
    gap_count: int
    gaps: tuple[GapsView, ...]


@dataclass(frozen=True)
class _Problem:
    row: int
    column: str
    rule: str
    basis: str
    detail: Text
    mend: Text


@dataclass
class _Lacking:
    gap: Gap
    rows: int = 0
    first: list[int] = field(default_factory=list)


_FIRST = 5
_MEND = Text(zh="请更正后重新导入。", en="Put it right and bring the row in again.")
_AS_IT_WAS = Text(
    zh="请核对；确实如此的，请按原样导入（--as-it-was），该项将记入个案。",
    en="Compare it; where it was so, bring it in as it was (--as-it-was), and the case keeps that.",
)


class Findings:
    """Collects them: every one is counted, and the first ones are kept."""

    def __init__(self, most: int) -> None:
        """Keep at most so many problems."""
        self.most = most
        self.rows = self.brought = self.same = self.refused = self.count = self.gaps = 0
        self._problems: list[_Problem] = []
        self._lacking: dict[tuple[str, str], _Lacking] = {}

    def refuse(self, row: int, column: str, rule: str, detail: Text) -> None:
        """Note what keeps a row out before the case is asked."""
        self._add(_Problem(row, column, rule, "gen", detail, _MEND))

    def violated(self, row: int, columns: Sequence[Column], refused: RuleViolation) -> None:
        """Note that a fact leads nowhere."""
        self.refused += 1
        column = _column_of(columns, refused.rule)
        mend = refused.passes_when or _MEND
        self._add(_Problem(row, column, refused.rule, refused.basis, refused.detail, mend))

    def broken(self, row: int, columns: Sequence[Column], gaps: Iterable[Gap]) -> None:
        """Note that facts broke rules of their day."""
        self.refused += 1
        for gap in gaps:
            column = _column_of(columns, gap.rule, gap.step)
            self._add(_Problem(row, column, gap.rule, gap.basis, gap.detail, _AS_IT_WAS))

    def took(self, row: int, gaps: Iterable[Gap]) -> None:
        """Note that a row is taken, and with which gaps."""
        self.brought += 1
        for gap in gaps:
            self.gaps += 1
            lacking = self._lacking.setdefault((gap.rule, gap.kind), _Lacking(gap))
            lacking.rows += 1
            lacking.first += [row] if len(lacking.first) < _FIRST else []

    def add(self, other: Findings) -> None:
        """Take over what was found in some more rows."""
        for name in ("rows", "brought", "same", "refused", "gaps"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.count += other.count - len(other._problems)
        for problem in other._problems:
            self._add(problem)
        for key, lacking in other._lacking.items():
            mine = self._lacking.setdefault(key, _Lacking(lacking.gap))
            mine.rows += lacking.rows
            mine.first = (mine.first + lacking.first)[:_FIRST]

    def view(self, language: Language, *, applied: bool) -> CaseBookView:
        """Return everything in somebody's language."""
        by_number = sorted(self._lacking.values(), key=lambda one: (-one.rows, one.gap.rule))
        return CaseBookView(
            applied=applied,
            rows=self.rows,
            taken=self.brought,
            same=self.same,
            refused=self.refused,
            problem_count=self.count,
            problems=tuple(_problem_view(one, language) for one in self._problems),
            gap_count=self.gaps,
            gaps=tuple(_gaps_view(one, language) for one in by_number),
        )

    def _add(self, problem: _Problem) -> None:
        self.count += 1
        if len(self._problems) < self.most:
            self._problems.append(problem)


def _column_of(columns: Sequence[Column], rule: str, step: str | None = None) -> str:
    """Return the column a rule is about: that of a field or a duty, or else that of the step's day."""
    if rule == "case.stage":
        return "stage"
    if rule == "start.unit":
        return "unit"
    keys = {column.key for column in columns}
    first = next((column.key for column in columns if column.part == "on" and column.required), "")
    named = rule.partition(".")[0] if step is None else step
    return next((one for one in (rule, named) if one in keys), first)


def _problem_view(one: _Problem, language: Language) -> ProblemView:
    return ProblemView(
        row=one.row,
        column=one.column,
        rule=one.rule,
        basis=one.basis,
        detail=one.detail.in_language(language),
        mend=one.mend.in_language(language),
    )


def _gaps_view(one: _Lacking, language: Language) -> GapsView:
    return GapsView(
        rule=one.gap.rule,
        basis=one.gap.basis,
        kind=one.gap.kind,
        detail=one.gap.detail.in_language(language),
        rows=one.rows,
        first=tuple(one.first),
    )
