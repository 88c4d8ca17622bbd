"""`accede org`: the organisation from files and into files, and what in it does not go together."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from commands.showing import shown_progress
from domain.values import Language, Text
from services.books.exporting import no_rows, rows_of, write_book, write_folder
from services.books.importing import BookPlace, Bringing, ChangeView, ImportView, import_book
from services.organisation_check import Inconsistency, check_organisation
from services.parts import Parts
from services.refusals import Contradiction
from settings import Settings

app = typer.Typer(
    help="The organisation from and into files, and what in it does not go together.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_FOUND: Final = 1
_PROBLEMS: Final = 2
_LISTED: Final = 100_000
_FORMS: Final = {".xlsx": "xlsx", ".zip": "csv"}

Target = Annotated[Path, typer.Argument(help="FILE.xlsx, FILE.zip with CSV, or a folder for CSV.")]
Spoken = Annotated[str, typer.Option("--language", help="zh or en.")]


@app.command("import")
def import_(
    place: Annotated[Path, typer.Argument(help="FILE.xlsx, SHEET.csv, FILE.zip of CSV, or a folder of CSV.")],
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Change the record, where nothing is wrong.")
    ] = False,
    accept_doubts: Annotated[
        bool, typer.Option("--accept-doubts", help="Let pass what may be right all the same.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
    language: Spoken = "zh",
) -> None:
    """List everything that is wrong with a file, by sheet, row and column, and what it would change.

    Nothing is changed without --apply, and nothing while anything is wrong: exit code 2. The same file twice
    changes nothing the second time, so whoever is stopped half way begins again.
    """
    if not place.exists():
        raise CommandFailed("there is no such file or folder")
    spoken = _spoken(language)
    how = Bringing(apply=apply, accept_doubts=accept_doubts, most=_LISTED)
    settings = installation()
    if place.is_dir():
        view = asyncio.run(_imported(settings, place, how, spoken))
    else:
        with place.open("rb") as file:
            view = asyncio.run(_imported(settings, (file, place.name), how, spoken))
    if as_json:
        typer.echo(view.model_dump_json())
    else:
        typer.echo("\n".join(_lines(view, apply=apply)))
    if not view.clean:
        raise typer.Exit(_PROBLEMS)


@app.command()
def export(target: Target) -> None:
    """Write the whole organisation as it is. Brought into an empty record, it gives the same file again."""
    _new(target)
    asyncio.run(_exported(installation(), target))
    typer.echo(f"written to {target}")


@app.command()
def template(target: Target) -> None:
    """Write empty sheets, with what belongs into each column in Chinese and English."""
    _new(target)
    form = _FORMS.get(target.suffix.casefold())
    if form is None:
        write_folder(no_rows, target)
    else:
        with target.open("xb") as into:
            write_book(no_rows, "xlsx" if form == "xlsx" else "csv", into)
    typer.echo(f"written to {target}")


@app.command()
def check(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
    language: Spoken = "zh",
) -> None:
    """Say what in the organisation does not go together, what that means, and how to mend it.

    Exit code 1 where something is found. Nothing is changed.
    """
    spoken = _spoken(language)
    found = asyncio.run(_checked(installation()))
    if as_json:
        typer.echo(json.dumps([_as_json(one, spoken) for one in found], ensure_ascii=False))
    else:
        typer.echo("\n".join(_told(found, spoken)))
    if found:
        raise typer.Exit(_FOUND)


def _new(target: Path) -> None:
    if target.exists():
        raise CommandFailed(f"{target.name} is there already")


def _spoken(language: str) -> Language:
    if language not in {"zh", "en"}:
        raise CommandFailed("--language is zh or en")
    return "en" if language == "en" else "zh"


async def _imported(settings: Settings, place: BookPlace, how: Bringing, language: Language) -> ImportView:
    async with opened_parts(settings) as parts:
        with _shown() as watch:
            try:
                return await import_book(parts, None, place, how, watch, language=language)
            except Contradiction as refused:
                told = None if refused.detail is None else refused.detail.in_language(language)
                raise CommandFailed(told or refused.kind) from refused


async def _exported(settings: Settings, target: Path) -> None:
    async with opened_parts(settings) as parts:
        with _shown() as watch:
            await _write(parts, target, watch)


async def _checked(settings: Settings) -> list[Inconsistency]:
    async with opened_parts(settings) as parts:
        return await check_organisation(parts)


def _as_json(one: Inconsistency, language: Language) -> dict[str, str]:
    says = one.says
    return {
        "rule": one.rule,
        "about": one.about,
        "id": one.id,
        "name": one.name,
        "means": says.means.in_language(language),
        "mend": says.mend.in_language(language),
    }


def _told(found: list[Inconsistency], language: Language) -> Iterator[str]:
    if not found:
        yield _ALL_WELL.in_language(language)
    for rule, together in groupby(found, key=lambda one: one.rule):
        some = list(together)
        yield f"{rule} ({len(some)})"
        yield f"  {some[0].says.means.in_language(language)}"
        yield f"  {some[0].says.mend.in_language(language)}"
        yield from (f"  - {one.about} {one.id} {one.name}".rstrip() for one in some)


_ALL_WELL: Final = Text(zh="没有发现不一致。", en="Everything goes together.")


@contextmanager
def _shown() -> Iterator[Callable[[str, int], None]]:
    with shown_progress() as told:
        yield lambda sheet, more: told(f"{sheet}, rows", more, 0)


async def _write(parts: Parts, target: Path, watch: Callable[[str, int], None]) -> None:
    form = _FORMS.get(target.suffix.casefold())

    def work(connection: Connection) -> None:
        rows = rows_of(connection, watch=watch)
        if form is None:
            write_folder(rows, target)
            return
        with target.open("xb") as into:
            write_book(rows, "xlsx" if form == "xlsx" else "csv", into)

    await parts.read(work)


def _lines(view: ImportView, *, apply: bool) -> Iterator[str]:
    for problem in view.problems:
        where = [problem.sheet or "file"]
        where += [f"row {problem.row}"] if problem.row else []
        where += [problem.column] if problem.column else []
        doubt = " (may be accepted: --accept-doubts)" if problem.doubt else ""
        yield f"{', '.join(where)}: {problem.detail} [{problem.rule}]{doubt}"
    if view.problem_count > len(view.problems):
        yield f"and {view.problem_count - len(view.problems)} more"
    for sheet in view.sheets:
        come_to = f"{sheet.new} new, {sheet.changed} changed, {sheet.same} the same"
        yield f"{sheet.sheet}: {sheet.rows} rows, {come_to}"
    yield from map(_change, view.changes)
    if not view.clean:
        yield f"{view.problem_count} problems; nothing was changed"
    elif view.applied:
        yield "brought in"
    else:
        yield "clean; nothing was changed" + ("" if apply else ", --apply brings it in")


def _change(change: ChangeView) -> str:
    different = "; ".join(
        f"{one.column}: {one.was or '-'} -> {one.becomes or '-'}" for one in change.different
    )
    return f"  {change.sheet}, row {change.row}, {change.id}: {different}"
