"""The report on fairness: how long people waited and how their cases ended, by route and unit.

It is of the last five years and the running one, as they stood at the end of the last quarter, and always of
the whole organisation: whoever sees less sees fewer lines of the same report. So no two reports differ by one
person only, but where a quarter lies between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Final

from pydantic import Field
from sqlalchemy import Connection

from domain.fairness import End, Route, Shown, Told, shown
from domain.process import Process
from domain.rules import Condition
from domain.steps import NoticeStep
from domain.values import Language, Text
from records import fairness_rows, pattern_runs
from records.fairness_rows import Tree
from records.pattern_runs import Audited
from services.boards import stage_titles
from services.fairness_words import MOVED, WHOLE, WHOLE_TITLE, GroupView, Labels, Words
from services.parts import Caller, Parts
from services.pattern_views import FromDay
from services.refusals import NotFound
from services.views import Named, To, View

_YEARS: Final = 5
LASTS: Final = timedelta(hours=1)
"""How long the report of many cases is shown as it was counted."""


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
class FairnessPage:
    """Some rows of the report, as they stand on a page."""

    view: FairnessView
    """What is said of all of it, with these rows alone."""
    routes: tuple[GroupView, ...]
    """Everybody and each route, whichever rows these are."""
    next: int | None
    """The row after the last of these, if there is one."""


async def report(parts: Parts, caller: Caller, process: str | None = None) -> FairnessView:
    """Return the report, of it what lies in units the caller audits. Raises NotFound for no such process."""

    def work(connection: Connection) -> FairnessView:
        audited = pattern_runs.audited_by(connection, caller.person, parts.today())
        return made(connection, parts, caller.language, audited, process)

    return await parts.read(work)


async def page(
    parts: Parts, caller: Caller, process: str | None = None, *, first: int = 0, limit: int
) -> FairnessPage:
    """Return the same report from row `first` on, `limit` rows of it: no other is put in words."""

    def work(connection: Connection) -> FairnessPage:
        audited = pattern_runs.audited_by(connection, caller.person, parts.today())
        found = _found(connection, parts, caller.language, audited, process)
        if found is None:
            return FairnessPage(FairnessView(), (), None)
        after = first + limit
        rows = found.groups[first:after]
        shown_units = {one.key.unit for one in rows if one.key.unit is not None}
        words = found.words(fairness_rows.names(connection, shown_units))
        routes = tuple(words.view(one) for one in found.groups if one.key.unit is None)
        view = found.view(tuple(map(words.view, rows)), words.notes(routes))
        return FairnessPage(view, routes, after if after < len(found.groups) else None)

    return await parts.read(work)


def made(
    connection: Connection, parts: Parts, language: Language, audited: Audited, process: str | None
) -> FairnessView:
    """Return the report as far as it is of audited units. Raises NotFound."""
    found = _found(connection, parts, language, audited, process)
    if found is None:
        return FairnessView()
    words = found.words(fairness_rows.tree(connection).names)
    groups = tuple(map(words.view, found.groups))
    return found.view(groups, words.notes(groups))


@dataclass(frozen=True)
class _Found:
    """What somebody sees of the report, before any of it is put in words."""

    parts: Parts
    language: Language
    process: str
    groups: tuple[Shown, ...]
    counted_at: datetime | None
    """None where it was counted for this look."""

    def words(self, names: Mapping[str, str]) -> Words:
        """Return what puts groups in words; units by these names."""
        labels = labels_of(self.parts.library.family(self.process))
        titles = stage_titles(self.parts, self.process, self.language)
        whole = {WHOLE: WHOLE_TITLE.in_language(self.language)}
        return Words(self.language, labels, {**whole, **titles}, names)

    def view(self, items: tuple[GroupView, ...], notes: Iterable[str]) -> FairnessView:
        """Return the report with some of its groups."""
        first, last = period(self.parts.today())
        title = self.parts.library.family(self.process)[-1].title.in_language(self.language)
        at = self.counted_at
        return FairnessView(
            process=Named(id=self.process, name=title),
            from_=first,
            to=last,
            items=items,
            says=(*notes, *([] if at is None else [_counted_at(self.parts, at, self.language)])),
        )


def _found(
    connection: Connection, parts: Parts, language: Language, audited: Audited, process: str | None
) -> _Found | None:
    """Return what is seen of the report; None where nothing is audited, or no case began. Raises NotFound."""
    if process is not None and process not in parts.library.processes:
        raise NotFound
    if not (audited.everything or audited.units):
        return None
    known = process or _most_begun(connection, parts)
    if known is None:
        return None
    now = parts.clock()
    groups_of_all, at = counted(connection, parts, known, now)
    if not audited.everything:
        seen = fairness_rows.below(connection, audited.units)
        groups_of_all = tuple(one for one in groups_of_all if one.key.unit is None or one.key.unit in seen)
    groups = tuple(_told_once(groups_of_all))
    return _Found(parts, language, known, groups, at if at < now else None)


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
        route = (*said.get(one.id, ()), *on_path, *((MOVED,) if one.id in moved else ()))
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


_COUNTED = Text(zh="统计于{}。", en="Counted at {}.")
