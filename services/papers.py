"""The documents of a case: what each step asked for, what was handed in and when, what is still missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from domain.amending import amendments
from domain.process import Process
from domain.steps import Step, asked_of
from records import organisation
from records.materials import by_digest
from services import cases
from services.parts import Caller, Parts
from services.seeing import Seen
from services.views import CaseView

_ACTS: Final = frozenset({"step-completed", "entry-added", "people-replaced", "answer-given"})


@dataclass(frozen=True)
class Paper:
    """One document, as an act named it. The digest is what was signed off."""

    sha256: str
    step: str
    round: int
    on: date
    seq: int
    is_latest: bool
    """Whether no later act handed in another one of its kind."""
    name: str = ""
    """What its file was called."""
    written_on: date | None = None
    """Of a document that was written anew: the day it bears."""
    confirmed_by: str | None = None
    """Of such a one: the second person, by name."""


@dataclass(frozen=True)
class Wanted:
    """One kind of document that a step asks for, with every version of it, the latest first."""

    id: str
    title: str
    needed: bool
    """Whether the step is refused without it."""
    papers: tuple[Paper, ...]

    @property
    def is_missing(self) -> bool:
        """Whether it is asked for and not there."""
        return self.needed and not self.papers


@dataclass(frozen=True)
class StepPapers:
    """The documents of one step."""

    step: str
    title: str
    state: str
    """`open`, `done` or `ahead`."""
    wanted: tuple[Wanted, ...]
    done_seq: int | None = None
    """The act in which a document can be said to be missing or wrong; None where nothing was done yet."""


@dataclass(frozen=True)
class CasePapers:
    """The documents of a case, step by step, as one person sees them."""

    case: CaseView
    steps: tuple[StepPapers, ...]

    @property
    def missing(self) -> tuple[tuple[StepPapers, Wanted], ...]:
        """What is missing of what open steps ask for."""
        return tuple(
            (step, wanted)
            for step in self.steps
            if step.state == "open"
            for wanted in step.wanted
            if wanted.is_missing
        )


async def papers_of(parts: Parts, caller: Caller, case_id: str) -> CasePapers:
    """Return the documents of a case, as far as the caller sees them. Raises NotFound."""
    case = await cases.shown(parts, caller, case_id)
    process = parts.library.find(case.process.id, case.process.version)
    history: list[Seen] = []
    cursor: str | None = None
    while True:
        page = await cases.history(parts, caller, case_id, cursor=cursor)
        history += page.items
        cursor = page.next
        if cursor is None:
            break
    handed_in = await _with_names(parts, _handed_in(history, await _names(parts, history)))
    opened = {one.step for one in case.open_steps}
    done = {one.step for one in history if one.type == "step-completed" and one.step not in opened}
    steps = (
        StepPapers(
            step=step.id,
            title=step.title.in_language(caller.language),
            state="open" if step.id in opened else "done" if step.id in done else "ahead",
            wanted=tuple(_wanted(process, step, handed_in, caller)),
            done_seq=max(
                (one.seq for one in history if one.step == step.id and one.type in _ACTS), default=None
            ),
        )
        for step in process.steps.values()
    )
    return CasePapers(case, tuple(step for step in steps if step.wanted))


async def _names(parts: Parts, history: Iterable[Seen]) -> dict[str, str]:
    people = {one.answered_by for one in amendments(history) if one.answered_by is not None}
    return await parts.read(lambda connection: organisation.names_of(connection, people))


async def _with_names(parts: Parts, handed_in: dict[str, tuple[Paper, ...]]) -> dict[str, tuple[Paper, ...]]:
    digests = {paper.sha256 for papers in handed_in.values() for paper in papers}
    known = await parts.read(lambda connection: by_digest(connection, digests))
    return {
        kind: tuple(
            replace(paper, name=known[paper.sha256].name) if paper.sha256 in known else paper
            for paper in papers
        )
        for kind, papers in handed_in.items()
    }


def _wanted(
    process: Process, step: Step, handed_in: dict[str, tuple[Paper, ...]], caller: Caller
) -> Iterable[Wanted]:
    for ref in asked_of(step):
        yield Wanted(
            id=ref.id,
            title=process.materials[ref.id].title.in_language(caller.language),
            needed=ref.required and ref.level == "block" and ref.when is None,
            papers=handed_in.get(ref.id, ()),
        )


def _handed_in(history: Iterable[Seen], names: dict[str, str]) -> dict[str, tuple[Paper, ...]]:
    """Return every document by its kind, the latest first."""
    found: dict[str, list[Paper]] = {}
    for event in history:
        given = event.data.get("materials")
        if not isinstance(given, dict) or event.step is None:
            continue
        for kind, digests in given.items():
            for digest in digests:
                paper = Paper(digest, event.step, event.round or 1, event.occurred_on, event.seq, True)
                found.setdefault(kind, []).append(paper)
    acts = {event.seq: event for event in history}
    for one in amendments(history):
        part, _, kind = one.path.partition(".")
        if one.state != "confirmed" or part != "materials" or not isinstance(one.new, tuple):
            continue
        act = acts[one.target]
        found.setdefault(kind, []).extend(
            Paper(
                sha256=digest,
                step=act.step or "",
                round=act.round or 1,
                on=one.proposed_on,
                seq=one.proposal,
                is_latest=True,
                written_on=one.written_on,
                confirmed_by=names.get(one.answered_by or "", ""),
            )
            for digest in one.new
        )
    return {kind: tuple(_latest_first(papers)) for kind, papers in found.items()}


def _latest_first(papers: list[Paper]) -> Iterable[Paper]:
    last = max(paper.seq for paper in papers)
    for paper in sorted(papers, key=lambda one: -one.seq):
        yield replace(paper, is_latest=paper.seq == last)
