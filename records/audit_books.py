"""Reads the audit rules that stand beside the definitions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from domain.auditing.rules import Book, read_book

FOLDER = "audit"
HEADING = "book.yaml"


def read_books(folder: Path) -> Mapping[str, Book]:
    """Return the book of each process that has one: `<process>/audit/book.yaml` and a file for each letter.

    Raises DefinitionError with the line of what is wrong, ValueError where a rule stands there twice.
    """
    books = [_read(heading.parent) for heading in sorted(folder.glob(f"*/{FOLDER}/{HEADING}"))]
    return {book.process: book for book in books}


def _read(folder: Path) -> Book:
    letters = tuple((file.name, file.read_text(encoding="utf-8")) for file in sorted(folder.glob("?.yaml")))
    return _book((folder / HEADING).read_text(encoding="utf-8"), letters)


@lru_cache(maxsize=16)
def _book(heading: str, letters: tuple[tuple[str, str], ...]) -> Book:
    """Return a book, read once: the same texts mean the same."""
    return read_book(heading, letters)
