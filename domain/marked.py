"""YAML text as a tree that remembers its lines. Safe for text from anybody: bounded before it is built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from domain.values import Scalar, Text

LARGEST_TEXT = 1_000_000
"""Bytes in UTF-8."""
MOST_NODES = 30_000
"""Nodes after every alias was written out; about ten times the largest process known."""
GREATEST_DEPTH = 40

_WHOLE_NUMBER = re.compile(r"^[-+]?[0-9]{1,9}$")
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


_NO_REASON = "the text is not YAML"
_READER_SAYS = {
    "could not find expected ':'": "名称后面缺少冒号",
    "expected ',' or ']'": "列表中缺少逗号或右方括号",
    "expected ',' or '}'": "花括号中缺少逗号或右花括号",
    "expected <block end>": "缩进与上文不一致",
    "expected the node content": "这里应写一个值",
    "expected '<document start>'": "文档结束后还有内容",
    "expected chomping or indentation indicators": "多行文字的标记不正确",
    "expected escape sequence": "转义不正确",
    "found unknown escape character": "转义不正确",
    "found character": "这里不能以这个字符开头（缩进要用空格，不能用制表符）",
    "found unexpected end of stream": "引号没有结束",
    "found unexpected document separator": "引号没有结束",
    "found unexpected ':'": "这里不能有冒号",
    "mapping keys are not allowed here": "这里不能写名称",
    "mapping values are not allowed here": "这里不能写名称和值（含冒号的文字要加引号）",
    "sequence entries are not allowed here": "这里不能写列表项",
}
"""How what the reader of YAML says begins, and what it means in Chinese."""


class Unreadable(ValueError):
    """The text is not YAML, or is more of it than a definition needs. `line` counts from 1."""

    def __init__(self, line: int, *, zh: str, en: str) -> None:
        """Keep the line and the sentence; the message is the English one."""
        super().__init__(en)
        self.line = line
        self.problem = Text(zh=zh, en=en)


@dataclass
class Node:
    """A scalar, a list or a mapping, and where it was written."""

    line: int
    scalar: str | int | bool | None = None
    items: list[Node] | None = None
    entries: dict[str, Node] | None = None
    key_lines: dict[str, int] = field(default_factory=dict)
    size: int = 1

    @property
    def plain(self) -> Any:  # noqa: ANN401 - whatever was written
        """The node as plain Python values. Days stay text; so do numbers that are not whole."""
        if self.entries is not None:
            return {key: node.plain for key, node in self.entries.items()}
        if self.items is not None:
            return [node.plain for node in self.items]
        return self.scalar


def as_written(scalar: Scalar) -> str:
    """Return a scalar as it is written in YAML."""
    if scalar is None:
        return "null"
    return str(scalar).lower() if isinstance(scalar, bool) else str(scalar)


def read_marked(text: str) -> Node:
    """Read one YAML document. Raises Unreadable at the first thing that is wrong."""
    if len(text.encode("utf-8", "replace")) > LARGEST_TEXT:
        raise Unreadable(
            1, zh=f"文本超过{LARGEST_TEXT}字节", en=f"the text is longer than {LARGEST_TEXT} bytes"
        )
    found = _UNPRINTABLE.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise _unprintable(line)
    try:
        return _Builder(iter(YAML(typ="safe", pure=True).parse(text))).document()
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        said = getattr(error, "problem", None) or _NO_REASON
        raise Unreadable(
            mark.line + 1 if mark else 1, zh=f"不是 YAML：{_in_chinese(said)}", en=f"not YAML: {said}"
        ) from None
    except (ValueError, OverflowError, RecursionError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(
            1,
            zh="不是 YAML：其中有无意义的转义或数字",
            en="not YAML: an escape or a number in it has no meaning",
        ) from None


def _unprintable(line: int) -> Unreadable:
    return Unreadable(
        line, zh="文本含有不可打印的字符", en="the text contains a character that cannot be printed"
    )


def _in_chinese(said: str) -> str:
    return next((zh for start, zh in _READER_SAYS.items() if said.startswith(start)), "写法不正确")


class _Builder:
    """Builds nodes from events, so that nothing is built before its bounds were checked."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchored: dict[str, Node] = {}
        self._count = 0

    def document(self) -> Node:
        next(self._events)  # the start of the stream
        first = next(self._events)
        if not isinstance(first, DocumentStartEvent):
            raise Unreadable(1, zh="文本是空的", en="the text is empty")
        root = self._node(next(self._events), 1)
        next(self._events)  # the end of the document
        after = next(self._events)
        if isinstance(after, DocumentStartEvent):
            raise Unreadable(
                after.start_mark.line + 1,
                zh="从这里开始第二份文档：一个文件只写一份定义",
                en="a second document begins here: one definition a file",
            )
        return root

    def _node(self, event: Any, depth: int) -> Node:  # noqa: ANN401 - the events have no common typed ground
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor, line)
        if event.tag is not None:
            raise Unreadable(
                line,
                zh="定义中不能有 !!str 之类的标签",
                en="a tag such as !!str has no place in a definition",
            )
        if depth > GREATEST_DEPTH:
            raise Unreadable(
                line, zh=f"嵌套超过{GREATEST_DEPTH}层", en=f"nested deeper than {GREATEST_DEPTH} levels"
            )
        self._counted(1, line)
        before = self._count
        if isinstance(event, ScalarEvent):
            node = Node(line, scalar=_scalar(event, line))
        elif isinstance(event, SequenceStartEvent):
            node = Node(line, items=self._items(depth))
        else:
            node = Node(line)
            node.entries = self._entries(node, depth)
        node.size = 1 + self._count - before
        if event.anchor is not None:
            self._anchored[event.anchor] = node
        return node

    def _items(self, depth: int) -> list[Node]:
        items = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return items

    def _entries(self, mapping: Node, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, ScalarEvent):
                raise Unreadable(line, zh="名称必须是普通文字", en="a key must be plain text")
            key = _text(event, line)
            if key == "<<":
                raise Unreadable(
                    line, zh="定义中不能用 << 合并", en="merging with << has no place in a definition"
                )
            if key in entries:
                raise Unreadable(
                    line,
                    zh=f"“{key}”写了两次：第一次在第{mapping.key_lines[key]}行",
                    en=f"the key {key!r} is written twice: first on line {mapping.key_lines[key]}",
                )
            mapping.key_lines[key] = line
            entries[key] = self._node(next(self._events), depth + 1)
        return entries

    def _alias(self, anchor: str, line: int) -> Node:
        known = self._anchored.get(anchor)
        if known is None:
            raise Unreadable(
                line, zh=f"*{anchor} 所指的内容前面没有写过", en=f"*{anchor} refers to nothing written before"
            )
        self._counted(known.size, line)
        return known

    def _counted(self, nodes: int, line: int) -> None:
        self._count += nodes
        if self._count > MOST_NODES:
            raise Unreadable(
                line,
                zh=f"值超过{MOST_NODES}个：定义用不了这么多",
                en=f"more than {MOST_NODES} values: no definition needs so many",
            )


def _scalar(event: ScalarEvent, line: int) -> str | int | bool | None:
    text = _text(event, line)
    if not event.implicit[0]:
        return text
    if text in _NOTHING:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    return int(text) if _WHOLE_NUMBER.match(text) else text


def _text(event: ScalarEvent, line: int) -> str:
    text = str(event.value)
    if _UNPRINTABLE.search(text):
        raise _unprintable(line)
    return text
