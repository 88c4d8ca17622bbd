"""How a command ends: a failure is one line on stderr and exit code 2."""

from __future__ import annotations

from collections.abc import Callable

import typer


def exit_code_of(work: Callable[[], object]) -> int:
    """Do some work as a command; return the exit code, once a failure was told in one line."""
    try:
        code = work()
    except typer.TyperException as error:
        message = error.format_message()
        if message:
            typer.echo(f"accede: {' '.join(message.split())}", err=True)
        return 2
    except typer.Abort:
        return 130
    except SystemExit as asked:
        if isinstance(asked.code, str):
            typer.echo(asked.code, err=True)
            return 1
        return asked.code or 0
    return code if isinstance(code, int) else 0
