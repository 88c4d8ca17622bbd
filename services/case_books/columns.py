"""The columns of a book of cases, as a process makes them: one way to write, to read and to explain them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, get_args

from domain.moments import PUBLISHED
from domain.process import Process
from domain.steps import AppointStep, FieldSpec, MeetingStep, NoticeStep, PeriodStep, Step
from domain.values import Text

Kind = Literal["id", "line", "prose", "truth", "day", "days", "number", "choice", "words"]
Part = Literal["case", "on", "outcome", "people", "papers", "by", "field", "count", "wrote", "entry", "more"]

COUNTS: Final[Mapping[str, Text]] = {
    "eligible": Text(zh="应到", en="eligible"),
    "present": Text(zh="实到", en="present"),
    "written": Text(zh="书面意见", en="written"),
    "yes": Text(zh="赞成", en="yes"),
    "no": Text(zh="反对", en="no"),
    "abstain": Text(zh="弃权", en="abstain"),
}
"""The numbers of a vote, as `MeetingRecord` names them."""

_KINDS: Final[Mapping[str, Kind]] = {
    "text": "prose",
    "date": "day",
    "integer": "number",
    "boolean": "truth",
    "choice": "choice",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what stands in it, of which step, and which part of what is told of that step."""

    key: str
    kind: Kind
    title: Text
    says: Text
    part: Part
    step: str = ""
    name: str = ""
    """Of the field, the entry or the number."""
    required: bool = False
    choices: tuple[tuple[str, Text], ...] = ()
    """What may be chosen: the id, and what people call it."""


def columns_of(family: Sequence[Process]) -> tuple[Column, ...]:
    """Return the columns for the editions of a process, the earliest first.

    A step that may or may not happen while its stage lasts has none.
    """
    latest = family[-1]
    stages = {stage.id: stage.title for edition in family for stage in edition.stages}
    found = list(_of_case(latest, tuple(stages.items())))
    for step_id in _in_order(family):
        editions = [edition.steps[step_id] for edition in family if step_id in edition.steps]
        if not editions[-1].optional:
            found.extend(_of_step(family, editions))
    return tuple(found)


ROUND: Final = "round"
ENTRIES: Final = ("objection", "answer")
Whole = Literal["suspended", "resumed", "transferred"]
"""What happens to a case as a whole."""
WHOLE: Final[tuple[Whole, ...]] = get_args(Whole)
_WROTE: Final = (
    "书面意见提交人：编号，以逗号分开",
    "who wrote: ids of those who handed in an opinion, with commas between",
)
_WHAT: Final = (
    (ROUND, Text(zh="又一次办理", en="another round")),
    ("objection", Text(zh="公示期间的意见", en="an objection")),
    ("answer", Text(zh="对意见的答复", en="an answer")),
    ("suspended", Text(zh="中止", en="suspended")),
    ("resumed", Text(zh="恢复", en="resumed")),
    ("transferred", Text(zh="转入", en="moved")),
)


def more_columns_of(family: Sequence[Process]) -> tuple[Column, ...]:
    """Return the columns of the sheet for what has no room in the row of a case: a line for each fact."""
    steps = {
        step.id: step.title for edition in family for step in edition.steps.values() if not step.optional
    }
    outcomes = {
        name: _outcome_title(step, name)
        for edition in family
        for step in edition.steps.values()
        for name in step.outcomes
    }
    return tuple(_of_more(tuple(steps.items()), tuple(outcomes.items())))


def _of_more(steps: tuple[tuple[str, Text], ...], outcomes: tuple[tuple[str, Text], ...]) -> Iterator[Column]:
    more = partial(_whole, "more")
    yield more("case", "id", "个案：第一张表中的个案编号或人员", "Case: its key or person above", needs=True)
    yield more("what", "choice", "内容：可选", "What: to be chosen", needs=True, choices=_WHAT)
    yield more("on", "day", "日期：如 2026-05-01", "Day: such as 2026-05-01", needs=True)
    yield more(
        "step",
        "choice",
        "环节：又一次办理、意见和答复须填",
        "Step: for another round, an objection, an answer",
        choices=steps,
    )
    yield more("outcome", "choice", "结果：该次办理的结果", "Outcome: of that round", choices=outcomes)
    for name, title in COUNTS.items():
        yield more(name, "number", f"{title.zh}：该次会议", f"{title.en}: of that meeting")
    yield more("wrote", "words", *_WROTE)
    yield more(
        "unit",
        "id",
        "组织：转入的组织编号；第一张表填写最初所在的组织",
        "Unit: the id of the one it moved to; the row of the case names the one it began in",
    )
    yield more("says", "prose", "说明：摘要或原因；可留空", "Words: what was said, or why; may be empty")
    yield more("by", "id", "经办人：人员编号；可留空", "By: the id of who did it; may be empty")


def _in_order(family: Sequence[Process]) -> list[str]:
    """Return every step of any edition: those of the latest, and each older one after what came before it."""
    order = list(family[-1].steps)
    for edition in reversed(family[:-1]):
        before: str | None = None
        for step in edition.steps:
            if step not in order:
                order.insert(0 if before is None else order.index(before) + 1, step)
            before = step
    return order


def _of_case(process: Process, stages: tuple[tuple[str, Text], ...]) -> Iterator[Column]:
    case = partial(_whole, "case")
    yield case(
        "key",
        "id",
        "个案编号：本表中唯一；可留空，此时每人一案",
        "Key: unique in this file; may be empty while everybody has one case",
    )
    yield case(
        "person", "id", "人员：系统中的人员编号", "Person: the id of somebody in the record", needs=True
    )
    yield case("name", "line", "姓名：仅供核对，可留空", "Name: compared with the record only; may be empty")
    unit = process.unit_kinds[process.starts_in]
    yield case(
        "unit", "id", f"组织：{unit.zh}的编号", f"Unit: the id of a unit of the kind {unit.en}", needs=True
    )
    yield case(
        "stage",
        "choice",
        "所处阶段：目前到了哪一阶段；可留空，此时以各项日期为准",
        "Stage: which was reached; may be empty, then the days decide",
        choices=stages,
    )


def _of_step(family: Sequence[Process], editions: Sequence[Step]) -> Iterator[Column]:
    step = editions[-1]
    if not isinstance(step, PeriodStep):
        yield _day_of(family, step)
        outcomes = {name: _outcome_title(one, name) for one in editions for name in one.outcomes}
        if len(outcomes) > 1:
            yield _part(step, "outcome", "choice", "结果：可选", "outcome", choices=tuple(outcomes.items()))
    if isinstance(step, AppointStep):
        yield _part(step, "people", "words", "人员：编号，以逗号分开", "people: ids, with commas between")
    if isinstance(step, MeetingStep):
        yield from _of_vote(step)
    for field in _fields(editions):
        yield _of_field(step, field)
    yield from _entries(step)
    if _papers(editions):
        yield _part(
            step,
            "papers",
            "words",
            f"纸质材料：已有纸质材料的代号，或“全部”：{'、'.join(_papers(editions))}",
            f"on paper: what is kept on paper, or all: {', '.join(_papers(editions))}",
        )
    if not isinstance(step, PeriodStep):
        yield _part(step, "by", "id", "经办人：人员编号；可留空", "by: the id of who did it; may be empty")


def _of_vote(step: MeetingStep) -> Iterator[Column]:
    for name, title in COUNTS.items():
        if name != "written" or step.written:
            yield _part(step, "count", "number", title.zh, title.en, name=name)
    if step.written:
        yield _part(step, "wrote", "words", *_WROTE)


def _day_of(family: Sequence[Process], step: Step) -> Column:
    first = step.id == family[-1].first_step.id
    says = Text(zh="办理日期，如 2026-05-01", en="the day it happened, such as 2026-05-01")
    number = f"{step.number} " if step.number else ""
    title = Text(zh=f"{number}{step.title.zh}", en=step.title.en)
    return Column(step.id, "day", title, says, "on", step.id, required=first)


def _entries(step: Step) -> Iterator[Column]:
    if isinstance(step, NoticeStep):
        yield _part(
            step, "entry", "day", "公示开始：第一天", "published: the first day it hung", name=PUBLISHED
        )
    if isinstance(step, PeriodStep):
        for duty in step.entries:
            yield _part(
                step,
                "entry",
                "days",
                f"{duty.title.zh}：各次日期，以逗号分开",
                f"{duty.title.en}: the days, with commas between",
                name=duty.id,
            )


def _of_field(step: Step, field: FieldSpec) -> Column:
    choices = tuple((choice, Text(zh=choice, en=choice)) for choice in field.choices)
    return _part(
        step,
        "field",
        _KINDS[field.type],
        field.title.zh,
        field.title.en,
        name=field.id,
        choices=choices,
    )


def _fields(editions: Iterable[Step]) -> Iterable[FieldSpec]:
    return {field.id: field for step in editions for field in step.fields}.values()


def _papers(editions: Iterable[Step]) -> tuple[str, ...]:
    """Return the kinds of material a step asks for; in a period, those of its entries."""
    refs = [ref for step in editions for ref in step.materials]
    for step in editions:
        if isinstance(step, PeriodStep):
            refs += [ref for duty in step.entries for ref in duty.materials]
    return tuple(dict.fromkeys(ref.id for ref in refs))


def _outcome_title(step: Step, name: str) -> Text:
    return step.outcomes[name].title or Text(zh=name, en=name)


def _part(
    step: Step,
    part: Part,
    kind: Kind,
    zh: str,
    en: str,
    *,
    name: str = "",
    choices: tuple[tuple[str, Text], ...] = (),
) -> Column:
    title, says = _parted(zh, en)
    whole = Text(zh=f"{step.title.zh} · {title.zh}", en=f"{step.title.en} · {title.en}")
    key = f"{step.id}.{name or part}"
    return Column(key, kind, whole, says, part, step.id, name, choices=choices)


def _whole(
    part: Part,
    key: str,
    kind: Kind,
    zh: str,
    en: str,
    *,
    needs: bool = False,
    choices: tuple[tuple[str, Text], ...] = (),
) -> Column:
    """Return a column about a case as a whole, or about one fact more of it."""
    title, says = _parted(zh, en)
    place = key if part == "case" else f"{part}.{key}"
    return Column(place, kind, title, says, part, name=key, required=needs, choices=choices)


def _parted(zh: str, en: str) -> tuple[Text, Text]:
    """Return the title, which is what comes before the colon, and the explanation after it."""
    (zh_title, _, zh_says), (en_title, _, en_says) = zh.partition("："), en.partition(": ")
    return Text(zh=zh_title, en=en_title), Text(zh=zh_says or zh_title, en=en_says or en_title)
