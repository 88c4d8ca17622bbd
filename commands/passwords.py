"""How a command asks for a password: never on the command line, where others could read it."""

from __future__ import annotations

import os
import sys

import typer

from commands.failures import CommandFailed

VARIABLE = "ACCEDE_NEW_PASSWORD"


def new_password() -> str:
    """Return a password typed blindly, or taken from ACCEDE_NEW_PASSWORD where nobody types.

    It is not echoed, and whether it is long enough is for the services to say. Raises CommandFailed where
    there is neither a terminal nor the variable.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return given
    if not sys.stdin.isatty():
        raise CommandFailed(f"there is no terminal to ask for the password: set {VARIABLE}")
    typed: str = typer.prompt("Password", hide_input=True, err=True)
    return typed
