"""The field in which a unit is chosen: a list of few, else a part of its name, found as one types.

What was chosen from suggestions comes as an id beside the text. Whoever has no script sends the text alone:
it is taken where it can mean one unit only, and else comes back with those it may mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from domain.values import Text
from services import organisation, unit_tree
from services.refusals import InvalidInput
from services.views import UnitView
from web.forms import NO_CHOICE, REQUIRED, Filled
from web.visits import Visit

Way = tuple[UnitView, ...]
"""A unit, last, after those above it from the root."""

ENOUGH: Final = 60
"""So many are still found in a list by looking."""
AT_ONCE: Final = 20
MANY_CHOICES: Final = 1_000
"""So many lines are too much for the lists of one form."""


@dataclass(frozen=True)
class Among:
    """Which units may be chosen: those that are not closed, of a kind where one is named, but one."""

    kind: str | None = None
    but: str | None = None
    within: tuple[str, ...] | None = None
    """The units at or below which it has to be; those of the visitor's posts, for suggestions."""

    def has(self, way: Way) -> bool:
        """Whether a unit may be chosen."""
        unit = way[-1]
        fits = self.kind is None or unit.kind == self.kind
        inside = self.within is None or any(one.id in self.within for one in way)
        return fits and inside and unit.id != self.but and unit.closed_on is None

    @property
    def address(self) -> str:
        """Where suggestions are asked for."""
        named = (("kind", self.kind), ("but", self.but), ("own", None if self.within is None else "true"))
        return f"/search/units?{urlencode({name: value for name, value in named if value is not None})}"


ANY: Final = Among()


def own_units(visit: Visit, kind: str | None = None, but: str | None = None) -> Among:
    """Return that a unit of the visitor's posts may be chosen, or one below."""
    return Among(kind, but, tuple(visit.visitor.units))


@dataclass(frozen=True)
class UnitField:
    """What the macro `unit_field` shows."""

    address: str
    few: tuple[tuple[str, str], ...] | None
    """Ids and names to choose from; None where they are many."""
    value: str = ""
    typed: str = ""
    above: str = ""
    """The units above the chosen one, in words."""
    matches: tuple[Way, ...] = ()
    """What a text may mean, where that is several."""


@dataclass(frozen=True)
class UnitsField:
    """What the macro `units_field` shows: boxes to tick, and a field that adds one where there are many."""

    boxes: tuple[tuple[str, str], ...]
    ticked: frozenset[str]
    more: UnitField | None = None


async def suggested(visit: Visit, text: str, among: Among = ANY) -> tuple[Way, ...]:
    """Return units that a text may mean, those called exactly so first; one more than are shown."""
    found = await unit_tree.named(visit.parts, text, kind=among.kind, below=among.within, limit=AT_ONCE + 2)
    return tuple(way for way in found if among.has(way))[: AT_ONCE + 1]


async def unit_chosen(visit: Visit, form: Filled, name: str, among: Among = ANY) -> str | None:
    """Return the id of the unit that was chosen or typed, None where none was.

    Raises InvalidInput for a text that means no unit, or several.
    """
    if not _is_typed(form, name):
        return form.id(name)
    text = form.line(_text(name))
    if text is None:
        return None
    found = await _meant(visit, form, name, text, among)
    if len(found) == 1:
        return found[0][-1].id
    raise InvalidInput(name, _SEVERAL if found else _NONE)


async def check_may_choose(visit: Visit, name: str, unit: str | None, among: Among) -> None:
    """Raise InvalidInput for a unit that came as an id and is none of those that may be chosen."""
    if not (unit is None or unit in visit.visitor.units or await _ways(visit, (unit,), among)):
        raise InvalidInput(name, NO_CHOICE)


async def unit_needed(visit: Visit, form: Filled, name: str, among: Among = ANY) -> str:
    """Return the id of the unit that was chosen or typed. Raises InvalidInput where that is not one."""
    chosen = await unit_chosen(visit, form, name, among)
    if chosen is None:
        raise InvalidInput(name, REQUIRED)
    return chosen


async def unit_field(
    visit: Visit, form: Filled, name: str, among: Among = ANY, *, start: str | None = None
) -> UnitField:
    """Return a field with what was sent for it, or begun with a unit."""
    few = await _few(visit, among)
    if few is not None:
        return UnitField(among.address, few, form.typed(name) or start or "")
    if start is None or name in form.values or _is_typed(form, name):
        return await _as_sent(visit, form, name, among)
    ways = await _ways(visit, (start,), among)
    return UnitField(among.address, None, *_shown(ways[0])) if ways else UnitField(among.address, None)


async def unit_fields(
    visit: Visit, form: Filled, names: Sequence[str], among: Among = ANY
) -> dict[str, UnitField]:
    """Return fields by their names; lists only where all of them together are not long."""
    few = await _few(visit, among)
    if few is not None and len(few) * len(names) <= MANY_CHOICES:
        return {name: UnitField(among.address, few, form.typed(name)) for name in names}
    return {name: await _as_sent(visit, form, name, among) for name in names}


async def units_chosen(visit: Visit, form: Filled, name: str, among: Among = ANY) -> tuple[str, ...]:
    """Return the ids of the units that were ticked, and of one that was typed.

    Raises InvalidInput for a text that means no unit, or several.
    """
    added = await unit_chosen(visit, form, _more(name), among)
    return tuple(dict.fromkeys((*form.ids(name), *(() if added is None else (added,)))))


async def units_field(
    visit: Visit, form: Filled, name: str, among: Among = ANY, *, without: Collection[str] = ()
) -> UnitsField:
    """Return boxes for units: all that may be chosen but some, or those that were, and a field for more."""
    ticked = form.ids(name)
    few = await _few(visit, among)
    if few is not None:
        return UnitsField(tuple(one for one in few if one[0] not in without), frozenset(ticked))
    ways = await _ways(visit, ticked, ANY)
    boxes = tuple((way[-1].id, way[-1].name) for way in ways)
    return UnitsField(boxes, frozenset(ticked), await _as_sent(visit, form, _more(name), among))


async def _few(visit: Visit, among: Among) -> tuple[tuple[str, str], ...] | None:
    """Return ids and names of the units that may be chosen, where they are few."""
    found = await organisation.list_units(visit.parts, kind=among.kind, below=among.within, limit=ENOUGH + 2)
    may = replace(among, within=None)
    few = tuple(unit for unit in found.items if may.has((unit,)))
    return await _told_apart(visit, few) if found.next is None and len(few) <= ENOUGH else None


async def _told_apart(visit: Visit, few: tuple[UnitView, ...]) -> tuple[tuple[str, str], ...]:
    """Return ids and names; of those that are called alike with the name of the unit above."""
    often = Counter(unit.name for unit in few)
    above = await organisation.units_among(visit.parts, (u.parent for u in few if often[u.name] > 1))
    names = {
        unit.id: f"{unit.name} · {above[unit.parent].name}"
        for unit in few
        if often[unit.name] > 1 and unit.parent in above
    }
    return tuple((unit.id, names.get(unit.id, unit.name)) for unit in few)


async def _as_sent(visit: Visit, form: Filled, name: str, among: Among) -> UnitField:
    """Return a field with the text that was sent, and the unit, or the units, that it means."""
    try:
        text = form.line(_text(name))
        found = () if text is None else await _meant(visit, form, name, text, among)
    except InvalidInput:
        found = ()
    if len(found) == 1:
        return UnitField(among.address, None, *_shown(found[0]))
    return UnitField(among.address, None, typed=form.typed(_text(name)), matches=found)


async def _meant(visit: Visit, form: Filled, name: str, text: str, among: Among) -> tuple[Way, ...]:
    """Return what a text means: the unit chosen with it as long as it says the same, or all that it names."""
    for way in await _ways(visit, form.ids(name), among):
        if way[-1].name == text:
            return (way,)
    for way in await _ways(visit, form.ids(f"{name}.one"), among):
        if _names(text, way[-1]):
            return (way,)
    found = await suggested(visit, text, among)
    exactly = tuple(way for way in found if text in {way[-1].name, way[-1].id})
    return exactly if len(exactly) == 1 else found


async def _ways(visit: Visit, ids: tuple[str | None, ...], among: Among) -> tuple[Way, ...]:
    """Return the units of some ids that may be chosen, each with the way to it."""
    if not ids:
        return ()
    found = await organisation.units_among(visit.parts, ids)
    ways = [await unit_tree.way_to(visit.parts, one) for one in found]
    return tuple(way for way in ways if among.has(way))


def _names(text: str, unit: UnitView) -> bool:
    """Whether a text is a part of the name of a unit, or the beginning of its id."""
    return text.casefold() in unit.name.casefold() or unit.id.casefold().startswith(text.casefold())


def _shown(way: Way) -> tuple[str, str, str]:
    return way[-1].id, way[-1].name, " › ".join(unit.name for unit in way[:-1])


def _more(name: str) -> str:
    """Return the name of the field that adds a unit to others."""
    return f"{name}.more"


def _text(name: str) -> str:
    """Return the name of the field that is typed in."""
    return f"{name}.typed"


def _is_typed(form: Filled, name: str) -> bool:
    return _text(name) in form.values


_NONE: Final = Text(
    zh="没有这样的组织，请检查名称或编号", en="No unit is called so: please look at the name or the id again"
)
_SEVERAL: Final = Text(
    zh="有多个组织符合，请选择其中一个", en="Several units match: please choose one of them"
)
