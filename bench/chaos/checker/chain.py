"""The record by itself: is every chain whole, and do the rows say what the events say?"""

from __future__ import annotations

import hashlib
import json

from bench.chaos.checker.findings import Findings
from bench.chaos.checker.stored import Row, Stored

_HASHED = (
    "seq",
    "type",
    "step",
    "round",
    "occurred_on",
    "recorded_at",
    "actor",
    "post",
    "on_behalf_of",
    "prev_hash",
)


def check(stored: Stored, findings: Findings) -> None:
    """Compare each case's events with each other, with the hashes, and with the case's rows."""
    for case, events in stored.events.items():
        _check_chain(case, events, findings)
        findings.compared["events"] += len(events)
        if case not in stored.cases:
            findings.add("lost", f"case {case}: it has events and no row")
    for case, row in stored.cases.items():
        _check_row(stored, case, row, findings)
    findings.compared["cases"] += len(stored.cases)


def digest_of(case: str, event: Row) -> str:
    """Return the hash an event has to have: SHA-256 of its canonical JSON."""
    image = {name: event[name] for name in _HASHED} | {"case": case, "data": json.loads(event["data"])}
    text = json.dumps(image, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _check_chain(case: str, events: list[Row], findings: Findings) -> None:
    previous = "0" * 64
    moment = ""
    for number, event in enumerate(events, 1):
        place = f"case {case} event {event['seq']}"
        findings.differ(f"{place}, its number", number, event["seq"])
        findings.differ(f"{place}, the hash before it", previous, event["prev_hash"])
        findings.differ(f"{place}, its hash", digest_of(case, event), event["hash"])
        if event["recorded_at"] < moment:
            findings.add("different", f"{place} was recorded before the one before it")
        previous, moment = event["hash"], event["recorded_at"]


def _check_row(stored: Stored, case: str, row: Row, findings: Findings) -> None:
    events = stored.events.get(case, [])
    if not events:
        findings.add("lost", f"case {case}: it has a row and no events")
        return
    last = events[-1]
    # A snapshot leaves out what is as usual.
    snapshot = json.loads(row["snapshot"])
    findings.differ(f"case {case}, its head", last["hash"], row["head"])
    findings.differ(f"case {case}, its seq", last["seq"], row["seq"])
    findings.differ(f"case {case}, the seq of its snapshot", last["seq"], snapshot["seq"])
    findings.differ(f"case {case}, its status", _status(events), row["status"])
    findings.differ(f"case {case}, the status of its snapshot", row["status"], snapshot.get("status", "open"))
    if row["status"] == "closed" and stored.tasks.get(case):
        findings.add("different", f"case {case}: it is closed and has tasks")


def _status(events: list[Row]) -> str:
    """Return what the events say about a case of those that are played here."""
    status = "open"
    for event in events:
        status = {
            "case-suspended": "suspended",
            "case-resumed": "open",
            "case-closed": "closed",
        }.get(event["type"], status)
    return status
