"""Who may act on a step: posts and case roles, substitutes, and the separation of duties."""

from __future__ import annotations

from datetime import datetime

from domain.actors import actor_title as actor_title  # noqa: PLC0414 - asked for under this module's name, too
from domain.actors import somebody_else
from domain.blocking import blocked_by
from domain.case import Case, StepState
from domain.circumstances import Circumstances, HeldPost, UnitRef
from domain.conditions import holds
from domain.drafting import Signature
from domain.moments import local_day, numbered
from domain.process import Process
from domain.recusing import check_recused
from domain.refusals import (
    ConflictOfInterest,
    NotEntitled,
    NotPossible,
    RuleViolation,
    SamePersonTwice,
    StepNotOpen,
)
from domain.rules import SeparationRule
from domain.separating import has_other_part
from domain.steps import Actor, AppointStep, PeriodStep, Step
from domain.values import Text


def why_not(
    process: Process, case: Case, step_id: str, known: Circumstances, now: datetime
) -> RuleViolation | None:
    """Return why this person would be refused on this step today whatever he hands in, or None.

    `known` holds the actor's posts and what the registers say today.
    """
    edition = process.edition(case.version)
    today = local_day(now, case.time_zone)
    step = edition.steps.get(step_id)
    if step is None:
        return not_open(step_id)
    try:
        check_open(edition, case, step)
        signature = sign(edition, case, step, actors_of(step), known)
        check_apart(edition, case, step, signature, known)
    except RuleViolation as refused:
        return refused.untraced()
    return blocked_by(edition, case, step, today, known.path)


def actors_of(step: Step) -> tuple[Actor, ...]:
    """Return everybody who may do something in the step; in a period those who have a duty in it."""
    if isinstance(step, PeriodStep):
        return tuple(dict.fromkeys(actor for duty in step.entries for actor in duty.by))
    return step.by


def sign(
    process: Process, case: Case, step: Step | None, by: tuple[Actor, ...], known: Circumstances
) -> Signature:
    """Return how the actor signs: as subject, by case role, or by a post on the case's path.

    Raises NotEntitled. Nobody decides about himself: the subject acts only where the definition says so.
    """
    ways = [way for actor in by for way in _ways_of(case, actor, known)]
    # Whoever may act in several ways acts in one that no part of his, or of the one acted for, stands in.
    if len(ways) > 1 and step is not None:
        return next((way for way in ways if not _keeps_apart(process, case, step, way, known)), ways[0])
    if ways:
        return ways[0]
    titles = [actor_title(process, actor) for actor in by]
    rule = f"{step.id}.by" if step is not None else "whole-case.by"
    raise NotEntitled(
        rule,
        basis=(step.basis if step is not None and step.basis else "gen"),
        detail=Text(
            zh="此事由下列人员办理（须在当日任职）：" + "、".join(title.zh for title in titles),
            en="This is for those who hold, on that day: " + ", ".join(title.en for title in titles),
        ),
    )


def check_open(process: Process, case: Case, step: Step) -> StepState:
    """Return the state of an open step. Raises NotPossible or StepNotOpen with what comes first."""
    if case.status != "open":
        raise case_not_open(case)
    state = case.steps.get(step.id)
    replacing = isinstance(step, AppointStep) and step.replaceable
    appointed = state is not None and replacing and state.was_done
    if state is not None and (state.status == "open" or appointed):
        missing = [before for before in process.predecessors[step.id] if not case.is_done(before)]
        if not missing or appointed:
            return state
        raise not_open(step.id, process, tuple(missing))
    missing = [before for before in process.predecessors.get(step.id, ()) if not case.is_done(before)]
    raise not_open(step.id, process, tuple(missing))


def not_open(step: str, process: Process | None = None, missing: tuple[str, ...] = ()) -> StepNotOpen:
    """Return the refusal for a step that is not open, naming the steps that come first."""
    titles = [process.steps[before].title for before in missing] if process is not None else []
    zh = "须先完成：" + "、".join(title.zh for title in titles) if titles else "该环节目前没有开启。"
    en = "First comes: " + ", ".join(title.en for title in titles) if titles else "This step is not open now."
    return StepNotOpen(f"{step}.order", basis="gen", detail=Text(zh=zh, en=en))


def case_not_open(case: Case) -> NotPossible:
    """Return the refusal for an act on a case that is closed or suspended."""
    if case.is_closed:
        detail = Text(zh="个案已经结束。", en="The case is closed.")
    else:
        detail = Text(zh="个案已中止，须先恢复。", en="The case is suspended; resume it first.")
    return NotPossible("case.open", basis="gen", detail=detail)


def may_go_to(process: Process, case: Case, path: tuple[UnitRef, ...]) -> bool:
    """Whether a case may move to where a path begins: another unit, of the kind the process starts in."""
    return bool(path) and path[0].kind == process.starts_in and path[0].id != case.unit


def check_apart(process: Process, case: Case, step: Step, signature: Signature, known: Circumstances) -> None:
    """Raise where the actor, or the one acted for, has to keep apart from a step.

    ConflictOfInterest for who is recused; SamePersonTwice for another part in the case that excludes this
    one, and for who has answered in this round already, himself or by a substitute.
    """
    check_recused(process, case, step, signature.people, known.relatives)
    check_separation(process, case, step, signature)
    state = case.steps.get(step.id)
    if state is None or step.kind != "decision":
        return
    answered = {p for answer in state.answers for p in (answer.person, answer.for_whom) if p is not None}
    if any(person in answered for person in signature.people):
        others = somebody_else(process, case, step.by)
        raise same_person(f"{step.id}.answers", step.basis or "gen", None, others)


def check_separation(process: Process, case: Case, step: Step, signature: Signature) -> None:
    """Raise SamePersonTwice where the actor, or the one acted for, has a part that excludes this one."""
    for number, rule in enumerate(rule for rule in step.rules if isinstance(rule, SeparationRule)):
        if rule.who != "actor" or rule.level != "block":
            continue
        if rule.when is not None and not holds(case, rule.when):
            continue
        if has_other_part(process, case, step, rule, signature.people):
            name = rule.id or numbered(f"{step.id}.separation", number)
            raise same_person(name, rule.basis, rule.says, somebody_else(process, case, step.by))


def same_person(rule: str, basis: str, says: Text | None, passes_when: Text | None = None) -> SamePersonTwice:
    """Return the refusal where two people are asked for."""
    detail = says or Text(
        zh="这里要求由不同的人办理；同一人（含代理）不能重复办理。",
        en="The rules ask for different people here; the same person, or a substitute, cannot act twice.",
    )
    return SamePersonTwice(rule, basis=basis, detail=detail, passes_when=passes_when)


def serves(post: HeldPost, case: Case) -> bool:
    """Whether a post is the actor's own, or lent for cases like this one as it stands."""
    return post.lent_for is None or post.lent_for.covers(case.process, case.stage, case.path)


def _ways_of(case: Case, actor: Actor, known: Circumstances) -> list[Signature]:
    """Return how somebody may sign as one of the actors of a definition; the first way is the best one."""
    if actor == "subject":
        return [Signature(person=known.actor, actor=actor)] if known.actor == case.subject else []
    if known.actor == case.subject:
        return []
    if "." not in actor:
        holds_it = known.actor in case.people.get(actor, ())
        return [Signature(person=known.actor, actor=actor)] if holds_it else []
    kind, _, _ = actor.rpartition(".")
    unit = case.unit_of_kind(kind)
    held = [
        post
        for post in known.posts
        if unit is not None
        and post.actor == actor
        and post.unit == unit.id
        and post.on_behalf_of != case.subject
        and serves(post, case)
    ]
    # Whoever holds a post himself does not act as the substitute of somebody else who holds it, too.
    own = [post for post in held if post.on_behalf_of is None]
    return [
        Signature.trusted(person=known.actor, post=post.id, on_behalf_of=post.on_behalf_of, actor=actor)
        for post in own[:1] or held
    ]


def _keeps_apart(process: Process, case: Case, step: Step, way: Signature, known: Circumstances) -> bool:
    """Whether this way would be refused for a part or a conflict of the actor, or of the one acted for."""
    try:
        check_apart(process, case, step, way, known)
    except (SamePersonTwice, ConflictOfInterest):
        return True
    return False
