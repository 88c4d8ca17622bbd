"""Books in and out, for people who administer units and no more than these."""

from __future__ import annotations

from typing import IO

from sqlalchemy import Connection

from services.books.exporting import Format, no_rows, rows_of, temporary, write_book
from services.books.importing import BookPlace, Bringing, ImportView, import_book, rights_of
from services.parts import Caller, Parts
from services.refusals import Refusal


class BookNotClean(Refusal):
    """A book was to be brought in and something is wrong with it; nothing was changed."""

    kind = "book-not-clean"

    def __init__(self, found: ImportView) -> None:
        """Keep what was found."""
        super().__init__()
        self.found = found


async def bring_in(parts: Parts, caller: Caller, place: BookPlace, how: Bringing) -> ImportView:
    """Check a book, and bring it in where that is asked. Raises NotPermitted, BookNotClean."""
    view = await import_book(parts, caller, place, how, language=caller.language)
    if how.apply and not view.clean:
        raise BookNotClean(view)
    return view


async def take_out(parts: Parts, caller: Caller, form: Format) -> IO[bytes]:
    """Return a file with what the caller administers; whoever takes it closes it. Raises NotPermitted."""
    today = parts.today()

    def work(connection: Connection) -> IO[bytes]:
        rights = rights_of(connection, caller, today)
        file = temporary()
        write_book(rows_of(connection, sorted(rights.tops or ())), form, file)
        file.seek(0)
        return file

    return await parts.read(work)


def template(form: Format) -> IO[bytes]:
    """Return a file without rows."""
    file = temporary()
    write_book(no_rows, form, file)
    file.seek(0)
    return file
