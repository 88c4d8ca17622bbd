"""Closing a unit: merged into another, split among several, or given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, Literal

from pydantic import Field
from sqlalchemy import Connection

from domain.values import Text, Value
from records import closings, organisation, reorganising, unit_trees, units
from records.closings import Closing, Plan
from records.scope import ADMIN
from records.unit_changes import Said
from services.asking import NOT_THERE, Asking, existing, once
from services.parts import Caller, Parts
from services.refusals import Contradiction, InvalidInput
from services.reorganising import Progress, progress_of
from services.unit_changes import WHY, check_may_change, possible, reorganiser_of
from services.views import View

SOME: Final = 200
"""Cases that move before the request is answered; the worker moves the others."""


class NewClosing(Value):
    """A unit to close: `on` is the first day on which it is no more, today where it is left out."""

    reason: str
    on: date | None = None
    successor: str | None = None
    assigned: Mapping[str, str] = Field(default_factory=dict)
    """In a split: the unit that takes over each person, by person."""
    posts: Literal["move", "end"] = "end"
    standings: Literal["move", "end"] = "move"


class ClosingView(View):
    """How far the closing of a unit is."""

    unit: str
    on: date
    status: Progress
    successors: tuple[str, ...]
    moved_cases: int
    left_cases: int
    """Open cases still in it, or waiting to be taken over by it."""
    moved_people: int
    """Posts and standings that were moved or ended."""
    stuck_on: str | None
    """The rule that keeps a case from moving."""
    recorded_at: datetime
    recorded_by: str
    reason: str
    finished_at: datetime | None


async def close_unit(
    parts: Parts, caller: Caller, unit_id: str, new: NewClosing, *, key: str | None = None
) -> ClosingView:
    """Order that a unit be closed, begin with it if its day has come, and return how far it is.

    Asked of an administrator of the unit above it, and of every successor or above. Raises NotFound,
    NotPermitted, InvalidInput, Contradiction.
    """

    def work(asking: Asking) -> ClosingView:
        connection = asking.connection
        check_may_change(asking, unit_id, deep=True)
        plan = _plan(asking, new)
        unit_trees.keep_others_out(connection)
        on = new.on or asking.today
        possible(lambda: reorganising.check_closing(connection, unit_id, on, plan.successors))
        _check_cases_go_somewhere(connection, unit_id, plan)
        made = closings.order_closing(
            connection,
            unit_id,
            on,
            Said(caller.person, parts.clock(), new.reason),
            post=_post_of(asking, unit_id),
            plan=plan,
        )
        return closing_view(connection, made, asking.today)

    await once(parts, caller, key, ("close-unit", unit_id, new), ClosingView, work)
    return await go_on(parts, caller, unit_id)


async def go_on(parts: Parts, caller: Caller, unit_id: str) -> ClosingView:
    """Go on with a closing whose day has come, and return how far it is. Raises NotFound, NotPermitted."""
    seen = await closing(parts, caller, unit_id)
    if seen.status in {"moving", "stuck"}:
        order = await parts.read(lambda c: closings.closing_of(c, unit_id))
        await reorganiser_of(parts).close(order, most=SOME)
    return await closing(parts, caller, unit_id)


async def closing(parts: Parts, caller: Caller, unit_id: str) -> ClosingView:
    """Return how far the closing of a unit is. Raises NotFound, NotPermitted."""
    today = parts.today()

    def work(connection: Connection) -> ClosingView:
        check_may_change(Asking(connection, caller.person, today), unit_id, deep=False)
        return closing_view(connection, closings.closing_of(connection, unit_id), today)

    return await parts.read(work)


def closing_view(connection: Connection, order: Closing, today: date) -> ClosingView:
    """Return how far an order is carried out."""
    return ClosingView(
        unit=order.unit,
        on=order.from_on,
        status=progress_of(order, today),
        successors=tuple(sorted(order.plan.successors)),
        moved_cases=order.moved_cases,
        left_cases=closings.count_open_cases(connection, order.unit),
        moved_people=order.moved_people,
        stuck_on=order.stuck_on,
        recorded_at=order.recorded_at,
        recorded_by=order.by,
        reason=order.reason,
        finished_at=order.finished_at,
    )


def _plan(asking: Asking, new: NewClosing) -> Plan:
    """Return where things go. Raises InvalidInput, NotPermitted."""
    plan = Plan(new.successor, dict(new.assigned), new.posts, new.standings)
    for successor in sorted(plan.successors):
        path = "successor" if successor == new.successor else "assigned"
        existing(lambda successor=successor: units.unit(asking.connection, successor), path)  # type: ignore[misc]
        asking.check_administers(successor)
    known = organisation.names_of(asking.connection, new.assigned)
    if len(known) < len(new.assigned):
        raise InvalidInput("assigned", NOT_THERE)
    return plan


def _check_cases_go_somewhere(connection: Connection, unit_id: str, plan: Plan) -> None:
    if plan.successor is None and any(
        subject not in plan.assigned for subject in closings.open_subjects(connection, unit_id)
    ):
        raise Contradiction(WHY["successor-missing"])
    if plan.successor is None and "move" in {plan.posts, plan.standings} and not plan.assigned:
        raise InvalidInput(
            "successor", Text(zh="没有接收组织，不能转移。", en="without a successor nothing can be moved")
        )


def _post_of(asking: Asking, unit_id: str) -> str:
    """Return the post by which the caller closes the unit."""
    above = {unit.id for unit in units.path_of(asking.connection, unit_id)}
    held = organisation.posts_held(asking.connection, asking.who, asking.today)
    own = [post.id for post in held if post.role == ADMIN and post.unit in above]
    return own[0] if own else closings.lent_post(asking.connection, asking.who, above, asking.today)
