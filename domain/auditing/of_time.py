"""Questions about stretches of time: periods and their entries, roles, moves, what was left lying."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from domain import events as facts
from domain.auditing import questions as ask
from domain.auditing.answers import Answer, Evidence, Looked, at, missing
from domain.auditing.histories import Done, History
from domain.events import Event
from domain.moments import local_day, notice_end, period_days
from domain.steps import NoticeStep, PeriodStep
from domain.values import Text


def apart(looked: Looked, question: ask.Apart) -> Answer:
    """Find entries that follow each other too closely."""
    made = _entries(looked.history, question.step, question.entry)
    span = question.at_least.in_words
    found = [
        at(
            later,
            f"距上一次（{earlier.on}）不足{span.zh}。",
            f"It is less than {span.en} after the one before, of {earlier.on}.",
        )
        for earlier, later in pairwise(made)
        if later.on < later.before.calendar.after(earlier.on, question.at_least).day
    ]
    return Answer.of(made[1:], found)


def entries(looked: Looked, question: ask.Entries) -> Answer:
    """Find steps done with too few entries in the period before, or with the last one too long ago."""
    history = looked.history
    acts = history.of_step(question.by)
    found = []
    for act in acts:
        made = [
            one
            for one in _entries(history, question.step, question.entry)
            if one.event.seq < act.event.seq and one.on <= act.on
        ]
        if len(made) < question.at_least:
            found.append(
                at(
                    act,
                    f"此前应至少有{question.at_least}次记录，只有{len(made)}次。",
                    f"At least {question.at_least} entries were to come before it; there are {len(made)}.",
                )
            )
        elif made and question.no_longer_ago is not None:
            last = made[-1].before.calendar.after(made[-1].on, question.no_longer_ago).day
            if act.on > last:
                found.append(
                    at(
                        act,
                        f"最近一次记录是{made[-1].on}，间隔过长。",
                        f"The last entry before it was on {made[-1].on}, which is too long ago.",
                    )
                )
    return Answer.of(acts, found)


def quiet(looked: Looked, question: ask.Quiet) -> Answer:
    """Find an open case in which nobody did anything for too long."""
    history, case = looked.history, looked.history.case
    by_people = [event for event in history.events if event.actor is not None]
    if not case.is_open or not by_people:
        return Answer(asked=case.is_closed)
    latest = local_day(by_people[-1].recorded_at, case.time_zone)
    last = case.calendar.after(latest, question.longest).day
    if history.today <= last:
        return Answer(asked=True)
    span = question.longest.in_words
    zh = f"自{latest}起超过{span.zh}没有任何办理。"
    en = f"Nobody has done anything since {latest}, for more than {span.en}."
    step = next((name for name, state in case.steps.items() if state.status == "open"), case.stage)
    return Answer(asked=True, evidence=(missing(history, step, latest, zh, en),))


def extended(looked: Looked, question: ask.Extended) -> Answer:
    """Find extensions out of bounds, too many, or without the vote and the approval they need."""
    history = looked.history
    made = [
        event
        for event in history.events
        if isinstance(event.body, facts.PeriodExtended) and event.step == question.period
    ]
    found: list[Evidence] = []
    for number, event in enumerate(made, 1):
        edition = history.edition_on(event.occurred_on)
        wrong = _wrong_extension(history, question, event, number)
        if wrong is not None:
            found.append(
                Evidence(
                    seq=event.seq,
                    step=event.step,
                    round=number,
                    on=event.occurred_on,
                    version=edition.version,
                    detail=wrong,
                )
            )
    return Answer.of(made, found)


def served(looked: Looked, question: ask.Served) -> Answer:
    """Find completions of a step before the end of a period, as the definition counts it."""
    acts = [
        act
        for act in looked.history.of_step(question.by)
        if not question.extended or _was_extended(act, question.period)
    ]
    found = []
    for act in acts:
        step = act.edition.steps.get(question.period)
        days = period_days(act.edition, act.before, step) if isinstance(step, PeriodStep) else None
        if days is None or act.on < days[1].day:
            end = "?" if days is None else str(days[1].day)
            found.append(
                at(
                    act,
                    f"早于期满之日（{end}）。",
                    f"It came before the time was served, which ended on {end}.",
                )
            )
    return Answer.of(acts, found)


def moved(looked: Looked, question: ask.Moved) -> Answer:
    """Find what was amiss in moves of the case."""
    history = looked.history
    moves = [event for event in history.events if isinstance(event.body, facts.CaseTransferred)]
    found = list(_of_moves(history, question))
    return Answer.of(moves, found)


def provisional(looked: Looked, _question: ask.Provisional) -> Answer:
    """Find days counted with a year whose working days were not announced."""
    history = looked.history
    found, asked = [], []
    for act in history.completions:
        if not isinstance(act.step, NoticeStep):
            continue
        end = notice_end(act.before, act.step)
        asked.append(act)
        if end is not None and end.provisional:
            found.append(
                at(
                    act,
                    "窗口按尚未公布的节假日安排推算，结论为暂定。",
                    "The window was counted with a year not announced yet: the verdict is provisional.",
                )
            )
    return Answer.of(asked, found)


def _entries(history: History, step: str, entry: str) -> list[Done]:
    """Return the entries of a kind in a step, by their days."""
    made = [
        act
        for act in history.acts
        if act.step.id == step and isinstance(act.body, facts.EntryAdded) and act.body.entry == entry
    ]
    return sorted(made, key=lambda act: (act.on, act.event.seq))


def _of_moves(history: History, question: ask.Moved) -> Iterator[Evidence]:
    proposals = {
        event.seq: event for event in history.events if isinstance(event.body, facts.TransferProposed)
    }
    for event in history.events:
        body = event.body
        if not isinstance(body, facts.CaseTransferred):
            continue
        proposal = proposals.get(body.proposal or 0)
        what: Text | None = None
        if question.what == "handed" and not body.time_kept:
            what = Text(
                zh="转接时没有移交并核对材料。",
                en="The papers were not handed over and checked in this move.",
            )
        elif question.what == "looked-at" and (proposal is None or proposal.actor == event.actor):
            what = Text(
                zh="没有接收组织另一人的核对确认。",
                en="Nobody of the new organisation looked at it: it was confirmed by whoever proposed it.",
            )
        elif question.what == "slow" and proposal is not None and question.longest is not None:
            last = history.case.calendar.after(proposal.occurred_on, question.longest).day
            if event.occurred_on > last:
                what = Text(
                    zh=f"{proposal.occurred_on}提出，到接收间隔过长。",
                    en=f"It was proposed on {proposal.occurred_on} and taken over only long after.",
                )
        elif question.what == "by-the-old":
            yield from _by_the_old(history, event.seq, event.occurred_on.isoformat())
        if what is not None:
            yield Evidence(
                seq=event.seq,
                step=None,
                on=event.occurred_on,
                version=history.edition_on(event.occurred_on).version,
                explained=bool(getattr(event.body, "reason", None)),
                detail=what,
            )


def _by_the_old(history: History, seq: int, day: str) -> Iterator[Evidence]:
    """Find acts after a move by posts in units the case no longer belongs to."""
    for act in history.acts:
        known = history.known.get(act.event.seq)
        if act.event.seq < seq or known is None or act.event.post is None:
            continue
        post = next((one for one in known.posts if one.id == act.event.post), None)
        if post is not None and all(place.id != post.unit for place in act.before.path):
            yield at(
                act,
                f"{day}转出后仍由原组织办理。",
                f"It was done by the former organisation after the move of {day}.",
            )


def _was_extended(act: Done, period: str) -> bool:
    state = act.before.steps.get(period)
    return state is not None and state.extensions > 0


def _wrong_extension(history: History, question: ask.Extended, event: Event, number: int) -> Text | None:
    """Return what is wrong with the n-th extension of a period, or None."""
    period = history.edition_on(event.occurred_on).steps.get(question.period)
    rule = period.extension if isinstance(period, PeriodStep) else None
    months = getattr(event.body, "months", 0)
    if question.what == "bounds" and (rule is None or not rule.at_least <= months <= rule.at_most):
        return Text(zh=f"延长{months}个月，不在规定期限内。", en=f"It was extended by {months} months.")
    if question.what == "times" and (rule is None or number > rule.times):
        return Text(zh=f"第{number}次延长，超过规定次数。", en=f"It is extension number {number}: too many.")
    lacking = any(
        (one := history.last_of(step, event.seq)) is None or one.on > event.occurred_on
        for step in question.after
    )
    if question.what == "decided" and lacking:
        return Text(
            zh="延长前没有支部大会讨论和上级审批的记录。",
            en="No vote of the meeting and no approval by the superior comes before it.",
        )
    return None
