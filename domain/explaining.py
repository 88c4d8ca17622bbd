"""Explaining: where a case stands, why, and what comes next, in sentences of both languages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from domain.actors import actor_title
from domain.case import Case
from domain.foreseeing import look_ahead
from domain.moments import local_day
from domain.process import Process
from domain.values import Text, Value
from domain.waiting import Blocked, OpenStep, waiting


class Explanation(Value):
    """Where a case stands. Sentences and titles in both languages, without names of people."""

    now: Text
    waiting_for: tuple[Text, ...] = ()
    """Titles of those who may act on what is open, each once."""
    blocked_by: tuple[Blocked, ...] = ()
    """What keeps everybody from completing an open step today, each rule once."""
    next: tuple[Text, ...] = ()
    """Titles of the steps that follow the open ones."""
    earliest_finish: date | None = None
    """The first day on which the case can reach its end, if everybody acts on the first day possible."""


def explain(process: Process, case: Case, now: datetime) -> Explanation:
    """Return where the case stands at `now` (aware)."""
    if case.is_closed:
        return Explanation(now=_closed(process.edition(case.version), case))
    edition = process.edition(case.version)
    open_steps = waiting(process, case, now).open
    steps = tuple(step for step in open_steps if not step.optional)
    possible = tuple(step for step in open_steps if step.optional)
    titles = [actor_title(edition, who.actor) for step in steps for who in step.assignees]
    return Explanation(
        now=_suspended(case) if case.status == "suspended" else _open(edition, case, steps, possible),
        waiting_for=_each_once(titles),
        blocked_by=_rules_once(steps),
        next=_each_once(_following(edition, case, steps)),
        earliest_finish=earliest_finish(edition, case, local_day(now, case.time_zone)),
    )


def earliest_finish(process: Process, case: Case, today: date) -> date | None:
    """Return the first day on which the last stage can be finished; None for a case that is not open.

    Every step is taken to be done on the first day its rules allow, today at the soonest. A step that
    depends on an answer nobody has given yet is taken not to apply.
    """
    if not case.is_open:
        return None
    return look_ahead(process, case, today).finish


def _closed(process: Process, case: Case) -> Text:
    outcome = process.outcomes.get(case.outcome or "")
    title = outcome.title if outcome else Text(zh=case.outcome or "结束", en=case.outcome or "ended")
    return Text(
        zh=f"个案已于{case.closed_on}结束：{title.zh}。",
        en=f"The case ended on {case.closed_on}: {title.en}.",
    )


def _suspended(case: Case) -> Text:
    return Text(
        zh=f"个案自{case.suspended_on}起中止，恢复之前不计时间。",
        en=f"The case has been suspended since {case.suspended_on}; no time counts until it is resumed.",
    )


def _open(process: Process, case: Case, steps: tuple[OpenStep, ...], possible: tuple[OpenStep, ...]) -> Text:
    stage = process.stage(case.stage).title
    if not steps and not possible:
        return Text(
            zh=f"个案处于“{stage.zh}”阶段，目前没有需要办理的环节。",
            en=f"The case is in the stage “{stage.en}”; nothing is to be done at present.",
        )
    parts = [_sentence(process, step) for step in steps]
    parts += [_possibility(process, step) for step in possible]
    return Text(
        zh=f"个案处于“{stage.zh}”阶段。" + "".join(part.zh for part in parts),
        en=f"The case is in the stage “{stage.en}”. " + " ".join(part.en for part in parts),
    )


def _sentence(process: Process, step: OpenStep) -> Text:
    """Say of one open step for whom it waits, and from when until when."""
    title = process.steps[step.step].title
    who = [actor_title(process, one.actor) for one in step.assignees]
    zh = f"“{title.zh}”等待{'、'.join(one.zh for one in who) or '时间届满'}"
    en = f"“{title.en}” waits for {', '.join(one.en for one in who) or 'time to pass'}"
    if step.not_before is not None and step.blocked is not None:
        zh, en = f"{zh}，最早{step.not_before}可以办结", f"{en}, not before {step.not_before}"
    if step.due_on is not None:
        late_zh, late_en = ("已逾期，", "overdue, ") if step.overdue else ("", "")
        zh, en = f"{zh}，{late_zh}期限{step.due_on}", f"{en}, {late_en}due {step.due_on}"
    if step.provisional:
        zh = f"{zh}（节假日安排尚未公布，为推算日期）"
        en = f"{en} (counted with a year whose holidays are not announced)"
    return Text(zh=f"{zh}。", en=f"{en}.")


def _possibility(process: Process, step: OpenStep) -> Text:
    """Say of a step that nothing waits for that it may happen."""
    title = process.steps[step.step].title
    return Text(zh=f"必要时可办理“{title.zh}”。", en=f"Where it is called for: “{title.en}”.")


def _following(process: Process, case: Case, steps: tuple[OpenStep, ...]) -> Iterable[Text]:
    open_ids = {step.step for step in steps}
    for step in steps:
        followers = [
            process.steps[other].title
            for other in process.followers(step.step)
            if step.step in process.predecessors[other] and other not in open_ids
        ]
        yield from followers
        if not followers and (stage := process.stage_after(case.stage)) is not None:
            yield stage.steps[0].title


def _each_once(texts: Iterable[Text]) -> tuple[Text, ...]:
    return tuple({text.zh: text for text in texts}.values())


def _rules_once(steps: tuple[OpenStep, ...]) -> tuple[Blocked, ...]:
    return tuple({step.blocked.rule: step.blocked for step in steps if step.blocked is not None}.values())
