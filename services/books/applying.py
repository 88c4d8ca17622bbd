"""Brings a checked book in, some rows in a transaction at a time.

What was brought in before is as it should be, and is passed over: whoever is stopped half way begins again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from records import bulk, endings, organisation, people_over_time, reorganising, unit_changes, unit_trees
from records import restrictions as bars
from records.endings import What
from records.unit_changes import Said
from services.books.comparing import Compared, compared
from services.books.known import Places
from services.books.reading import Row
from services.books.sheets import Entry, Sheet, SheetName

_SOURCE: Final = "import"


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
    """Write rows of one sheet, and return how many were new and how many changed."""
    beside = compared(connection, sheet, rows)
    new = [one.says for one in beside if one.is_new]
    changed = [one for one in beside if one.different]
    if new:
        _ADD[sheet.name](connection, new, places, author)
    for one in changed:
        _CHANGE[sheet.name](connection, one, author)
    return len(new), len(changed)


def catch_up(connection: Connection, author: Author) -> None:
    """Let today's picture of the tree say what was said of units."""
    unit_trees.bring_up_to_date(connection, author.today, author.now)


def _add_units(connection: Connection, new: Sequence[Entry], places: Places, author: Author) -> None:
    bulk.add_units(connection, new, places.path, author.said)


def _add_people(connection: Connection, new: Sequence[Entry], _places: Places, _author: Author) -> None:
    bulk.add_people(connection, new)


def _add_standings(connection: Connection, new: Sequence[Entry], _places: Places, _author: Author) -> None:
    bulk.add_standings(connection, new, _SOURCE)


def _add_posts(connection: Connection, new: Sequence[Entry], _places: Places, author: Author) -> None:
    bulk.add_posts(connection, new, author.said)


def _add_delegations(connection: Connection, new: Sequence[Entry], _places: Places, author: Author) -> None:
    bulk.add_delegations(connection, new, author.said)


def _add_restrictions(connection: Connection, new: Sequence[Entry], _places: Places, author: Author) -> None:
    bulk.add_restrictions(connection, new, author.said)


def _change_unit(connection: Connection, one: Compared, author: Author) -> None:
    different = {"parent_id" if key == "parent" else key: value for key, (_, value) in one.different.items()}
    unit_trees.keep_others_out(connection)
    reorganising.check_change(connection, one.id, author.today, different)
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
