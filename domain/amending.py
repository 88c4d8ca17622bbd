"""Corrections as they are read: what was recorded first, what it became, who asked for it and who agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal, Protocol

from domain.values import Scalar, Value

_PARTS = ("values", "texts")


class Told(Protocol):
    """An event, as far as its reader sees it."""

    @property
    def seq(self) -> int:
        """Its number."""

    @property
    def type(self) -> str:
        """Its type."""

    @property
    def occurred_on(self) -> date:
        """The day it is said to have happened."""

    @property
    def actor(self) -> str | None:
        """Who did it."""

    @property
    def data(self) -> Mapping[str, Any]:
        """What it holds."""


class Amendment(Value):
    """A value that was said to be wrong, and what a second person said to it."""

    proposal: int
    target: int
    """The number of the event the value stands in."""
    path: str
    """`occurred_on`, `fields.<id>` or `materials.<id>`."""
    old: Scalar | tuple[str, ...]
    new: Scalar | tuple[str, ...]
    written_on: date | None = None
    """Of a document that was written anew: the day it bears."""
    reason: str | None
    proposed_on: date
    proposed_by: str | None
    state: Literal["waits", "confirmed", "rejected"] = "waits"
    answered_on: date | None = None
    answered_by: str | None = None


def amendments(events: Iterable[Told]) -> tuple[Amendment, ...]:
    """Return every correction among events, in their order. One whose values are withheld is left out."""
    found: dict[int, Amendment] = {}
    for event in events:
        change = event.data.get("change")
        if event.type == "correction-proposed" and isinstance(change, Mapping):
            found[event.seq] = Amendment(
                proposal=event.seq,
                target=change["seq"],
                path=change["path"],
                old=_value(event.data.get("old")),
                new=_value(change["value"]),
                written_on=None if (day := change.get("written_on")) is None else date.fromisoformat(day),
                reason=event.data.get("reason"),
                proposed_on=event.occurred_on,
                proposed_by=event.actor,
            )
        elif event.type in {"correction-confirmed", "correction-rejected"}:
            proposal = event.data.get("proposal")
            if isinstance(proposal, int) and proposal in found:
                found[proposal] = found[proposal].model_copy(
                    update={
                        "state": event.type.removeprefix("correction-"),
                        "answered_on": event.occurred_on,
                        "answered_by": event.actor,
                    }
                )
    return tuple(found.values())


def day_by(made: Iterable[Amendment], seq: int, day: date) -> date:
    """Return the day of an event by what was corrected."""
    for one in made:
        if one.state == "confirmed" and one.target == seq and one.path == "occurred_on":
            day = date.fromisoformat(str(one.new))
    return day


def data_by(made: Iterable[Amendment], seq: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event holds by what was corrected; nothing appears that its reader was not shown."""
    held = dict(data)
    for one in made:
        part, _, name = one.path.partition(".")
        if one.state != "confirmed" or one.target != seq or part == "occurred_on":
            continue
        keys = ("materials",) if part == "materials" else _PARTS
        for key in keys:
            if isinstance(held.get(key), Mapping) and (name in held[key] or one.old == ()):
                held[key] = {**held[key], name: one.new}
    return held


def _value(given: Any) -> Scalar | tuple[str, ...]:  # noqa: ANN401 - any JSON value
    if isinstance(given, list | tuple):
        return tuple(str(one) for one in given)
    return given if isinstance(given, str | int | bool) else None
