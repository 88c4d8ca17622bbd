"""Forms: the papers of a case that can be filled from what was recorded, and which step each belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, get_args

from domain.case import Case
from domain.conditions import holds
from domain.process import Process
from domain.steps import DecisionStep, MeetingStep, Step, asked_of
from domain.values import Name, Text, Value

FormKind = Literal[
    "record",
    "talk",
    "oath",
    "request",
    "decision",
    "reply",
    "minutes",
    "notice",
    "objections",
    "register",
    "appointment",
    "way",
    "papers",
    "outcome",
]
"""What a form is: how it looks, and what is filled in."""

FORM_KINDS: Final[tuple[FormKind, ...]] = get_args(FormKind)

Asked = Mapping[Name, FormKind]
"""Of one process: which of its materials are forms, by the material's id."""

_OF_THE_CASE: Final[tuple[FormKind, ...]] = ("way", "papers", "outcome")
_BY_KIND: Final[Mapping[str, tuple[FormKind, ...]]] = {
    "record": ("record",),
    "decision": ("decision",),
    "meeting": ("minutes",),
    "notice": ("notice", "objections"),
    "period": ("register",),
    "appoint": ("appointment",),
}
_FITS: Final[Mapping[FormKind, tuple[str, ...]]] = {
    "minutes": ("meeting",),
    "reply": ("decision", "meeting"),
    "notice": ("notice",),
    "objections": ("notice",),
    "register": ("period",),
}
"""Kinds of step in which a form has anything to say; a material may be asked for again elsewhere."""
_TITLES: Final[Mapping[FormKind, Text]] = {
    "record": Text(zh="记录表", en="Record"),
    "talk": Text(zh="谈话记录", en="Record of a talk"),
    "oath": Text(zh="宣誓记录", en="Record of an oath"),
    "request": Text(zh="请示", en="Request"),
    "decision": Text(zh="审查意见表", en="Opinion"),
    "reply": Text(zh="批复", en="Reply"),
    "minutes": Text(zh="会议记录", en="Minutes"),
    "notice": Text(zh="公示", en="Public notice"),
    "objections": Text(zh="公示情况登记表", en="Register of the public notice"),
    "register": Text(zh="登记表", en="Register"),
    "appointment": Text(zh="人员确定登记表", en="People named"),
    "way": Text(zh="全程纪实表", en="Record of the whole process"),
    "papers": Text(zh="材料清单", en="List of documents"),
    "outcome": Text(zh="结果告知书", en="Notice of the outcome"),
}


class FormSpec(Value):
    """One form of a case."""

    id: str
    """The step and the material or kind, with a point between; of the whole case, `case` and the kind."""
    kind: FormKind
    title: Text
    code: str | None = None
    """The number of the material in the catalogue of the process."""
    step: Name | None = None
    """None where it is about the whole case."""


def forms_of(edition: Process, case: Case, asked: Asked) -> tuple[FormSpec, ...]:
    """Return every form of a case: those of the whole case, then step by step in the order of the process."""
    return (
        *_of_the_case(edition, case, asked),
        *(
            one
            for step in edition.steps.values()
            if applies(edition, case, step)
            for one in _of(edition, step, asked)
        ),
    )


def find_form(edition: Process, case: Case, asked: Asked, form_id: str) -> FormSpec | None:
    """Return the form of that id, if the case has it."""
    return next((one for one in forms_of(edition, case, asked) if one.id == form_id), None)


def applies(edition: Process, case: Case, step: Step) -> bool:
    """Whether a step belongs to this case, as far as can be said today."""
    state = case.steps.get(step.id)
    if state is not None:
        return state.status != "passed"
    if case.is_closed or step.optional or edition.stage_of[step.id].id not in _to_come(edition, case):
        return False
    return step.when is None or holds(case, step.when)


def _of_the_case(edition: Process, case: Case, asked: Asked) -> Iterator[FormSpec]:
    for kind in _OF_THE_CASE:
        if kind == "outcome" and not _is_told(edition, case):
            continue
        material = next((name for name, given in asked.items() if given == kind), None)
        spec = edition.materials.get(material or "")
        title = _TITLES[kind] if spec is None else spec.title
        yield FormSpec(id=f"case.{kind}", kind=kind, title=title, code=None if spec is None else spec.code)


def _is_told(edition: Process, case: Case) -> bool:
    """Whether the case has ended in a way of which the process says that the person is told."""
    outcome = edition.outcomes.get(case.outcome or "")
    return outcome is not None and "subject" in outcome.told


def _to_come(edition: Process, case: Case) -> tuple[str, ...]:
    """Return the stages that are not over. What the rules have now and had not then is not made up for."""
    stages = [stage.id for stage in edition.stages]
    return tuple(stages[stages.index(case.stage) if case.stage in stages else 0 :])


def _of(edition: Process, step: Step, asked: Asked) -> Iterator[FormSpec]:
    made: set[FormKind] = set()
    for material in (ref.id for ref in asked_of(step)):
        kind = asked.get(material)
        if kind is None or kind in _OF_THE_CASE or step.kind not in _FITS.get(kind, (step.kind,)):
            continue
        made.add(kind)
        spec = edition.materials[material]
        yield FormSpec(id=f"{step.id}.{material}", kind=kind, title=spec.title, code=spec.code, step=step.id)
    for kind in _usual(edition, step):
        if kind not in made and not (kind == "record" and made):
            yield FormSpec(id=f"{step.id}.{kind}", kind=kind, title=_titled(kind, step), step=step.id)


def _usual(edition: Process, step: Step) -> Iterator[FormKind]:
    """Return the forms any step of its kind has; what is decided above is answered by a reply."""
    yield from _BY_KIND[step.kind]
    if isinstance(step, DecisionStep | MeetingStep) and is_above(edition, step):
        yield "reply"


def is_above(edition: Process, step: Step) -> bool:
    """Whether a step is for holders of posts in units above the one a case belongs to, and nobody else."""
    return all(actor in edition.roles and unit_kind_of(actor) != edition.starts_in for actor in step.by)


def unit_kind_of(actor: str) -> str:
    """Return the kind of unit in which somebody holds a post, of an actor `<unit kind>.<role>`."""
    return actor.partition(".")[0]


def _titled(kind: FormKind, step: Step) -> Text:
    form = _TITLES[kind]
    return Text(zh=f"{step.title.zh}：{form.zh}", en=f"{step.title.en}: {form.en}")
