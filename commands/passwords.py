"""How a command asks for a password: never on the command line, where others could read it."""

from __future__ import annotations

from typing import Annotated

import typer

Password = Annotated[
    str,
    typer.Option(
        prompt=True,
        confirmation_prompt=False,
        hide_input=True,
        envvar="ACCEDE_NEW_PASSWORD",
        help="Asked for, or read from the environment; ten characters at the least.",
    ),
]
"""A password typed blindly, or taken from ACCEDE_NEW_PASSWORD where nobody types."""
