"""What a form can be filled with: a case as its reader sees it, with names and corrected values put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from domain.amending import Amendment, data_by, day_by
from domain.case import Case
from domain.narrating import answer_title, field_title, outcome_title
from domain.process import Process
from domain.steps import FieldSpec, Step
from domain.values import Language, Scalar, Text
from domain.withholding import MASK
from services.form_words import Words
from services.rosters import RosterView
from services.seeing import AnyEventView
from services.timeline import HandedIn
from services.views import PartEventView

_OF_STANDING: Final = ("case-started", "stage-left")
"""Events that say what the person is from then on."""


@dataclass(frozen=True)
class Line:
    """An event as it is printed: its day and values by what was corrected."""

    event: AnyEventView
    on: date
    data: Mapping[str, Any]
    is_corrected: bool


@dataclass(frozen=True)
class Filling:
    """What was recorded of a case, for one reader and one language."""

    process: Process
    """The edition the case began with."""
    edition: Process
    case: Case
    events: tuple[AnyEventView, ...]
    amended: tuple[Amendment, ...]
    names: Mapping[str, str]
    units: Mapping[str, str]
    """Names of the units on the case's path."""
    people: Mapping[str, tuple[str, ...]]
    """Who holds the case roles, as far as that is shown."""
    handed_in: tuple[HandedIn, ...]
    language: Language
    roster: RosterView | None = None
    words: Words = field(init=False)

    def __post_init__(self) -> None:
        """Have the words of the language at hand."""
        object.__setattr__(self, "words", Words(self.language))

    def says(self, text: Text) -> str:
        """Return a text in the language of the form."""
        return text.in_language(self.language)

    def says_of(self, warned: Mapping[str, Any]) -> str:
        """Return what a rule said that was broken without stopping an act."""
        return str(warned.get("detail", {}).get(self.language, ""))

    @property
    def subject(self) -> str:
        """The name of the person the case is about."""
        return self.names.get(self.case.subject, "")

    @property
    def unit(self) -> str:
        """The name of the case's unit."""
        return self.units.get(self.case.unit, "")

    def standing(self, line: Line | None = None) -> str:
        """Return what the person was when an act was recorded; without one, what he is now."""
        known = self.case.standing
        if line is not None:
            before = (one for one in self.events if one.seq < line.event.seq and one.type in _OF_STANDING)
            gained = [one.data.get("standing") for one in before]
            known = next((str(one) for one in reversed(gained) if one), known)
        title = self.edition.standings.get(known) or self.process.standings.get(known)
        return "" if title is None else self.says(title)

    def unit_above(self, kind: str) -> str:
        """Return the name of the nearest unit of a kind on the case's path; empty where there is none."""
        found = self.case.unit_of_kind(kind)
        return "" if found is None else self.units.get(found.id, "")

    def name(self, person: str | None) -> str:
        """Return the name of somebody; empty where he is not shown."""
        return "" if person in {None, MASK} else self.names.get(person or "", "")

    def lines(self, step: Step | None = None, *kinds: str) -> Iterator[Line]:
        """Yield what was recorded, of one step or of all, in its order; `kinds` are types of events."""
        for event in self.events:
            if (step is None or event.step == step.id) and (not kinds or event.type in kinds):
                yield self._line(event)

    def done(self, step: Step) -> Line | None:
        """Return the act that completed a step in its present round, or None while it is not."""
        state = self.case.steps.get(step.id)
        if state is None or state.done_seq is None or state.status != "done":
            return self._ended_by(step)
        return next((self._line(one) for one in self.events if one.seq == state.done_seq), None)

    def entries(self, step: Step) -> Iterator[Line]:
        """Yield the entries of a step in its present round."""
        state = self.case.steps.get(step.id)
        made = frozenset() if state is None else frozenset(entry.seq for entry in state.entries)
        return (self._line(one) for one in self.events if one.seq in made)

    def outcome(self, line: Line) -> str:
        """Return what the outcome of an act is called; nothing where that is not shown."""
        outcome = line.data.get("outcome")
        if not isinstance(outcome, str) or not outcome:
            return ""
        return self.says(outcome_title(self.edition_of(line.event.step), line.event.step, outcome))

    def edition_of(self, step: str | None) -> Process:
        """Return the edition that knows a step: the present one, or that the case began with."""
        return self.edition if step is None or step in self.edition.steps else self.process

    def article(self, step: Step) -> str:
        """Return the article a step rests on: by the rules it was done under, or by those of today."""
        state = self.case.steps.get(step.id)
        rules = self.edition
        if state is not None and state.version and state.status == "done":
            rules = self.process.in_force_on(state.done_on or self.case.opened_on, state.version)
        known = rules.steps.get(step.id, step)
        return self.words.article(self.says(rules.source), known.basis)

    def signed_as(self, line: Line) -> str:
        """Return as what somebody acted, where it is told who he is."""
        actor = line.data.get("acted_as")
        if self.name(line.event.actor) == "" or not isinstance(actor, str):
            return ""
        role = self.edition_of(line.event.step).roles.get(actor)
        if role is not None:
            return self.says(role.title)
        part = self.edition_of(line.event.step).case_roles.get(actor)
        return "" if part is None else self.says(part.title)

    def answers(self, specs: tuple[FieldSpec, ...], line: Line | None) -> list[tuple[str, str]]:
        """Return each field a form asks for, with what was answered to it."""
        return [(self.says(spec.title), self._answer(spec, _answered(line, spec.id))) for spec in specs]

    def said(self, line: Line) -> str:
        """Return all that was answered in an act, and its reason, as one text."""
        found: dict[str, str] = {}
        for part in ("values", "texts"):
            given = line.data.get(part)
            for name, value in given.items() if isinstance(given, Mapping) else ():
                title = self.says(field_title(self.edition_of(line.event.step), line.event.step, name))
                chosen = answer_title(self.edition_of(line.event.step), line.event.step, name, value)
                said = self.words.answer(value) if chosen is None else self.says(chosen)
                found[name] = self.words.labelled(title, said)
        reason = line.data.get("reason")
        parts = [*found.values(), *([str(reason)] if reason else [])]
        return ("；" if self.language == "zh" else "; ").join(part for part in parts if part)

    @property
    def is_withheld(self) -> bool:
        """Whether anything of the case is not shown to its reader."""
        return any(isinstance(event, PartEventView) for event in self.events)

    def _answer(self, spec: FieldSpec, value: Scalar) -> str:
        if spec.type == "choice" and isinstance(value, str):
            return self.says(spec.choice_title(value))
        return self.words.answer(value)

    def _line(self, event: AnyEventView) -> Line:
        on = day_by(self.amended, event.seq, event.occurred_on)
        data = data_by(self.amended, event.seq, event.data)
        return Line(event, on, data, on != event.occurred_on or data != dict(event.data))

    def _ended_by(self, step: Step) -> Line | None:
        """Return the act on a step that ended the case: it completes nothing, and decided all."""
        if not self.case.is_closed:
            return None
        ends = {name for name, effect in step.outcomes.items() if effect.end == self.case.outcome}
        acts = [one for one in self.lines(step, "step-completed") if one.data.get("outcome") in ends]
        return acts[-1] if acts else None


def _answered(line: Line | None, name: str) -> Any:  # noqa: ANN401 - whatever was answered
    for part in ("values", "texts"):
        given = None if line is None else line.data.get(part)
        if isinstance(given, Mapping) and name in given:
            return given[name]
    return None
