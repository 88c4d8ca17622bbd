"""Questions about single acts and their order. Nothing here knows the name of a process."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from domain.auditing import questions as ask
from domain.auditing.answers import Answer, Evidence, Looked, at, missing, of_breach
from domain.auditing.breaches import Breach
from domain.auditing.histories import Done, History
from domain.moments import anchor_day
from domain.process import Process
from domain.remembering import remembered
from domain.steps import MeetingStep
from domain.values import Text

_OF_AN_OVERLAY = "local"


def broken(looked: Looked, question: ask.Broken) -> Answer:
    """Find breaches of the definition's own rules."""
    found = [of_breach(one) for one in looked.breaches if _is_meant(question, one)]
    about = (act for act in looked.history.acts if _is_asked_of(question, act))
    return Answer.of(about, found)


def order(looked: Looked, question: ask.Order) -> Answer:
    """Find later steps that happened before earlier ones, or without them."""
    history = looked.history
    later = history.of_step(*question.then)
    found = [one for act in later for one in _out_of_order(history, question, act)]
    asked = (act for act in later if any(name in _known(act.edition) for name in question.first))
    return Answer.of(asked, found)


def within(looked: Looked, question: ask.Within) -> Answer:
    """Find steps done too long after a day of the case, or not at all though that day is long past."""
    history, case = looked.history, looked.history.case
    anchor = anchor_day(history.edition, case, question.of)
    if anchor is None:
        return Answer(asked=False)
    last = case.calendar.after(anchor.day, question.span).day
    span = question.span.in_words
    done = history.of_step(*question.steps)
    if done:
        late = [
            at(
                done[-1],
                f"应在{last}前办理（{span.zh}内）。",
                f"It was to be done by {last}, within {span.en}.",
            )
        ]
        return Answer(asked=True, evidence=tuple(late if done[-1].on > last else ()))
    waits = case.is_open and any(
        name in case.steps and case.steps[name].status == "open" for name in question.steps
    )
    if not waits:
        return Answer(asked=False)
    if history.today <= last:
        return Answer(asked=True)
    zh, en = f"应在{last}前办理，至今没有记录。", f"It was to be done by {last}, and is not recorded so far."
    return Answer(asked=True, evidence=(missing(history, question.steps[0], last, zh, en),))


def handed(looked: Looked, question: ask.Handed) -> Answer:
    """Find completions of a step by which materials were not handed in."""
    acts = [
        act
        for act in looked.history.of_step(question.by)
        if not question.outcomes or getattr(act.body, "outcome", "") in question.outcomes
    ]
    found = []
    for act in acts:
        lacking = [
            kind
            for kind in question.materials
            if kind not in act.before.held and kind not in act.body.materials
        ]
        if lacking:
            titles = [
                act.edition.materials[kind].title for kind in lacking if kind in act.edition.materials
            ] or [Text(zh=kind, en=kind) for kind in lacking]
            zh = "办理时尚缺材料：" + "、".join(title.zh for title in titles)
            en = "Not handed in by then: " + ", ".join(title.en for title in titles)
            found.append(at(act, zh, en))
    return Answer.of(acts, found)


def answered(looked: Looked, question: ask.Answered) -> Answer:
    """Find completions of a step where a field says nothing, or something else than it should."""
    acts = [
        act
        for act in looked.history.of_step(question.step)
        if not question.outcomes or getattr(act.body, "outcome", "") in question.outcomes
    ]
    found = []
    for act in acts:
        given = {**act.body.values, **act.body.texts}
        for name in question.fields:
            spec = next((one for one in act.step.fields if one.id == name), None)
            title = spec.title if spec is not None else Text(zh=name, en=name)
            value = given.get(name)
            empty = value is None or (isinstance(value, str) and not value.strip())
            if empty or (question.equals is not None and value != question.equals):
                found.append(
                    at(
                        act,
                        f"“{title.zh}”没有如实填写或不符要求。",
                        f"Not answered as it should be: {title.en}.",
                    )
                )
    return Answer.of(acts, found)


def happened(looked: Looked, question: ask.Happened) -> Answer:
    """List what is always listed for the auditor."""
    history = looked.history
    found = [
        Evidence(
            seq=event.seq,
            step=event.step,
            round=event.round or 1,
            on=event.occurred_on,
            version=history.edition_on(event.occurred_on).version,
            explained=bool(getattr(event.body, "reason", None)),
            detail=Text(zh="记录在案，供审计查看。", en="It is on record, and listed for the auditor."),
        )
        for event in history.events
        if event.type in question.events
    ]
    for act in history.of_step(question.step or ""):
        by_outcome = getattr(act.body, "outcome", "") in question.outcomes
        by_field = question.field is not None and act.body.values.get(question.field) == question.equals
        if by_outcome or by_field:
            found.append(at(act, "适用了特殊情形，供审计查看。", "A special path was taken; it is listed."))
    return Answer.of(history.acts, found)


def repeated(looked: Looked, question: ask.Repeated) -> Answer:
    """Find votes that were lost and then carried soon after, with nothing done in between."""
    acts = [
        act
        for act in looked.history.completions
        if isinstance(act.step, MeetingStep) and (not question.steps or act.step.id in question.steps)
    ]
    found = []
    for act in acts:
        before = looked.history.last_of(act.step.id, act.event.seq)
        if before is None or not isinstance(act.step, MeetingStep):
            continue
        lost = getattr(before.body, "outcome", "") == act.step.lost
        carried = getattr(act.body, "outcome", "") != act.step.lost
        between = any(before.event.seq < one.event.seq < act.event.seq for one in looked.history.acts)
        last = act.before.calendar.after(before.on, question.within).day
        if lost and carried and not between and act.on <= last:
            found.append(
                at(
                    act,
                    f"{before.on}未通过，其间没有重新审查即再次表决通过。",
                    f"It was lost on {before.on}, and carried with nothing looked at again in between.",
                )
            )
    return Answer.of(acts, found)


def complete(looked: Looked, question: ask.Complete) -> Answer:
    """Find steps that were neither done nor passed over in a case that reached its end."""
    history, case = looked.history, looked.history.case
    if case.outcome not in question.outcomes or case.closed_on is None:
        return Answer(asked=False)
    found = []
    for step in history.edition.steps.values():
        state = case.steps.get(step.id)
        # What a case shows as passed or done for an older version's sake was done under its name there.
        if step.optional or case.is_done(step.id) or (state is not None and state.status == "again"):
            continue
        title = step.title
        found.append(
            missing(
                history, step.id, case.closed_on, f"没有办理“{title.zh}”。", f"“{title.en}” was never done."
            )
        )
    return Answer(asked=True, evidence=tuple(found))


def despite(looked: Looked, question: ask.Despite) -> Answer:
    """Find decisions that were taken although a rule that blocks was broken before."""
    acts = [
        act
        for act in looked.history.of_step(question.step)
        if not question.outcomes or getattr(act.body, "outcome", "") in question.outcomes
    ]
    found = []
    for act in acts:
        open_then = [one for one in looked.breaches if one.level == "block" and one.seq < act.event.seq]
        if open_then:
            found.append(
                at(
                    act,
                    f"此前有{len(open_then)}处不符合必须遵守的规定，仍予办理。",
                    f"It was decided although {len(open_then)} rules that block were broken before.",
                )
            )
    return Answer.of(acts, found)


def reasoned(looked: Looked, question: ask.Reasoned) -> Answer:
    """Find outcomes against the person without a reason in the record."""
    acts = [
        act
        for act in looked.history.of_step(*question.steps)
        if getattr(act.body, "outcome", "") in question.outcomes
    ]
    found = [
        at(act, "没有写明理由。", "No reason stands in the record.")
        for act in acts
        if not (act.body.reason or "").strip()
    ]
    return Answer.of(acts, found)


def _is_meant(question: ask.Broken, breach: Breach) -> bool:
    return (
        (not question.rules or any(fnmatchcase(breach.rule, one) for one in question.rules))
        and (not question.sorts or breach.sort in question.sorts)
        and (not question.steps or breach.step in question.steps)
        and (not question.kinds or breach.step_kind in question.kinds)
        and (not question.local or breach.basis == _OF_AN_OVERLAY)
    )


def _is_asked_of(question: ask.Broken, act: Done) -> bool:
    """Whether an act is one a rule may have been broken by."""
    if question.steps and act.step.id not in question.steps:
        return False
    if question.kinds and act.step.kind not in question.kinds:
        return False
    if question.local and act.edition.overlay is None:
        return False
    named = rules_by_step(act.edition)
    plain = [one for one in question.rules if any(fnmatchcase(rule, one) for rule in named)]
    if not plain and question.kinds:
        return True
    if not plain:
        starts = tuple(one.partition(".")[0] for one in question.rules if "." in one)
        return not starts or any(fnmatchcase(act.step.id, one) for one in starts)
    return any(fnmatchcase(rule, one) and named[rule] == act.step.id for one in plain for rule in named)


@remembered(64)
def rules_by_step(edition: Process) -> dict[str, str]:
    """Return the rules of a definition that have an id of their own, each with its step."""
    found: dict[str, str] = {}
    for step in edition.steps.values():
        votes = (getattr(step, "quorum", None), getattr(step, "carried", None))
        for rule in (*step.rules, *step.due, *step.not_before, *votes):
            if rule is not None and rule.id is not None:
                found[rule.id] = step.id
    return found


def _known(edition: Process) -> dict[str, object]:
    return {**edition.steps, **{f"{period.id}.ends": period for period in edition.periods()}}


def _out_of_order(history: History, question: ask.Order, act: Done) -> Iterator[Evidence]:
    there = [name for name in question.first if name in _known(act.edition)]
    gaps = [one for name in there for one in _gap(history, name, act)]
    # Where one of several is enough, the act is in order as soon as one of them comes first.
    if question.any_of_first and len(gaps) < len(there):
        return
    yield from gaps[:1] if question.any_of_first else gaps


def _gap(history: History, first: str, act: Done) -> Iterator[Evidence]:
    """Find why one earlier step does not come before an act: it is later, or there is none."""
    title = act.edition.steps[first.partition(".")[0]].title
    if first not in act.edition.steps:
        anchor = anchor_day(act.edition, act.before, first)
        if anchor is not None and act.on < anchor.day:
            yield at(act, f"早于“{title.zh}”届满（{anchor.day}）。", f"It came before the end of {title.en}.")
        return
    before = history.last_of(first, act.event.seq)
    if before is not None:
        if act.on < before.on:
            yield at(
                act,
                f"早于“{title.zh}”（{before.on}）。",
                f"It came before “{title.en}”, which was on {before.on}.",
            )
        return
    if _was_passed(history, first, act):
        return
    after = history.last_of(first)
    when = "" if after is None else str(after.on)
    zh = f"办理时“{title.zh}”尚未办理" + (f"，事后于{when}补办。" if when else "。")
    en = f"“{title.en}” was not done by then" + (f"; it was made up for on {when}." if when else ".")
    yield at(act, zh, en)


def _was_passed(history: History, step: str, act: Done) -> bool:
    """Whether a step did not apply, or stands for one that an earlier version named otherwise."""
    state = act.before.steps.get(step)
    if state is not None and state.status == "passed":
        return True
    definition = act.edition.steps.get(step)
    if definition is not None and (definition.optional or definition.kind == "period"):
        return True
    replaced = act.edition.replaces
    older = [old for old, new in (replaced.counts_as if replaced else {}).items() if step in new]
    return any(history.last_of(old, act.event.seq) is not None for old in older)
