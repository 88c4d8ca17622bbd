"""A dossier on paper: the whole process, votes, corrections, documents, proof; the same until it changes."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

import segno

from domain.amending import Amendment, amendments
from domain.narrating import FOLLOWING, answer_title, field_title, told
from domain.process import Process
from domain.values import Language, Scalar, Text
from services import findings, typesetting
from services.dossier_words import DOSSIER_WORDS
from services.dossiers import Gathered, editions_of, gathered
from services.form_words import Words
from services.parts import Caller, Parts
from services.refusals import NotFound, NotPermitted

_TEMPLATE: Final = "dossier_texts/dossier.typ"
_MOST_FINDINGS: Final = 200
_COUNTS: Final = ("eligible", "present", "yes", "no", "abstain")


async def as_pdf(parts: Parts, caller: Caller, case_id: str) -> bytes:
    """Return a dossier as a PDF in the caller's language. Raises NotFound, NotReady."""
    made = await gathered(parts, caller, case_id)
    data = _Paper(made, caller.language).data() | {"findings": await _findings(parts, caller, case_id)}
    return await asyncio.to_thread(_typeset, data, made.found.head)


async def _findings(parts: Parts, caller: Caller, case_id: str) -> list[list[str]] | None:
    """Return what audit found in the case and what was said to it; None where that is not shown."""
    words, says = DOSSIER_WORDS[caller.language], Words(caller.language)
    try:
        page = await findings.of_case(parts, caller, case_id, cursor=None, limit=_MOST_FINDINGS)
        lives = [await findings.one(parts, caller, one.id) for one in page.items]
    except (NotFound, NotPermitted):
        return None
    rows = []
    for one in sorted(lives, key=lambda life: (life.raised_at, life.id)):
        told = [
            f"{says.day(word.said_at.astimezone(parts.zone).date())} "
            f"{'' if word.said_by is None else word.said_by.name} {words['said'].get(word.kind, word.kind)}"
            + (f": {word.reason}" if word.reason else "")
            for word in one.words
        ]
        level = words["levels"].get(one.level, one.level)
        basis = says.article("", one.basis) or words["bases"].get(one.basis, words["integrity"])
        rows.append([one.says, f"{level} · {basis}", one.step_title or "", "\n".join(told)])
    return rows


def _typeset(data: dict[str, Any], head: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(head, error="m").save(drawn, kind="svg", xmldecl=False)
    return typesetting.as_pdf(_TEMPLATE, data, qr=drawn.getvalue().decode())


@dataclass(frozen=True)
class _Told:
    """An event of a dossier, as corrections are read from it."""

    seq: int
    type: str
    occurred_on: date
    actor: str | None
    data: Mapping[str, Any]


def _sort_of(line: Mapping[str, Any]) -> str:
    """Return how a line is shown; what is withheld in part is never folded."""
    if line["type"] not in FOLLOWING or "withheld" in line:
        return "told"
    return "stage" if line["type"] == "stage-entered" else "folded"


class _Paper:
    """What of a dossier is printed, in one language."""

    def __init__(self, made: Gathered, language: Language) -> None:
        self._made, self._language = made, language
        # A line of which nothing is told links the chain, and has nothing to be printed.
        self._lines = [line for line in made.lines if line["type"] is not None]
        self._words, self._says = DOSSIER_WORDS[language], Words(language)
        self._amended = amendments(
            _Told(
                line["seq"],
                line["type"],
                date.fromisoformat(line["occurred_on"]),
                line["actor"],
                self._data_of(line),
            )
            for line in self._lines
        )

    def data(self) -> dict[str, Any]:
        made, words, edition = self._made, self._words, self._made.found.edition
        return {
            "language": self._language,
            "words": words,
            "title": words["title"],
            "process": f"{self._text(edition.title)} {self._text(edition.version_title)}",
            "case": made.found.case.id,
            "facts": [
                [name, value] for name, value in zip(words["facts"], self._facts(), strict=True) if value
            ],
            "events": list(self._events()),
            "votes": list(self._votes()),
            "amended": [self._amendment(one) for one in self._amended],
            "documents": list(self._documents()),
            "head": made.found.head,
            "checkpoint": made.checkpoint.whole.strip(),
            "keys": [
                {"verifier": key.verifier, "days": self._lasts(key.from_at, key.until)} for key in made.keys
            ],
        }

    def _lasts(self, first: str, last: str | None) -> str:
        until = self._words["now"] if last is None else self._says.moment(last)
        return f"{self._says.moment(first)} – {until}"

    def _text(self, text: Text) -> str:
        return text.in_language(self._language)

    def _data_of(self, line: Mapping[str, Any]) -> Mapping[str, Any]:
        data = self._made.readable.get(line["seq"], line["data"])
        return data if isinstance(data, Mapping) else {}

    def _facts(self) -> Iterator[str]:
        made, case, edition = self._made, self._made.found.case, self._made.found.edition
        standing, ended = edition.standings.get(case.standing), edition.outcomes.get(case.outcome or "")
        status = self._words["statuses"].get(case.status, case.status)
        yield self._name(case.subject) or case.subject
        yield made.names.units.get(case.unit, case.unit)
        yield " – ".join(self._says.day(day) for day in (case.opened_on, case.closed_on) if day is not None)
        yield status if ended is None else self._says.labelled(status, self._text(ended.title))
        yield "" if standing is None else self._text(standing)
        yield "" if made.provenance is None else made.provenance["origin"]

    def _events(self) -> Iterator[dict[str, Any]]:
        """Yield acts each by itself, stages as headings, and what followed by itself in one line together."""
        for sort, run in groupby(self._lines, _sort_of):
            lines = list(run)
            if sort == "folded":
                yield self._folded(lines)
            else:
                yield from map(self._stage if sort == "stage" else self._event, lines)

    def _stage(self, line: Mapping[str, Any]) -> dict[str, Any]:
        says = told(self._edition(None), line["type"], None, self._data_of(line))
        day = self._says.dated(line["occurred_on"])
        return {"sort": "stage", "what": f"{line['seq']} · {day} {self._text(says)}"}

    def _folded(self, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return what happened by itself in a row, counted by its sort."""
        counts = Counter(line["type"] for line in lines)
        first, last = lines[0], lines[-1]
        days = dict.fromkeys((first["occurred_on"], last["occurred_on"]))
        return {
            "sort": "folded",
            "number": "–".join(dict.fromkeys((str(first["seq"]), str(last["seq"])))),
            "days": " – ".join(map(self._says.dated, days)),
            "what": self._says.listed(
                [self._words["folded"][kind].format(number=number) for kind, number in counts.items()]
            ),
        }

    def _event(self, line: Mapping[str, Any]) -> dict[str, Any]:
        data = self._data_of(line)
        edition = self._edition(line["step"])
        actor, behalf = self._name(line["actor"]), self._name(line["on_behalf_of"])
        who = actor if not behalf else self._words["for"].format(actor=actor, behalf=behalf)
        return {
            "sort": "told",
            "seq": line["seq"],
            "occurred_on": self._says.dated(line["occurred_on"]),
            "recorded_at": self._says.moment(str(line["recorded_at"])),
            "what": self._says.dated(self._text(told(edition, line["type"], line["step"], data))),
            "who": who if line["actor"] else self._words["by_itself"],
            "lines": list(self._said(line, data, edition)),
            "withheld": "withheld" in line,
        }

    def _said(self, line: Mapping[str, Any], data: Mapping[str, Any], edition: Process) -> Iterator[str]:
        """Yield what was said: answers, texts, people, comment, reason, warnings, gaps, corrections."""
        for kind in ("values", "texts"):
            answers = data.get(kind)
            for name, value in answers.items() if isinstance(answers, Mapping) else ():
                title = self._text(field_title(edition, line["step"], name))
                chosen = answer_title(edition, line["step"], name, value)
                answer = self._says.answer(value) if chosen is None else self._text(chosen)
                yield self._says.labelled(title, answer)
        named = [self._name(one) for one in data.get("people") or () if isinstance(one, str)]
        if any(named):
            yield self._says.listed(named)
        if data.get("text"):
            yield str(data["text"])
        if data.get("reason"):
            yield self._says.labelled(self._words["reason"], str(data["reason"]))
        for warned in data.get("warnings") or ():
            detail = self._says.dated(str(warned["detail"].get(self._language, "")))
            yield self._says.labelled(self._words["late"], detail)
        for gap in data.get("gaps") or ():
            yield self._says.labelled(self._words["gap"], str(gap["detail"].get(self._language, "")))
        for one in self._amended:
            if line["seq"] in {one.proposal, one.target}:
                yield self._changed(one)

    def _changed(self, one: Amendment) -> str:
        what = self._says.labelled(self._what(one), f"{self._value(one.old)} → {self._value(one.new)}")
        return self._says.labelled(what, self._words["states"][one.state])

    def _amendment(self, one: Amendment) -> list[str]:
        answered = f"{self._words['states'][one.state]} {self._by(one.answered_by, one.answered_on)}"
        anew = self._anew(one)
        why = "" if not one.reason else f"\n{self._says.labelled(self._words['reason'], one.reason)}"
        return [
            str(one.target),
            self._what(one),
            self._value(one.old),
            self._value(one.new) + (f"\n{anew}" if anew else ""),
            self._by(one.proposed_by, one.proposed_on) + why,
            answered.strip(),
        ]

    def _anew(self, one: Amendment) -> str:
        if one.written_on is None:
            return ""
        return self._says.labelled(self._words["written_on"], self._says.day(one.written_on))

    def _by(self, person: str | None, on: date | None) -> str:
        return f"{self._says.day(on)} {self._name(person)}".strip()

    def _what(self, one: Amendment) -> str:
        """Return what a corrected value is called."""
        part, _, name = one.path.partition(".")
        if part == "occurred_on":
            return str(self._words["occurred_on"])
        step = next((line["step"] for line in self._made.lines if line["seq"] == one.target), None)
        edition = self._edition(step)
        if part == "materials":
            material = edition.materials.get(name)
            return name if material is None else self._text(material.title)
        return self._text(field_title(edition, step, name))

    def _value(self, value: Scalar | tuple[str, ...]) -> str:
        if isinstance(value, tuple):
            return "\n".join(digest[:16] for digest in value) or "–"
        return self._says.answer(value) or "–"

    def _votes(self) -> Iterator[list[str]]:
        for line in self._made.lines:
            met = self._data_of(line).get("meeting")
            if isinstance(met, Mapping):
                counts = ["" if met.get(name) is None else str(met[name]) for name in _COUNTS]
                title = self._text(self._edition(line["step"]).steps[line["step"]].title)
                yield [f"{self._says.dated(line['occurred_on'])} {title}", *counts]

    def _documents(self) -> Iterator[dict[str, str]]:
        """Yield each document with the materials it was handed in for, and on which days."""
        for one in self._made.documents:
            handed = list(dict.fromkeys(self._handed_in(one.sha256)))
            yield {
                "title": "\n".join(title for title, _ in handed),
                "day": "\n".join(day for _, day in handed),
                "name": one.name,
                "size": f"{one.size:,}",
                "sha256": one.sha256,
            }

    def _handed_in(self, sha256: str) -> Iterator[tuple[str, str]]:
        for line in self._made.lines:
            given = self._data_of(line).get("materials")
            for material, digests in given.items() if isinstance(given, Mapping) else ():
                if isinstance(digests, list | tuple) and sha256 in digests:
                    spec = self._edition(line["step"]).materials.get(material)
                    title = material if spec is None else self._text(spec.title)
                    yield title, self._says.dated(line["occurred_on"])
        for one in self._amended:
            if isinstance(one.new, tuple) and sha256 in one.new:
                yield self._what(one), self._says.day(one.proposed_on)

    def _name(self, person: str | None) -> str:
        return "" if person is None else self._made.names.people.get(person, "")

    def _edition(self, step: str | None) -> Process:
        """Return the latest edition of the case that knows a step."""
        editions = editions_of(self._made.found)
        return next((one for one in reversed(editions) if step in one.steps), editions[-1])
