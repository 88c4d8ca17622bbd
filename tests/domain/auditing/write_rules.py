"""Writes docs/audit-rules.md from the rules that ship: `python -m tests.domain.auditing.write_rules`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from domain.auditing.rules import Book
from records.audit_books import read_books

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "audit-rules.md"

_HEAD = """\
# Audit rules

What is looked for in a case of membership development once it is recorded. The rules are data
(`processes/membership-development/audit/`); how they ask is told in
[decision {decision}](decisions/{file}). This page is written from them by
`python -m tests.domain.auditing.write_rules`, and a test compares.

* **Level**: `block`: it should never have been possible, and is found only in what came from elsewhere, was
  corrected, or rested on a register that says otherwise today. `late`: possible, but late or incomplete.
  `finding`: to be looked at.
* **Set**: the law since which a rule holds (`2014`, `2026`), `general` for rules that stand in no law,
  `local` for those that hold where the case's unit has an overlay. Acts are judged by the rules of their day.
* **Basis**: the article of the law of 2026; for what happened before, the finding names that of its own law.

{rules} rules are answered, and {unanswered} cannot be, for the reasons below. Rules about many cases (letters
P and Q) are no part of this page: where each is answered, or why not, stands in [patterns](patterns.md).
"""
_KEPT = {
    "by-construction": "cannot be broken here",
    "elsewhere": "something else looks after it",
    "not-recorded": "not in the record",
}


def page(book: Book, others: Iterable[Book] = ()) -> str:
    """Return the whole page: of a book, and in short of the others."""
    unanswered = sum(len(letter.unanswered) for letter in book.letters)
    file = next((ROOT / "docs" / "decisions").glob("*-audit-rules-ask-the-pure-case.md")).name
    head = _HEAD.format(decision=file[:4], file=file, rules=len(book.rules), unanswered=unanswered)
    return "\n".join((head, *_answered(book), *_unanswered(book), *_others(others))) + "\n"


def _others(books: Iterable[Book]) -> Iterator[str]:
    yield "\n## The other processes · 其他流程\n"
    yield "What their projects' own documents state, each with the requirement or document it stands in."
    for book in books:
        yield f"\n### {book.process}\n"
        yield "| rule | level | basis | what has to be so | 内容 |"
        yield "|---|---|---|---|---|"
        for rule in book.rules.values():
            yield f"| {rule.id} | {rule.level} | {rule.basis} | {rule.says.en} | {rule.says.zh} |"
        for letter in book.letters:
            for one in letter.unanswered:
                yield f"| {one.id} | {_KEPT[one.kept]} | | {one.says.en} {one.why.en} | {one.why.zh} |"


def _answered(book: Book) -> Iterator[str]:
    for letter in book.letters:
        yield f"## {letter.letter}. {letter.title.en} · {letter.title.zh}\n"
        yield "| rule | level | basis | set | what has to be so | 内容 |"
        yield "|---|---|---|---|---|---|"
        for rule in letter.rules:
            yield (
                f"| {rule.id} | {rule.level} | {rule.basis} | {rule.set} | {rule.says.en} | {rule.says.zh} |"
            )
        yield ""


def _unanswered(book: Book) -> Iterator[str]:
    yield "## What the record cannot answer · 记录不能回答的\n"
    yield "| rule | what should be so | why it is not asked | | 原因 |"
    yield "|---|---|---|---|---|"
    for letter in book.letters:
        for one in letter.unanswered:
            yield f"| {one.id} | {one.says.en} | {one.why.en} | {_KEPT[one.kept]} | {one.why.zh} |"


def shipped() -> tuple[Book, tuple[Book, ...]]:
    """Return the book of membership development, and those of the other processes."""
    books = dict(read_books(ROOT / "processes"))
    return books.pop("membership-development"), tuple(books.values())


if __name__ == "__main__":
    PAGE.write_text(page(*shipped()), encoding="utf-8")
