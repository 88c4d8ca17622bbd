"""What an act hands in, checked against what the step asks: fields and materials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from domain.checking import Answers, Checking
from domain.conditions import holds
from domain.refusals import DocumentMissing, FieldInvalid
from domain.steps import FieldSpec, MaterialRef
from domain.values import Scalar, Text

LONGEST_TEXT = 20_000
"""Characters in one answer of free text."""

LARGEST_NUMBER = 2**53 - 1
"""The largest whole number that every reader of JSON understands alike; a record keeps no larger one."""


def check_fields(
    step: str,
    specs: tuple[FieldSpec, ...],
    given: Mapping[str, Scalar],
    outcome: str | None,
    checking: Checking | None = None,
) -> Answers:
    """Return the answers by sort. Raises FieldInvalid naming the field, never its content.

    `checking` takes it that one is missing, where that does not refuse what is checked.
    """
    known = {spec.id: spec for spec in specs}
    for name in given:
        if name not in known:
            raise FieldInvalid(
                f"{step}.fields",
                basis="gen",
                detail=Text(
                    zh=f"没有这样的栏目；可填：{'、'.join(known) or '-'}",
                    en=f"There is no such field; there are: {', '.join(known) or '-'}",
                ),
            )
    values: dict[str, Scalar] = {}
    texts: dict[str, str] = {}
    for spec in specs:
        value = given.get(spec.id)
        asked = not spec.for_outcomes or outcome in spec.for_outcomes
        if value is None or (isinstance(value, str) and not value.strip()):
            if spec.required and asked:
                _refuse_missing(_field(step, spec, Text(zh="必填", en="is required")), checking)
            continue
        checked = _checked(step, spec, value)
        if spec.type == "text":
            texts[spec.id] = str(checked)
        else:
            values[spec.id] = checked
    return Answers(values=values, texts=texts)


def check_materials(
    checking: Checking,
    asked: tuple[MaterialRef, ...],
    given: Mapping[str, tuple[str, ...]],
    outcome: str | None,
) -> None:
    """Raise DocumentMissing for a material that blocks, note the others.

    A new round asks for everything anew.
    """
    process, case, step = checking.process, checking.case, checking.step
    for kind in given:
        if kind not in process.materials:
            known = [ref.id for ref in asked]
            raise FieldInvalid(
                f"{step.id}.materials",
                basis="gen",
                detail=Text(
                    zh=f"没有这种材料；本环节需要：{'、'.join(known) or '-'}",
                    en=f"No such material; this step asks for: {', '.join(known) or '-'}",
                ),
            )
    state = case.steps.get(step.id)
    first_round = state is None or state.round == 1
    for ref in asked:
        applies = ref.when is None or holds(case, ref.when)
        if not applies or not ref.required or (ref.for_outcomes and outcome not in ref.for_outcomes):
            continue
        if ref.id in given or (first_round and ref.id in case.held):
            continue
        title = process.materials[ref.id].title
        detail = Text(zh=f"缺少材料“{title.zh}”。", en=f"The material “{title.en}” is missing.")
        rule = f"{step.id}.{ref.id}"
        basis = step.basis or "gen"
        if ref.level == "block":
            passes_when = Text(zh=f"交来“{title.zh}”", en=f"{title.en} is handed in")
            refused = DocumentMissing(rule, basis=basis, detail=detail, passes_when=passes_when)
            checking.refuse(refused, missing=True)
        else:
            checking.note(rule, ref.level, basis, detail)


def is_day(value: object) -> bool:
    """Return whether `value` is an ISO day."""
    if not isinstance(value, str):
        return False
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _refuse_missing(refused: FieldInvalid, checking: Checking | None) -> None:
    if checking is None:
        raise refused
    checking.refuse(refused, missing=True)


def _checked(step: str, spec: FieldSpec, value: Scalar) -> Scalar:
    problem = _problem(spec, value)
    if problem is not None:
        raise _field(step, spec, problem)
    return value


def _problem(spec: FieldSpec, value: Scalar) -> Text | None:
    """Return what is wrong with an answer, as the end of a sentence that never repeats it, or None."""
    if spec.type == "integer":
        return _integer_problem(spec, value)
    match spec.type:
        case "text":
            fits = isinstance(value, str) and len(value) <= LONGEST_TEXT
            wanted = Text(
                zh=f"应为文字，不超过{LONGEST_TEXT}字", en=f"is text of at most {LONGEST_TEXT} characters"
            )
        case "boolean":
            fits, wanted = isinstance(value, bool), Text(zh="应为是或否", en="is true or false")
        case "choice":
            titles = [spec.choice_title(one) for one in spec.choices]
            fits = value in spec.choices
            wanted = Text(
                zh="应为下列之一：" + "、".join(one.zh for one in titles),
                en="is one of: " + ", ".join(one.en for one in titles),
            )
        case _:
            fits, wanted = is_day(value), Text(zh="应为日期，如2026-06-01", en="is a day such as 2026-06-01")
    return None if fits else wanted


def _integer_problem(spec: FieldSpec, value: Scalar) -> Text | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return Text(zh="应为整数", en="is a whole number")
    low = spec.at_least if spec.at_least is not None else -LARGEST_NUMBER
    high = spec.at_most if spec.at_most is not None else LARGEST_NUMBER
    if low <= value <= high:
        return None
    lower = "" if spec.at_least is None else str(spec.at_least)
    upper = "" if spec.at_most is None else str(spec.at_most)
    return Text(
        zh=f"应在{lower or '任意'}至{upper or '任意'}之间",
        en=f"lies between {lower or 'any'} and {upper or 'any'}",
    )


def _field(step: str, spec: FieldSpec, problem: Text) -> FieldInvalid:
    return FieldInvalid(
        f"{step}.{spec.id}",
        basis=spec.basis or "gen",
        detail=Text(zh=f"“{spec.title.zh}”{problem.zh}。", en=f"{spec.title.en} {problem.en}."),
        passes_when=Text(zh=f"填写“{spec.title.zh}”", en=f"{spec.title.en} {problem.en}"),
    )
