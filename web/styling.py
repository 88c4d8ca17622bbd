"""The styles that pages are sent: ours, and of Tabler what a page could show at all.

Tabler has rules for far more than these pages have. A browser would fetch, read and match all of them
before it paints anything, which an old laptop on a slow line feels most. So a rule goes where it asks for a
class or an element that is named nowhere in templates and scripts, and a variable where nothing reads it.
Nothing is built beforehand: the file of Tabler stays as it came, and what is left out follows from the
templates by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|/\*.*?\*/|[{};]', re.DOTALL)
_COMMENTS: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE: Final = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?:\s|/\*(?:(?!\*/).)*\*/)*([{};])(?:\s|/\*(?:(?!\*/).)*\*/)*"""
    r"|/\*.*?\*/|(\s+)",
    re.DOTALL,
)
"""Text in quotes; a remark; a sign with nothing that counts around it; space."""
_WORDS: Final = re.compile(r"[A-Za-z][\w-]*(?:/[\w-]+)?")
_ASKS_NOTHING: Final = re.compile(r"::?[\w-]+(?:\([^()]*\))?|\[[^\]]*\]|\([^()]*\)")
"""What a selector holds beside classes, names and elements."""
_CLASSES: Final = re.compile(r"[.#]((?:[\w-]|\\.)+)")
_ELEMENTS: Final = re.compile(r"[a-z][a-z0-9]*")
_GROUPS: Final = ("@media", "@supports", "@layer", "@container")
_VARIABLE: Final = re.compile(r"""(?:^|;)(--[\w-]+):(?:"[^"]*"|'[^']*'|[^;"'])*(?=;|$)""")
_READS: Final = re.compile(r"var\((--[\w-]+)")
_MOVES: Final = re.compile(r"@keyframes ([\w-]+)")


def words_in(paths: Iterable[Path]) -> frozenset[str]:
    """Return every word in some files: whatever a class or an element could be named by."""
    return frozenset(word for path in paths for word in _WORDS.findall(path.read_text("utf-8")))


def shortened(styles: str) -> str:
    """Return the same styles without remarks, and without the space that means nothing."""
    return _SPACE.sub(lambda one: one[1] or one[2] or (" " if one[3] else ""), styles).strip()


def needed(styles: str, words: frozenset[str], also: str) -> str:
    """Return what is left of `styles` for pages that hold no other words. `also` are styles beside them."""
    rules = "".join(_kept(_COMMENTS.sub("", styles), words))
    reading = -1
    while reading != len(rules):
        reading = len(rules)
        rules = _without_unread(rules, also)
    return rules


def _kept(styles: str, words: frozenset[str]) -> Iterator[str]:
    for head, body in _blocks(styles):
        if body is None:
            yield head
        elif head.startswith(_GROUPS):
            inside = "".join(_kept(body, words))
            if inside:
                yield f"{head}{{{inside}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        else:
            selectors = [one for one in _selectors(head) if _can_match(one, words)]
            if selectors and body:
                yield f"{','.join(selectors)}{{{body}}}"


def _blocks(styles: str) -> Iterator[tuple[str, str | None]]:
    """Give each rule with what stands between its braces, None where it has none."""
    begun, opened, depth = 0, 0, 0
    for token in _TOKENS.finditer(styles):
        sign, at = token[0], token.start()
        if sign == "{":
            if depth == 0:
                opened = at
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield styles[begun:opened].strip(), styles[opened + 1 : at].strip()
                begun = at + 1
        elif sign == ";" and depth == 0:
            yield styles[begun : at + 1].strip(), None
            begun = at + 1


def _selectors(head: str) -> Iterator[str]:
    """Give the selectors of a rule: parts between commas that stand in no bracket."""
    begun, depth = 0, 0
    for at, letter in enumerate(head):
        if letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == "," and depth == 0:
            yield head[begun:at]
            begun = at + 1
    yield head[begun:]


def _can_match(selector: str, words: frozenset[str]) -> bool:
    """Whether all it asks for is named somewhere. What stands in brackets is let pass."""
    bare, before = selector, ""
    while bare != before:
        bare, before = _ASKS_NOTHING.sub("", bare), bare
    classes = {name.replace("\\", "") for name in _CLASSES.findall(bare)}
    elements = set(_ELEMENTS.findall(_CLASSES.sub("", bare)))
    return words.issuperset(classes | elements)


def _without_unread(rules: str, also: str) -> str:
    """Leave out variables that nothing reads, movements that nothing makes, rules that were only these."""
    read = frozenset((*_READS.findall(rules), *_READS.findall(also)))
    written = rules + also
    moves = frozenset(name for name in _MOVES.findall(rules) if len(re.findall(rf"{name}\b", written)) > 1)
    return "".join(_lessened(rules, read, moves))


def _lessened(styles: str, read: frozenset[str], moves: frozenset[str]) -> Iterator[str]:
    for head, body in _blocks(styles):
        if body is None:
            yield head
            continue
        left = body
        if head.startswith(_GROUPS):
            left = "".join(_lessened(body, read, moves))
        elif head.startswith("@keyframes"):
            left = body if head.partition(" ")[2] in moves else ""
        elif not head.startswith("@"):
            left = _VARIABLE.sub(lambda one: one[0] if one[1] in read else "", body).lstrip(";")
        if left:
            yield f"{head}{{{left}}}"
