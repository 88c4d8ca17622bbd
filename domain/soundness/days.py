"""Days: what is counted from exists by then, and no deadline lies before its own minimum wait."""

from __future__ import annotations

from collections.abc import Iterator

from domain.complaints import Place
from domain.process import Process
from domain.rules import Anchor, Condition, Deadline
from domain.soundness.flaws import Flaw
from domain.soundness.order import Order, Spot, spots
from domain.soundness.waits import Waits
from domain.steps import NoticeStep, PeriodStep
from domain.values import Text

_DAYS = Text(
    zh="环节、环节.opened、考察期.ends、阶段.entered 或 case.opened",
    en="step, step.opened, period.ends, stage.entered or case.opened",
)


def anchors(process: Process, order: Order) -> Iterator[Flaw]:
    """Find anchors that do not exist, or need not be known when they are counted from."""
    for spot in spots(process):
        step = spot.step
        for at, interval in enumerate(step.not_before):
            place: Place = (*spot.place, "not_before", at, "of")
            given = (step.when, interval.when)
            yield from _anchor(order, spot, interval.of, given, place)
        for at, deadline in enumerate(step.due):
            place = (*spot.place, "due", at, "of")
            given = (step.when, deadline.when)
            yield from _anchor(order, spot, deadline.of, given, place, beside=True)
        if isinstance(step, PeriodStep):
            place = (*spot.place, "starts")
            yield from _anchor(order, spot, step.starts, (step.when,), place, beside=True)


def lengths(process: Process) -> Iterator[Flaw]:
    """Find spans that contradict one another, and waits nobody would ever see."""
    for place, _, step in spots(process):
        for at, deadline in enumerate(step.due):
            after = deadline.breach_after
            if after is not None and after.rough_days < deadline.within.rough_days:
                yield Flaw.of(
                    (*place, "due", at, "breach_after"),
                    zh="比期限本身还短",
                    en="is shorter than the deadline itself",
                )
        if isinstance(step, NoticeStep):
            if not step.window.rough_days:
                yield Flaw.of((*place, "window"), zh="公示没有时长", en="a notice of no length")
            if step.places < 1:
                yield Flaw.of(
                    (*place, "places"), zh="公示至少要张贴在一处", en="a notice hangs in at least one place"
                )
        if isinstance(step, PeriodStep):
            yield from _period(place, step)


def deadlines(process: Process, order: Order) -> Iterator[Flaw]:
    """Find deadlines that have passed before the step can happen for the first time."""
    waits = Waits(process, order)
    for spot in spots(process):
        for at, deadline in enumerate(spot.step.due):
            yield from _too_soon(waits, spot, deadline, (*spot.place, "due", at))


def _too_soon(waits: Waits, spot: Spot, deadline: Deadline, place: Place) -> Iterator[Flaw]:
    least = waits.between(deadline.of, spot.step, deadline.when)
    if least is not None and deadline.within.rough_days < least:
        yield Flaw.of(
            place,
            zh=f"期限是“{deadline.of}”之后{deadline.within.in_words.zh}，但最早要在其后约{round(least)}天才能办理",
            en=f"is due {deadline.within.in_words.en} after {deadline.of}, "
            f"but cannot happen until about {round(least)} days after it",
        )


def _period(place: Place, step: PeriodStep) -> Iterator[Flaw]:
    if not step.lasts.rough_days:
        yield Flaw.of((*place, "lasts"), zh="考察期没有时长", en="a period of no length")
    for at, entry in enumerate(step.entries):
        if entry.every is not None and entry.every.rough_days > step.lasts.rough_days:
            yield Flaw.of(
                (*place, "entries", at, "every"),
                zh="经常性工作的间隔比整个考察期还长",
                en="a duty less often than once in the whole period",
            )
        if entry.every is not None and not entry.every.rough_days:
            yield Flaw.of(
                (*place, "entries", at, "every"),
                zh="经常性工作没有间隔时长",
                en="a duty without a length of time",
            )
    rule = step.extension
    if rule is not None and rule.at_least > rule.at_most:
        yield Flaw.of(
            (*place, "extension"),
            zh="最少月数多于最多月数",
            en="asks for more months at the least than at the most",
        )
    if rule is not None and rule.times < 1:
        yield Flaw.of(
            (*place, "extension", "times"),
            zh="延长一次也不允许：请去掉",
            en="an extension that is never allowed: leave it out",
        )
    asked = (("materials", step.materials), ("fields", step.fields), ("rules", step.rules))
    for key, group in (*asked, ("not_before", step.not_before)):
        if group:
            yield Flaw.of(
                (*place, key),
                zh="不起作用：考察期自行期满，不要求任何人填报",
                en="has no effect: a period ends by itself, and nobody is asked",
            )


def _anchor(
    order: Order,
    spot: Spot,
    anchor: Anchor,
    given: tuple[Condition | None, ...],
    place: Place,
    *,
    beside: bool = False,
) -> Iterator[Flaw]:
    """`beside`: a step of the same stage that runs beside this one will do, for it does come to be known."""
    problem = _anchor_problem(order, spot, anchor, given, beside=beside)
    if problem is not None:
        yield Flaw(place, problem)


def _anchor_problem(
    order: Order, spot: Spot, anchor: Anchor, given: tuple[Condition | None, ...], *, beside: bool
) -> Text | None:
    origin = _origin(order, anchor)
    if origin is None:
        return Text(zh=f"“{anchor}”从自身起算", en=f"{anchor} counts from itself")
    name, _, part = origin.rpartition(".")
    if origin in {"case.opened", f"{spot.step.id}.opened"}:
        return None
    if part == "entered" and name in order.stage_ids:
        later = order.stage_ids.index(name) > order.stage_at[spot.step.id]
        return _stage_ahead(name) if later else None
    base = name if part in {"opened", "starts", "ends"} else origin
    step = order.steps.get(base)
    if step is None:
        return Text(
            zh=f"没有日期“{origin}”：请写{_DAYS.zh}", en=f"there is no day {origin!r}: write {_DAYS.en}"
        )
    if part == "starts" or (part == "ends" and not isinstance(step, NoticeStep)):
        return Text(
            zh=f"“{name}”的类型为 {step.kind}，没有 {part}",
            en=f"{name} is of kind {step.kind} and has no {part}",
        )
    return _step_problem(order, spot, base, given, beside=beside)


def _stage_ahead(name: str) -> Text:
    return Text(
        zh=f"到那时一定还不知道：阶段“{name}”在后面", en=f"never known by then: the stage {name} comes later"
    )


def _origin(order: Order, anchor: Anchor) -> Anchor | None:
    """Return the day a period's start or end is counted from; None where periods count from one another.

    The edges of a period are known as soon as its start is, whether the period is open or not.
    """
    seen: set[Anchor] = set()
    while anchor not in seen:
        seen.add(anchor)
        name, _, part = anchor.rpartition(".")
        period = order.steps.get(name)
        if part not in {"starts", "ends"} or not isinstance(period, PeriodStep):
            return anchor
        anchor = period.starts
    return None


def _step_problem(
    order: Order, spot: Spot, name: str, given: tuple[Condition | None, ...], *, beside: bool
) -> Text | None:
    here = spot.step.id
    if name == here:
        return Text(zh="从本环节自身起算", en="counts from the step itself")
    at, own = order.stage_at[name], order.stage_at[here]
    if at > own or (at == own and order.comes_before(here, name)):
        return Text(zh=f"到那时一定还不知道：“{name}”在后面", en=f"never known by then: {name} comes later")
    if not order.comes_before(name, here) and not beside:
        return Text(
            zh=f"到那时可能还不知道：“{here}”不等“{name}”",
            en=f"may not be known by then: {here} does not wait for {name}",
        )
    if not order.is_certain(name, given):
        return Text(
            zh=f"可能始终不知道：不是每个个案都经过“{name}”",
            en=f"may never be known: {name} does not happen in every case",
        )
    return None
