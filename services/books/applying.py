"""Brings a checked book in, some rows in a transaction at a time.

What was brought in before is as it should be, and is passed over: whoever is stopped half way begins again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from domain.values import Text
from records import (
    additions,
    endings,
    erasures,
    organisation,
    people_over_time,
    post_notes,
    reorganising,
    unit_changes,
    unit_trees,
)
from records import restrictions as bars
from records.endings import What
from records.unit_changes import Said
from services.books.comparing import Compared, compared
from services.books.known import Places
from services.books.reading import Row
from services.books.sheets import Entry, Sheet, SheetName
from services.refusals import Contradiction
from services.unit_changes import possible

_SOURCE: Final = "import"
_ENDED: Final = frozenset({"posts", "delegations"})
"""Sheets of what may end sooner, and never later."""


@dataclass(frozen=True)
class Author:
    """Who brings a book in, and when. `who` is None at the machine itself."""

    who: str | None
    now: datetime
    today: date
    reason: str

    @property
    def said(self) -> Said:
        """Return what is kept beside each word."""
        return Said(self.who, self.now, self.reason)


def apply_rows(
    connection: Connection, sheet: Sheet, rows: Sequence[Row], places: Places, author: Author
) -> tuple[int, int]:
    """Write rows of one sheet, and return how many were new and how many changed.

    Raises Contradiction where somebody said something meanwhile that a row must not take back.
    """
    beside = compared(connection, sheet, rows)
    if any(one.different for one in beside):
        _keep_others_out(connection, sheet, [one for one in beside if one.different])
        beside = compared(connection, sheet, rows)
        _check_still_may(connection, sheet, beside)
    new = [one.says for one in beside if one.is_new]
    changed = [one for one in beside if one.different]
    if new:
        _ADD[sheet.name](connection, new, places, author)
    for one in changed:
        _CHANGE[sheet.name](connection, one, author)
    return len(new), len(changed)


def _keep_others_out(connection: Connection, sheet: Sheet, changed: Sequence[Compared]) -> None:
    """Let nobody else say anything of what is changed until the end of the transaction."""
    if sheet.name == "units":
        unit_trees.keep_others_out(connection)
    elif sheet.name in _ENDED:
        post_notes.keep_others_out(connection)
    else:
        concerned = "id" if sheet.name == "people" else "person"
        people_over_time.keep_others_out(connection, *(str(one.says[concerned]) for one in changed))


def _check_still_may(connection: Connection, sheet: Sheet, beside: Sequence[Compared]) -> None:
    """Raise Contradiction where a post ends sooner than a row says, or somebody was erased meanwhile."""
    changed = [one.id for one in beside if one.different]
    gone = [one.id for one in beside if sheet.name in _ENDED and one.would_last_longer]
    gone += sorted(erasures.erased_among(connection, changed)) if sheet.name == "people" else []
    if gone:
        raise Contradiction(
            Text(
                zh=f"导入期间，有人更改了{sheet.title.zh}中的{gone[0]}。此前的各行已经导入，请重新检查后再导入。",
                en=f"Somebody changed {gone[0]} of {sheet.name} meanwhile. What stands before it was brought "
                "in. Check the book again, then bring it in again.",
            )
        )


def catch_up(connection: Connection, author: Author) -> None:
    """Let today's picture of the tree say what was said of units."""
    unit_trees.bring_up_to_date(connection, author.today, author.now)


def _add_units(connection: Connection, new: Sequence[Entry], places: Places, author: Author) -> None:
    additions.add_units(connection, new, places.path, author.said)


def _add_people(connection: Connection, new: Sequence[Entry], _places: Places, _author: Author) -> None:
    additions.add_people(connection, new)


def _add_standings(connection: Connection, new: Sequence[Entry], _places: Places, _author: Author) -> None:
    additions.add_standings(connection, new, _SOURCE)


def _add_posts(connection: Connection, new: Sequence[Entry], _places: Places, author: Author) -> None:
    additions.add_posts(connection, new, author.said)


def _add_delegations(connection: Connection, new: Sequence[Entry], _places: Places, author: Author) -> None:
    additions.add_delegations(connection, new, author.said)


def _add_restrictions(connection: Connection, new: Sequence[Entry], _places: Places, author: Author) -> None:
    additions.add_restrictions(connection, new, author.said)


def _change_unit(connection: Connection, one: Compared, author: Author) -> None:
    different = {"parent_id" if key == "parent" else key: value for key, (_, value) in one.different.items()}
    possible(lambda: reorganising.check_change(connection, one.id, author.today, different))
    unit_changes.add_change(connection, one.id, author.today, author.said, different)


def _change_person(connection: Connection, one: Compared, author: Author) -> None:
    values = {key: value for key, (_, value) in one.different.items()}
    people_over_time.change_person(connection, one.id, values, author.said)


def _change_standing(connection: Connection, one: Compared, author: Author) -> None:
    days = _days(one)
    people_over_time.correct_standing(connection, str(one.says["person"]), one.id, *days, author.said)


def _end_post(connection: Connection, one: Compared, author: Author) -> None:
    organisation.end_post(connection, one.id, _last(one), said=author.said)
    _say_ended(connection, "post", one, author)


def _end_delegation(connection: Connection, one: Compared, author: Author) -> None:
    organisation.end_delegation(connection, one.id, _last(one), said=author.said)
    _say_ended(connection, "delegation", one, author)


def _say_ended(connection: Connection, what: What, one: Compared, author: Author) -> None:
    """Keep who ended it; what is ended at the machine itself is ended by nobody who has a name here."""
    if author.who is not None:
        endings.say_ended(connection, what, one.id, _last(one), author.said)


def _change_restriction(connection: Connection, one: Compared, author: Author) -> None:
    reason = one.says["reason"]
    said = Said(author.who, author.now, None if reason is None else str(reason))
    bars.correct_restriction(connection, str(one.says["person"]), one.id, *_days(one), said)


def _days(one: Compared) -> tuple[date, date | None]:
    first, last = one.says["from"], one.says["to"]
    assert isinstance(first, date)  # noqa: S101 - it is required, and was checked
    return first, last if isinstance(last, date) else None


def _last(one: Compared) -> date:
    last = one.says["to"]
    assert isinstance(last, date)  # noqa: S101 - a later end, or none, was refused
    return last


_ADD: Final[Mapping[SheetName, Callable[[Connection, Sequence[Entry], Places, Author], None]]] = {
    "units": _add_units,
    "people": _add_people,
    "standings": _add_standings,
    "posts": _add_posts,
    "delegations": _add_delegations,
    "restrictions": _add_restrictions,
}
_CHANGE: Final[Mapping[SheetName, Callable[[Connection, Compared, Author], Any]]] = {
    "units": _change_unit,
    "people": _change_person,
    "standings": _change_standing,
    "posts": _end_post,
    "delegations": _end_delegation,
    "restrictions": _change_restriction,
}
