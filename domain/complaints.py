"""What pydantic found wrong, as plain sentences at the place where it was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.marked import Node, as_written
from domain.values import Text, Unfit

Place = tuple[str | int, ...]
"""A way into a definition: keys, and positions in lists from 0."""

_NUMBER = Text(zh="应为整数", en="must be a whole number")
_TRUTH = Text(zh="应为 true 或 false", en="must be true or false")
_MAPPING = Text(zh="应为一组名称和值", en="must be a mapping of names to values")
_DAY = Text(zh="应为日期，如 2026-05-11", en="must be a day such as 2026-05-11")
_SCALAR = Text(zh="应为文字、整数、true 或 false", en="must be text, a whole number, true or false")
_SENTENCES = {
    "string_type": Text(zh="应为文字（数字要加引号）", en="must be text (a number needs quotes)"),
    "string_too_short": Text(zh="不能为空", en="must not be empty"),
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_from_float": _NUMBER,
    "int_parsing_size": Text(zh="数字太大", en="is too large a number"),
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "tuple_type": Text(zh="应为列表", en="must be a list"),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": Text(zh="应为日期，不带时间", en="must be a day without a time"),
    "too_short": Text(zh="至少要有一项", en="must have at least one entry"),
    "union_tag_not_found": Text(
        zh="缺少 {discriminator}：它写明属于哪一种",
        en="the key {discriminator} is missing: it says which sort this is",
    ),
    "union_tag_invalid": Text(
        zh="没有“{tag}”这一种；可用的有：{expected_tags}", en="{tag!r} is no sort known here: {expected_tags}"
    ),
    "literal_error": Text(zh="应为下列之一：{expected}", en="must be one of {expected}"),
    "string_pattern_mismatch": Text(
        zh="应为由小写字母、数字、连字符和点组成的名称",
        en="must be a name of lower-case letters, digits, hyphens and dots",
    ),
    "string_too_long": Text(
        zh="不能超过{max_length}个字符", en="must not be longer than {max_length} characters"
    ),
    "greater_than_equal": Text(zh="不能小于{ge}", en="must be at least {ge}"),
}
_NOT_FIT = "不符合要求"
_SCALARS = frozenset({"str", "int", "bool"})
"""What pydantic adds to the place of a value that may be any of these."""


class Complaint(NamedTuple):
    """Something wrong at a line, at a path such as `stages.reception.steps.form.due.1`."""

    line: int
    path: str
    problem: Text


def complaints(error: ValidationError, root: Node) -> Iterator[Complaint]:
    """Say each of pydantic's findings once, in the order of the lines."""
    told: set[tuple[str, Text]] = set()
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
            return Complaint(line, path, Text(zh=f"缺少“{name}”", en=f"{name!r} is missing"))
        return Complaint(
            node.key_lines.get(name, line), path, Text(zh=f"不认识“{name}”这一项", en=f"unknown key {name!r}")
        )
    line, path, node, _ = locate(place, root)
    if place[-1:] and place[-1] in _SCALARS:
        return Complaint(line, path, _SCALAR)
    return Complaint(line, path, _sentence(detail, node))


def _sentence(detail: ErrorDetails, node: Node) -> Text:
    context = detail.get("ctx", {})
    told = context.get("error")
    if isinstance(told, Unfit):
        return Text(zh=_shortened(told.told.zh), en=_shortened(told.told.en))
    said = _SENTENCES.get(detail["type"])
    if said is None:
        said = Text(zh=_NOT_FIT, en=_shortened(told or detail["msg"]))
    else:
        parts = {name: _shortened(part) for name, part in context.items()}
        said = Text(zh=said.zh.format(**_in_chinese(parts)), en=said.en.format(**parts))
    if detail["type"] == "value_error" or node.entries is not None or node.items is not None:
        return said
    if node.scalar is None:
        return Text(zh=f"{said.zh}：没有写", en=f"{said.en}: nothing")
    return Text(
        zh=f"{said.zh}：{_shortened(as_written(node.scalar))}",
        en=f"{said.en}: {_shortened(repr(node.scalar))}",
    )


def _in_chinese(parts: dict[str, str]) -> dict[str, str]:
    """Put Chinese between the names that pydantic lists."""
    listed = {name: part for name, part in parts.items() if name.startswith("expected")}
    return parts | {name: part.replace(" or ", "、").replace(", ", "、") for name, part in listed.items()}


def _shortened(given: object) -> str:
    """Repeat what was written, but no more of it than a line holds."""
    text, longest = str(given), 160
    return text if len(text) <= longest else text[:longest] + "…"
