"""Faults planted after a run, as if the product had made them: each has to be found by the checker.

They are planted so that as little as possible gives them away: where an event is changed or added, the chain
and the rows are made to agree with it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection
from temporalio.client import Client

from bench.chaos.acknowledgements import lines_of
from bench.chaos.checker import opened
from bench.chaos.checker.chain import digest_of
from records.engines import open_engine

Change = Callable[[Connection, str], None]
Logs = Callable[[Path], None]

_ACKS = "acknowledgements.jsonl"
_MAILS = "mail.jsonl"


def lose_event(connection: Connection, case: str) -> None:
    """Drop the last event of a case, with every trace of it in the rows."""
    events = _events(connection, case)
    _delete(connection, case, events[-1]["seq"])
    _write_again(connection, case, events[:-1])


def double_event(connection: Connection, case: str) -> None:
    """Do an act a second time."""
    events = _events(connection, case)
    again = next(one for one in reversed(events) if one["actor"] is not None)
    twice = {**again, "seq": events[-1]["seq"] + 1}
    if again["sealed"] is not None:
        key = _key_of(connection, case)
        twice["sealed"] = opened.sealed(opened.text_of(again, key), twice, key)
    _write_again(connection, case, [*events, twice])


def edit_event(connection: Connection, case: str) -> None:
    """Change whom an act names as its actor, and make the whole chain anew."""
    events = _events(connection, case)
    touched = next(number for number, one in enumerate(events) if one["type"] == "step-completed")
    events[touched] = {**events[touched], "actor": "somebody-else"}
    _write_again(connection, case, events)


def edit_row(connection: Connection, case: str) -> None:
    """Say in the case's row that it was closed."""
    connection.execute(sa.text("UPDATE cases SET status = 'closed' WHERE id = :case"), {"case": case})


def lose_task(connection: Connection, case: str) -> None:
    """Forget whom the case waits for."""
    connection.execute(sa.text("DELETE FROM tasks WHERE case_id = :case"), {"case": case})


def lose_duty(connection: Connection, case: str) -> None:
    """Forget to tell somebody."""
    _change_one_duty(connection, case, "DELETE FROM obligations WHERE id = :id")


def double_duty(connection: Connection, case: str) -> None:
    """Owe somebody the same a second time, under another message id."""
    columns = (
        "case_id, seq, kind, step, round, outcome, due_on, actor, person_id, created_at, status, attempts"
    )
    _change_one_duty(
        connection,
        case,
        f"INSERT INTO obligations (id, message_id, {columns}) "
        f"SELECT 'twice', 'twice@accede', {columns} FROM obligations WHERE id = :id",
    )


def untold(connection: Connection, case: str) -> None:
    """Leave the workflow untold of the last event."""
    query = "UPDATE outbox SET driven_seq = driven_seq - 1, waiting_since = :now WHERE case_id = :case"
    connection.execute(sa.text(query), {"case": case, "now": "2026-01-01T00:00:00.000000Z"})


def lose_answer(connection: Connection, case: str) -> None:
    """Forget what was answered to a key."""
    del case
    # Beside what was done without a key there is no answer.
    last = "SELECT max(key) FROM idempotency WHERE answer <> ''"
    connection.execute(sa.text(f"DELETE FROM idempotency WHERE key IN ({last})"))


def lost_ack(folder: Path) -> None:
    """Acknowledge an act that was never recorded."""
    _change_lines(folder / _ACKS, "ack", lambda line: {**line, "marker": "m-never", "seq": line["seq"] + 9})


def late_read(folder: Path) -> None:
    """Show somebody the case as it was before his own act."""
    _change_lines(folder / _ACKS, "read", lambda line: {**line, "seq": line["seq"] - 1})


def missed_deadline(folder: Path) -> None:
    """Expect a deadline that never passed."""
    _change_lines(folder / _ACKS, "expect", lambda line: {**line, "step": "recommend"})


def drop_mail(folder: Path) -> None:
    """Lose a mail on its way, every copy of it."""
    mails = lines_of(folder / _MAILS)
    lost = mails[-1]["message_id"]
    _write_lines(folder / _MAILS, [mail for mail in mails if mail["message_id"] != lost])


def stray_mail(folder: Path) -> None:
    """Tell somebody twice, under two message ids."""
    mails = lines_of(folder / _MAILS)
    _write_lines(folder / _MAILS, [*mails, {**mails[-1], "message_id": "stray@accede"}])


def wrong_mail(folder: Path) -> None:
    """Tell somebody else."""
    mails = lines_of(folder / _MAILS)
    wrong = mails[-1]["message_id"]
    there = [{**m, "to": ["x@people.example"]} if m["message_id"] == wrong else m for m in mails]
    _write_lines(folder / _MAILS, there)


def lose_document(folder: Path) -> None:
    """Lose the bytes of a document."""
    documents = Path(json.loads((folder / "run.json").read_text("utf-8"))["documents"])
    next(file for file in sorted(documents.rglob("*")) if file.is_file()).unlink()


async def stale_workflow(address: str, case: str) -> None:
    """End the workflow of an open case behind everybody's back."""
    client = await Client.connect(address)
    await client.get_workflow_handle(f"case/{case}").terminate("planted")


IN_DATABASE: Final[dict[str, tuple[Change, str]]] = {
    "lose-row": (lose_event, "lost"),
    "double-event": (double_event, "doubled"),
    "edit-event": (edit_event, "different"),
    "edit-row": (edit_row, "different"),
    "lose-task": (lose_task, "different"),
    "lose-duty": (lose_duty, "missed"),
    "double-duty": (double_duty, "doubled"),
    "untold": (untold, "stale"),
    "lose-answer": (lose_answer, "lost"),
}
IN_FILES: Final[dict[str, tuple[Logs, str]]] = {
    "lost-ack": (lost_ack, "lost"),
    "late-read": (late_read, "late"),
    "missed-deadline": (missed_deadline, "missed"),
    "drop-mail": (drop_mail, "missed"),
    "stray-mail": (stray_mail, "doubled"),
    "wrong-mail": (wrong_mail, "different"),
    "lose-document": (lose_document, "lost"),
}
STALE: Final = "stale-workflow"
EXPECTED: Final = {
    **{name: kind for name, (_, kind) in IN_DATABASE.items()},
    **{name: kind for name, (_, kind) in IN_FILES.items()},
    STALE: "stale",
}
"""Every fault that can be planted, and as what it has to be found."""


async def plant(fault: str, folder: Path) -> None:
    """Plant one fault in a run that has come to rest. The household may still be up."""
    run = json.loads((folder / "run.json").read_text("utf-8"))
    if fault in IN_FILES:
        IN_FILES[fault][0](folder)
        return
    engine = open_engine(run["database"])
    try:
        with engine.connect() as connection, connection.begin():
            connection.info["secret_key"] = run["secret_key"]
            case = _an_open_case(connection)
            _let_events_be_changed(connection)
            if fault in IN_DATABASE:
                IN_DATABASE[fault][0](connection, case)
    finally:
        engine.dispose()
    if fault == STALE:
        await stale_workflow(run["temporal"], case)


def _let_events_be_changed(connection: Connection) -> None:
    """Take away what guards events against being changed, as whoever owns the database can."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("ALTER TABLE events DISABLE TRIGGER USER"))
        return
    named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'"
    for name in connection.execute(sa.text(named)).scalars().all():
        connection.execute(sa.text(f'DROP TRIGGER "{name}"'))


def _an_open_case(connection: Connection) -> str:
    """Return an open case whose last event is somebody's act."""
    query = (
        "SELECT cases.id FROM cases JOIN events ON events.case_id = cases.id AND events.seq = cases.seq"
        " WHERE status = 'open' AND events.actor IS NOT NULL ORDER BY cases.id LIMIT 1"
    )
    return str(connection.execute(sa.text(query)).scalar_one())


def _events(connection: Connection, case: str) -> list[dict[str, Any]]:
    query = sa.text("SELECT * FROM events WHERE case_id = :case ORDER BY seq")
    return [dict(row) for row in connection.execute(query, {"case": case}).mappings()]


def _key_of(connection: Connection, case: str) -> AESGCM:
    query = (
        "SELECT person_id, wrapped FROM person_keys JOIN cases ON cases.subject_id = person_id"
        " WHERE cases.id = :case"
    )
    person, wrapped = connection.execute(sa.text(query), {"case": case}).one()
    return opened.key_of(person, wrapped, connection.info["secret_key"])


def _delete(connection: Connection, case: str, seq: int) -> None:
    query = sa.text("DELETE FROM events WHERE case_id = :case AND seq = :seq")
    connection.execute(query, {"case": case, "seq": seq})


def _write_again(connection: Connection, case: str, events: Sequence[dict[str, Any]]) -> None:
    """Write the events of a case with hashes that agree, and its row with them."""
    connection.execute(sa.text("DELETE FROM events WHERE case_id = :case"), {"case": case})
    previous = "0" * 64
    for event in events:
        linked = {**event, "prev_hash": previous}
        previous = linked["hash"] = digest_of(case, linked)
        names = ", ".join(linked)
        values = ", ".join(f":{name}" for name in linked)
        connection.execute(sa.text(f"INSERT INTO events ({names}) VALUES ({values})"), linked)
    snapshot = sa.text("SELECT snapshot FROM cases WHERE id = :case")
    known = json.loads(connection.execute(snapshot, {"case": case}).scalar_one())
    row = {"case": case, "seq": events[-1]["seq"], "head": previous}
    row["snapshot"] = json.dumps({**known, "seq": row["seq"]})
    query = "UPDATE cases SET seq = :seq, head = :head, snapshot = :snapshot WHERE id = :case"
    connection.execute(sa.text(query), row)


def _change_one_duty(connection: Connection, case: str, change: str) -> None:
    query = "SELECT id FROM obligations WHERE case_id = :case AND person_id IS NOT NULL ORDER BY id LIMIT 1"
    duty = connection.execute(sa.text(query), {"case": case}).scalar_one()
    connection.execute(sa.text(change), {"id": duty})


def _change_lines(path: Path, kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change the last line of a kind that is about a case."""
    lines = lines_of(path)
    last = max(number for number, line in enumerate(lines) if line["kind"] == kind and "case" in line)
    lines[last] = change(lines[last])
    _write_lines(path, lines)


def _write_lines(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
