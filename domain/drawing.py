"""A process as the text of a Mermaid flow chart: stages as boxes, outcomes as edges, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from domain.process import Process, Stage
from domain.steps import Effect, Step
from domain.values import Language, Text

_SHAPES: dict[str, tuple[str, str]] = {
    "record": ("[", "]"),
    "decision": ("{", "}"),
    "meeting": ("{{", "}}"),
    "notice": ("[/", "/]"),
    "period": ("([", "])"),
    "appoint": ("[[", "]]"),
}
_ENDS: dict[Literal["reached", "refused", "left"], tuple[str, str]] = {
    "reached": ("(((", ")))"),
    "refused": ("((", "))"),
    "left": ("((", "))"),
}
_OPTIONAL = Text(zh="可选", en="optional")
_SOMETIMES = Text(zh="视情况", en="where it applies")
_EXTENDS = Text(zh="延长", en="extends")

# What ends a quoted text in Mermaid, or means something inside one.
_ESCAPES = str.maketrans(
    {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;", "\n": " ", "\r": " "}
)


def mermaid(process: Process, language: Language) -> str:
    """Return the process as Mermaid text.

    Rectangles are records, diamonds decisions, hexagons meetings, parallelograms notices, rounded boxes
    periods, double boxes appointments; circles are the ends of a case. Dotted edges happen only sometimes.
    """
    return "\n".join(["flowchart TD", *_Drawing(process, language).lines()]) + "\n"


class _Drawing:
    """One drawing. Nodes get numbers, for names may be words that Mermaid keeps for itself."""

    def __init__(self, process: Process, language: Language) -> None:
        self._process = process
        self._language = language
        self._steps = {step: f"s{number}" for number, step in enumerate(process.steps)}
        self._stages = {stage.id: f"g{number}" for number, stage in enumerate(process.stages)}
        self._ends = {outcome: f"e{number}" for number, outcome in enumerate(process.outcomes)}

    def lines(self) -> Iterator[str]:
        process = self._process
        for stage in process.stages:
            yield from self._stage(stage)
        for name in self._used_ends():
            outcome = process.outcomes[name]
            opening, closing = _ENDS[outcome.kind]
            yield f"  {self._ends[name]}{opening}{self._said(outcome.title)}{closing}"
        for stage, following in zip(process.stages, process.stages[1:], strict=False):
            label = "" if stage.standing is None else f"|{self._said(process.standings[stage.standing])}|"
            yield f"  {self._stages[stage.id]} -->{label} {self._stages[following.id]}"
        for stage in process.stages:
            if stage.outcome is not None:
                yield f"  {self._stages[stage.id]} --> {self._ends[stage.outcome]}"
        for step in process.steps.values():
            for name, effect in step.outcomes.items():
                yield from self._effect(step, name, effect)

    def _stage(self, stage: Stage) -> Iterator[str]:
        yield f"  subgraph {self._stages[stage.id]}[{self._said(stage.title)}]"
        for step in stage.steps:
            opening, closing = _SHAPES[step.kind]
            yield f"    {self._steps[step.id]}{opening}{self._said(step.title)}{closing}"
        for step in stage.steps:
            for before in self._process.predecessors[step.id]:
                yield f"    {self._steps[before]} {self._arrow(step)} {self._steps[step.id]}"
        yield "  end"

    def _arrow(self, step: Step) -> str:
        if step.optional:
            return f"-.->|{self._said(_OPTIONAL)}|"
        return "-->" if step.when is None else f"-.->|{self._said(_SOMETIMES)}|"

    def _effect(self, step: Step, name: str, effect: Effect) -> Iterator[str]:
        """An outcome that only lets the next steps open needs no edge of its own."""
        label = self._said(effect.title or Text(zh=name, en=name))
        here = self._steps[step.id]
        if effect.end is not None:
            yield f"  {here} -->|{label}| {self._ends[effect.end]}"
        if effect.return_to is not None:
            yield f"  {here} -.->|{label}| {self._steps[effect.return_to]}"
        if effect.again:
            yield f"  {here} -.->|{label}| {here}"
        if effect.extend is not None:
            yield f"  {here} -.->|{self._said(_EXTENDS)}| {self._steps[effect.extend]}"

    def _used_ends(self) -> list[str]:
        used = {stage.outcome for stage in self._process.stages}
        steps = self._process.steps.values()
        used |= {effect.end for step in steps for effect in step.outcomes.values()}
        return [name for name in self._process.outcomes if name in used]

    def _said(self, text: Text) -> str:
        return f'"{text.in_language(self._language).translate(_ESCAPES)}"'
