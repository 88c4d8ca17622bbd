"""Audit rules as typed data: a check with its level, article and rule set, in words of both languages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import Field, field_validator

from domain.auditing.questions import Question
from domain.reading import parse
from domain.values import Level, Name, Text, Value

RuleId = Annotated[str, Field(pattern=r"^[A-Z]\d{2}$")]
"""A letter for the subject and a number, such as `C01`."""

GENERAL = "general"
"""The rule set of rules that stand in no law: they hold under every version."""
LOCAL = "local"
"""The rule set of local overlays: such rules hold where the case's unit has one that day."""


class AuditRule(Value):
    """One thing an auditor looks for in a case."""

    id: RuleId
    level: Level
    basis: str
    """The article of the latest law it stands in, or `gen`, `local`, `practice`."""
    set: str
    """The version of the law since which it holds (`2014`), `general` or `local`."""
    says: Text
    """What has to be so, a sentence."""
    asks: tuple[Question, ...]
    """Everything that is asked for it; written alone where it is one question."""

    @field_validator("asks", mode="before")
    @classmethod
    def _one_question(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        return (given,) if isinstance(given, dict) else given


class Unanswered(Value):
    """A rule that the record cannot answer, and why not."""

    id: RuleId
    says: Text
    why: Text
    kept: Literal["by-construction", "elsewhere", "not-recorded"]
    """It cannot be broken here; something else looks after it; nothing that is recorded tells."""


class Letter(Value):
    """The rules of one subject, as they stand in one file."""

    letter: Annotated[str, Field(pattern=r"^[A-Z]$")]
    title: Text
    rules: tuple[AuditRule, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of every rule that stands here, answered or not."""
        return (*(rule.id for rule in self.rules), *(one.id for one in self.unanswered))


class Book(Value):
    """All audit rules for one process."""

    process: Name
    letters: tuple[Letter, ...]
    articles: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    """For each older law, its article by that of the latest one, where they differ."""

    @cached_property
    def rules(self) -> dict[str, AuditRule]:
        """Every rule by id, in order."""
        return {rule.id: rule for letter in self.letters for rule in letter.rules}

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the whole: what a verdict says it was given by."""
        return hashlib.sha256(rfc8785.dumps(self.model_dump(mode="json"))).hexdigest()

    def article(self, basis: str, version: str) -> str:
        """Return the article of a rule in the law of a version."""
        return self.articles.get(law_of(version), {}).get(basis, basis)


class Heading(Value):
    """What a book says of itself."""

    process: Name
    articles: dict[str, dict[str, str]] = Field(default_factory=dict)


def law_of(version: str) -> str:
    """Return the law a version of a process goes by: `2014` of `2014.1` and of `2014.1+university`."""
    found = re.match(r"[^.+]+", version)
    return found.group() if found is not None else version


def read_book(heading: str, letters: Iterable[tuple[str, str]]) -> Book:
    """Read a book from its heading and its letters, each a text with the name of its file.

    Raises DefinitionError with the line of what is wrong, ValueError where a rule stands there twice.
    """
    _, head = parse(heading, "book.yaml", Heading)
    read = tuple(parse(text, name, Letter)[1] for name, text in letters)
    named = [(letter.letter, one) for letter in read for one in letter.ids]
    ids = [one for _, one in named]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    astray = sorted(one for letter, one in named if one[0] != letter)
    if twice or astray:
        message = f"audit rules of {head.process}: twice {twice}, under another letter {astray}"
        raise ValueError(message)
    ordered = tuple(sorted(read, key=lambda letter: letter.letter))
    return Book(process=head.process, letters=ordered, articles=head.articles)
