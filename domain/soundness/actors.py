"""People: posts, bodies and case roles that somebody can hold by the time they are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.complaints import Place
from domain.parties import Body, CaseRole
from domain.process import Process
from domain.rules import Condition, RestrictionRule, SeparationRule, StandingRule, UnitRule
from domain.soundness.flaws import Flaw, called, there_is_no
from domain.soundness.order import Order, Spot, spots
from domain.steps import DECIDING, AppointStep, DecisionStep, MeetingStep, PeriodStep
from domain.values import Text

_NOBODY = Text(zh="这里没有人可以办理", en="nobody may act here")


def posts(process: Process) -> Iterator[Flaw]:
    """Find posts and bodies nobody can hold, and standings, units and restrictions that are not declared."""
    if process.starts_in not in process.unit_kinds:
        yield Flaw(("starts_in",), there_is_no("unit kind", process.starts_in))
    if process.first_standing not in process.standings:
        yield Flaw(("first_standing",), there_is_no("standing", process.first_standing))
    for role in process.roles:
        kind, _, name = role.rpartition(".")
        if not kind or not name:
            yield Flaw.of(
                ("roles", role),
                zh="职务要写明组织类别和职责，如 branch.secretary",
                en="a post is named by its kind of unit and role, such as branch.secretary",
            )
        elif kind not in process.unit_kinds:
            yield Flaw(("roles", role), _nobody_can_hold("unit kind", kind))
    for name, body in process.bodies.items():
        yield from _body(process, name, body)
    for at, stage in enumerate(process.stages):
        if stage.standing is not None and stage.standing not in process.standings:
            yield Flaw(("stages", at, "standing"), there_is_no("standing", stage.standing))


def _nobody_can_hold(sort: str, name: str) -> Text:
    there = there_is_no(sort, name)
    return Text(zh=f"无人能够担任：{there.zh}", en=f"nobody can hold it: {there.en}")


def case_roles(process: Process, order: Order) -> Iterator[Flaw]:
    """Find case roles that are never filled, or that nobody can be given."""
    for name, role in process.case_roles.items():
        place: Place = ("case_roles", name)
        if role.count.min > role.count.max:
            yield Flaw.of(
                (*place, "count"),
                zh="最少人数多于最多人数",
                en="asks for more people at the least than at the most",
            )
        if role.standing is not None and role.standing not in process.standings:
            yield Flaw((*place, "standing"), _nobody_can_hold("standing", role.standing))
        if not order.appointing(name):
            yield Flaw.of(
                place,
                zh="始终无人担任：没有类型为 appoint 的环节确定这一职责的人选",
                en="nobody is ever appointed to it: no step of kind appoint has this role",
            )
        bars = [bar.restriction for bar in role.bars]
        yield from _restrictions(process, (*place, "bars"), bars)
        yield from _exclusions(process, order, name, role)


def actors(process: Process, order: Order) -> Iterator[Flaw]:
    """Find steps and acts by people who are not declared, or not appointed yet."""
    for act, people in process.whole_case.items():
        yield from _known(process, ("whole_case", act), people)
    if "suspend" in process.whole_case and not process.whole_case.get("resume"):
        yield Flaw.of(
            ("whole_case", "suspend"),
            zh="中止的个案永远不能恢复：没有人可以恢复办理",
            en="a suspended case could never go on: nobody may resume it",
        )
    for name, outcome in process.outcomes.items():
        yield from _known(process, ("outcomes", name, "told"), outcome.told)
    for spot in spots(process):
        yield from _of_step(process, order, spot)
    yield from _recusal(process)


def _recusal(process: Process) -> Iterator[Flaw]:
    """Find recusal from what does not exist, or of nobody."""
    recusal = process.recusal
    if recusal is None:
        return
    if not recusal.relations:
        yield Flaw.of(
            ("recusal", "relations"),
            zh="没有人需要回避：请写明亲属关系",
            en="keeps nobody out: name relations",
        )
    for at, name in enumerate(recusal.also):
        step = process.steps.get(name)
        if step is None:
            yield Flaw(("recusal", "also", at), there_is_no("step", name))
        elif step.kind in DECIDING:
            yield Flaw.of(
                ("recusal", "also", at),
                zh=f"“{name}”的类型为 {step.kind}：亲属本来就须回避",
                en=f"{name} is of kind {step.kind}: relatives keep out anyway",
            )
        elif step.by == ("subject",):
            yield Flaw.of(
                ("recusal", "also", at),
                zh=f"“{name}”只由本人办理",
                en=f"{name} is for the person concerned alone",
            )


def _body(process: Process, name: str, body: Body) -> Iterator[Flaw]:
    place: Place = ("bodies", name)
    if body.unit not in process.unit_kinds:
        yield Flaw((*place, "unit"), there_is_no("unit kind", body.unit))
    if not body.roles and body.standing is None:
        yield Flaw.of(
            place,
            zh="没有成员：既未写职责，也未写身份",
            en="nobody belongs to it: it has neither roles nor a standing",
        )
    if body.standing is not None and body.standing not in process.standings:
        yield Flaw((*place, "standing"), there_is_no("standing", body.standing))
    for at, role in enumerate(body.roles):
        if f"{body.unit}.{role}" not in process.roles:
            yield Flaw.of(
                (*place, "roles", at),
                zh=f"无人能够担任“{body.unit}.{role}”：职务中没有这一项",
                en=f"nobody can hold {body.unit}.{role}: it is not among the roles",
            )
    without = (*place, "without")
    yield from _restrictions(process, without, body.without)
    if body.needs_full_members and body.instead is None:
        yield Flaw.of(
            (*place, "needs_full_members"),
            zh="没有写明人数较少的组织由谁决定：请写 instead",
            en="says nothing about who decides in a smaller unit: instead",
        )
    yield from _instead(process, name, body)


def _instead(process: Process, name: str, body: Body) -> Iterator[Flaw]:
    """Whoever stands in has to be there, and not need a stand-in for ever."""
    place: Place = ("bodies", name, "instead")
    seen, following = {name}, body.instead
    while following is not None:
        if following not in process.bodies:
            yield Flaw(place, there_is_no("body", following))
            return
        if following in seen:
            yield Flaw.of(
                place,
                zh=f"循环：“{following}”由自己代替自己",
                en=f"circular: {following} stands in for itself",
            )
            return
        seen.add(following)
        following = process.bodies[following].instead


def _restrictions(process: Process, place: Place, names: Sequence[str]) -> Iterator[Flaw]:
    for at, name in enumerate(names):
        if name not in process.restrictions:
            yield Flaw((*place, at), there_is_no("restriction", name))


def _exclusions(process: Process, order: Order, name: str, role: CaseRole) -> Iterator[Flaw]:
    """An exclusion is looked at when the people are appointed, so the other role has to be filled by then."""
    for at, other in enumerate(role.excluded):
        place: Place = ("case_roles", name, "not", at)
        if other in {"subject", "appointer"}:
            continue
        if other not in process.case_roles or other == name:
            yield Flaw.of(
                place, zh=f"没有另一个个案职责“{other}”", en=f"there is no other case role {other!r}"
            )
            continue
        here, there = order.appointing(name), order.appointing(other)
        filled = all(any(order.comes_before(o.id, mine.id) for o in there) for mine in here)
        if here and there and not filled and name not in process.case_roles[other].excluded:
            yield Flaw.of(
                place,
                zh=f"“{other}”可能在此之后才确定，而且没有反过来排除“{name}”",
                en=f"{other} may be appointed later, and does not exclude {name} in turn",
            )


def _known(process: Process, place: Place, people: Sequence[str]) -> Iterator[Flaw]:
    for at, actor in enumerate(people):
        if actor == "subject" or actor in process.case_roles or actor in process.roles:
            continue
        sort = "post" if "." in actor else "case role"
        yield Flaw.of(
            (*place, at),
            zh=f"无人能够是“{actor}”：没有这样的{called(sort)}",
            en=f"nobody can be {actor!r}: there is no such {sort}",
        )


def _of_step(process: Process, order: Order, spot: Spot) -> Iterator[Flaw]:
    place, step = spot.place, spot.step
    if not step.by:
        yield Flaw((*place, "by"), _NOBODY)
    yield from _known(process, (*place, "by"), step.by)
    yield from _may_act(order, spot, (*place, "by"), step.by, (step.when,))
    for at, deadline in enumerate(step.due):
        yield from _known(process, (*place, "due", at, "escalate"), deadline.escalate)
    if isinstance(step, MeetingStep) and step.body not in process.bodies:
        yield Flaw((*place, "body"), there_is_no("body", step.body))
    if isinstance(step, AppointStep) and step.role not in process.case_roles:
        yield Flaw((*place, "role"), there_is_no("case role", step.role))
    if isinstance(step, DecisionStep):
        yield from _enough(process, spot, step)
    if isinstance(step, PeriodStep):
        for at, entry in enumerate(step.entries):
            where: Place = (*place, "entries", at, "by")
            yield from _known(process, where, entry.by)
            yield from _may_act(order, spot, where, entry.by, (step.when,))
            if not entry.by:
                yield Flaw(where, _NOBODY)
    yield from _in_rules(process, order, spot)


def _enough(process: Process, spot: Spot, step: DecisionStep) -> Iterator[Flaw]:
    """Several different people have to give the same answer: there have to be so many."""
    if step.of is not None and step.need > step.of:
        yield Flaw.of(
            (*spot.place, "need"),
            zh=f"永远达不到：{step.of}人中要有{step.need}人答复相同",
            en=f"can never be met: {step.need} equal answers of {step.of}",
        )
    if any("." in actor for actor in step.by):
        return
    most = sum(process.case_roles[actor].count.max if actor in process.case_roles else 1 for actor in step.by)
    if step.by and step.need > most:
        yield Flaw.of(
            (*spot.place, "need"),
            zh=f"永远达不到：这里最多有{most}人可以办理",
            en=f"can never be met: at most {most} people may act here",
        )


def _appointed(
    order: Order, spot: Spot, place: Place, people: Sequence[str], conditions: Sequence[Condition | None]
) -> Iterator[Flaw]:
    """Find case roles that nobody may hold yet when the step opens."""
    for at, role in enumerate(people):
        if role in order.process.case_roles and not _is_ready(order, spot, role, conditions):
            yield Flaw.of(
                (*place, at),
                zh=f"“{spot.step.id}”开始时，“{role}”可能尚未确定人选",
                en=f"{role} may not be appointed yet when {spot.step.id} opens",
            )


def _may_act(
    order: Order, spot: Spot, place: Place, people: Sequence[str], conditions: Sequence[Condition | None]
) -> Iterator[Flaw]:
    """As `_appointed`; but people appointed while the step is open will do where others may act as well.

    They do in a period, too: it lasts, so they come in time for what is left of it.
    """
    others = isinstance(spot.step, PeriodStep) or any(
        role not in order.process.case_roles or _is_ready(order, spot, role, conditions) for role in people
    )
    for at, role in enumerate(people):
        steps = order.appointing(role)
        beside = any(not order.comes_before(spot.step.id, step.id) for step in steps)
        if not (others and beside):
            yield from _appointed(order, spot, (*place, at), (role,), conditions)


def _is_ready(order: Order, spot: Spot, role: str, conditions: Sequence[Condition | None]) -> bool:
    """Whether a role is certain to be filled when a step opens. A role without a step is told elsewhere."""
    steps = order.appointing(role)
    return not steps or any(
        order.comes_before(other.id, spot.step.id) and order.is_certain(other.id, conditions)
        for other in steps
    )


def _in_rules(process: Process, order: Order, spot: Spot) -> Iterator[Flaw]:
    for at, rule in enumerate(spot.step.rules):
        place: Place = (*spot.place, "rules", at)
        given = (spot.step.when, rule.when)
        match rule:
            case StandingRule(who=who, standing=standing):
                yield from _known(process, place, (who,))
                yield from _appointed(order, spot, place, (who,), given)
                if standing not in process.standings:
                    yield Flaw((*place, "standing"), there_is_no("standing", standing))
            case RestrictionRule(who=who, none_of=none_of):
                yield from _known(process, place, (who,))
                yield from _appointed(order, spot, place, (who,), given)
                yield from _restrictions(process, (*place, "none_of"), none_of)
            case SeparationRule(case_roles=roles):
                yield from _known(process, (*place, "case_roles"), roles)
                yield from _appointed(order, spot, (*place, "case_roles"), roles, given)
            case UnitRule(unit=unit) if unit not in process.unit_kinds:
                yield Flaw((*place, "unit"), there_is_no("unit kind", unit))
            case _:
                pass
