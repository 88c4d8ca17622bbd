"""Forms of the whole case: the record of the whole process, and the list of its documents."""

from __future__ import annotations

from collections.abc import Iterable

from domain.forms import applies
from domain.narrating import told
from domain.process import Stage
from services import blocks
from services.blocks import Block
from services.form_filling import Filling, Line


def way(filling: Filling) -> Iterable[Block]:
    """Return what was done in every stage: on which day, by whom, with which outcome."""
    w, case, edition = filling.words, filling.case, filling.edition
    ended = edition.outcomes.get(case.outcome or "")
    rows = [
        (w["person"], filling.subject),
        (w["unit"], filling.unit),
        (w["standing"], filling.standing()),
        (w["began"], w.day(case.opened_on)),
        (w["ended"], w.day(case.closed_on)),
        (w["outcome"], "" if ended is None else filling.says(ended.title)),
        *(
            (filling.says(role.title), w.listed([filling.name(one) for one in filling.people.get(name, ())]))
            for name, role in edition.case_roles.items()
        ),
    ]
    return [
        blocks.facts(rows),
        *(_stage(filling, stage) for stage in edition.stages),
        *_beside(filling),
        blocks.signs(w.day_or_line(None), w["actor_signs"], w["secretary"]),
    ]


def papers(filling: Filling) -> Iterable[Block]:
    """Return the catalogue of documents: which are there, under which digest, and which are not."""
    w, there = filling.words, {one.material: one for one in filling.handed_in}
    asked = {ref.id for step in filling.edition.steps.values() for ref in step.materials}
    rows = []
    for name, spec in filling.edition.materials.items():
        documents = there[name].documents if name in there else ()
        if not documents and name not in asked:
            continue
        digests = "\n".join(one.sha256[:16] for one in documents)
        rows.append((spec.code or "", filling.says(spec.title), w["yes"] if documents else "", digests, ""))
    heads = (w["code"], w["documents"], w["handed_in_as"], w["digest"], w["pages"])
    return [
        blocks.facts([(w["person"], filling.subject), (w["unit"], filling.unit)]),
        blocks.table(heads, (0, 3, 0, 0, 0), rows),
        blocks.signs(w.day_or_line(None), w["actor_signs"], w["secretary"]),
    ]


def _stage(filling: Filling, stage: Stage) -> Block:
    w, rows = filling.words, []
    for step in stage.steps:
        if not applies(filling.edition, filling.case, step):
            continue
        done = filling.done(step)
        rows.append(
            (
                step.number or "",
                filling.says(step.title),
                "" if done is None else w.day(done.on),
                "" if done is None else filling.name(done.event.actor),
                "" if done is None else _came_of(filling, done),
            )
        )
    heads = (w["number"], w["step"], w["done_on"], w["actor"], w["remark"])
    return blocks.table(heads, (0, 3, 0, 0, 4), rows, title=filling.says(stage.title))


def _came_of(filling: Filling, line: Line) -> str:
    w = filling.words
    named = [filling.name(one) for one in line.data.get("people") or () if isinstance(one, str)]
    warned = [filling.says_of(one) for one in line.data.get("warnings") or () if isinstance(one, dict)]
    outcome = filling.outcome(line) if line.event.actor is not None else ""
    parts = [
        outcome,
        w.listed(named),
        filling.said(line),
        *warned,
        w["corrected"] if line.is_corrected else "",
    ]
    return ("；" if filling.language == "zh" else "; ").join(part for part in parts if part)


def _beside(filling: Filling) -> list[Block]:
    """Return what happened to the case as a whole: moves, suspensions, returns, corrections."""
    kinds = (
        "step-returned",
        "case-suspended",
        "case-resumed",
        "case-transferred",
        "people-replaced",
        "period-extended",
        "correction-confirmed",
        "rules-changed",
        "case-reopened",
        "case-closed",
    )
    rows = [
        (
            filling.words.day(one.on),
            filling.says(told(filling.edition_of(one.event.step), one.event.type, one.event.step, one.data)),
            str(one.data.get("reason") or ""),
        )
        for one in filling.lines(None, *kinds)
    ]
    w = filling.words
    return [blocks.table((w["day"], w["what"], w["reason"]), (0, 3, 3), rows)] if rows else []
