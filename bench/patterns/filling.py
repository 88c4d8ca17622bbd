"""Writes an organisation by chance into a record: rows and events, without a chain, which nobody asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import Connection

from bench.patterns.organisation import LAST_YEAR, PROCESS, TODAY, Organisation
from domain.batches import in_batches
from domain.case import Case
from domain.events import EntryAdded, Event
from domain.patterns.facts import Head, Line
from records.finding_tables import finding_words, findings
from records.organisation_tables import unit_plans
from records.tables import (
    case_materials,
    case_people,
    cases,
    events,
    people,
    posts,
    relations,
    standings,
    tasks,
    unit_closure,
    units,
)
from services.person_keys import HeldKeys, PersonKeys

_SINCE: Final = date(2010, 1, 1)
_MADE: Final = datetime(2015, 1, 1, tzinfo=UTC)
_HASH: Final = "0" * 64
_ZONE: Final = timedelta(hours=8)
"""By which the clock of the organisation is ahead."""
_AT_ONCE: Final = 500

Row = dict[str, Any]


def fill(connection: Connection, made: Organisation, digest: str, keys: PersonKeys | None = None) -> int:
    """Write everything; with `keys` free text is sealed. Returns how many events there are."""
    _units(connection, made)
    _people(connection, made)
    written = 0
    for some in in_batches(made.histories(), _AT_ONCE):
        for table, rows in _rows_of(connection, list(some), digest, keys).items():
            if rows:
                connection.execute(sa.insert(table), rows)
            written += len(rows) if table is events else 0
    _beside(connection, made)
    return written


def _beside(connection: Connection, made: Organisation) -> None:
    """Write down relatives, plans, and findings with their words."""
    rows: dict[sa.Table, list[Row]] = {relations: [], unit_plans: [], findings: [], finding_words: []}
    for branch in made.branches:
        secretary = branch.secretary
        rows[relations] += [
            {"relation_id": one, "person_id": f"subject-{one}", "relative_id": secretary, "kind": "sibling"}
            | {"from_on": _SINCE, "stated_by": secretary}
            for one in branch.kin()
        ]
        plan = {"unit_id": branch.id, "year": LAST_YEAR, "process": PROCESS, "number": 1}
        plan |= {"standing": "probationary-member", "planned": branch.habits.planned}
        rows[unit_plans].append(plan | {"recorded_by": secretary, "recorded_at": _MADE, "reason": ""})
        found = branch.findings()
        kinds: list[tuple[str, ...]] = [()] * found.left
        kinds += [("remedied",)] * found.remedied + [("remedied", "found-again")] * found.returned
        for number, said in enumerate(kinds):
            rows[findings].append(_finding(branch.case(0), branch.id, number))
            rows[finding_words] += [
                {"finding_id": f"{branch.id}-{number}", "number": place, "kind": kind}
                | {"said_at": _MADE + timedelta(days=place)}
                for place, kind in enumerate(("raised", *said), 1)
            ]
    for table, some in rows.items():
        if some:
            connection.execute(sa.insert(table), some)


def _finding(case: str, unit: str, number: int) -> Row:
    return {
        "id": f"{unit}-{number}",
        "case_id": case,
        "rule": "A01",
        "place": str(number),
        "level": "late",
        "basis": "gen",
        "version": "2026.1",
        "unit_id": unit,
        "state": "raised",
        "present": True,
        "raised_at": _MADE,
        "changed_at": _MADE,
    }


def _units(connection: Connection, made: Organisation) -> None:
    connection.execute(
        sa.insert(units),
        [
            {"id": unit, "kind": "branch", "name": unit, "parent_id": over}
            | {"temporary": False, "may_approve": True}
            for unit, over in made.parents.items()
        ],
    )
    closure = [
        {"ancestor_id": ancestor, "unit_id": unit, "depth": depth}
        for unit in made.parents
        for depth, ancestor in enumerate(_up(made, unit))
    ]
    connection.execute(sa.insert(unit_closure), closure)


def _up(made: Organisation, unit: str) -> Iterator[str]:
    above: str | None = unit
    while above is not None:
        yield above
        above = made.parents[above]


def _people(connection: Connection, made: Organisation) -> None:
    members = [f"member-{one.id}-{place}" for one in made.branches for place in range(one.habits.members)]
    named = [*members, *made.posts]
    rows = [{"id": one, "name": one, "name_search": one, "language": "zh"} for one in named]
    connection.execute(sa.insert(people), rows)
    held = [
        {"id": name, "person_id": one.person, "role": one.role, "unit_id": one.unit, "from_on": _SINCE}
        for name, one in made.posts.items()
    ]
    connection.execute(sa.insert(posts), held)
    stands = [
        {
            "id": one,
            "person_id": one,
            "standing": "full-member",
            "unit_id": one.removeprefix("member-").rpartition("-")[0],
            "from_on": _SINCE,
            "source": "bench",
        }
        for one in members
    ]
    connection.execute(sa.insert(standings), stands)


def _rows_of(
    connection: Connection, some: list[tuple[Head, list[Line]]], digest: str, keys: PersonKeys | None
) -> dict[sa.Table, list[Row]]:
    subjects = [f"subject-{head.id}" for head, _ in some]
    rows: dict[sa.Table, list[Row]] = {
        people: [{"id": one, "name": one, "name_search": one, "language": "zh"} for one in subjects],
        cases: [_case(head, len(lines), digest) for head, lines in some],
        case_people: [
            {"case_id": head.id, "role": role, "person_id": one}
            for head, _ in some
            for role, held in head.people.items()
            for one in held
        ],
        case_materials: _materials(some),
        events: [],
        tasks: [_task(head) for head, _ in some if head.closed is None],
    }
    # A key is for somebody who is there.
    connection.execute(sa.insert(people), rows.pop(people))
    for head, lines in some:
        sealed = {} if keys is None else _sealed(connection, keys, head, lines)
        rows[events] += [_event(head, line) | sealed.get(line.seq, {}) for line in lines]
    return rows


def _materials(some: list[tuple[Head, list[Line]]]) -> list[Row]:
    """Return which documents each case names, each once."""
    named = {
        (head.id, digest)
        for head, lines in some
        for line in lines
        for digests in line.data.get("materials", {}).values()
        for digest in digests
    }
    return [{"case_id": case, "sha256": digest} for case, digest in sorted(named)]


def _case(head: Head, seq: int, digest: str) -> Row:
    return {
        "id": head.id,
        "process": PROCESS,
        "version": "2026.1",
        "digest": digest,
        "subject_id": f"subject-{head.id}",
        "unit_id": head.unit,
        "status": head.status,
        "stage": "application",
        "standing": "applicant",
        "opened_on": date.fromordinal(head.opened),
        "closed_on": None if head.closed is None else date.fromordinal(head.closed),
        "seq": seq,
        "head": _HASH,
        "created_at": _MADE,
        "changed_at": _MADE,
        "snapshot": "{}",
    }


def _task(head: Head) -> Row:
    committee = f"committee-{head.unit.split('-')[1]}"
    return {
        "case_id": head.id,
        "step": "pre-review",
        "actor": "base-committee.reviewer",
        "person_id": "",
        "round": 1,
        "kind": "decision",
        "unit_id": committee,
        "role": "reviewer",
        "opened_at": datetime.combine(date.fromordinal(TODAY - 800), datetime.min.time(), UTC),
    }


def _event(head: Head, line: Line) -> Row:
    return {
        "case_id": head.id,
        "seq": line.seq,
        "type": line.type,
        "step": line.step,
        "occurred_on": date.fromordinal(line.on),
        "recorded_at": datetime.fromtimestamp(line.at, UTC) - _ZONE,
        "actor": line.who,
        "post": line.post,
        "data": json.dumps(_data(line), ensure_ascii=False, sort_keys=True),
        "prev_hash": _HASH,
        "hash": _HASH,
        "sealed": None,
    }


def _data(line: Line) -> Row:
    data = dict(line.data)
    if line.type == "reminded":
        return {"due_on": date.fromordinal(data["due"]).isoformat(), "days_left": 7}
    if line.type == "step-completed":
        return {"values": {}, "texts": {}, "materials": {}, "warnings": [], "version": "2026.1"} | data
    return data


def _sealed(connection: Connection, keys: PersonKeys, head: Head, lines: list[Line]) -> dict[int, Row]:
    # All of a case that is asked for its seals.
    case = cast("Case", SimpleNamespace(id=head.id, subject=f"subject-{head.id}"))
    written = [
        Event(
            seq=line.seq,
            occurred_on=date.fromordinal(line.on),
            recorded_at=_MADE,
            body=EntryAdded(entry="assessment", texts=line.data["texts"], materials=line.data["materials"]),
        )
        for line in lines
        if "texts" in line.data
    ]
    return {
        seq: {"data": json.dumps(one.data, ensure_ascii=False, sort_keys=True), "sealed": one.text}
        for seq, one in HeldKeys(keys, connection, _MADE).sealed(case, written)[0].items()
    }
