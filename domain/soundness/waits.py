"""The least time between two days of a case, as far as the definition alone can tell."""

from __future__ import annotations

from typing import NamedTuple

from domain.process import Process
from domain.rules import Anchor, Condition
from domain.soundness.order import Order
from domain.steps import NoticeStep, PeriodStep, Step


class _Link(NamedTuple):
    """A day comes at least `days` after another one."""

    after: Anchor
    days: float


class Waits:
    """All certain minimum waits of a definition.

    Conditional steps and waits are left out: they need not apply.
    """

    def __init__(self, process: Process, order: Order) -> None:
        """Read every wait once."""
        self._links: dict[Anchor, list[_Link]] = {}
        self._known: dict[Anchor, dict[Anchor, float | None]] = {}
        entered: list[_Link] = []
        for stage in process.stages:
            if entered:
                self._links[f"{stage.id}.entered"] = entered
            entered = []
            previous: tuple[str, ...] = ()
            for step in stage.steps:
                direct = previous if step.after is None else step.after
                before = [name for name in direct if name in order.steps and order.is_certain(name, ())]
                self._read(step, stage.id, before)
                if order.is_certain(step.id, ()):
                    entered.append(_Link(step.id, 0))
                previous = (step.id,)

    def _read(self, step: Step, stage: str, before: list[str]) -> None:
        opened = f"{step.id}.opened"
        self._links[opened] = [_Link(f"{stage}.entered", 0), *(_Link(name, 0) for name in before)]
        done = [_Link(opened, 0)]
        done += [_Link(i.of, i.wait.rough_days) for i in step.not_before if i.when is None]
        if isinstance(step, PeriodStep):
            self._links[f"{step.id}.starts"] = [_Link(step.starts, 0)]
            self._links[f"{step.id}.ends"] = [_Link(step.starts, step.lasts.rough_days)]
            done.append(_Link(f"{step.id}.ends", 0))
        if isinstance(step, NoticeStep):
            self._links[f"{step.id}.ends"] = [_Link(opened, step.window.rough_days)]
            done.append(_Link(f"{step.id}.ends", 0))
        self._links[step.id] = done

    def between(self, first: Anchor, step: Step, when: Condition | None = None) -> float | None:
        """Return at least how many days after `first` the step happens, or None where nothing is certain.

        Under a condition, the step's own waits under the same condition count as well.
        """
        known = self._known.setdefault(first, {first: 0})
        least = [self._since(step.id, known)]
        for interval in step.not_before:
            if interval.when is not None and interval.when == when:
                reached = self._since(interval.of, known)
                least.append(None if reached is None else reached + interval.wait.rough_days)
        return max((days for days in least if days is not None), default=None)

    def _since(self, day: Anchor, known: dict[Anchor, float | None]) -> float | None:
        """Return the longest way from the day in `known` that started the search. Works without recursion."""
        waiting = dict.fromkeys([day])
        while waiting:
            current = next(reversed(waiting))
            links = [] if current in known else self._links.get(current, [])
            following = (link.after for link in links if link.after not in known)
            # A circle, which another check tells, is cut where it closes.
            deeper = next((after for after in following if after not in waiting), None)
            if deeper is not None:
                waiting[deeper] = None
                continue
            del waiting[current]
            if current not in known:
                ways = [since + link.days for link in links if (since := known.get(link.after)) is not None]
                known[current] = max(ways, default=None)
        return known[day]
