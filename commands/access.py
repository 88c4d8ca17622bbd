"""`accede access`: why somebody may see and do what on a case."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

import typer

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from domain.values import Language, Text
from services.access import AccessView
from services.access_explained import Explained, explained_for
from services.refusals import NotReady, Refusal
from services.views import OpenStepView
from settings import Settings

app = typer.Typer(
    help="Say why somebody may see and do what on a case.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def about() -> None:
    """Say why somebody may see and do what on a case."""


@app.command()
def explain(
    person: Annotated[str, typer.Argument(help="The person's id.")],
    case: Annotated[str, typer.Argument(help="The case.")],
    *,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="The day, such as 2026-06-01; else today."),
    ] = None,
    language: Annotated[str, typer.Option("--language", help="zh or en.")] = "zh",
) -> None:
    """Print by which post, delegation or part somebody sees a case, and what he may do on it and why not."""
    if language not in {"zh", "en"}:
        raise CommandFailed("--language is zh or en")
    spoken: Language = "en" if language == "en" else "zh"
    settings = installation()
    day = None if on is None else on.date()
    told = asyncio.run(_explained(settings, person, case, day, spoken))
    typer.echo("\n".join(_lines(told, spoken)))


async def _explained(
    settings: Settings, person: str, case: str, day: date | None, language: Language
) -> Explained:
    async with opened_parts(settings) as parts:
        if day is not None and day > parts.today():
            raise CommandFailed("--on is a day that has come")
        try:
            return await explained_for(parts, person, case, day, language)
        except NotReady:
            raise
        except Refusal:
            raise CommandFailed("there is no such person, or no such case on that day") from None


def _lines(told: Explained, language: Language) -> Iterator[str]:
    case = told.case
    yield f"{told.name}  {told.day}  {case.process.title}  {case.subject.name}, {case.unit.name}"
    if not told.by:
        yield _SEES_NOT.in_language(language)
        return
    yield _SEES.in_language(language)
    yield from (f"  - {_way(way, language)}" for way in told.by)
    if not case.open_steps:
        yield _NOTHING_OPEN.in_language(language)
        return
    yield _MAY.in_language(language)
    yield from (f"  - {step.step}: {_may(step, language)}" for step in case.open_steps)


def _way(way: AccessView, language: Language) -> str:
    if way.post is None:
        text = _SUBJECT if way.role == "subject" else _CASE_ROLE
        return text.in_language(language).format(role=way.role)
    text = _OWN_POST if way.on_behalf_of is None else _LENT_POST
    owner = "" if way.on_behalf_of is None else way.on_behalf_of.name
    return text.in_language(language).format(role=way.role, unit=way.unit, post=way.post, owner=owner)


def _may(step: OpenStepView, language: Language) -> str:
    if step.why_not is None:
        return _YES.in_language(language)
    why = step.why_not
    passes = "" if why.passes_on is None else f" → {why.passes_on}"
    return f"{_NO.in_language(language)} {why.detail} [{why.rule}, {why.basis}]{passes}"


_SEES = Text(zh="可以查看该个案，凭：", en="Sees the case, by:")
_SEES_NOT = Text(
    zh="不能查看该个案：当日没有职务、代理、个案职责使其可见，也不是本人。",
    en="Does not see the case: no post, delegation or case role of that day shows it, and it is not his own.",
)
_MAY = Text(zh="开启的环节：", en="Open steps:")
_NOTHING_OPEN = Text(zh="没有开启的环节。", en="No step is open.")
_YES = Text(zh="可以办理", en="may act")
_NO = Text(zh="不能办理：", en="may not act:")
_SUBJECT = Text(zh="本人", en="being the person concerned")
_CASE_ROLE = Text(zh="个案职责 {role}", en="the case role {role}")
_OWN_POST = Text(zh="职务 {role}，组织 {unit}（{post}）", en="the post of {role} in {unit} ({post})")
_LENT_POST = Text(
    zh="代理 {owner} 的职务 {role}，组织 {unit}（{post}）",
    en="the post of {role} in {unit} ({post}), lent by {owner}",
)
