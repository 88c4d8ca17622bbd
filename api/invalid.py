"""What is wrong with an input, part by part, in words of our own: nothing that was sent is repeated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from domain.values import Language, Text

_MOST = 20
"""So many faults are listed; a sender who made more will come back."""

_ANY = Text(zh="不符合要求", en="is not valid")

_SAYS: dict[str, Text] = {
    "missing": Text(zh="必填", en="is required"),
    "extra_forbidden": Text(zh="没有这一项", en="is not known here"),
    "string_too_long": Text(zh="太长", en="is too long"),
    "string_too_short": Text(zh="不能为空", en="is too short"),
    "string_pattern_mismatch": Text(zh="格式不对", en="has the wrong form"),
    "string_type": Text(zh="应为文字", en="is not text"),
    "int_type": Text(zh="应为整数", en="is not a whole number"),
    "int_parsing": Text(zh="应为整数", en="is not a whole number"),
    "int_from_float": Text(zh="应为整数", en="is not a whole number"),
    "bool_type": Text(zh="应为是或否", en="is not true or false"),
    "bool_parsing": Text(zh="应为是或否", en="is not true or false"),
    "greater_than_equal": Text(zh="太小", en="is too small"),
    "less_than_equal": Text(zh="太大", en="is too large"),
    "too_long": Text(zh="项数太多", en="has too many items"),
    "date_type": Text(zh="应为日期，如 2026-06-01", en="is not a day such as 2026-06-01"),
    "date_parsing": Text(zh="应为日期，如 2026-06-01", en="is not a day such as 2026-06-01"),
    "date_from_datetime_parsing": Text(zh="应为日期，如 2026-06-01", en="is not a day such as 2026-06-01"),
    "date_from_datetime_inexact": Text(zh="应为日期，如 2026-06-01", en="is not a day such as 2026-06-01"),
    "literal_error": Text(zh="不在可选之列", en="is none of the choices"),
    "dict_type": Text(zh="应为一组名称和值", en="is not an object"),
    "model_attributes_type": Text(zh="应为 JSON 对象", en="is not a JSON object"),
    "tuple_type": Text(zh="应为列表", en="is not a list"),
    "list_type": Text(zh="应为列表", en="is not a list"),
}

_KEY = "[key]"
"""What pydantic adds where the key of a mapping is wrong, and not its value."""

_PLACES = frozenset({"body", "query", "path", "header", "cookie"})


def faults_in(errors: Iterable[Mapping[str, Any]], language: Language) -> list[dict[str, str]]:
    """Return `{"path", "problem"}` for each fault a validator found, at most twenty.

    The path names parts of our own bodies only. A key the sender made up stands as `*`.
    """
    faults: dict[str, str] = {}
    for error in errors:
        path = _path(tuple(error["loc"]), unknown_last=error["type"] == "extra_forbidden")
        faults.setdefault(path, _SAYS.get(error["type"], _ANY).in_language(language))
        if len(faults) == _MOST:
            break
    return [{"path": path, "problem": problem} for path, problem in faults.items()]


def _path(location: tuple[str | int, ...], *, unknown_last: bool) -> str:
    parts = [part for part in location if part != _KEY]
    if location[:1] and location[0] in _PLACES:
        parts = parts[1:]
    named = [str(part) if isinstance(part, int) or part in KNOWN else "*" for part in parts]
    if unknown_last and named:
        named[-1] = "*"
    return ".".join(named) or str(location[0] if location else "body")


KNOWN: frozenset[str] = frozenset(
    [
        "agenda",
        "as_of",
        "case_id",
        "change",
        "chair",
        "confirms",
        "cursor",
        "eligible",
        "entry",
        "excluded",
        "fields",
        "file",
        "format",
        "from",
        "ground",
        "handed_over",
        "idempotency-key",
        "if-match",
        "item",
        "kind",
        "language",
        "limit",
        "login",
        "materials",
        "may_approve",
        "meeting",
        "name",
        "no",
        "occurred_on",
        "of",
        "oldest",
        "on_behalf",
        "opinions",
        "outcome",
        "overdue",
        "parent",
        "password",
        "path",
        "people",
        "person",
        "post",
        "present",
        "process",
        "q",
        "reason",
        "ref",
        "rejects",
        "role",
        "says",
        "source",
        "stage",
        "standing",
        "status",
        "step",
        "subject",
        "substitute",
        "temporary",
        "to",
        "to_unit",
        "unit",
        "unread",
        "until",
        "value",
        "version",
        "vetoes",
        "written",
        "yes",
        "abstain",
        "born_on",
        "email",
        "mail",
        "phone",
        "seq",
        "read",
    ]
)
"""The names of our own parts. Whatever else stands in a location was made up by the sender."""
