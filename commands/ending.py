"""How a command ends: a failure is one line on stderr and exit code 2."""

from __future__ import annotations

from collections.abc import Callable

import typer

from records.problems import DatabaseUnavailable


def exit_code_of(work: Callable[[], object]) -> int:
    """Do some work as a command; return the exit code, once a failure was told in one line."""
    try:
        code = work()
    except typer.TyperException as error:
        message = error.format_message()
        if message:
            _tell(message)
        return 2
    except typer.Abort:
        return 130
    except SystemExit as asked:
        if isinstance(asked.code, str):
            typer.echo(asked.code, err=True)
            return 1
        return asked.code or 0
    except Exception as error:
        away = _of_the_record(error)
        if away is None:
            raise
        _tell(str(away))
        return 2
    return code if isinstance(code, int) else 0


def _of_the_record(error: BaseException | None) -> DatabaseUnavailable | None:
    """Return what the record said, where it is behind an error: that is no fault of the program."""
    while error is not None and not isinstance(error, DatabaseUnavailable):
        error = error.__cause__
    return error


def _tell(message: str) -> None:
    typer.echo(f"accede: {' '.join(message.split())}", err=True)
