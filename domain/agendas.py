"""Agendas: by which number each case of a meeting goes, so that what minutes said of it stays true.

Until the first vote is recorded an agenda is a list, and numbers follow from it. With the first vote they are
settled: nobody else's number changes any more, what is taken off leaves its number behind, and what is put on
comes after all that was planned, and is said to be added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Self

from pydantic import Field

from domain.acts import AgendaItem
from domain.values import Value


class Item(Value):
    """One step of a case on an agenda."""

    case: str
    step: str
    subject: str
    recorded: bool = False
    place: int = Field(default=0, ge=0)
    """Its number, once numbers are settled; 0 before that."""
    off: bool = False
    """Taken off after numbers were settled: it keeps its number, should it be put back."""

    @property
    def key(self) -> str:
        """What tells it from others: a case may wait for two votes of one body."""
        return f"{self.case}:{self.step}"


class Order(Value):
    """The cases of an agenda in their order."""

    items: tuple[Item, ...] = ()
    planned: int = Field(default=0, ge=0)
    """How many there were when the first vote was recorded; 0 while none is."""

    @property
    def listed(self) -> tuple[Item, ...]:
        """What is on the agenda."""
        return tuple(one for one in self.items if not one.off)

    def stated(self, key: str) -> AgendaItem | None:
        """Return as which item of how many a case is treated; None where it is not on the agenda."""
        for number, one in enumerate(self.listed, start=1):
            if one.key == key:
                item, of = one.place or number, self.planned or len(self.listed)
                return AgendaItem(item=item, of=of, added=item > of)
        return None

    def narrowed_to(self, waiting: Collection[str]) -> Self:
        """Leave out, while numbers are not settled, whatever does not wait any more."""
        if self.planned:
            return self
        return self.model_copy(update={"items": tuple(one for one in self.items if one.key in waiting)})

    def settled(self) -> Self:
        """Give each case its number for good."""
        if self.planned:
            return self
        items = (one.model_copy(update={"place": number}) for number, one in enumerate(self.listed, start=1))
        return self.model_copy(update={"items": tuple(items), "planned": len(self.listed)})

    def voted_on(self, key: str) -> Self:
        """Say that the vote on a case is recorded; the first one settles all numbers."""
        order = self.settled()
        items = (one.model_copy(update={"recorded": True}) if one.key == key else one for one in order.items)
        return order.model_copy(update={"items": tuple(items)})

    def arranged(self, wanted: Iterable[Item]) -> Self:
        """Have these on the agenda besides what was treated, in this order as far as numbers are free."""
        wanted = tuple({one.key: one for one in wanted}.values())
        if not self.planned:
            return self.model_copy(update={"items": wanted})
        known = {one.key: one for one in self.items}
        ahead = [known[one.key] for one in wanted if one.key in known and not known[one.key].recorded]
        new = [one for one in wanted if one.key not in known]
        treated = [one for one in self.items if one.recorded]
        still = {one.key for one in (*ahead, *treated)}
        off = [one for one in self.items if one.key not in still and one.place <= self.planned]
        kept = [*treated, *self._in_free_places(ahead)]
        last = max((self.planned, *(one.place for one in kept)))
        items = (
            *kept,
            *(one.model_copy(update={"off": True}) for one in off),
            *(one.model_copy(update={"place": last + by}) for by, one in enumerate(new, start=1)),
        )
        return self.model_copy(update={"items": tuple(sorted(items, key=lambda one: one.place))})

    def moves(self, key: str) -> tuple[bool, bool]:
        """Return whether a case can be moved to an earlier and to a later place."""
        for sort in self._sorts(one for one in self.listed if not one.recorded):
            keys = [one.key for one in sort]
            if key in keys:
                return keys[0] != key, keys[-1] != key
        return False, False

    def _in_free_places(self, ahead: Iterable[Item]) -> Iterator[Item]:
        """Give those that are not treated their places, in their order; what was off has its own again."""
        ahead = tuple(ahead)
        yield from (one.model_copy(update={"off": False}) for one in ahead if one.off)
        for sort in self._sorts(one for one in ahead if not one.off):
            for place, one in zip(sorted(one.place for one in sort), sort, strict=True):
                yield one.model_copy(update={"place": place})

    def _sorts(self, items: Iterable[Item]) -> tuple[list[Item], list[Item]]:
        """Part those that were planned from those that were added: none becomes the other."""
        items = tuple(items)
        added = [one for one in items if self.planned and one.place > self.planned]
        return [one for one in items if one not in added], added
