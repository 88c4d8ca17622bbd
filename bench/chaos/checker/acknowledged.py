"""The log of acknowledgements against the record: is everything there, once, and as it was said?"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.chaos.checker.findings import Findings
from bench.chaos.checker.stored import Row, Stored

Line = dict[str, Any]

_SAID = ("type", "step", "round", "occurred_on", "recorded_at", "actor", "post", "on_behalf_of")


def check(lines: Sequence[Line], stored: Stored, documents: Path, findings: Findings) -> None:
    """Compare the log of one run with the record and the folder of documents."""
    acks = {line["marker"]: line for line in lines if line["kind"] == "ack"}
    intents = {line["marker"] for line in lines if line["kind"] == "intent"}
    refused = {line["marker"] for line in lines if line["kind"] == "refusal"}
    found = _by_marker(stored)
    for marker, ack in acks.items():
        if "material" in ack:
            _check_document(ack, stored, documents, findings)
        else:
            _check_act(marker, ack, found.get(marker, []), stored, findings)
    for marker, places in found.items():
        if len(places) > 1:
            findings.add("doubled", f"act {marker} is in {places}")
        if marker not in intents:
            findings.add("different", f"act {marker} at {places} was never asked for")
        if marker in refused:
            findings.add("different", f"act {marker} was refused, and is at {places}")
    _check_documents_once(stored, findings)
    _check_what_was_read(lines, acks, findings)
    _check_open_steps(lines, stored, findings)
    findings.compared["acknowledged"] += len(acks)


def _by_marker(stored: Stored) -> dict[str, list[tuple[str, int]]]:
    """Return where each act is: its word stands in the reason of the event it left."""
    found: dict[str, list[tuple[str, int]]] = {}
    for case, events in stored.events.items():
        for event in events:
            reason = event["whole"].get("reason")
            if reason:
                found.setdefault(reason, []).append((case, event["seq"]))
    return found


def _check_act(
    marker: str, ack: Line, places: list[tuple[str, int]], stored: Stored, findings: Findings
) -> None:
    case, seq = ack["case"], ack["seq"]
    events = {event["seq"]: event for event in stored.events.get(case, [])}
    if not any(where == case and number <= seq for where, number in places) or seq not in events:
        findings.add("lost", f"act {marker} of case {case} up to event {seq}")
        return
    findings.differ(f"act {marker}, the head after it", ack["head"], events[seq]["hash"])
    for said in ack["events"] or ():
        _check_event(f"act {marker} event {said['seq']}", said, events.get(said["seq"]), findings)
    kept = stored.idempotency.get(marker)
    if kept is None:
        findings.add("lost", f"the answer to act {marker}")
    else:
        answer = json.loads(kept["answer"])
        findings.differ(
            f"the answer kept of act {marker}", ack["head"], answer.get("case", answer).get("head")
        )


def _check_event(place: str, said: Line, there: Row | None, findings: Findings) -> None:
    if there is None:
        findings.add("lost", place)
        return
    for name in _SAID:
        findings.differ(f"{place}, {name}", said[name], there[name])
    findings.differ(f"{place}, data", said["data"], there["whole"])
    findings.compared["acknowledged events"] += 1


def _check_document(ack: Line, stored: Stored, documents: Path, findings: Findings) -> None:
    digest = ack["sha256"]
    if not any(row["id"] == ack["material"] and row["sha256"] == digest for row in stored.materials):
        findings.add("lost", f"document {ack['material']}")
    names = stored.sealed_as.get(digest, [digest])
    if not any(_is_whole(documents / name[:2] / name[2:4] / name) for name in names):
        findings.add("lost", f"the bytes of document {ack['material']}")


def _is_whole(file: Path) -> bool:
    """Whether a file is there, with the bytes that its name says."""
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == file.name


def _check_documents_once(stored: Stored, findings: Findings) -> None:
    # Every document of a run is another, so two rows with one digest are one request done twice.
    for digest, number in Counter(row["sha256"] for row in stored.materials).items():
        if number > 1:
            findings.add("doubled", f"document with digest {digest}")


def _check_what_was_read(lines: Sequence[Line], acks: dict[str, Line], findings: Findings) -> None:
    for line in lines:
        if line["kind"] != "read" or line["after"] not in acks:
            continue
        ack = acks[line["after"]]
        findings.compared["read after an act"] += 1
        if line["case"] != ack["case"] or line["seq"] < ack["seq"]:
            findings.add("late", f"act {line['after']}: event {ack['seq']} acknowledged, {line['seq']} seen")
        elif line["seq"] == ack["seq"]:
            findings.differ(f"act {line['after']}, the head read after it", ack["head"], line["head"])


def _check_open_steps(lines: Sequence[Line], stored: Stored, findings: Findings) -> None:
    """Compare the tasks with the open steps last seen, where nothing was recorded since."""
    last: dict[str, Line] = {}
    for line in lines:
        if line["kind"] in {"ack", "read"} and "case" in line:
            before = last.get(line["case"])
            if before is None or line["seq"] >= before["seq"]:
                last[line["case"]] = line
    for case, line in last.items():
        row = stored.cases.get(case)
        if row is None or row["seq"] != line["seq"]:
            continue
        there = sorted({(task["step"], task["round"]) for task in stored.tasks.get(case, [])})
        findings.differ(f"case {case}, its tasks", [tuple(each) for each in line["open"]], there)
        findings.differ(f"case {case}, its status as seen", line["status"], row["status"])
        findings.compared["tasks of a case"] += 1
