"""Questions about people: who acted, as whom, from where, and whether he could be what he was in the case."""

from __future__ import annotations

from domain.auditing import questions as ask
from domain.auditing.answers import Answer, Looked, at
from domain.auditing.histories import Done
from domain.events import StepCompleted
from domain.steps import MeetingStep
from domain.values import Text

_SECRET = 3
"""Fewer votes than this tell who voted how."""


def actor(looked: Looked, question: ask.Actor) -> Answer:
    """Find acts signed as somebody else than those who should act."""
    acts = looked.history.of_step(*question.steps)
    found = [
        at(act, "不是由应当办理的组织或人员办理的。", "It was done by others than those who should do it.")
        for act in acts
        if act.body.acted_as is not None and act.body.acted_as not in question.by
    ]
    return Answer.of(acts, found)


def roles(looked: Looked, question: ask.Roles) -> Answer:
    """Find days on which somebody held a case role without the standing it asks for, or under a bar."""
    history = looked.history
    acts = [act for act in history.acts if act.step.id in question.steps and act.event.seq in history.known]
    found = []
    for act in acts:
        role = act.edition.case_roles.get(question.role)
        known = history.known[act.event.seq]
        for person in act.before.people.get(question.role, ()) if role is not None else ():
            about = known.person(person)
            wrong = role is not None and about is not None and about.standing != role.standing
            barred = role is not None and any(
                bar.level == "block" and about is not None and bar.restriction in about.restrictions
                for bar in role.bars
            )
            if role is not None and role.standing is not None and (wrong or barred):
                found.append(
                    at(
                        act,
                        f"当日有{role.title.zh}已不具备条件，没有更换。",
                        f"On that day one of the {role.title.en} no longer qualified and was not replaced.",
                    )
                )
                break
    return Answer.of((act for act in acts if act.before.people.get(question.role)), found)


def levels(looked: Looked, question: ask.Levels) -> Answer:
    """Find people who acted at two levels of one case, or in a case role and at the upper level."""
    history = looked.history
    below = {
        person
        for act in history.acts
        if (act.body.acted_as or "").rpartition(".")[0] in question.lower
        for person in act.people
    }
    for role in question.roles:
        below |= {*history.case.people.get(role, ()), *history.case.former.get(role, ())}
    above = [act for act in history.acts if (act.body.acted_as or "").rpartition(".")[0] in question.upper]
    found = [
        at(
            act,
            "办理人在本个案中还以下级组织或个案职责的身份办理过。",
            "Whoever acted here also acted for a lower level, or holds a role in the same case.",
        )
        for act in above
        if below.intersection(act.people)
    ]
    return Answer.of(above, found)


def meetings(looked: Looked, question: ask.Meetings) -> Answer:
    """Find what the records of meetings show that should not be so."""
    acts = [
        act
        for act in looked.history.completions
        if isinstance(act.step, MeetingStep) and (not question.steps or act.step.id in question.steps)
    ]
    if question.what == "secret":
        acts = [act for act in acts if isinstance(act.step, MeetingStep) and act.step.ballot == "secret"]
    if question.what == "not-away":
        return _there_though_away(looked, acts)
    found = [at(act, wrong.zh, wrong.en) for act in acts if (wrong := _wrong_meeting(question, act))]
    return Answer.of(acts, found)


def _there_though_away(looked: Looked, acts: list[Done]) -> Answer:
    """Find votes that name somebody as present who had said to be away that day."""
    known = looked.history.known
    told = [act for act in acts if act.event.seq in known and _attended(act)]
    found = [
        at(
            act,
            f"列名到会的有{away}人，当日登记为外出。",
            f"{away} of those named as present had said to be away that day.",
        )
        for act in told
        if (away := len(set(_attended(act)).intersection(known[act.event.seq].away)))
    ]
    return Answer.of(told, found)


def _attended(act: Done) -> tuple[str, ...]:
    meeting = act.body.meeting if isinstance(act.body, StepCompleted) else None
    return () if meeting is None else meeting.attended


def barred(looked: Looked, question: ask.Barred) -> Answer:
    """Find outcomes that were reached although the subject was under a restriction in a stage."""
    history = looked.history
    acts = [
        act
        for act in history.of_step(question.step)
        if getattr(act.body, "outcome", "") in question.outcomes and act.event.seq in history.known
    ]
    found = []
    for act in acts:
        days = [
            one.on
            for one in history.acts
            if one.before.stage == question.stage
            and one.event.seq <= act.event.seq
            and one.event.seq in history.known
            and (about := history.known[one.event.seq].person(history.case.subject)) is not None
            and any(name in one.edition.restrictions for name in about.restrictions)
        ]
        if days:
            found.append(
                at(
                    act,
                    f"{days[0]}本人正受处分或限制，仍按正常情形办理。",
                    f"On {days[0]} the person was under a restriction, and nothing came of it.",
                )
            )
    return Answer.of(acts, found)


def scope(looked: Looked, _question: ask.Scope) -> Answer:
    """Find acts by a post in a unit that the case did not belong to."""
    history = looked.history
    acts = [act for act in history.acts if act.event.post is not None and act.event.seq in history.known]
    found = []
    for act in acts:
        post = next((one for one in history.known[act.event.seq].posts if one.id == act.event.post), None)
        if post is not None and all(place.id != post.unit for place in act.before.path):
            found.append(
                at(
                    act,
                    "办理人的职务不在本个案所属组织之内。",
                    "Whoever acted did so by a post outside the organisations of this case.",
                )
            )
    return Answer.of(acts, found)


def _wrong_meeting(question: ask.Meetings, act: Done) -> Text | None:
    meeting = getattr(act.body, "meeting", None)
    if question.what == "held":
        if meeting is None or meeting.present == 0:
            return Text(
                zh="没有开会表决的记录。", en="No meeting and vote stand in the record of this decision."
            )
    elif question.what == "without-subject":
        counted = () if meeting is None else (*meeting.attended, *(one.person for one in meeting.opinions))
        if act.before.subject in counted:
            return Text(zh="本人列入了参加表决的人。", en="The person concerned is among those counted.")
    elif meeting is not None and meeting.present + meeting.written < _SECRET:
        return Text(
            zh=f"投票的不足{_SECRET}人，无法保密。",
            en=f"Fewer than {_SECRET} people voted, so the ballot was not secret.",
        )
    return None
