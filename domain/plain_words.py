"""A case in plain words for the person it is about: where it stands, what may be added, whom to ask.

Nothing of the deliberation, and nobody's name, gets in here: the sentences are made of titles and days alone.
A case that ends without its aim is told as such, and kindly: what titles say of it is not repeated then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Literal

from domain.case import Case
from domain.moments import local_day
from domain.permitting import actor_title, actors_of
from domain.process import Process
from domain.steps import PeriodStep, Step
from domain.values import Text, Value
from domain.waiting import OpenStep, open_steps

_SUBJECT = "subject"


class WaitsFor(Value):
    """One thing the case waits for."""

    step: str
    says: Text
    since: date
    not_before: date | None = None
    due_on: date | None = None


class MayAdd(Value):
    """Something the person may do or hand in now."""

    act: Literal["step", "entry", "withdraw", "appeal"]
    step: str | None = None
    entry: str | None = None
    says: Text
    due_on: date | None = None


class MayAsk(Value):
    """Somebody the person may speak to: people by a part in the case, or whoever holds a post in a unit."""

    actor: str
    title: Text
    people: tuple[str, ...] = ()
    unit: str | None = None


class PlainCase(Value):
    """A case in plain words."""

    stands: Text
    since: date
    waits_for: tuple[WaitsFor, ...] = ()
    may_add: tuple[MayAdd, ...] = ()
    may_ask: tuple[MayAsk, ...] = ()


def plainly(process: Process, case: Case, now: datetime) -> PlainCase:
    """Return the case in plain words at `now` (aware)."""
    edition = process.edition(case.version)
    today = local_day(now, case.time_zone)
    found = open_steps(process, case, now) if case.is_open else ()
    stands, since = _stands(edition, case)
    return PlainCase(
        stands=stands,
        since=since,
        waits_for=tuple(_waits_for(edition, step, today) for step in found if not step.optional),
        may_add=tuple(_may_add(edition, case, found)),
        may_ask=tuple(_may_ask(edition, case, found)),
    )


def _stands(process: Process, case: Case) -> tuple[Text, date]:
    title = process.title
    if case.status == "suspended" and case.suspended_on is not None:
        since = case.suspended_on
        zh = f"您的“{title.zh}”自{since}起暂停办理，恢复之前不计时间。"
        return Text(zh=zh, en=f"Your case “{title.en}” has been paused since {since}; no time counts."), since
    if case.is_closed:
        return _ended(process, case), case.closed_on or case.latest_on
    stage, since = process.stage(case.stage).title, case.stages.get(case.stage, case.opened_on)
    return (
        Text(
            zh=f"您的“{title.zh}”正在办理，自{since}起处于“{stage.zh}”阶段。",
            en=f"Your case “{title.en}” is under way. Since {since} it is in the stage “{stage.en}”.",
        ),
        since,
    )


def _ended(process: Process, case: Case) -> Text:
    outcome, title = process.outcomes.get(case.outcome or ""), process.title
    kind = outcome.kind if outcome is not None else "left"
    if kind == "reached" and outcome is not None:
        return Text(
            zh=f"您的“{title.zh}”已于{case.closed_on}办结：{outcome.title.zh}。",
            en=f"Your case “{title.en}” came to its aim on {case.closed_on}: {outcome.title.en}.",
        )
    if kind == "refused":
        return Text(
            zh=f"您的“{title.zh}”已于{case.closed_on}办结，这一次未能达成。您可以向组织了解原因，以后仍可努力。",
            en=f"Your case “{title.en}” ended on {case.closed_on}; this time it did not reach its aim. "
            "You may ask for the grounds, and you may try again later.",
        )
    return Text(
        zh=f"您的“{title.zh}”已于{case.closed_on}结束办理。",
        en=f"Your case “{title.en}” was ended on {case.closed_on}.",
    )


def _waits_for(process: Process, step: OpenStep, today: date) -> WaitsFor:
    definition = process.steps[step.step]
    title, waits = definition.title, step.not_before is not None and step.not_before > today
    who = [actor_title(process, one.actor) for one in step.assignees]
    if waits and isinstance(definition, PeriodStep):
        zh, en = f"“{title.zh}”正在进行", f"“{title.en}” is running"
    elif _SUBJECT in definition.by:
        zh, en = f"等待您办理“{title.zh}”", f"It is your turn: “{title.en}”"
    else:
        zh = f"等待{'、'.join(one.zh for one in who) or '时间届满'}办理“{title.zh}”"
        en = f"It waits for {', '.join(one.en for one in who) or 'time to pass'}: “{title.en}”"
    zh, en = f"{zh}，自{step.opened_on}起", f"{en}, since {step.opened_on}"
    if waits:
        zh, en = f"{zh}，最早于{step.not_before}完成", f"{en}, at the earliest on {step.not_before}"
    if step.due_on is not None and step.overdue:
        zh, en = f"{zh}，原应在{step.due_on}前完成", f"{en}; it should have been done by {step.due_on}"
    elif step.due_on is not None:
        zh, en = f"{zh}，应在{step.due_on}前完成", f"{en}, to be done by {step.due_on}"
    return WaitsFor(
        step=step.step,
        says=Text(zh=f"{zh}。", en=f"{en}."),
        since=step.opened_on,
        not_before=step.not_before,
        due_on=step.due_on,
    )


def _may_add(process: Process, case: Case, found: Iterable[OpenStep]) -> Iterator[MayAdd]:
    for step in found:
        definition = process.steps[step.step]
        yield from _at_step(definition, step)
    if case.is_closed:
        outcome = process.outcomes.get(case.outcome or "")
        missed = outcome is not None and outcome.kind == "refused"
        if missed and _SUBJECT in process.whole_case.get("appeal", ()):
            yield MayAdd(act="appeal", says=_APPEAL)
    elif _SUBJECT in process.whole_case.get("withdraw", ()):
        yield MayAdd(act="withdraw", says=_WITHDRAW)


def _at_step(definition: Step, step: OpenStep) -> Iterator[MayAdd]:
    title = definition.title
    if isinstance(definition, PeriodStep):
        for entry in definition.entries:
            if _SUBJECT in entry.by:
                says = Text(zh=f"您可以提交“{entry.title.zh}”。", en=f"You may hand in: “{entry.title.en}”.")
                yield MayAdd(act="entry", step=step.step, entry=entry.id, says=says)
    elif _SUBJECT in definition.by and step.blocked is None:
        says = Text(zh=f"您可以办理“{title.zh}”。", en=f"You may do this now: “{title.en}”.")
        yield MayAdd(act="step", step=step.step, says=says, due_on=step.due_on)


def _may_ask(process: Process, case: Case, found: Iterable[OpenStep]) -> Iterator[MayAsk]:
    """Return those with a part in the case, then whoever it waits for, then whoever handles it as a whole."""
    for role, people in case.people.items():
        if people and role in process.case_roles:
            yield MayAsk(actor=role, title=process.case_roles[role].title, people=people)
    waited = [actor for step in found for actor in actors_of(process.steps[step.step])]
    handling = [actor for actors in process.whole_case.values() for actor in actors]
    for actor in dict.fromkeys((*waited, *handling)):
        kind = actor.rpartition(".")[0]
        unit = case.unit_of_kind(kind) if kind else None
        if unit is not None:
            yield MayAsk(actor=actor, title=actor_title(process, actor), unit=unit.id)


_APPEAL = Text(zh="您可以申诉，请求重新办理。", en="You may ask to have it looked at again.")
_WITHDRAW = Text(zh="您随时可以撤回申请。", en="You may withdraw at any time.")
