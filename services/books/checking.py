"""Checks every row of a book against the others and against the record, before anything is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import Connection

from domain.batches import in_batches
from records import bulk, erasures, reorganising, visible
from records.reorganising import ImpossibleChange
from records.scope import ADMIN, AUDITOR
from services.books.comparing import Compared, compared
from services.books.faults import Faults
from services.books.known import Places, Rights, place_of
from services.books.opening import Book
from services.books.overlaps import Spans
from services.books.reading import AT_ONCE, Row, read_rows
from services.books.sheets import BY_NAME, Entry, Sheet, SheetName
from services.overlaps import Sort
from services.vocabulary import NO_STANDING, Vocabulary

Watch = Callable[[str, int], None]
"""Told of a sheet how many rows more were looked at."""

_HELD: Final[tuple[Sort, ...]] = ("standings", "posts")

SHOWN: Final = 500
"""Changes that are shown; the others are counted."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row that the record has, and would have differently: by column, what it was and what it would be."""

    sheet: SheetName
    row: int
    id: str
    different: Mapping[str, tuple[object, object]]


@dataclass
class Found:
    """What a book comes to."""

    counts: dict[SheetName, Counter[str]] = field(default_factory=dict)
    """By sheet: `rows`, `new`, `changed`, `same`."""
    changes: list[Change] = field(default_factory=list)


@dataclass
class Checking:
    """One book on its way through the checks."""

    connection: Connection
    words: Vocabulary
    rights: Rights
    today: date
    faults: Faults
    watch: Watch = lambda _sheet, _more: None
    found: Found = field(default_factory=Found)

    def run(self, book: Book) -> Found:
        """Check everything. Nothing is written."""
        self._places = Places.of(self.connection)
        self._people: set[str] = set()
        self._new_people: dict[str, int] = {}
        self._placed: set[str] = set()
        self._posts: dict[str, Entry] = {}
        self._lent = self._posts_lent(book)
        self._spans: dict[str, Spans] = {name: Spans(name, self.words) for name in _HELD}
        checks = {
            "units": self._unit,
            "people": self._person,
            "standings": self._standing,
            "posts": self._post,
            "delegations": self._delegation,
            "restrictions": self._restriction,
        }
        if "units" in book.sources:
            self._read_places(book)
        for name in book.sources:
            self._sheet(BY_NAME[name], book, checks[name])
        for spans in self._spans.values():
            spans.check(self.connection, self.faults)
        for person, row in self._new_people.items():
            if self.rights.tops is not None and person not in self._placed:
                self.faults.add("people", row, "id", "nowhere")
        return self.found

    # Each sheet

    def _sheet(self, sheet: Sheet, book: Book, check: Callable[[Compared], None]) -> None:
        counts = self.found.counts.setdefault(sheet.name, Counter(rows=0, new=0, changed=0, same=0))
        seen: dict[str, int] = {}
        rows = read_rows(sheet, book.sources[sheet.name], self.faults)
        if sheet.name == "people":
            self._births = {hash((name, born)): one for one, name, born in bulk.births(self.connection)}
        for some in in_batches(rows, AT_ONCE):
            counts["rows"] += len(some)
            self._prepare(sheet, some)
            for one in compared(self.connection, sheet, some):
                if one.id in seen:
                    rule = "id-twice" if one.row.says.get("id") else "said-twice"
                    self.faults.add(sheet.name, one.row.number, "id", rule)
                    continue
                seen[one.id] = one.row.number
                self._count(sheet, counts, one)
                self._days(sheet, one)
                check(one)
            self.watch(sheet.name, len(some))

    def _count(self, sheet: Sheet, counts: Counter[str], one: Compared) -> None:
        different = one.different
        counts["new" if one.is_new else "changed" if different else "same"] += 1
        if different and len(self.found.changes) < SHOWN:
            self.found.changes.append(Change(sheet.name, one.row.number, one.id, different))
        for column in different.keys() & sheet.fixed:
            self._fault(
                sheet, one, column, "closes" if (sheet.name, column) == ("units", "to") else "cannot-change"
            )

    def _days(self, sheet: Sheet, one: Compared) -> None:
        from_on, to_on = one.says.get("from"), one.says.get("to")
        if isinstance(from_on, date) and isinstance(to_on, date) and to_on < from_on:
            self._fault(sheet, one, "to", "ends-before")

    def _fault(self, sheet: Sheet, one: Compared, column: str, rule: str) -> None:
        self.faults.add(sheet.name, one.row.number, column, rule)

    def _prepare(self, sheet: Sheet, rows: Sequence[Row]) -> None:
        """Look up at once what the rows of a batch are about."""
        if sheet.name == "people":
            self._erased = erasures.erased_among(
                self.connection, [str(row.says["id"]) for row in rows if row.says.get("id")]
            )
            self._people |= {str(row.says["id"]) for row in rows if row.says.get("id")}
        asked = {str(row.says[key]) for row in rows for key in ("person", "substitute") if row.says.get(key)}
        asked -= self._people
        self._known = bulk.known(self.connection, "people", asked) if asked else set()
        if self.rights.tops is not None:
            concerned = {str(row.says[key]) for row in rows for key in ("person", "id") if row.says.get(key)}
            self._present = visible.present_standings(self.connection, tuple(concerned), self.today)
        if sheet.name == "delegations":
            missing = {str(row.says["post"]) for row in rows if row.says.get("post")} - self._posts.keys()
            self._posts |= bulk.entries(self.connection, "posts", missing)

    # Units

    def _read_places(self, book: Book) -> None:
        """Gather the units of the book, so that a row may name one that comes after it."""
        ignored = Faults(0)
        sheet = BY_NAME["units"]
        for some in in_batches(read_rows(sheet, book.sources["units"], ignored), AT_ONCE):
            for one in compared(self.connection, sheet, some):
                self._places.book.setdefault(one.id, place_of(one.says, one.row.number))

    def _unit(self, one: Compared) -> None:
        sheet, different = BY_NAME["units"], one.different
        if one.says["kind"] not in self.words.kinds and (one.is_new or "kind" in different):
            self._fault(sheet, one, "kind", "kind-unknown")
        parent = one.says["parent"]
        if parent is not None:
            self._parent(one, str(parent))
        if not self._may_change_unit(one, different):
            self._fault(sheet, one, "id", "not-permitted")
        if different and not different.keys() & sheet.fixed:
            self._possible(one, different)

    def _parent(self, one: Compared, parent: str) -> None:
        sheet = BY_NAME["units"]
        place, above = self._places.get(one.id), self._places.get(parent)
        if above is None:
            self._fault(sheet, one, "parent", "parent-unknown")
            return
        if parent == one.id or one.id in self._places.above(parent):
            self._fault(sheet, one, "parent", "circle")
        moved = one.is_new or "parent" in one.different
        if (
            moved
            and place is not None
            and above.to_on is not None
            and not (place.to_on is not None and place.to_on <= above.to_on)
        ):
            self._fault(sheet, one, "to" if place.to_on else "parent", "outside-parent")

    def _may_change_unit(self, one: Compared, different: Mapping[str, object]) -> bool:
        if self.rights.tops is None or not (one.is_new or different):
            return True
        parent = one.says["parent"]
        new_place = None if parent is None else str(parent)
        if one.before is None:
            return self.rights.cover(self._places, new_place)
        if not different.keys() & {"kind", "parent", "may_approve"}:
            return self.rights.cover(self._places, one.id)
        above = one.before["parent"]
        here = one.id if above is None else str(above)
        return self.rights.cover(self._places, here) and (
            "parent" not in different or self.rights.cover(self._places, new_place)
        )

    def _possible(self, one: Compared, different: Mapping[str, tuple[object, object]]) -> None:
        """Ask the record whether a unit may become different today. One above that is new is no hindrance."""
        wanted = {key: value for key, (_, value) in different.items() if key != "parent"}
        parent = one.says["parent"]
        if "parent" in different:
            if parent is None:
                self._fault(BY_NAME["units"], one, "parent", "cannot-change")
                return
            if str(parent) in self._places.record:
                wanted["parent_id"] = parent
        try:
            reorganising.check_change(self.connection, one.id, self.today, wanted)
        except ImpossibleChange as impossible:
            rule = {"kind-in-use": "kind-in-use", "circle": "circle"}.get(impossible.why, "impossible-change")
            self._fault(BY_NAME["units"], one, {"kind-in-use": "kind"}.get(impossible.why, "parent"), rule)

    # People

    def _person(self, one: Compared) -> None:
        sheet, born = BY_NAME["people"], one.says["born_on"]
        if isinstance(born, date) and born > self.today:
            self._fault(sheet, one, "born_on", "birthday-to-come")
        if isinstance(born, date):
            before = self._births.setdefault(hash((one.says["name"], born)), one.id)
            if before != one.id and (one.is_new or one.different):
                self._fault(sheet, one, "name", "named-twice")
        if one.different and one.id in self._erased:
            self._fault(sheet, one, "id", "erased")
        if one.is_new:
            self._new_people[one.id] = one.row.number
        elif one.different and not self._administers_person(one.id):
            self._fault(sheet, one, "id", "not-permitted")

    def _administers_person(self, person: str) -> bool:
        """Whether somebody the record knows has a standing in a unit that is administered, if he has any."""
        if self.rights.tops is None:
            return True
        stood = self._present.get(person)
        return stood is not None and self.rights.cover(self._places, stood[1])

    # What people have

    def _standing(self, one: Compared) -> None:
        sheet = BY_NAME["standings"]
        self._of_person(sheet, one)
        if one.is_new and one.says["standing"] not in {NO_STANDING, *self.words.standings}:
            self._fault(sheet, one, "standing", "standing-unknown")
        self._in_unit(sheet, one)
        if one.different and str((one.before or {}).get("source", "")).startswith("case/"):
            self._fault(sheet, one, "from", "from-a-case")
        self._spans[sheet.name].keep(str(one.says["person"]), one.says, one.row.number)

    def _post(self, one: Compared) -> None:
        sheet = BY_NAME["posts"]
        self._of_person(sheet, one)
        self._in_unit(sheet, one)
        place = self._places.get(str(one.says["unit"]))
        role = str(one.says["role"])
        if one.is_new and place is not None and role not in {ADMIN, AUDITOR}:
            known = f"{place.kind}.{role}" in self.words.roles
            if not known:
                self._fault(sheet, one, "role", "role-unknown")
        self._sooner(sheet, one)
        self._spans[sheet.name].keep(str(one.says["person"]), one.says, one.row.number)
        if one.id in self._lent:
            self._posts[one.id] = one.says

    def _delegation(self, one: Compared) -> None:
        sheet = BY_NAME["delegations"]
        substitute = str(one.says["substitute"])
        if substitute not in self._people and substitute not in self._known:
            self._fault(sheet, one, "substitute", "person-unknown")
        post = self._posts.get(str(one.says["post"]))
        if post is None:
            self._fault(sheet, one, "post", "post-unknown")
            return
        if post["person"] == substitute:
            self._fault(sheet, one, "substitute", "lent-to-itself")
        first, begins, ends = one.says["from"], post["from"], post["to"]
        assert isinstance(first, date) and isinstance(begins, date)  # noqa: S101, PT018 - both are required
        if one.is_new and (first < begins or (isinstance(ends, date) and first > ends)):
            self._fault(sheet, one, "from", "outside-post")
        self._sooner(sheet, one)
        self._limits(sheet, one)
        self._permit(sheet, one, str(post["unit"]), substitute)

    def _limits(self, sheet: Sheet, one: Compared) -> None:
        """Note what a post is lent for and nobody knows; it would be lent for nothing."""
        for limit, known in (("processes", self.words.processes), ("stages", self.words.stages)):
            if not set(str(one.says[limit] or "").split()) <= known:
                self._fault(sheet, one, limit, "limit-unknown")
        if any(self._places.get(unit) is None for unit in str(one.says["units"] or "").split()):
            self._fault(sheet, one, "units", "limit-unknown")

    def _restriction(self, one: Compared) -> None:
        sheet, person = BY_NAME["restrictions"], str(one.says["person"])
        self._of_person(sheet, one)
        if one.is_new and one.says["restriction"] not in self.words.restrictions:
            self._fault(sheet, one, "restriction", "restriction-unknown")
        if (one.is_new or one.different) and self.rights.tops is not None:
            if person == self.rights.who:
                self._fault(sheet, one, "person", "oneself")
            elif not (self._administers_person(person) or person in self._placed):
                self._fault(sheet, one, "person", "not-permitted")

    def _of_person(self, sheet: Sheet, one: Compared) -> None:
        person = str(one.says["person"])
        if person not in self._people and person not in self._known:
            self._fault(sheet, one, "person", "person-unknown")

    def _in_unit(self, sheet: Sheet, one: Compared) -> None:
        unit, first, last = str(one.says["unit"]), one.says["from"], one.says["to"]
        place = self._places.get(unit)
        if place is None:
            self._fault(sheet, one, "unit", "unit-unknown")
            return
        assert isinstance(first, date)  # noqa: S101 - it is required
        if one.is_new and not place.lasts(first, last if isinstance(last, date) else None):
            early = first < place.from_on
            self._fault(sheet, one, "from" if early else "to", "outside-unit")
        person = str(one.says["person"])
        self._permit(sheet, one, unit, person)
        if self.rights.cover(self._places, unit) and person in self._new_people:
            self._placed.add(person)

    def _permit(self, sheet: Sheet, one: Compared, unit: str, person: str) -> None:
        """Note where somebody who administers units reaches further, or helps himself."""
        if self.rights.tops is None or not (one.is_new or one.different):
            return
        if not self.rights.cover(self._places, unit):
            self._fault(sheet, one, "unit" if "unit" in sheet.keys else "post", "not-permitted")
        elif person == self.rights.who:
            self._fault(sheet, one, "substitute" if sheet.name == "delegations" else "person", "oneself")
        elif sheet.name == "standings" and person in self._present and not self._administers_person(person):
            self._fault(sheet, one, "person", "not-permitted")

    def _sooner(self, sheet: Sheet, one: Compared) -> None:
        if one.would_last_longer:
            self._fault(sheet, one, "to", "would-last-longer")
        elif one.would_end_before(self.today):
            self._fault(sheet, one, "to", "day-gone-by")

    def _posts_lent(self, book: Book) -> set[str]:
        if "delegations" not in book.sources:
            return set()
        rows = read_rows(BY_NAME["delegations"], book.sources["delegations"], Faults(0))
        return {str(row.says["post"]) for row in rows if row.says.get("post")}
