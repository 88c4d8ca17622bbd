"""The `accede` command: names every command, and loads one only when it is run.

So `accede --help` answers at once, and a script that asks for one case pays for nothing else.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module

import typer
from typer.core import TyperGroup

from commands.ending import exit_code_of

COMMANDS = {
    "up": ("commands.up", "Start everything on this machine, and stop it with Ctrl-C."),
    "demo": ("commands.demo", "Fill an empty record with a demonstration organisation."),
    "setup": ("commands.setup", "Found an organisation in an empty record."),
    "login": ("commands.login", "Logins of people: give one, change its password, shut it."),
    "person": ("commands.person", "Hand out or erase everything held on a person."),
    "org": ("commands.org", "The organisation from and into files, and what in it does not go together."),
    "access": ("commands.access", "Say why somebody may see and do what on a case."),
    "rehearse": ("commands.rehearse", "Play whole cases, years long, in seconds."),
    "case": ("commands.case", "Start, read and act on cases over HTTP."),
    "process": ("commands.process", "List, show and check process definitions."),
    "token": ("commands.token", "Make a bearer token for a program."),
    "worker": ("commands.worker", "Run one worker: the workflows and activities."),
    "api": ("commands.api", "Serve the HTTP API."),
    "db": ("commands.db", "Bring the record's tables up to date, check or rebuild them."),
    "audit": ("commands.audit", "Verify the record, and look after checkpoints of its log."),
    "report": ("commands.report", "Reports over many cases, as files."),
    "import": ("commands.importing", "Bring in what was recorded elsewhere."),
    "reconcile": ("commands.reconcile", "Find open cases without a workflow, and set them going."),
    "backup": ("commands.backup", "Make a backup while the service goes on."),
    "restore": ("commands.restore", "Bring a backup into an empty place."),
    "move": ("commands.move", "Move an embedded record to PostgreSQL and another Temporal."),
    "doctor": ("commands.doctor", "Say what is wrong with this installation, and what to do."),
}
"""Each command with the module that holds it, and its one line of help."""


class OnDemand(TyperGroup):
    """A group that knows its commands by name and help, and imports the one that is run."""

    def resolve_command(self, ctx, args):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - typer's own types are private
        """Find the command as usual, then put the real one in the place of its stand-in."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        if name not in COMMANDS:
            return name, stand_in, rest
        # What is loaded stays: looking for garbage in it would take a fifth of the time.
        gc.disable()
        command = typer.main.get_command(import_module(COMMANDS[name][0]).app)
        gc.enable()
        return name, command, rest

    def format_commands(self, ctx, formatter):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, ARG002 - typer's own types are private
        """Write each command with its whole line of help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


app = typer.Typer(
    cls=OnDemand,
    help="Durable approval processes, from a first application to full membership.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Frames around the help would take longer to load than everything else.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line. A failure is one line on stderr and exit code 2; a finding is exit code 1."""
    code = exit_code_of(lambda: app(standalone_mode=False))
    if "temporalio.bridge.temporal_sdk_bridge" not in sys.modules:
        sys.exit(code)
    # Threads of the SDK that still call into Python while the interpreter ends may abort the program,
    # with a dump in the place of the exit code. Everything is closed by now but what was printed.
    for printed in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            printed.flush()
    os._exit(code)


def _stand_in() -> None:
    """Hold a command's place in the help; never run."""


for _name, (_, _help) in COMMANDS.items():
    app.command(_name, help=_help)(_stand_in)


if __name__ == "__main__":
    main()
