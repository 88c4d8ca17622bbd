"""`accede import cases`: cases that are half-way, from a workbook that is made from their process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from commands.showing import shown_progress
from domain.library import UnknownProcess
from domain.values import Language
from records import accounts
from services.case_books.findings import CaseBookView
from services.case_books.importing import Bringing
from services.case_books.importing import import_cases as bring_cases_in
from services.case_books.template import write_template
from settings import Settings

_PROBLEMS: Final = 2
_LISTED: Final = 100_000


def import_cases(  # noqa: PLR0913 - each is an option of the command
    file: Annotated[Path | None, typer.Argument(help="The workbook, FILE.xlsx.")] = None,
    *,
    template: Annotated[
        str | None, typer.Option(help="Write the workbook to fill in for a process, instead.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to, PROCESS.xlsx if left out.")] = None,
    by: Annotated[str | None, typer.Option(help="The login of who brings the cases in.")] = None,
    process: Annotated[str | None, typer.Option(help="The process, where the file does not say it.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Bring in every row that can be.")] = False,
    as_it_was: Annotated[
        bool, typer.Option("--as-it-was", help="Bring in what broke a rule of its day, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
    language: Annotated[str, typer.Option("--language", help="zh or en.")] = "zh",
) -> None:
    """Bring in cases that are half-way, from a workbook with a row for each.

    Without --apply nothing is changed: every problem is listed by row and column, with its rule and what
    would mend it, and what is lacking in the other rows. The same row twice is brought in once, so
    whoever is stopped half way begins again. Exit code 2 where a row is left out.
    """
    if language not in {"zh", "en"}:
        raise CommandFailed("--language is zh or en")
    if template is not None:
        target = out or Path(f"{template}.xlsx")
        if target.exists():
            raise CommandFailed(f"{target.name} is there already")
        asyncio.run(_write_template(installation(), template, target))
        typer.echo(f"written to {target}")
        return
    if file is None or not file.is_file():
        raise CommandFailed("name the workbook, or a process with --template")
    if by is None:
        raise CommandFailed("--by is needed: the login of who brings the cases in, which each case keeps")
    how = Bringing(by=by, apply=apply, as_it_was=as_it_was, process=process, most=_LISTED)
    view = asyncio.run(_import_cases(installation(), file, how, "en" if language == "en" else "zh"))
    typer.echo(view.model_dump_json() if as_json else "\n".join(case_book_lines(view)))
    if view.problem_count:
        raise typer.Exit(_PROBLEMS)


def case_book_lines(view: CaseBookView) -> Iterator[str]:
    """Yield what came of a book of cases, for people."""
    for problem in view.problems:
        where = [f"row {problem.row}"] if problem.row else ["file"]
        where += [problem.column] if problem.column else []
        yield f"{', '.join(where)}: {problem.detail} [{problem.rule}, {problem.basis}] {problem.mend}"
    if view.problem_count > len(view.problems):
        yield f"and {view.problem_count - len(view.problems)} more"
    for gap in view.gaps:
        rows = ", ".join(map(str, gap.first)) + (", ..." if gap.rows > len(gap.first) else "")
        yield f"gap in {gap.rows} rows ({rows}): {gap.detail} [{gap.rule}, {gap.basis}]"
    done = "brought in" if view.applied else "can be brought in"
    yield f"{view.rows} rows: {view.taken} {done}, {view.same} are here already, {view.refused} left out"


async def _write_template(settings: Settings, process: str, target: Path) -> None:
    async with opened_parts(settings) as parts:
        try:
            parts.library.family(process)
        except UnknownProcess:
            known = ", ".join(sorted(parts.library.processes))
            raise CommandFailed(f"there is no process {process!r} here; there are: {known}") from None
        with target.open("xb") as into:
            await write_template(parts, process, into)


async def _import_cases(settings: Settings, file: Path, how: Bringing, language: Language) -> CaseBookView:
    async with opened_parts(settings) as parts:
        account = await parts.read(lambda connection: accounts.account(connection, how.by))
        if account is None:
            raise CommandFailed("--by: there is no such login")
        signed = replace(how, by=account.person)
        with shown_progress() as told, file.open("rb") as opened:
            return await bring_cases_in(
                parts, opened, signed, lambda more: told("cases, rows", more, 0), language=language
            )
