"""How far a long command is, for the person who waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, TaskID

from services.backups import Progress as Told


@contextmanager
def shown_progress() -> Iterator[Told]:
    """Show a bar for each kind of thing that is counted, of a total or, where that is 0, without one.

    Nothing is shown where standard error is no terminal.
    """
    tasks: dict[str, TaskID] = {}
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:

        def tell(what: str, more: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=of or None)
            shown.advance(tasks[what], more)

        yield tell
