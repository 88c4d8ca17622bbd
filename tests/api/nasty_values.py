"""Values that something, somewhere, once choked on, and the places to put them."""

from urllib.parse import quote

from tests.api.world import SECRETARY, SUBJECT

MARK = "zQ7nasty"
"""Stands in every nasty text, so that an echo is found."""

JSON_VALUES = {
    "lone surrogate": f'"{MARK}\\ud800"',
    "surrogate pair the wrong way round": f'"{MARK}\\udc00\\ud800"',
    "NUL": f'"{MARK}\\u0000"',
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "1e400": "1e400",
    "2**53": str(2**53),
    "2**63": str(2**63),
    "2**64": str(2**64),
    "-2**63-1": str(-(2**63) - 1),
    "five thousand digits": "9" * 5000,
    "fraction": "0.5",
    "null": "null",
    "true": "true",
    "empty text": '""',
    "empty list": "[]",
    "empty object": "{}",
    "list of lists": "[[[[[]]]]]",
    "deep nesting": "[" * 5_000 + "]" * 5_000,
    "nesting within the JSON parser's reach": "[" * 50 + "]" * 50,
    "long text": f'"{MARK}{"x" * 30_000}"',
    "path trick": f'"../../{MARK}"',
    "quotes": f'"{MARK}\' OR 1=1 --"',
    "markup": f'"<script>{MARK}</script>"',
    "right-to-left and emoji": f'"{MARK}\u202e\U0001f600"',
    "format string": f'"{MARK}{{0.__class__}}%s%n"',
    "object with a key of ours twice": f'{{"a": "{MARK}", "a": 1}}',
    "key with NUL": f'{{"{MARK}\\u0000": 1}}',
    "key with a surrogate": f'{{"{MARK}\\ud800": 1}}',
    "long key": f'{{"{MARK}{"k" * 5000}": 1}}',
    "far day": '"9999-12-31"',
    "first day": '"0001-01-01"',
    "no such day": '"2025-02-30"',
    "day as a moment": '"2025-03-03T10:00:00Z"',
    "number as text": '"1"',
}

START = {
    "process": "reading-circle",
    "subject": SUBJECT,
    "unit": "circle-1",
    "occurred_on": "2025-03-03",
    "reason": "r",
    "fields": {"letter": "x"},
    "materials": {"letter": ["m"]},
}
STEP = {
    "outcome": "done",
    "occurred_on": "2025-03-03",
    "reason": "r",
    "fields": {"note": "x"},
    "materials": {"letter": ["m"]},
    "people": ["p"],
    "meeting": {
        "eligible": 3,
        "present": 3,
        "written": 0,
        "yes": 3,
        "no": 0,
        "abstain": 0,
        "vetoes": 0,
        "chair": "yes",
        "excluded": [{"person": "p", "ground": "g"}],
    },
    "entry": {"kind": "k", "ref": "r", "fields": {"a": "b"}},
}
BODIES = {
    "session": ("/v1/session", {"login": "l", "password": "p"}),
    "start": ("/v1/cases", START),
    "step": ("/v1/cases/{case}/steps/talk", STEP),
    # Nothing else stands in the way here, so that a nasty value gets as far as it can.
    "postpone": (
        "/v1/cases/{case}/steps/talk",
        {"outcome": "postponed", "occurred_on": "2025-03-10", "reason": "r"},
    ),
    "start alone": (
        "/v1/cases",
        {"process": "ballot", "subject": SUBJECT, "unit": "circle-1", "reason": "r", "fields": {}},
    ),
    "withdraw": ("/v1/cases/{case}/withdraw", {"occurred_on": "2025-03-03", "reason": "r", "outcome": "o"}),
    "transfer": (
        "/v1/cases/{case}/transfer",
        {"to_unit": "circle-2", "handed_over": True, "confirms": 1, "rejects": 1},
    ),
    "correct": (
        "/v1/cases/{case}/correct",
        {
            "change": {"seq": 4, "path": "fields.letter", "value": "v"},
            "confirms": 1,
            "rejects": 1,
            "reason": "r",
        },
    ),
    "unit change": (
        "/v1/units/circle-2/changes",
        {"reason": "r", "from": "2025-03-03", "name": "n", "parent": "circle-1", "may_approve": True},
    ),
    "unit closing": (
        "/v1/units/circle-2/close",
        {"reason": "r", "on": "2025-04-01", "successor": "circle-1", "assigned": {SUBJECT: "circle-1"}},
    ),
    "restriction": (
        f"/v1/people/{SECRETARY}/restrictions",
        {"restriction": "r", "reason": "r", "from": "2025-03-03", "to": "2025-04-01"},
    ),
    "unit": ("/v1/units", {"kind": "k", "name": "n", "parent": "committee-1", "temporary": True}),
    "person": (
        "/v1/people",
        {
            "name": "n",
            "unit": "circle-1",
            "email": "a@b",
            "language": "zh",
            "born_on": "1990-01-01",
            "standing": "guest",
        },
    ),
    "post": (
        "/v1/posts",
        {"person": SUBJECT, "role": "host", "unit": "circle-1", "from": "2025-03-03", "to": "2025-04-03"},
    ),
    "delegation": (
        "/v1/delegations",
        {"post": f"post-{SECRETARY}", "substitute": SUBJECT, "from": "2025-03-10", "to": "2025-04-03"},
    ),
    "end": (f"/v1/posts/post-{SECRETARY}/end", {"on": "2025-03-20"}),
}

TEXTS = {
    "NUL": "%00",
    "newline": "a%0d%0ab",
    "invalid UTF-8": "%ff%fe",
    "encoded surrogate": "%ed%a0%80",
    "dots": "..%2f..%2f",
    "double encoded": "%252e%252e%252f",
    "long": "x" * 3_000,
    "quotes": quote("' OR 1=1 --"),
    "wildcards": "%25_%5c",
    "markup": quote(f"<{MARK}>"),
    "Chinese": quote("张三"),
    "emoji": quote("\U0001f600"),
    "minus": "-1",
    "large number": "9" * 30,
    "fraction": "1.5",
    "NaN": "NaN",
    "empty": "",
    "a day": "2025-03-03",
    "the last day": "9999-12-31",
    "year nought": "0000-01-01",
}
QUERIES = (
    "/v1/cases?status={}", "/v1/cases?stage={}", "/v1/cases?standing={}", "/v1/cases?unit={}",
    "/v1/cases?overdue={}", "/v1/cases?q={}",
    "/v1/cases?process={}", "/v1/cases?cursor={}", "/v1/cases?limit={}",
    "/v1/cases/{case}?as_of={}", "/v1/cases/{case}/history?cursor={}", "/v1/cases/{case}/history?limit={}",
    "/v1/tasks?cursor={}", "/v1/tasks?limit={}", "/v1/notifications?unread={}", "/v1/notifications?cursor={}",
    "/v1/processes/ballot?format={}", "/v1/units?cursor={}", "/v1/units?as_of={}", "/v1/people?as_of={}",
    "/v1/posts?as_of={}", "/v1/cases?as_of={}", "/v1/units?as_of=2025-03-01&cursor={}",
    "/v1/people?as_of=2025-03-01&unit={}", "/v1/cases?as_of=2025-03-01&cursor={}",
    "/v1/people?q={}", "/v1/people?unit={}",
    "/v1/people?cursor={}", "/v1/posts?unit={}", "/v1/posts?person={}", "/v1/posts?role={}",
    "/v1/posts?cursor={}", "/v1/delegations?cursor={}",
)  # fmt: skip
PATHS = (
    "/v1/cases/{}", "/v1/cases/{}/history",
    "/v1/cases/{}/explain", "/v1/processes/{}", "/v1/processes/ballot/{}",
    "/v1/units/{}/changes", "/v1/units/{}/closing", "/v1/people/{}/standings", "/v1/people/{}/restrictions",
    "/v1/cases/{}/access", "/v1/units/{}", "/v1/people/{}",
    "/v1/materials/{}", "/v1/materials/{}/content", "/problems/{}", "/v1/{}",
)  # fmt: skip
# A cursor that can be read, for a place that cannot be.
FORGED = (
    "WyJcdTAwMDAiLCAiYSJd",
    "WyJcdWQ4MDAiXQ",
    "W10",
    "WzFd",
    "bnVsbA",
    "WyJhIiwgImIiLCAiYyJd",
    "WyJhIl0",
    "=",
)

_LAUGHS = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x]"]
    + [
        f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]"
        for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    ]
)
DRAFTS = (
    b"", b"\xff", b"\x00", b"a: [", b"a: &a [*a]", b"- " * 3_000, b"{" * 5_000, b"? " * 3_000,
    _LAUGHS.encode(),
    b"process: !!python/object/apply:os.system [id]", b"a: 1\na: 2", b"%YAML 9.9\n---\n", b"x" * 300_000,
    b"process: x\nversion: .nan\n", b"in_force: {from: 99999-01-01}", b"title: \xed\xa0\x80",
)  # fmt: skip
