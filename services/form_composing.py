"""Composing forms: for each kind of form, the parts it is made of and what is filled into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from domain.forms import FormKind, FormSpec
from domain.steps import AppointStep, NoticeStep, PeriodStep, Step
from services import blocks, form_letters, form_meetings, form_overviews
from services.blocks import Block
from services.form_filling import Filling, Line

_ROOM_TO_TALK: Final = 9
_ROOM_FOR_OPINION: Final = 2
_EMPTY_ROWS: Final = 4


def composed(filling: Filling, form: FormSpec) -> dict[str, Any]:
    """Return a form as the template takes it."""
    w = filling.words
    step = filling.edition.steps.get(form.step or "")
    parts = _OF_THE_CASE[form.kind](filling) if step is None else _OF_A_STEP[form.kind](filling, step)
    notes = [w.say("by_hand")] if step is not None and filling.done(step) is None else []
    notes += [w.say("withheld")] if filling.is_withheld else []
    process = filling.says(filling.edition.title)
    return {
        "language": filling.language,
        "title": filling.says(form.title),
        "code": form.code or "",
        "about": process if step is None else f"{process} · {filling.says(step.title)}",
        "foot": w.say("foot", person=filling.subject, case=filling.case.id),
        "blocks": [*parts, *(blocks.note(text) for text in notes)],
    }


def _record(filling: Filling, step: Step) -> list[Block]:
    w, done = filling.words, filling.done(step)
    answers = filling.answers(step.fields, done)
    rows = [*_whose(filling, done), (w["day"], w.day(None if done is None else done.on)), *_by(filling, done)]
    return [
        blocks.facts(rows, [*_basis(filling, step), *answers]),
        *_papers(filling, step),
        blocks.prose(w["reason"], _reason(done), _ROOM_FOR_OPINION),
        blocks.signs(w.day_or_line(None), w["actor_signs"], w["subject_signs"], w["secretary"]),
    ]


def _talk(filling: Filling, step: Step) -> list[Block]:
    w, done = filling.words, filling.done(step)
    rows = [
        (w["talked_with"], filling.subject),
        (w["talker"], "" if done is None else filling.name(done.event.actor)),
        (w["day"], w.day(None if done is None else done.on)),
        (w["place"], ""),
        (w["unit"], filling.unit),
        (w["recorder"], ""),
    ]
    said = [] if done is None else [filling.said(done)]
    return [
        blocks.facts(rows, _basis(filling, step)),
        blocks.prose(w["content"], said, _ROOM_TO_TALK),
        blocks.prose(w["opinion"], [], _ROOM_FOR_OPINION),
        blocks.signs(w.day_or_line(None), w["talker_signs"], w["recorder_signs"], w["subject_signs"]),
    ]


def _oath(filling: Filling, step: Step) -> list[Block]:
    w, done = filling.words, filling.done(step)
    on = None if done is None else done.on
    rows = [
        *_whose(filling, done),
        (w["day"], w.day(on)),
        (w["place"], ""),
        (w["introducer"], ""),
        *_by(filling, done),
    ]
    return [
        blocks.facts(rows, _basis(filling, step)),
        blocks.letter("", w.say("oath", person=filling.subject, day=w.day_or_line(on), place="", leader="")),
        blocks.prose(w["oath_said"], _reason(done), _ROOM_TO_TALK // 2),
        blocks.signs(w.day_or_line(None), w["subject_signs"], w["actor_signs"], w["secretary"]),
    ]


def _decision(filling: Filling, step: Step) -> list[Block]:
    w, done = filling.words, filling.done(step)
    given = list(filling.lines(step, "answer-given"))
    rows = [*_whose(filling, done), (w["day"], w.day(None if done is None else done.on)), *_by(filling, done)]
    parts = [
        blocks.facts(rows, [*_basis(filling, step), *filling.answers(step.fields, done)]),
        *_papers(filling, step),
    ]
    if given:
        heads = (w["who"], w["outcome"], w["day"])
        answers = [(filling.name(one.event.actor), filling.outcome(one), w.day(one.on)) for one in given]
        parts.append(blocks.table(heads, (1, 1, 1), answers, title=w["answers"]))
    opinion = [] if done is None else [filling.outcome(done), *_reason(done)]
    return [
        *parts,
        blocks.prose(w["opinion"], opinion, _ROOM_TO_TALK // 2),
        blocks.signs(w.day_or_line(None if done is None else done.on), w["actor_signs"], w["secretary"]),
    ]


def _objections(filling: Filling, step: Step) -> list[Block]:
    w, done = filling.words, filling.done(step)
    if not isinstance(step, NoticeStep):
        return []
    window = form_letters.window_of(filling, step)
    rows = [
        *_whose(filling, done),
        (w["published"], w.day(window.start)),
        (w["ends"], w.day(window.end)),
        (w["places"], window.places),
        *_by(filling, done),
    ]
    entries = list(filling.entries(step))
    answers = {str(one.data.get("ref")): one for one in entries if one.data.get("entry") == "answer"}
    lines = [
        [
            w.day(one.on),
            filling.said(one),
            "" if (answer := answers.get(str(one.event.seq))) is None else filling.said(answer),
            "" if answer is None else w.day(answer.on),
        ]
        for one in entries
        if one.data.get("entry") == "objection"
    ]
    heads = (w["day"], w["objection"], w["answer"], w["answered_on"])
    return [
        blocks.facts(rows, [*_basis(filling, step), (w["summary"], window.summary)]),
        blocks.table(heads, (0, 3, 3, 0), lines, title=w["objections"], room=_EMPTY_ROWS),
        blocks.prose(w["outcome"], [] if done is None else [filling.outcome(done), *_reason(done)], 2),
        blocks.signs(w.day_or_line(None), w["actor_signs"], w["secretary"]),
    ]


def _register(filling: Filling, step: Step) -> list[Block]:
    w = filling.words
    kinds = {entry.id: entry for entry in step.entries} if isinstance(step, PeriodStep) else {}
    rows = [
        (
            w.day(one.on),
            filling.says(kinds[entry].title) if (entry := one.data.get("entry")) in kinds else "",
            filling.said(one),
            filling.name(one.event.actor),
        )
        for one in filling.entries(step)
    ]
    served = form_letters.served(filling, step)
    whose = _whose(filling, filling.done(step))
    return [
        blocks.facts([*whose, (w["served"], served), *_helpers(filling, step)], _basis(filling, step)),
        blocks.table(
            (w["day"], w["kind"], w["what"], w["by"]),
            (0, 2, 5, 0),
            rows,
            title=w["entries"],
            room=_EMPTY_ROWS,
        ),
        blocks.prose(w["opinion"], [], _ROOM_FOR_OPINION),
        blocks.signs(w.day_or_line(None), w["actor_signs"], w["secretary"]),
    ]


def _appointment(filling: Filling, step: Step) -> list[Block]:
    w, done = filling.words, filling.done(step)
    if not isinstance(step, AppointStep):
        return []
    role = filling.edition.case_roles[step.role]
    changes = list(filling.lines(step, "people-replaced"))
    rows = [
        (filling.name(one), w.day(line.on), "；".join(_reason(line)))
        for line in ([done] if done is not None else []) + changes
        for one in line.data.get("people") or ()
    ]
    room = max(role.count.max - len(rows), 0)
    return [
        blocks.facts(
            [*_whose(filling, done), (w["role"], filling.says(role.title)), *_by(filling, done)],
            [*_basis(filling, step), *filling.answers(step.fields, done)],
        ),
        blocks.table((w["person"], w["day"], w["remark"]), (2, 0, 3), rows, title=w["named"], room=room),
        blocks.prose(w["reason"], _reason(done), _ROOM_FOR_OPINION),
        blocks.signs(w.day_or_line(None), w["actor_signs"], w["secretary"]),
    ]


def _whose(filling: Filling, done: Line | None) -> list[tuple[str, str]]:
    w = filling.words
    return [
        (w["person"], filling.subject),
        (w["unit"], filling.unit),
        (w["standing"], filling.standing(done)),
    ]


def _by(filling: Filling, done: Line | None) -> list[tuple[str, str]]:
    w = filling.words
    if done is None:
        return [(w["actor"], "")]
    return [(w["actor"], filling.name(done.event.actor)), (w["signed_as"], filling.signed_as(done))]


def _basis(filling: Filling, step: Step) -> list[tuple[str, str]]:
    article = filling.article(step)
    return [(filling.words["article"], article)] if article else []


def _helpers(filling: Filling, step: Step) -> list[tuple[str, str]]:
    """Return who in the case has a duty in a period."""
    entries = step.entries if isinstance(step, PeriodStep) else ()
    parts = dict.fromkeys(
        actor for entry in entries for actor in entry.by if actor in filling.edition.case_roles
    )
    return [
        (
            filling.says(filling.edition.case_roles[part].title),
            filling.words.listed([filling.name(one) for one in filling.people.get(part, ())]),
        )
        for part in parts
    ]


def _papers(filling: Filling, step: Step) -> list[Block]:
    """Return what the step asks for on paper, and what was handed in for it."""
    if not step.materials:
        return []
    w, there = filling.words, {one.material: one for one in filling.handed_in}
    rows = []
    for ref in step.materials:
        spec, found = filling.edition.materials[ref.id], there.get(ref.id)
        names = [] if found is None else [one.name for one in found.documents]
        rows.append((spec.code or "", filling.says(spec.title), w.listed(names)))
    return [blocks.table((w["code"], w["documents"], w["handed_in_as"]), (0, 1, 1), rows)]


def _reason(line: Line | None) -> list[str]:
    reason = None if line is None else line.data.get("reason")
    return [str(reason)] if reason else []


_OF_A_STEP: Final[Mapping[FormKind, Callable[[Filling, Step], Iterable[Block]]]] = {
    "record": _record,
    "talk": _talk,
    "oath": _oath,
    "request": form_letters.request,
    "decision": _decision,
    "reply": form_letters.reply,
    "minutes": form_meetings.minutes,
    "notice": form_letters.notice,
    "objections": _objections,
    "register": _register,
    "appointment": _appointment,
}

_OF_THE_CASE: Final[Mapping[FormKind, Callable[[Filling], Iterable[Block]]]] = {
    "way": form_overviews.way,
    "papers": form_overviews.papers,
    "outcome": form_letters.outcome,
}
