"""The report on fairness: how long people waited and how their cases ended, by route and unit.

It is of the last five years and the running one, as they stood at the end of the last quarter, and always of
the whole organisation: whoever sees less sees fewer lines of the same report. So no two reports differ by one
person only, but where a quarter lies between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Final

from pydantic import Field
from sqlalchemy import Connection

from domain.fairness import ENDS, End, Key, Route, Shown, Told, shown
from domain.process import Process
from domain.rules import Condition
from domain.steps import NoticeStep
from domain.values import Language, Text
from records import fairness_rows, pattern_runs
from records.fairness_rows import Tree
from records.pattern_runs import Audited
from services.boards import stage_titles
from services.parts import Caller, Parts
from services.pattern_views import FromDay
from services.refusals import NotFound
from services.views import Named, To, View

_YEARS: Final = 5
LASTS: Final = timedelta(hours=1)
"""How long the report of many cases is shown as it was counted."""
_MOVED: Final = "moved"
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


class FairnessView(View):
    """The report."""

    process: Named | None = None
    """Null where the caller audits nothing, or no case began."""
    from_: FromDay = None
    to: To = None
    items: tuple[GroupView, ...] = Field(default=())
    """Each group before those within it."""
    says: tuple[str, ...] = ()
    """What stands out, and how it is to be read."""


@dataclass(frozen=True)
class Labels:
    """What of a process decides which way a case takes: answers to fields, and units on its path."""

    fields: Mapping[str, Text]
    """By `step.field`."""
    kinds: Mapping[str, Text]

    def title(self, label: str, language: Language) -> str:
        """Return what people call one of them."""
        if label == _MOVED:
            return Text(zh="办理中转到其他组织", en="Moved to another unit meanwhile").in_language(language)
        found = self.fields.get(label) or self.kinds.get(label.removeprefix("unit:"))
        return label if found is None else found.in_language(language)


async def report(parts: Parts, caller: Caller, process: str | None = None) -> FairnessView:
    """Return the report, of it what lies in units the caller audits. Raises NotFound for no such process."""

    def work(connection: Connection) -> FairnessView:
        audited = pattern_runs.audited_by(connection, caller.person, parts.today())
        return made(connection, parts, caller.language, audited, process)

    return await parts.read(work)


def made(
    connection: Connection, parts: Parts, language: Language, audited: Audited, process: str | None
) -> FairnessView:
    """Return the report as far as it is of audited units. Raises NotFound."""
    first, last = period(parts.today())
    if process is not None and process not in parts.library.processes:
        raise NotFound
    if not (audited.everything or audited.units):
        return FairnessView()
    known = process or _most_begun(connection, parts)
    if known is None:
        return FairnessView()
    family = parts.library.family(known)
    now = parts.clock()
    groups_of_all, at = counted(connection, parts, known, now)
    labels, tree = labels_of(family), fairness_rows.tree(connection)
    titles = {WHOLE: _WHOLE_TITLE.in_language(language), **stage_titles(parts, known, language)}
    words = _Words(language, labels, titles, tree)
    seen = [one for one in groups_of_all if _is_seen(one.key, audited, tree.parents)]
    groups = tuple(map(words.view, _told_once(seen)))
    title = family[-1].title.in_language(language)
    return FairnessView(
        process=Named(id=known, name=title),
        from_=first,
        to=last,
        items=groups,
        says=(*words.notes(groups), *([_counted_at(parts, at, language)] if at < now else [])),
    )


def counted(
    connection: Connection, parts: Parts, process: str, now: datetime, *, lasts: timedelta = LASTS
) -> tuple[tuple[Shown, ...], datetime]:
    """Return what may be shown of the whole organisation, and when it was counted: not before `lasts` ago.

    It is of a quarter that is over: only what is said of it later makes another report.
    """
    days = period(parts.today())

    def count() -> tuple[Shown, ...]:
        family, tree = parts.library.family(process), fairness_rows.tree(connection)
        return shown(_told(connection, family, labels_of(family), tree, days), tree.parents)

    return parts.figures.counted(
        ("fairness", process, *days),
        now,
        count,
        lambda found: found[0].size if found else 0,
        lasts=lasts,
    )


def _most_begun(connection: Connection, parts: Parts) -> str | None:
    """Return the process of which most cases began in the period."""
    days = period(parts.today())
    counts, _ = parts.figures.counted(
        ("fairness", *days),
        parts.clock(),
        lambda: fairness_rows.processes_with_cases(connection, *days),
        lambda found: sum(found.values()),
        lasts=LASTS,
    )
    return max(sorted(counts), key=counts.__getitem__, default=None)


def _counted_at(parts: Parts, at: datetime, language: Language) -> str:
    """Say when something was counted."""
    return _COUNTED.in_language(language).format(f"{at.astimezone(parts.zone):%Y-%m-%d %H:%M}")


def period(today: date) -> tuple[date, date]:
    """Return the first and the last day of the report: five years and more, until a quarter's end."""
    last = date(today.year, today.month - (today.month - 1) % 3, 1) - timedelta(days=1)
    return date(last.year - _YEARS, 1, 1), last


def labels_of(family: tuple[Process, ...]) -> Labels:
    """Return what decides the way of a case, by any version of a process."""
    fields: dict[str, Text] = {}
    kinds: dict[str, Text] = {}
    for edition in family:
        for condition in _conditions(edition):
            step, _, name = (condition.field or "").partition(".")
            if step in edition.steps:
                asked = {field.id: field.title for field in edition.steps[step].fields}
                fields |= {f"{step}.{name}": asked[name]} if name in asked else {}
            for kind in (condition.unit, condition.no_unit):
                if kind is not None:
                    kinds[kind] = edition.unit_kinds[kind]
    return Labels(fields, kinds)


def _conditions(edition: Process) -> Iterator[Condition]:
    for step in edition.steps.values():
        both = step.both_places_when if isinstance(step, NoticeStep) else None
        found = (step.when, both, *(material.when for material in step.materials))
        yield from (one for one in found if one is not None)


def _told(
    connection: Connection,
    family: tuple[Process, ...],
    labels: Labels,
    tree: Tree,
    days: tuple[date, date],
) -> Iterator[Told]:
    first, last = days
    process = family[-1].process
    kinds = {edition.digest: edition.outcomes for edition in family}
    said = _said(connection, labels)
    moved = fairness_rows.moved(connection, last)
    waits: dict[str, dict[str, int]] = {}
    for case, stage, lasted in fairness_rows.stays(connection, process, last):
        waits.setdefault(case, {})[stage] = lasted
    for one in fairness_rows.begun(connection, process, first, last):
        on_path = [f"unit:{kind}" for kind in labels.kinds if _has_above(tree, one.unit, kind)]
        route = (*said.get(one.id, ()), *on_path, *((_MOVED,) if one.id in moved else ()))
        outcome = kinds.get(one.digest, {}).get(one.outcome or "")
        end: End = "under-way" if one.outcome is None else "ended-otherwise"
        if outcome is not None and outcome.kind == "reached":
            end = "reached"
        whole = {} if one.days is None else {WHOLE: one.days}
        yield Told(one.unit, route, end, {**waits.get(one.id, {}), **whole})


def _said(connection: Connection, labels: Labels) -> dict[str, Route]:
    """Return, by case, the fields that decide its way and were answered with yes."""
    steps = {label.partition(".")[0] for label in labels.fields}
    found: dict[str, set[str]] = {}
    for case, step, values in fairness_rows.answers(connection, steps):
        yes = {f"{step}.{name}" for name, value in values.items() if value is True}
        if applies := yes & labels.fields.keys():
            found.setdefault(case, set()).update(applies)
    return {case: tuple(sorted(applies)) for case, applies in found.items()}


def _has_above(tree: Tree, unit: str, kind: str) -> bool:
    here: str | None = unit
    passed: set[str] = set()
    while here is not None and here not in passed:
        if tree.kinds.get(here) == kind:
            return True
        passed.add(here)
        here = tree.parents.get(here)
    return False


def _told_once(groups: Sequence[Shown]) -> Iterator[Shown]:
    """Yield groups without units in which nobody is beside those of one unit below."""
    for one, following in zip_longest(groups, groups[1:]):
        is_whole = following is not None and following.depth > one.depth and following.size == one.size
        if one.key.unit is None or not is_whole:
            yield one


def _is_seen(key: Key, audited: Audited, parents: Mapping[str, str | None]) -> bool:
    if audited.everything or key.unit is None:
        return True
    here: str | None = key.unit
    while here is not None:
        if here in audited.units:
            return True
        here = parents.get(here)
    return False


@dataclass(frozen=True)
class _Words:
    language: Language
    labels: Labels
    titles: Mapping[str, str]
    tree: Tree

    def view(self, group: Shown) -> GroupView:
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
            unit=None if unit is None else Named(id=unit, name=self.tree.names.get(unit, unit)),
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

    def notes(self, groups: tuple[GroupView, ...]) -> Iterator[str]:
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


_WHOLE_TITLE = Text(zh="从申请到结束", en="From the first day to the end")
_EVERYBODY = Text(zh="所有途径", en="All routes")
_USUAL = Text(zh="通常途径", en="The usual route")
_SIZE = Text(zh="共 {} 人。", en="{} people.")
_ENDED = Text(
    zh="{} 人达到目标，{} 人以其他方式结束，{} 人还在办理。",
    en="{} reached the aim, {} ended otherwise, {} are under way.",
)
_HIDDEN = Text(
    zh="结果不显示：会透露出不足五人的情况。",
    en="How they ended is not shown: it would tell of fewer than five.",
)
_WAITED = Text(
    zh="已结束的人中，一半用了不超过 {} 天，九成不超过 {} 天。",
    en="Of those that ended half took no more than {} days, nine in ten no more than {}.",
)
_APART = Text(
    zh="“{}”一半的人用了 {} 天以上，“{}”是 {} 天。",
    en='On the route "{}" half took {} days or more, on "{}" {}.',
)
_CAUSES = Text(
    zh="差别可能有很多原因，只说明值得了解，不能证明不公。",
    en="A difference has many possible causes. It is a reason to ask, and proves nothing.",
)
_COUNTED = Text(zh="统计于 {}。", en="Counted at {}.")
_FEW = Text(
    zh="不足五人的组不显示；凡是可以推算出这类组的数字也不显示。",
    en="Groups under five are not shown, nor is any number from which one could be worked out.",
)
