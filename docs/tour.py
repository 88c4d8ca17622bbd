"""A membership case from its first day to full membership, over HTTP: the five-minute tour.

Start `accede up --demo`, then run `python docs/tour.py` (with the address of the API, if it is another one).
Needs nothing but Python. The case is a past one that is written down today, act by act, so every act says on
which day it happened and why it is recorded late; every waiting time and every vote is checked all the same.
"""

# ruff: noqa: INP001 - a script that stands alone, not a package
from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
import uuid
from typing import Any

HERE = "http://127.0.0.1:8000"
BRANCH = "机关党支部"
WHY_LATE = "entered from the paper file"
HEAD_MOVED = 412
"""The answer of HTTP to an act on a case that is no longer as it was seen."""

# Those entitled to vote: in the branch's committee, in its general meeting, in the base committee.
COMMITTEE = {"eligible": 4, "present": 4, "yes": 4}
BASE = {"eligible": 4, "present": 3, "yes": 3}
MEETING = {"eligible": 12, "present": 10, "written": 1, "yes": 10, "no": 0, "abstain": 1}

CASE: list[tuple[str, str, str, dict[str, Any], str]] = [
    # day, step, whose login, what else is said, documents handed in
    (
        "2023-06-20",
        "first-talk",
        "secretary",
        {},
        "talk-record personal-matters-report circumstances-register",
    ),
    ("2023-07-10", "recommend", "secretary", {}, "recommendation-form"),
    (
        "2023-07-15",
        "activist-decision",
        "secretary",
        {"outcome": "listed", "meeting": COMMITTEE},
        "activist-minutes",
    ),
    ("2023-07-20", "activist-filing", "organiser", {}, "activist-filing-form activist-filing-report"),
    ("2023-07-22", "contacts", "secretary", {"people": "two members"}, ""),
    # Cultivation ends by itself after its year; no assessment was written down: noted at the next step.
    (
        "2024-07-15",
        "object-decision",
        "secretary",
        {"outcome": "listed", "meeting": COMMITTEE},
        "object-opinions object-minutes",
    ),
    ("2024-07-20", "object-filing", "organiser", {}, "object-form object-report"),
    ("2024-08-02", "introducers", "secretary", {"people": "two members"}, ""),
    ("2024-08-20", "political-review", "organiser", {"outcome": "passed"}, "autobiography review-conclusion"),
    (
        "2024-08-25",
        "training",
        "organiser",
        {"outcome": "by-days", "fields": {"days": 3}},
        "training-certificate",
    ),
    (
        "2024-09-01",
        "committee-review",
        "secretary",
        {"outcome": "qualified", "meeting": COMMITTEE},
        "committee-review-minutes pre-review-request",
    ),
    (
        "2024-09-10",
        "pre-review",
        "reviewer",
        {"outcome": "passed", "fields": {"form-number": "2024-017"}},
        "pre-review-opinion",
    ),
    ("2024-09-15", "form", "secretary", {}, "membership-form"),
    (
        "2024-09-20",
        "branch-vote",
        "secretary",
        {
            "outcome": "carried",
            "meeting": MEETING,
            "fields": {"introducers-reported": True, "subject-reported": True},
        },
        "branch-minutes",
    ),
    ("2024-09-22", "submission", "secretary", {}, "approval-request activist-register"),
    ("2024-10-12", "superior-talk", "organiser", {}, "superior-talk-opinion"),
    (
        "2024-10-20",
        "approval",
        "committee",
        {"outcome": "approved", "meeting": BASE},
        "approval-minutes approval-reply activist-register",
    ),
    ("2024-10-22", "approval-filing", "organiser", {}, "approval-filing-report"),
    ("2024-10-25", "assignment", "secretary", {}, ""),
    ("2024-11-05", "oath", "secretary", {}, "oath-record"),
    ("2025-09-01", "conversion-application", "secretary", {}, "conversion-letter"),
    (
        "2025-09-25",
        "conversion-vote",
        "secretary",
        {"outcome": "convert", "meeting": MEETING},
        "conversion-survey conversion-review-form conversion-minutes",
    ),
    ("2025-09-28", "conversion-submission", "secretary", {}, "conversion-request"),
    (
        "2025-10-20",
        "conversion-approval",
        "committee",
        {"outcome": "approved", "meeting": BASE},
        "conversion-reply",
    ),
    (
        "2025-10-25",
        "archive",
        "secretary",
        {},
        "process-record archive-check archive-list probation-register",
    ),
]


class Person:
    """Somebody who is logged in."""

    def __init__(self, url: str, login: str) -> None:
        self.url = url
        self.cookie = ""
        answer = self.ask("POST", "/v1/session", {"login": login, "password": f"{login}-demo"})[1]
        self.cookie = answer["set-cookie"].split(";")[0]

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[Any, Any]:
        """Send a request and return what came back, and its headers."""
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        sent = {"Accept-Language": "en", "Content-Type": "application/json", "Cookie": self.cookie, **headers}
        request = urllib.request.Request(self.url + path, content, sent, method=method)  # noqa: S310 - HTTP, as given
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
            return json.loads(answer.read() or b"null"), answer.headers

    def find(self, path: str, name: str) -> str:
        """Return the id of the unit or person of that name."""
        items = self.ask("GET", path)[0]["items"]
        found: str = next(item["id"] for item in items if item["name"] == name)
        return found

    def hand_in(self, kind: str) -> str:
        """Hand in an invented document and return its id."""
        border = uuid.uuid4().hex
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{kind}.txt"\r\n'
        content = f"{head}Content-Type: text/plain\r\n\r\n{kind}, for the tour\r\n--{border}--\r\n".encode()
        sent = {"Content-Type": f"multipart/form-data; boundary={border}", **a_key()}
        made: str = self.ask("POST", "/v1/materials", content, **sent)[0]["id"]
        return made

    def act(self, case: str, step: str, body: dict[str, Any]) -> dict[str, Any]:
        """Act on the case as it is now; look again where it has moved on meanwhile."""
        key = a_key()
        while True:
            head = self.ask("GET", f"/v1/cases/{case}")[1]["etag"]
            try:
                path = f"/v1/cases/{case}/steps/{step}"
                done: dict[str, Any] = self.ask("POST", path, body, **{"If-Match": head}, **key)[0]
            except urllib.error.HTTPError as refusal:
                if refusal.code != HEAD_MOVED:
                    raise
            else:
                return done


def a_key() -> dict[str, str]:
    """Return the header under which a request is done once, however often it arrives."""
    return {"Idempotency-Key": uuid.uuid4().hex}


def with_who_wrote(meeting: dict[str, Any], entitled: list[str]) -> dict[str, Any]:
    """Return what is said of a meeting, with the last of those entitled named as who wrote their opinions."""
    wrote = entitled[len(entitled) - meeting["written"] :]
    return meeting | {"opinions": [{"person": person} for person in wrote]}


def tour(url: str) -> dict[str, Any]:
    """Take somebody from the application to full membership, and return the case."""
    logins = sorted({login for _, _, login, _, _ in CASE} | {"admin"})
    people = {login: Person(url, login) for login in logins}
    secretary = people["secretary"]
    branch = secretary.find("/v1/units", BRANCH)
    somebody = {"name": "周小满", "born_on": "1999-04-18", "unit": branch}
    subject = people["admin"].ask("POST", "/v1/people", somebody, **a_key())[0]["id"]
    known = {"luoqianfan": "罗千帆", "dongqingyue": "董清越"}
    helpers = [secretary.find(f"/v1/people?q={pinyin}", name) for pinyin, name in known.items()]

    start = {
        "process": "membership-development",
        "subject": subject,
        "unit": branch,
        "occurred_on": "2023-06-01",
        "reason": WHY_LATE,
        "materials": {"application-letter": [secretary.hand_in("application-letter")]},
    }
    case = secretary.ask("POST", "/v1/cases", start, **a_key())[0]
    process = case["process"]
    say(f"case {case['id']} of {case['subject']['name']}, {process['title']} {process['version']}")

    for day, step, login, more, documents in CASE:
        actor = people[login]
        body: dict[str, Any] = {"occurred_on": day, "reason": WHY_LATE, **more}
        body["materials"] = {kind: [actor.hand_in(kind)] for kind in documents.split()}
        if more.get("meeting", {}).get("written"):
            roster = actor.ask("GET", f"/v1/cases/{case['id']}/steps/{step}/roster?on={day}")[0]["entitled"]
            body["meeting"] = with_who_wrote(more["meeting"], [one["id"] for one in roster])
        if "people" in more:
            body["people"] = helpers
        done = actor.act(case["id"], step, body)
        case = done["case"]
        noted = "".join(f"; noted: {warning['rule']} ({warning['basis']})" for warning in done["warnings"])
        say(f"{day}  {step:<24} by {login:<10} -> {case['standing']}{noted}")

    history = secretary.ask("GET", f"/v1/cases/{case['id']}/history?limit=200")[0]["items"]
    say(f"outcome: {case['outcome']}, {len(history)} events, the last one {history[-1]['hash'][:16]}…")
    return dict(case)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        ended = tour(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else HERE)
    except urllib.error.HTTPError as refused:
        sys.exit(f"{refused.url}: {refused.code} {refused.read().decode()}")
    except urllib.error.URLError as refused:
        sys.exit(f"nobody answers ({refused.reason}): start `accede up --demo` first")
    sys.exit(0 if ended["outcome"] == "full-member" else 1)
