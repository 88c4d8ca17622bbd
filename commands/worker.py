"""`accede worker`: one worker process. Run as many as there are cores; two are the least that never pause."""

from __future__ import annotations

import typer

import worker as workshop

app = typer.Typer(rich_markup_mode=None)


@app.command()
def worker() -> None:
    """Run one worker: the workflows and activities."""
    workshop.main()
