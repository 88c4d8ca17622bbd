"""How a command fails: one line, exit code 2."""

from __future__ import annotations

import typer

from settings import Settings, SettingsError, read_settings


class CommandFailed(typer.TyperException):
    """Something outside the command's power is missing or wrong. The message says what, and what to do."""

    exit_code = 2


def installation(**given: object) -> Settings:
    """Read the settings, with those given by name before the environment. Raises CommandFailed."""
    try:
        return read_settings(**{name: value for name, value in given.items() if value is not None})
    except SettingsError as error:
        raise CommandFailed(str(error)) from None
