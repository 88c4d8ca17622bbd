"""Refusals: the rule that was broken, the article, and what would make the act pass."""

from __future__ import annotations

from datetime import date
from typing import Self

from domain.values import Level, Text


class RuleViolation(Exception):
    """An act was refused. Carries no personal data.

    `rule` is the rule's id, `basis` the article or `gen` for a rule of integrity, `detail` the reason in both
    languages, `passes_on` the first day on which the same act would pass (None where no day would), and
    `passes_when` what has to be true instead.
    """

    kind = "rule-violation"

    def __init__(
        self,
        rule: str,
        *,
        basis: str,
        detail: Text,
        level: Level = "block",
        passes_on: date | None = None,
        passes_when: Text | None = None,
    ) -> None:
        """Keep the parts; the message is the rule and basis only."""
        super().__init__(f"{rule} ({basis})")
        self.rule = rule
        self.level = level
        self.basis = basis
        self.detail = detail
        self.passes_on = passes_on
        self.passes_when = passes_when

    def untraced(self) -> Self:
        """Return the refusal without where it was raised, for whoever is told of it.

        That place refers to callers, who keep the refusal: a circle, which only a search for garbage ends.
        """
        return self.with_traceback(None)


class TooEarly(RuleViolation):
    """A minimum wait is not over."""


class StillKept(RuleViolation):
    """What is known of a person has to be kept, or is still needed."""


class NotQuorate(RuleViolation):
    """Too few of those entitled were present."""


class NotCarried(RuleViolation):
    """The outcome claimed did not get the votes it needs."""


class WrongCount(RuleViolation):
    """The numbers of a vote do not add up, or are not those of the roster."""


class NotEntitled(RuleViolation):
    """The actor holds no post or case role that may do this."""


class SamePersonTwice(RuleViolation):
    """The rules ask for two people here."""


class ConflictOfInterest(RuleViolation):
    """The actor, or the one acted for, keeps out of what is decided here."""


class NotEligible(RuleViolation):
    """Somebody may not be given this role."""


class DocumentMissing(RuleViolation):
    """A material the step asks for was not handed in."""


class FieldInvalid(RuleViolation):
    """A field is missing, of the wrong type or out of bounds."""


class ReasonRequired(RuleViolation):
    """The act is late or unusual: possible, but only with a reason."""

    kind = "reason-required"


class StepNotOpen(RuleViolation):
    """The step is not open now."""

    kind = "step-not-open"


class NotPossible(RuleViolation):
    """The case is not in a state for this act."""

    kind = "not-possible"
