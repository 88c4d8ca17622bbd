"""`accede audit`: verifies the record, makes checkpoints and looks after keys, looks for patterns."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID
from temporalio.service import RPCError

from commands.audit_patterns import look_for_patterns
from commands.audit_rules import evaluate_cases
from commands.audit_witness import show_witness
from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from commands.ports import port_of_temporal, temporal_of_up
from domain.dossiers import check_dossier
from domain.notes import BadNote, VerifierKey
from domain.verifying import Tampered
from records import checkpoints
from records.problems import DatabaseUnavailable
from services import log_keys
from services.bringing_in import read_files
from services.checkpointing import LogContradicts
from services.connecting import TemporalUnavailable, connect
from services.log_keys import NoLogKey
from services.log_proofs import LogKeyView, key_views
from services.parts import Parts
from services.second_witness import compare_with_workflows
from services.signed_log import Verified
from services.verifying import CannotVerify, verify
from services.verifying import Progress as Told
from services.witnesses import witnesses_of
from settings import Settings

app = typer.Typer(
    help="Verify the record, and look after checkpoints of its log.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
keys = typer.Typer(help="The keys that sign checkpoints.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(keys, name="keys")
app.command(name="patterns")(look_for_patterns)
app.command(name="rules")(evaluate_cases)
app.command(name="witness")(show_witness)

AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")]


@app.command(name="verify")
def verify_record(
    *,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that was kept elsewhere; may be given again.")
    ] = None,
    dossier: Annotated[
        Path | None, typer.Option(help="Verify this dossier instead of the record; needs no installation.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="With --dossier: a verifier key one knows; may be given again.")
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Only events, tree, checkpoints, posts: no rows, documents, workflows."),
    ] = False,
    without_temporal: Annotated[
        bool, typer.Option("--without-temporal", help="Do not ask what workflows were told.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Verify the record, and say the first thing that is wrong.

    Exit code 0 where all is well, 1 where something was tampered with, 2 where it cannot be verified.
    """
    held = [_text_of(file) for file in checkpoint or ()]
    try:
        if dossier is not None:
            _echo(*_of_dossier(dossier, key or [], held), as_json=as_json)
            return
        ask = not (quick or without_temporal)
        found, told = asyncio.run(_verify(installation(), held, quick=quick, ask=ask))
    except Tampered as wrong:
        typer.echo(json.dumps(_wrong(wrong)) if as_json else f"WRONG: {wrong}")
        raise typer.Exit(1) from None
    _echo({"ok": True, **asdict(found), "told": told}, _in_words(found, told), as_json=as_json)


@app.command(name="checkpoint")
def make_checkpoint() -> None:
    """Make a checkpoint of the log now, publish it, and print it."""
    made = asyncio.run(_checkpoint(installation()))
    typer.echo(made, nl=False)


@keys.command(name="list")
def list_keys(*, as_json: AsJson = False) -> None:
    """List every key that ever signed checkpoints, with its days."""
    known = asyncio.run(_keys(installation()))
    for key in known:
        if as_json:
            typer.echo(key.model_dump_json())
            continue
        until = "now" if key.until is None else f"{key.until:%Y-%m-%d %H:%M} UTC"
        vouched = "" if key.handover or key is known[0] else "; no earlier key vouches for it"
        typer.echo(f"{key.verifier}\n  from {key.from_at:%Y-%m-%d %H:%M} UTC until {until}{vouched}")


@keys.command(name="rotate")
def rotate_key() -> None:
    """Have a new key sign from now on; the old one names it, and what it signed goes on holding."""
    verifier = asyncio.run(_rotate(installation()))
    typer.echo(f"signs from now on: {verifier}")


def _of_dossier(file: Path, keys: list[str], held: list[str]) -> tuple[dict[str, object], list[str]]:
    """Verify a dossier by itself, and against checkpoints that were kept elsewhere."""
    try:
        trusted = [VerifierKey.read(text) for text in keys]
        with file.open("rb") as opened:
            checked = check_dossier(read_files(opened), trusted, held)
    except BadNote as error:
        raise CommandFailed(f"--key: {error}") from None
    except OSError:
        raise CommandFailed(f"{file} cannot be read") from None
    told = checked.dossier
    lines = [
        f"case {told.case}: {told.seq} events hold, up to the head {told.head}",
        f"signed by the key {', '.join(checked.signed_by)}",
    ]
    if not trusted:
        lines.append("that key is named by the dossier itself: compare it with what you know, or give --key")
    if told.withheld:
        lines.append(f"{len(told.withheld)} events are withheld in part: linked, not computed again")
    facts = {"ok": True, "case": told.case, "events": told.seq, "head": told.head, "keys": checked.signed_by}
    return facts, lines


def _echo(facts: dict[str, object], lines: Iterable[str], *, as_json: bool) -> None:
    for line in [json.dumps(facts)] if as_json else lines:
        typer.echo(line)


async def _verify(
    settings: Settings, held: list[str], *, quick: bool, ask: bool
) -> tuple[Verified, dict[str, int] | None]:
    async with opened_parts(settings) as parts:
        with _shown() as progress:
            try:
                keys = [one.key for one in witnesses_of(settings.checkpoint_witnesses)]
                found = await verify(parts, held=held, witnesses=keys, thorough=not quick, progress=progress)
                return found, await _asked(settings, parts, found, progress) if ask else None
            except BadNote as wrong:
                raise CommandFailed(f"ACCEDE_CHECKPOINT_WITNESSES: {wrong}") from None
            except (CannotVerify, DatabaseUnavailable) as error:
                raise CommandFailed(str(error)) from None


async def _asked(settings: Settings, parts: Parts, found: Verified, progress: Told) -> dict[str, int] | None:
    """Ask Temporal, if it is there: nobody can be made to have a second witness.

    Where no other was named it is the one of `accede up`, and never a stranger's that happens to be there.
    """
    if not settings.has_own_temporal and settings.is_embedded:
        port = port_of_temporal(settings.data_dir)
        if port is None:
            found.remarks.append(
                "there is no second witness: the Temporal of this folder is not running (accede up), and no "
                "other is named (ACCEDE_TEMPORAL_ADDRESS)"
            )
            return None
        settings = settings.model_copy(update=temporal_of_up(port))
    try:
        client = await connect(**settings.temporal(), lazy=False)
        cases, facts = await compare_with_workflows(client, parts.database, progress)
    except (TemporalUnavailable, RPCError):
        found.remarks.append("Temporal does not answer: what workflows were told was not compared")
        return None
    return {"cases": cases, "facts": facts}


async def _checkpoint(settings: Settings) -> str:
    async with opened_parts(settings) as parts:
        if parts.notary is None:
            raise CommandFailed("this installation makes no checkpoints")
        try:
            made = await parts.notary.make()
        except (NoLogKey, LogContradicts) as refused:
            raise CommandFailed(str(refused)) from None
        if made is None:
            raise CommandFailed("nothing was recorded yet, so there is nothing to sign")
        return made.whole


async def _keys(settings: Settings) -> tuple[LogKeyView, ...]:
    async with opened_parts(settings) as parts:
        return key_views(await parts.database.read(checkpoints.log_keys_of))


async def _rotate(settings: Settings) -> str:
    async with opened_parts(settings) as parts:
        if parts.notary is None:
            raise CommandFailed("this installation makes no checkpoints")
        place = parts.notary.place
        try:
            key = await parts.database.write(lambda c: log_keys.rotated(c, place, parts.clock()))
        except NoLogKey as refused:
            raise CommandFailed(str(refused)) from None
        return key.kept.verifier.text


@contextmanager
def _shown() -> Iterator[Told]:
    """Show how far a verification is, on standard error."""
    with Progress(console=Console(stderr=True), transient=True) as bars:
        known: dict[str, TaskID] = {}

        def told(what: str, done: int, of: int | None) -> None:
            if what not in known:
                known[what] = bars.add_task(f"looking at {what}", total=of)
            bars.update(known[what], completed=done)

        yield told


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise CommandFailed(f"{file} cannot be read") from None


def _wrong(wrong: Tampered) -> dict[str, object]:
    return {
        "ok": False,
        "what": wrong.what,
        "should_be": wrong.should_be,
        "case": wrong.case,
        "seq": wrong.seq,
    }


def _in_words(found: Verified, told: dict[str, int] | None) -> Iterator[str]:
    yield f"{found.events} events in the log, root {found.root}; {found.checkpoints} checkpoints hold"
    for name, size in sorted(found.cosigned.items()):
        yield f"the witness {name} signed below checkpoints up to {size} events, and his signatures hold"
    if found.waiting:
        yield f"{found.waiting} events have no place in the log yet, and follow from those before them"
    if found.rights:
        yield f"{found.rights} posts and delegations are as they were noted last"
    if found.cases:
        yield f"{found.cases} cases have the rows their events lead to"
        yield f"{found.documents} documents are as they were handed in"
    if told is not None:
        yield f"{told['facts']} facts that {told['cases']} workflows were told are those that are recorded"
    yield from found.remarks
