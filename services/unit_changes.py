"""Units as administrators change them, from a day on, and as they were on any day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, TypeVar

from pydantic import Field
from sqlalchemy import Connection

from domain.values import Text, Value
from records import reorganising, unit_changes, unit_trees, units, visible
from records.reorganising import ImpossibleChange, Why
from records.unit_changes import EVER, Said, UnitChange
from services.asking import Asking, check_seen_word, existing, once
from services.parts import Caller, Parts
from services.people import unit_view
from services.refusals import Contradiction
from services.reorganising import Reorganiser
from services.views import Page, UnitView, View

T = TypeVar("T")

Since = Annotated[date | None, Field(serialization_alias="from", validation_alias="from")]


class NewChange(Value):
    """What becomes different in a unit, from today where `from_` is left out; None stays as it is."""

    reason: str
    from_: date | None = None
    name: str | None = None
    kind: str | None = None
    parent: str | None = None
    may_approve: bool | None = None
    temporary: bool | None = None


class UnitChangeView(View):
    """What became different in a unit. `from` is null for what was always so."""

    number: int
    from_: Since = None
    recorded_at: datetime | None
    recorded_by: str | None
    """Like `reason` for administrators of the unit alone."""
    reason: str | None
    name: str | None
    kind: str | None
    parent: str | None
    may_approve: bool | None
    temporary: bool | None
    closed: bool | None


async def units_on(parts: Parts, day: date, *, cursor: str | None = None, limit: int = 200) -> Page[UnitView]:
    """Return the units there were on a day. Raises InvalidInput for a bad cursor."""
    page = await parts.read(lambda c: unit_changes.list_units_on(c, day, cursor=cursor, limit=limit))
    return Page(items=tuple(unit_view(unit) for unit in page.items), next=page.next)


async def unit_on(parts: Parts, unit_id: str, day: date) -> UnitView:
    """Return a unit as it was on a day. Raises NotFound before its founding and once it was closed."""
    return unit_view(await parts.read(lambda c: unit_changes.unit_on(c, unit_id, day)))


async def changes(parts: Parts, caller: Caller, unit_id: str) -> Page[UnitChangeView]:
    """Return all that was ever said of a unit, in the order of recording. Raises NotFound."""

    def work(connection: Connection) -> Page[UnitChangeView]:
        found = unit_changes.changes_of(connection, unit_id)
        why = visible.may_administer(connection, caller.person, unit_id, parts.today())
        return Page(items=tuple(change_view(change, why=why) for change in found))

    return await parts.read(work)


async def change_unit(
    parts: Parts,
    caller: Caller,
    unit_id: str,
    new: NewChange,
    *,
    seen: int | None = None,
    key: str | None = None,
) -> UnitChangeView:
    """Change a unit from a day on, which may be one to come or one gone by.

    The name is for administrators of the unit or above; what it may and where it stands for those above it,
    and of the unit it goes to. `seen` is the number of the last word the caller saw; None changes whatever is
    there. Raises WordsMoved, NotFound, NotPermitted, InvalidInput, Contradiction.
    """

    def work(asking: Asking) -> UnitChangeView:
        connection = asking.connection
        check_may_change(asking, unit_id, deep=any((new.kind, new.parent, new.may_approve is not None)))
        if new.parent is not None:
            parent = new.parent
            existing(lambda: units.unit(connection, parent), "parent")
            asking.check_administers(parent)
        from_on = new.from_ or asking.today
        unit_trees.keep_others_out(connection)
        check_seen_word(seen, latest_number(unit_changes.changes_of(connection, unit_id)))
        different = _different(connection, unit_id, from_on, new)
        possible(lambda: reorganising.check_change(connection, unit_id, from_on, different))
        said = Said(caller.person, parts.clock(), new.reason)
        made = unit_changes.add_change(connection, unit_id, from_on, said, different)
        unit_trees.bring_up_to_date(connection, asking.today, parts.clock())
        return change_view(made, why=True)

    request = ("unit-change", unit_id, new)
    made = await once(parts, caller, key, request, UnitChangeView, work)
    if new.parent is not None or new.kind is not None:
        reorganiser = reorganiser_of(parts)
        for unit, moved_at in (await parts.read(unit_trees.moved_units)).items():
            await reorganiser.follow(unit, moved_at)
    return made


def latest_number(said: Iterable[UnitChange | UnitChangeView]) -> int:
    """Return the number of the last word of a unit; 0 where nothing was ever said."""
    return max((one.number for one in said), default=0)


def check_may_change(asking: Asking, unit_id: str, *, deep: bool) -> None:
    """Raise NotPermitted unless the caller administers the unit, or, for what goes deep, what is above it.

    Raises the record's NotFound where there is no such unit.
    """
    above = units.unit(asking.connection, unit_id).parent
    asking.check_administers(above if deep and above is not None else unit_id)


def reorganiser_of(parts: Parts) -> Reorganiser:
    """Return what carries out changes of the organisation now."""
    return Reorganiser(parts.database, parts.library, parts.today(), parts.clock(), parts.driver.soon)


def possible(check: Callable[[], T]) -> T:
    """Return what is found, or raise Contradiction with the reason why the change is impossible."""
    try:
        return check()
    except ImpossibleChange as impossible:
        raise Contradiction(WHY[impossible.why]) from impossible


def change_view(change: UnitChange, *, why: bool) -> UnitChangeView:
    """Return a change; with who said it and why."""
    return UnitChangeView(
        number=change.number,
        from_=None if change.from_on == EVER else change.from_on,
        recorded_at=change.recorded_at,
        recorded_by=change.recorded_by if why else None,
        reason=change.reason if why else None,
        name=change.name,
        kind=change.kind,
        parent=change.parent,
        may_approve=change.may_approve,
        temporary=change.temporary,
        closed=change.closed,
    )


def _different(connection: Connection, unit_id: str, day: date, new: NewChange) -> dict[str, object]:
    """Return what would be different that day. Raises Contradiction where nothing would."""
    given: dict[str, object] = {
        "name": new.name,
        "kind": new.kind,
        "parent_id": new.parent,
        "may_approve": new.may_approve,
        "temporary": new.temporary,
    }
    then = unit_changes.states_on(connection, [unit_id], day).get(unit_id)
    shown = (
        {}
        if then is None
        else {**{name: getattr(then, name, None) for name in given}, "parent_id": then.parent}
    )
    different: dict[str, object] = {
        name: value for name, value in given.items() if value is not None and shown.get(name) != value
    }
    if not different:
        raise Contradiction(WHY["nothing-different"])
    return different


WHY: dict[Why, Text] = {
    "before-founding": Text(zh="当日该组织尚未成立。", en="The unit was not founded yet on that day."),
    "closed": Text(zh="当日该组织已经撤销。", en="The unit is closed on that day."),
    "parent-not-there": Text(
        zh="当日上级组织尚未成立。", en="The unit above was not founded yet on that day."
    ),
    "parent-closed": Text(zh="上级组织已经或将要撤销。", en="The unit above is closed, or about to be."),
    "circle": Text(zh="组织不能隶属于自己或自己的下级。", en="A unit cannot stand below itself on any day."),
    "kind-in-use": Text(
        zh="该组织尚有未结个案，不能改变类别。", en="The unit has open cases, so its kind cannot change."
    ),
    "units-below": Text(
        zh="该组织尚有下级组织，请先撤销或调整其隶属关系。",
        en="There are units below it on that day or later: move or close them first.",
    ),
    "cases-since": Text(
        zh="在该日之后，该组织已启动了个案。", en="Cases were started in the unit after that day."
    ),
    "successor-not-there": Text(
        zh="没有这一接收组织，或当日尚未成立。", en="A successor does not exist, or not yet on that day."
    ),
    "successor-closed": Text(zh="接收组织已经或将要撤销。", en="A successor is closed, or about to be."),
    "successor-kind": Text(zh="接收组织的类别不同。", en="A successor is of another kind."),
    "successor-itself": Text(zh="不能由自己接收。", en="A unit cannot be its own successor."),
    "successor-missing": Text(
        zh="该组织尚有未结个案，须指定接收组织。", en="The unit has open cases, which need a successor."
    ),
    "closing-already": Text(zh="该组织已经或将要撤销。", en="The unit is closed already, or about to be."),
    "nothing-different": Text(zh="当日即是如此，没有变化。", en="It is so already on that day."),
}
"""What people are told, by the reason of the record."""
