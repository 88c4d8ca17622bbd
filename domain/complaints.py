"""What pydantic found wrong, as plain sentences at the place where it was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.marked import Node

Place = tuple[str | int, ...]
"""A way into a definition: keys, and positions in lists from 0."""

_SENTENCES = {
    "missing": "is missing",
    "string_type": "must be text (a number needs quotes)",
    "string_too_short": "must not be empty",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping of names to values",
    "model_type": "must be a mapping of names to values",
    "model_attributes_type": "must be a mapping of names to values",
    "date_type": "must be a day such as 2026-05-11",
    "date_parsing": "must be a day such as 2026-05-11",
    "date_from_datetime_parsing": "must be a day such as 2026-05-11",
    "date_from_datetime_inexact": "must be a day without a time",
    "too_short": "must have at least one entry",
    "union_tag_not_found": "the key {discriminator} is missing: it says which sort this is",
    "union_tag_invalid": "{tag!r} is no sort known here: {expected_tags}",
    "literal_error": "must be one of {expected}",
    "string_pattern_mismatch": "must be a name of lower-case letters, digits, hyphens and dots",
    "string_too_long": "must not be longer than {max_length} characters",
    "greater_than_equal": "must be at least {ge}",
    "value_error": "{error}",
}
_SCALARS = frozenset({"str", "int", "bool"})
"""What pydantic adds to the place of a value that may be any of these."""


class Complaint(NamedTuple):
    """Something wrong at a line, at a path such as `stages.reception.steps.form.due.1`."""

    line: int
    path: str
    problem: str


def complaints(error: ValidationError, root: Node) -> Iterator[Complaint]:
    """Say each of pydantic's findings once, in the order of the lines."""
    told: set[tuple[str, str]] = set()
    details = error.errors(include_url=False)
    found = [_complaint(detail, root) for detail in details if not _is_echo(detail, root)]
    for complaint in sorted(found, key=lambda each: each.line):
        if (complaint.path, complaint.problem) not in told:
            told.add((complaint.path, complaint.problem))
            yield complaint


def locate(place: Place, root: Node) -> tuple[int, str, Node, bool]:
    """Follow a place as far as it was written.

    Returns the line (of the key, where there is one), the path in words, the deepest node reached, and
    whether the whole place was found.
    """
    node, line, words = root, root.line, list[str]()
    for at, part in enumerate(place):
        last = at == len(place) - 1
        if at and isinstance(place[at - 1], int) and not last and _is_tag(node, part):
            continue
        following = _step_into(node, part)
        if following is None:
            if _is_no_part_of_the_text(node, part, last=last):
                continue
            return line, ".".join(words), node, False
        line, word, node = following
        words.append(word)
    return line, ".".join(words), node, True


def _step_into(node: Node, part: str | int) -> tuple[int, str, Node] | None:
    if node.entries is not None and str(part) in node.entries:
        key = str(part)
        return node.key_lines[key], key, node.entries[key]
    if node.items is None or not isinstance(part, int):
        return None
    found = node.items[part]
    return found.line, _name(found) or str(part + 1), found


def _name(item: Node) -> str | None:
    """Return what a thing in a list is called: its id, or itself where it is only a name."""
    named = item.entries.get("id") if item.entries else item
    return named.scalar if named is not None and isinstance(named.scalar, str) else None


def _is_no_part_of_the_text(node: Node, part: str | int, *, last: bool) -> bool:
    """Tell what pydantic adds to a place: a sort's tag, a position where one thing stands for a list."""
    if isinstance(part, int):
        return node.items is None
    return _is_tag(node, part) or part == "[key]" or (node.entries is None and not last)


def _is_tag(node: Node, part: str | int) -> bool:
    written = node.entries or {}
    return any(key in written and written[key].scalar == part for key in ("kind", "type"))


def _is_echo(detail: ErrorDetails, root: Node) -> bool:
    """A list is called too short as well when its entries are faulty, which is told of each entry."""
    return detail["type"] == "too_short" and bool(locate(detail["loc"], root)[2].items)


def _complaint(detail: ErrorDetails, root: Node) -> Complaint:
    place = detail["loc"]
    kind = detail["type"]
    if kind in {"missing", "extra_forbidden"}:
        line, path, node, _ = locate(place[:-1], root)
        name = str(place[-1])
        path = f"{path}.{name}" if path else name
        if kind == "missing":
            return Complaint(line, path, f"{name!r} is missing")
        return Complaint(node.key_lines.get(name, line), path, f"unknown key {name!r}")
    line, path, node, _ = locate(place, root)
    if place[-1:] and place[-1] in _SCALARS:
        return Complaint(line, path, "must be text, a whole number, true or false")
    return Complaint(line, path, _sentence(detail, node))


def _sentence(detail: ErrorDetails, node: Node) -> str:
    kind = detail["type"]
    context = {name: _shortened(part) for name, part in detail.get("ctx", {}).items()}
    said = _SENTENCES[kind].format(**context) if kind in _SENTENCES else detail["msg"]
    if kind == "value_error" or node.entries is not None or node.items is not None:
        return said
    return f"{said}: {'nothing' if node.scalar is None else _shortened(repr(node.scalar))}"


def _shortened(given: object) -> str:
    """Repeat what was written, but no more of it than a line holds."""
    text, longest = str(given), 160
    return text if len(text) <= longest else text[:longest] + "…"
