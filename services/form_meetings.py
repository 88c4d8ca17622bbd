"""Minutes of a meeting: who was entitled and there, the count and what it had to reach, what was resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from domain.rules import Threshold
from domain.steps import MeetingStep, Step
from services import blocks
from services.blocks import Block
from services.form_filling import Filling, Line

_ROOM: Final = 6
_SEATS: Final = 8
"""Rows to sign in, where it is not told who is entitled."""
_COUNTS: Final = (
    ("eligible", "eligible"),
    ("present", "present"),
    ("written", "written"),
    ("yes", "for"),
    ("no", "against"),
    ("abstain", "abstain"),
)
_SAID: Final = {"yes": "for", "no": "against", "abstain": "abstain"}


def minutes(filling: Filling, step: Step) -> Iterable[Block]:
    """Return the minutes of a meeting; before it is held, the same to be filled in there."""
    if not isinstance(step, MeetingStep):
        return []
    w, done = filling.words, filling.done(step)
    met = _meeting(done)
    resolved = [] if done is None else [filling.outcome(done), str(done.data.get("reason") or "")]
    return [
        blocks.facts(_about(filling, step, done), _basis(filling, step)),
        _roster(filling, met),
        *_left_out(filling, met),
        _count(filling, step, met),
        *_needed(filling, step, met),
        *_answered(filling, step, done),
        blocks.prose(w["discussion"], [], _ROOM),
        blocks.prose(w["resolution"], resolved, 3),
        blocks.signs(
            w.day_or_line(None if done is None else done.on),
            w["chair_signs"],
            w["recorder_signs"],
            w["secretary"],
        ),
    ]


def _meeting(done: Line | None) -> Mapping[str, Any]:
    met = None if done is None else done.data.get("meeting")
    return met if isinstance(met, Mapping) else {}


def _about(filling: Filling, step: MeetingStep, done: Line | None) -> list[tuple[str, str]]:
    w = filling.words
    body = filling.edition.bodies[step.body]
    roster = filling.roster
    # Where the unit has no committee of its own, another body met.
    met = "" if done is None else str(done.data.get("body") or "")
    title = filling.says(filling.edition.bodies.get(met, body).title)
    place = "" if roster is None else roster.body.unit.name
    return [
        (w["person"], filling.subject),
        (w["body"], f"{place} {title}".strip()),
        (w["day"], w.day(None if done is None else done.on)),
        *_item(filling, done),
        (w["place"], ""),
        (w["chair"], ""),
        (w["recorder"], ""),
        (w["ballot"], w[step.ballot]),
        (w["actor"], "" if done is None else filling.name(done.event.actor)),
    ]


def _item(filling: Filling, done: Line | None) -> list[tuple[str, str]]:
    """Return as which item of its agenda the case was treated, where that is told."""
    w, place = filling.words, _meeting(done).get("agenda")
    if not isinstance(place, Mapping):
        return []
    says = "agenda_added" if place.get("added") else "agenda_item"
    return [(w["agenda"], w.say(says, item=str(place["item"]), of=str(place["of"])))]


def _basis(filling: Filling, step: Step) -> list[tuple[str, str]]:
    article = filling.article(step)
    return [(filling.words["article"], article)] if article else []


def _roster(filling: Filling, met: Mapping[str, Any]) -> Block:
    """Return everybody entitled, with who was there and who was left out, and a place to sign."""
    w = filling.words
    there = {one for one in met.get("attended") or () if isinstance(one, str)}
    left_out = {one["person"]: one["ground"] for one in met.get("excluded") or () if isinstance(one, Mapping)}
    wrote = {one["person"]: one.get("says") for one in met.get("opinions") or () if isinstance(one, Mapping)}
    entitled = () if filling.roster is None else tuple(one.id for one in filling.roster.entitled)
    names = dict.fromkeys((*entitled, *sorted(there), *sorted(wrote), *sorted(left_out)))
    rows = [
        (
            str(number),
            filling.name(one) or _entitled_name(filling, one),
            "✓" if one in there else "",
            _remark(filling, one, left_out, wrote),
            "",
        )
        for number, one in enumerate(names, start=1)
    ]
    heads = (w["number"], w["person"], w["there"], w["remark"], w["signature"])
    return blocks.table(heads, (0, 2, 0, 3, 2), rows, title=w["roster"], room=0 if rows else _SEATS)


def _remark(
    filling: Filling, person: str, left_out: Mapping[str, str], wrote: Mapping[str, str | None]
) -> str:
    """Return why somebody was not there and counts, or was left out of the count."""
    w = filling.words
    if person in wrote:
        said = wrote[person]
        return w["written_note"] if said is None else w.labelled(w["written_note"], w[_SAID[said]])
    return "" if person not in left_out else w["left_out"] + _ground(filling, left_out[person])


def _left_out(filling: Filling, met: Mapping[str, Any]) -> list[Block]:
    """Return by whose consent and by which resolution each one left out of the count was."""
    w = filling.words
    rows = []
    for one in met.get("excluded") or ():
        if isinstance(one, Mapping):
            ground = filling.edition.grounds.get(str(one["ground"]))
            asked = (None, None) if ground is None else (ground.consent, ground.resolution)
            papers = (
                _backing(filling, one.get(name), is_asked=level is not None)
                for name, level in zip(("consent", "resolution"), asked, strict=True)
            )
            person = str(one["person"])
            name = filling.name(person) or _entitled_name(filling, person)
            rows.append((name, _ground(filling, str(one["ground"])), *papers))
    heads = (w["person"], w["ground"], w["consent"], w["ground_resolution"])
    return [blocks.table(heads, (0, 3, 4, 4), rows, title=w["left_out_by"])] if rows else []


def _backing(filling: Filling, paper: Mapping[str, Any] | None, *, is_asked: bool) -> str:
    """Return what a consent or resolution is known by: its day, its number, the document's digest."""
    w = filling.words
    given = paper or {}
    on, ref, material = (str(given.get(name) or "").strip() for name in ("on", "ref", "material"))
    said = [w.dated(on), ref, w.labelled(w["document_digest"], material[:16]) if material else ""]
    lines = "\n".join(one for one in said if one)
    return lines or (w["not_named"] if is_asked else "")


def _entitled_name(filling: Filling, person: str) -> str:
    entitled = () if filling.roster is None else filling.roster.entitled
    return next((one.name for one in entitled if one.id == person), "")


def _ground(filling: Filling, ground: str) -> str:
    found = filling.edition.grounds.get(ground)
    return ground if found is None else filling.says(found)


def _count(filling: Filling, step: MeetingStep, met: Mapping[str, Any]) -> Block:
    w = filling.words
    shown = [(name, label) for name, label in _COUNTS if step.written or name != "written"]
    row = ["" if met.get(name) is None else str(met[name]) for name, _ in shown]
    return blocks.table(
        [w[label] for _, label in shown],
        [1] * len(shown),
        [row] if met else [],
        title=w["tally"],
        room=0 if met else 1,
    )


def _needed(filling: Filling, step: MeetingStep, met: Mapping[str, Any]) -> list[Block]:
    """Return what the numbers had to reach, and whether they did."""
    w = filling.words
    eligible = met.get("eligible")
    if not isinstance(eligible, int):
        eligible = None if filling.roster is None else filling.roster.eligible
    if eligible is None:
        return []
    rows = []
    for label, number, threshold in (("quorum", "present", step.quorum), ("majority", "yes", step.carried)):
        if threshold is None:
            continue
        whole = _whole(threshold, eligible, met)
        if whole is None:
            continue
        reached = met.get(number)
        says = "" if not isinstance(reached, int) else w["yes" if threshold.is_met(reached, whole) else "no"]
        rows.append((w[label], _asks(filling, threshold, whole), says))
    return [blocks.table((w["rule"], "", w["reached"]), (0, 3, 0), rows)] if rows else []


def _whole(threshold: Threshold, eligible: int, met: Mapping[str, Any]) -> int | None:
    """Return of how many a threshold is; None while that is not known."""
    if threshold.of == "eligible" or threshold.count is not None:
        return eligible
    if threshold.of == "present":
        present = met.get("present")
        return present if isinstance(present, int) else None
    cast = [met.get(name) for name in ("yes", "no")]
    return sum(one for one in cast if isinstance(one, int)) if met else None


def _asks(filling: Filling, threshold: Threshold, whole: int) -> str:
    w, needed = filling.words, str(threshold.needed(whole))
    article = w.article("", threshold.basis)
    if article:
        return w.say("needed", needed=needed, article=article)
    return w.say("needed_plain", needed=needed)


def _answered(filling: Filling, step: MeetingStep, done: Line | None) -> list[Block]:
    answers = filling.answers(step.fields, done)
    return [blocks.facts([], answers)] if answers else []
