"""Why something was not done, as a page shows it: the rule, its article, and what would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict

from api.problem_kinds import KINDS
from domain.refusals import RuleViolation
from domain.values import Language
from services.refusals import InvalidInput, Refusal, TooManyTries
from web.days import in_words


class _Kind(TypedDict):
    kind: str
    status: int
    title: str


REFUSALS = (RuleViolation, Refusal)
"""What a form catches, to show itself again with what was typed."""


@dataclass(frozen=True)
class Refused:
    """A refusal in one language."""

    kind: str
    status: int
    title: str
    detail: str
    rule: str | None = None
    basis: str | None = None
    passes_on: date | None = None
    passes_when: str | None = None
    wait_s: int | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with parts of a form, by their names."""

    @classmethod
    def of(cls, error: Exception, language: Language) -> Refused:
        """Return a refusal of ours. Other errors are none."""
        if isinstance(error, RuleViolation):
            when = error.passes_when
            detail = in_words(error.detail.in_language(language), language)
            return cls(
                **_kind(error.kind, language),
                detail=detail,
                rule=error.rule,
                basis=error.basis,
                passes_on=error.passes_on,
                passes_when=None if when is None else in_words(when.in_language(language), language),
                # Rules of a step are named `<step>.<field or material>`.
                faults={error.rule.partition(".")[2]: detail},
            )
        if isinstance(error, InvalidInput):
            says = in_words(error.problem.in_language(language), language)
            return cls(**_kind(error.kind, language), detail=says, faults={error.path: says})
        assert isinstance(error, Refusal)  # noqa: S101 - nothing else is caught
        why = error.detail or KINDS[error.kind].explains
        return cls(
            **_kind(error.kind, language),
            detail=in_words(why.in_language(language), language),
            wait_s=error.wait_s if isinstance(error, TooManyTries) else None,
        )


def _kind(name: str, language: Language) -> _Kind:
    known = KINDS[name]
    return {"kind": name, "status": known.status, "title": known.title.in_language(language)}
