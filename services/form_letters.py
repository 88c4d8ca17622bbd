"""Forms that are letters: requests and replies, public notices, and what the person is told in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.forms import unit_kind_of
from domain.moments import PUBLISHED, notice_end, period_days
from domain.steps import MeetingStep, NoticeStep, PeriodStep, Step
from domain.values import Scalar
from services import blocks
from services.blocks import Block
from services.form_filling import Filling, Line


@dataclass(frozen=True)
class Window:
    """When and where a notice hangs; nothing is known of one that was not put up."""

    start: date | None
    end: date | None
    places: str
    summary: str


def window_of(filling: Filling, step: NoticeStep) -> Window:
    """Return the window of a notice, as far as it was recorded."""
    put_up = [one for one in filling.entries(step) if one.data.get("entry") == PUBLISHED]
    if not put_up:
        return Window(None, None, "", "")
    end = notice_end(filling.case, step)
    return Window(
        put_up[-1].on,
        None if end is None else end.day,
        filling.words.answer(_given(put_up[-1], "values", "places")),
        filling.words.answer(_given(put_up[-1], "texts", "summary")),
    )


def served(filling: Filling, step: Step) -> str:
    """Return the first and last day of a period in words; nothing while its start is not known."""
    days = period_days(filling.edition, filling.case, step) if isinstance(step, PeriodStep) else None
    return "" if days is None else f"{filling.words.day(days[0])} – {filling.words.day(days[1].day)}"


def notice(filling: Filling, step: Step) -> Iterable[Block]:
    """Return a public notice."""
    if not isinstance(step, NoticeStep):
        return []
    w, window = filling.words, window_of(filling, step)
    standing = filling.edition.standings.get(filling.edition.stage_of[step.id].standing or "")
    article = filling.article(step)
    times = {
        "person": filling.subject,
        "window": filling.says(step.window.in_words),
        "start": w.day_or_line(window.start),
        "end": w.day_or_line(window.end),
    }
    if standing is not None and article:
        says = w.say("notice", article=article, standing=filling.says(standing), **times)
    else:
        says = w.say("notice_plain", step=filling.says(step.title), **times)
    return [
        blocks.letter(
            "",
            says,
            window.summary,
            w.say("notice_tell", unit=filling.unit),
            w.say("notice_contact", contact="", phone=""),
        ),
        blocks.closing(filling.unit, w["seal"], w.day_or_line(window.start)),
    ]


def request(filling: Filling, step: Step) -> Iterable[Block]:
    """Return what is written to those above, with what was done and what is enclosed."""
    w, edition = filling.words, filling.edition
    done = filling.done(step)
    before = [(one, line) for one in edition.steps.values() if (line := _done_before(filling, one, done))]
    rows = [
        (one.number or "", filling.says(one.title), filling.outcome(line), w.day(line.on))
        for one, line in before
    ]
    asked = w.say(
        "request",
        person=filling.subject,
        opened=w.day(filling.case.opened_on),
        process=filling.says(edition.title),
        step=filling.says(step.title),
    )
    stage = edition.stage_of[step.id]
    given = {name for one, line in before if one in stage.steps for name in line.data.get("materials") or ()}
    enclosed = [filling.says(spec.title) for name, spec in edition.materials.items() if name in given]
    heads = (w["number"], w["step"], w["outcome"], w["day"])
    return [
        blocks.letter(_above(filling), asked),
        blocks.table(heads, (0, 3, 1, 0), rows, title=w["done_steps"]),
        blocks.letter("", w["enclosed"] + w.listed(enclosed) if enclosed else ""),
        blocks.closing(filling.unit, w["seal"], w.day_or_line(None if done is None else done.on)),
    ]


def reply(filling: Filling, step: Step) -> Iterable[Block]:
    """Return what those above answer to the unit."""
    w, done = filling.words, filling.done(step)
    above = filling.unit_above(unit_kind_of(step.by[0]))
    body = filling.edition.bodies.get(step.body) if isinstance(step, MeetingStep) else None
    lines = [
        w.say(
            "reply",
            person=filling.subject,
            day=w.day_or_line(None if done is None else done.on),
            body=above if body is None else filling.says(body.title),
            step=filling.says(step.title),
            outcome="" if done is None else filling.outcome(done),
        )
    ]
    if done is not None:
        lines += [_votes(filling, done), *_periods(filling, done)]
        reason = done.data.get("reason")
        lines += [w.say("reason", reason=str(reason))] if reason else []
    on = w.day_or_line(None if done is None else done.on)
    to = f"{filling.unit}：" if filling.language == "zh" else f"To: {filling.unit}"
    return [blocks.letter(to, *lines, w.say("reply_ends")), blocks.closing(above, w["seal"], on)]


def outcome(filling: Filling) -> Iterable[Block]:
    """Return what the person is told when the case has ended."""
    w, case, edition = filling.words, filling.case, filling.edition
    ended = edition.outcomes[case.outcome or ""]
    standing = edition.standings.get(case.standing)
    lines = [
        w.say(
            "outcome",
            opened=w.day(case.opened_on),
            process=filling.says(edition.title),
            closed=w.day(case.closed_on),
            outcome=filling.says(ended.title),
        )
    ]
    if ended.kind == "reached" and standing is not None:
        lines.append(w.say("outcome_standing", standing=filling.says(standing)))
    if ended.kind == "refused" and "appeal" in edition.whole_case:
        lines.append(w.say("outcome_appeal", unit=filling.unit))
    to = f"{filling.subject}：" if filling.language == "zh" else f"To: {filling.subject}"
    return [blocks.letter(to, *lines), blocks.closing(filling.unit, w["seal"], w.day(case.closed_on))]


def _done_before(filling: Filling, step: Step, limit: Line | None) -> Line | None:
    """Return how a step was done, where somebody did it and not only after what is asked for here."""
    line = filling.done(step)
    if line is None or line.event.actor is None:
        return None
    return line if limit is None or line.event.seq < limit.event.seq else None


def _above(filling: Filling) -> str:
    """Return to whom the unit writes: the nearest one above it that has a part in the process."""
    kinds = [unit_kind_of(actor) for actor in filling.edition.roles]
    above = [one for one in filling.case.path[1:] if one.kind in kinds]
    # Where there is a unit that may approve, it is that one.
    approves = next((one for one in above if one.may_approve), above[0] if above else None)
    name = "" if approves is None else filling.units.get(approves.id, "")
    return f"{name}：" if filling.language == "zh" else f"To: {name}"


def _votes(filling: Filling, done: Line) -> str:
    meeting = done.data.get("meeting")
    if not isinstance(meeting, Mapping):
        return ""
    names = ("eligible", "present", "yes", "no", "abstain")
    return filling.words.say("reply_votes", **{name: str(meeting.get(name, "")) for name in names})


def _periods(filling: Filling, done: Line) -> list[str]:
    """Return the periods that an act has part in: those that run on its day, with their last day."""
    w, found = filling.words, []
    for step in filling.edition.steps.values():
        days = period_days(filling.edition, filling.case, step) if isinstance(step, PeriodStep) else None
        if days is None or not days[0] <= done.on < days[1].day:
            continue
        found.append(
            w.say(
                "reply_period",
                period=filling.says(step.title),
                start=w.day(days[0]),
                end=w.day(days[1].day),
            )
        )
    return found


def _given(line: Line, part: str, name: str) -> Scalar:
    given = line.data.get(part)
    value = given.get(name) if isinstance(given, Mapping) else None
    return value if isinstance(value, str | int | bool) else None
