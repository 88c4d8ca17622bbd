"""`accede audit witness`: what this installation signs below, as a witness of others' logs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated

import typer

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from services import witnessing
from services.witness_keys import NoWitnessKey
from services.witnessing import WitnessView
from settings import Settings


def show_witness(
    log: Annotated[
        str | None, typer.Option(help="Print the latest checkpoint of this log that was signed below.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
) -> None:
    """Show what this installation does as a witness of others' logs: its key, whose, and how far.

    What --log prints is what `accede audit verify --checkpoint FILE` of that installation asks for. Exit
    code 1 where a log contradicted what was signed below before.
    """
    told = asyncio.run(_witness(installation()))
    if log is not None:
        note = next((one.note for one in told.logs if one.origin == log), None)
        if note is None:
            raise CommandFailed("nothing was signed below a checkpoint of that log")
        typer.echo(note, nl=False)
        return
    for line in [told.model_dump_json()] if as_json else witness_lines(told):
        typer.echo(line)
    if told.contradictions:
        raise typer.Exit(1)


async def _witness(settings: Settings) -> WitnessView:
    async with opened_parts(settings) as parts:
        try:
            await witnessing.own_verifier(parts)
        except NoWitnessKey as refused:
            raise CommandFailed(str(refused)) from None
        return await witnessing.told(parts)


def witness_lines(told: WitnessView) -> Iterator[str]:
    """Yield what an installation does as a witness, for people."""
    yield f"signs with: {told.verifier}"
    for one in told.logs:
        seen = (
            "nothing yet" if one.seen_at is None else f"{one.size} events, {one.seen_at:%Y-%m-%d %H:%M} UTC"
        )
        yield f"{one.origin}: {seen}"
    for wrong in told.contradictions:
        what = "was rolled back to" if wrong.why == "rolled-back" else "is another log over"
        yield (
            f"WRONG: {wrong.origin} {what} {wrong.size} events, and {wrong.seen_size} were signed before "
            f"({wrong.refused_at:%Y-%m-%d %H:%M} UTC)"
        )
