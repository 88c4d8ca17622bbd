"""Puts the report on fairness in words: what groups, routes and waits are called, and how it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from domain.fairness import ENDS, End, Shown
from domain.values import Language, Text
from services.views import Named, View

MOVED: Final = "moved"
"""The label of a case that moved to another unit."""
WHOLE: Final = "whole"
"""The wait that is of the whole case, beside those of its stages."""


class WaitView(View):
    """How long something took: half no longer than `half`, nine in ten no longer than `most`. Days."""

    what: str
    title: str
    half: int
    most: int


class GroupView(View):
    """A group of five people at least."""

    route: tuple[str, ...] | None
    """What about these cases decided their way, as people call it; empty: nothing; null: all routes."""
    unit: Named | None
    """With all below it; null: everywhere."""
    depth: int
    size: int
    ends: dict[End, int] | None
    """How many came to the aim, to another end, to none yet; null where a number under five would show."""
    waits: tuple[WaitView, ...]
    says: str
    """The same in words."""


@dataclass(frozen=True)
class Labels:
    """What of a process decides which way a case takes: answers to fields, and units on its path."""

    fields: Mapping[str, Text]
    """By `step.field`."""
    kinds: Mapping[str, Text]

    def title(self, label: str, language: Language) -> str:
        """Return what people call one of them."""
        if label == MOVED:
            return Text(zh="办理中转到其他组织", en="Moved to another unit meanwhile").in_language(language)
        found = self.fields.get(label) or self.kinds.get(label.removeprefix("unit:"))
        return label if found is None else found.in_language(language)


@dataclass(frozen=True)
class Words:
    """Puts groups in words."""

    language: Language
    labels: Labels
    titles: Mapping[str, str]
    units: Mapping[str, str]

    def view(self, group: Shown) -> GroupView:
        """Return a group in words."""
        route = None
        if group.key.route is not None:
            route = tuple(self.labels.title(label, self.language) for label in group.key.route)
        unit = group.key.unit
        waits = tuple(
            WaitView(what=what, title=self.titles[what], half=spread.half, most=spread.most)
            for what, spread in sorted(group.waits.items(), key=lambda one: self._place(one[0]))
            if what in self.titles
        )
        return GroupView(
            route=route,
            unit=None if unit is None else Named(id=unit, name=self.units.get(unit, unit)),
            depth=group.depth,
            size=group.size,
            ends=None if group.ends is None else dict(group.ends),
            waits=waits,
            says=self._says(group),
        )

    def _place(self, what: str) -> int:
        return list(self.titles).index(what) if what in self.titles else -1

    def _says(self, group: Shown) -> str:
        parts = [_SIZE.in_language(self.language).format(group.size)]
        if group.ends is not None:
            reached, other, open_ = (group.ends[end] for end in ENDS)
            parts.append(_ENDED.in_language(self.language).format(reached, other, open_))
        else:
            parts.append(_HIDDEN.in_language(self.language))
        if WHOLE in group.waits:
            parts.append(_WAITED.in_language(self.language).format(*group.waits[WHOLE]))
        return ("" if self.language == "zh" else " ").join(parts)

    def notes(self, groups: Iterable[GroupView]) -> Iterator[str]:
        """Yield what stands out between routes, and how the report is to be read."""
        routes = [(one, wait) for one in groups if one.depth == 1 for wait in one.waits if wait.what == WHOLE]
        if len(routes) > 1:
            slow = max(routes, key=lambda one: one[1].half)
            fast = min(routes, key=lambda one: one[1].half)
            yield _APART.in_language(self.language).format(
                route_title(slow[0].route, self.language),
                slow[1].half,
                route_title(fast[0].route, self.language),
                fast[1].half,
            )
        yield _CAUSES.in_language(self.language)
        yield _FEW.in_language(self.language)


def route_title(route: tuple[str, ...] | None, language: Language) -> str:
    """Return what people call a route."""
    if route is None:
        return _EVERYBODY.in_language(language)
    if not route:
        return _USUAL.in_language(language)
    return ("、" if language == "zh" else ", ").join(route)


WHOLE_TITLE = Text(zh="从申请到结束", en="From the first day to the end")
_EVERYBODY = Text(zh="所有途径", en="All routes")
_USUAL = Text(zh="通常途径", en="The usual route")
_SIZE = Text(zh="共{}人。", en="{} people.")
_ENDED = Text(
    zh="{}人达到目标，{}人以其他方式结束，{}人还在办理。",
    en="{} reached the aim, {} ended otherwise, {} are under way.",
)
_HIDDEN = Text(
    zh="结果不显示：会透露出不足五人的情况。",
    en="How they ended is not shown: it would tell of fewer than five.",
)
_WAITED = Text(
    zh="已结束的人中，一半用了不超过{}天，九成不超过{}天。",
    en="Of those that ended half took no more than {} days, nine in ten no more than {}.",
)
_APART = Text(
    zh="“{}”一半的人用了{}天以上，“{}”是{}天。",
    en='On the route "{}" half took {} days or more, on "{}" {}.',
)
_CAUSES = Text(
    zh="差别可能有很多原因，只说明值得了解，不能证明不公。",
    en="A difference has many possible causes. It is a reason to ask, and proves nothing.",
)
_FEW = Text(
    zh="不足五人的组不显示；凡是可以推算出这类组的数字也不显示。",
    en="Groups under five are not shown, nor is any number from which one could be worked out.",
)
