"""Duties to inform against their rows, and against the mail that arrived: each once, none missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from bench.chaos.checker.findings import Findings
from bench.chaos.checker.stored import Row, Stored

Line = dict[str, Any]
Duty = tuple[str, int, str, str, str | None]
"""Case, event, kind, to whom in words of the process, to whom."""

_THREE = ("branch.secretary", "branch.deputy-secretary", "branch.organisation-member")
_OPENED = {
    "first-talk": _THREE,
    "recommend": _THREE,
    "activist-decision": _THREE,
    "activist-filing": ("base-committee.organiser", "base-committee.reviewer", "base-committee.secretary"),
    "contacts": ("branch.secretary", "branch.deputy-secretary"),
    "cultivation": ("contacts", "branch.secretary", "branch.organisation-member"),
    "object-decision": _THREE,
}
_WHOLE_CASE = {
    "case-suspended": ("suspended", ("subject",)),
    "case-resumed": ("resumed", ("subject",)),
    "case-closed": ("closed", ("subject", "branch.secretary")),
}
_DUE = {"first-talk": _THREE}


def check(lines: Sequence[Line], mails: Sequence[Line], stored: Stored, findings: Findings) -> None:
    """Compare the duties that events leave behind with rows and mail; deadlines with what was expected."""
    owed = Counter(_owed(stored))
    rows = Counter(_duty(row) for row in stored.obligations)
    for duty in owed - rows:
        findings.add("missed", f"{duty} has no row")
    for duty in rows - owed:
        findings.add("doubled", f"{duty} has a row and is not owed, or has two")
    findings.compared["duties"] += owed.total()
    _check_mail(mails, stored, findings)
    _check_deadlines(lines, stored, findings)


def _owed(stored: Stored) -> Iterator[Duty]:
    for case, events in stored.events.items():
        row = stored.cases.get(case)
        if row is None:
            continue
        for event in events:
            kind, actors = _told(event)
            for actor in actors:
                for person in _people(actor, row, stored):
                    yield case, event["seq"], kind, actor, person


def _told(event: Row) -> tuple[str, tuple[str, ...]]:
    match event["type"], event["step"]:
        case "step-opened", step if step in _OPENED:
            return "task-opened", _OPENED[step]
        case "became-overdue", step if step in _DUE:
            return "overdue", _DUE[step]
        case "reminded", step if step in _DUE:
            return "reminder", _DUE[step]
        case kind, _ if kind in _WHOLE_CASE:
            return _WHOLE_CASE[kind]
    return "", ()


def _people(actor: str, case: Row, stored: Stored) -> Sequence[str | None]:
    if actor == "subject":
        return [case["subject_id"]]
    where, _, role = actor.partition(".")
    unit = {"branch": case["unit_id"], "base-committee": "committee"}.get(where)
    # Nobody: a post without a holder, or contacts who are not named yet when the duty arises.
    return stored.holders.get((unit, role), [None]) if unit else [None]


def _duty(row: Row) -> Duty:
    return row["case_id"], row["seq"], row["kind"], row["actor"], row["person_id"]


def _check_mail(mails: Sequence[Line], stored: Stored, findings: Findings) -> None:
    arrived = Counter(mail["message_id"] for mail in mails)
    to = {mail["message_id"]: mail["to"] for mail in mails}
    ids = Counter(row["message_id"] for row in stored.obligations)
    for message_id, number in ids.items():
        if number > 1:
            findings.add("doubled", f"message id {message_id} stands for {number} duties")
    for row in stored.obligations:
        if row["person_id"] is None:
            findings.differ(f"duty {row['id']} to nobody", "nobody", row["status"])
        elif row["message_id"] not in arrived:
            findings.add("missed", f"duty {row['id']} ({row['status']}): no mail arrived")
        else:
            findings.differ(f"duty {row['id']}, how delivery went", "sent", row["status"])
            address = [stored.emails[row["person_id"]]]
            findings.differ(f"duty {row['id']}, to whom", address, to[row["message_id"]])
    for message_id in arrived.keys() - ids.keys():
        findings.add("doubled", f"mail {message_id} arrived, and nobody owed it")
    findings.compared["mails"] += len(arrived)
    # A mail server that takes a message and dies, or is not heard, gets it again with the same id.
    findings.compared["mails repeated with the same id"] += arrived.total() - len(arrived)


def _check_deadlines(lines: Sequence[Line], stored: Stored, findings: Findings) -> None:
    """Each deadline that passed has one event, and those of a case stand in the order of their days."""
    for case, events in stored.events.items():
        passed = [event for event in events if event["type"] in {"became-overdue", "reminded"}]
        same = Counter((event["type"], event["step"], event["round"], event["data"]) for event in passed)
        for each, number in same.items():
            if number > 1:
                findings.add("doubled", f"case {case}: {each[0]} of {each[1]}, {number} times")
        days = [event["occurred_on"] for event in passed]
        if days != sorted(days):
            findings.add("different", f"case {case}: its deadlines passed out of order")
    for line in lines:
        if line["kind"] == "expect":
            there = stored.events.get(line["case"], [])
            if not any((one["type"], one["step"]) == (line["type"], line["step"]) for one in there):
                findings.add("missed", f"case {line['case']}: {line['type']} of {line['step']}")
            findings.compared["deadlines"] += 1
